"""A multi-cloud platform that knows a ZStack cloud by an access key: it lists what is there page by
page, uploads its own images and deletes them."""

from kit import disks
from kit.checks import until
from kit.native import Native
from kit.official import MultiCloud, refusal, upload_as_form
from kit.zstack import Zstack, new_uuid


class ZstackMultiCloud:
    IMAGES = 103

    def __init__(self, world):
        self.folder = world.folder("multi-disks")
        self.disk = self.folder / "disk.qcow2"
        convert = ["qemu-img", "convert", "-f", "raw", "-O", "qcow2"]
        disks.tool(*convert, disks.DEBIAN_ISO, self.disk)
        self.server = world.server("multi", "--import-dir", self.folder).start()
        self.native = Native(self.server)
        self.key = self.native.create("/access-keys")
        self.cloud = MultiCloud(self.server, self.key)
        zstack = Zstack(self.server)
        self.image = zstack.add_image("ready", f"file://{self.disk}")["uuid"]
        self.system = zstack.add_image("system", f"file://{self.disk}", system=True)["uuid"]
        for number in range(self.IMAGES - 1):
            self.native.create("/images", name=f"queued-{number}")

    def a_wrong_key_or_signature_is_refused(self):
        for wrong in ({"secret": "x" * 40}, {"access": "x" * 20}):
            cloud = MultiCloud(self.server, {**self.key, **wrong})
            assert refusal(cloud.all, "/zones").code == 403

    def it_finds_zones_and_the_largest_store_of_each(self):
        (self.zone,) = self.cloud.all("/zones")
        stores = self.cloud.all("/backup-storage")
        here = [store for store in stores if self.zone["uuid"] in store["attachedZoneUuids"]]
        largest = max(here, key=lambda store: store["availableCapacity"])
        assert self.cloud.one("/backup-storage", largest["uuid"])["status"] == "Connected"
        self.store = largest["uuid"]

    def it_reads_images_page_by_page(self):
        rows = self.cloud.all("/images", "system=false")
        uuids = {row["uuid"] for row in rows}
        assert len(rows) == len(uuids) == self.IMAGES, (len(rows), len(uuids))
        assert self.system not in uuids
        assert len(self.cloud.all("/images", "type!=vmware")) == self.IMAGES + 1

    def it_reads_what_is_in_a_zone(self):
        condition = f"backupStorage.zone.uuid={self.zone['uuid']}"
        rows = self.cloud.all("/images", "system=false", condition)
        assert [row["uuid"] for row in rows] == [self.image]
        elsewhere = f"backupStorage.zone.uuid={new_uuid()}"
        assert self.cloud.all("/images", elsewhere) == []

    def it_reads_one_image_in_two_ways(self):
        (row,) = self.cloud.all("/images", f"uuid={self.image}")
        assert row == self.cloud.one("/images", self.image)

    def _promise(self, name):
        params = {
            "name": name,
            "url": "upload://disk.qcow2",
            "mediaType": "RootVolumeTemplate",
            "format": "qcow2",
            "platform": "Linux",
            "backupStorageUuids": [self.store],
            "systemTags": ["qemuga", "bootMode::Legacy"],
        }
        image = self.cloud.send("POST", "/images", {"params": params})["inventory"]
        assert image["status"] == "Downloading"
        return image["uuid"], image["backupStorageRefs"][0]["installPath"]

    def it_uploads_an_image_as_a_form(self):
        self.uploaded, address = self._promise("uploaded")
        data = self.disk.read_bytes()
        answer = upload_as_form(self.server, address, self.uploaded, data)
        assert 200 <= answer.status < 300, (answer.status, answer.text)
        until(lambda: self.cloud.one("/images", self.uploaded)["status"] == "Ready", "it is ready")
        image = self.cloud.one("/images", self.uploaded)
        assert image["actualSize"] == len(data) and image["format"] == "qcow2"
        assert "http" not in image["backupStorageRefs"][0]["installPath"], image
        assert self.native.bytes_of(self.uploaded) == data
        again = upload_as_form(self.server, address, self.uploaded, data)
        assert again.status in (403, 404), (again.status, again.text)

    def what_is_uploaded_elsewhere_or_in_part_is_no_image(self):
        image, address = self._promise("in part")
        data = self.disk.read_bytes()
        other = upload_as_form(self.server, address, self.uploaded, data)
        assert 400 <= other.status < 500, (other.status, other.text)
        forged = address[:-8] + "00000000"
        assert upload_as_form(self.server, forged, image, data).status in (403, 404)
        less = upload_as_form(self.server, address, image, data, size=len(data) + 1)
        assert 400 <= less.status < 500, (less.status, less.text)
        assert self.native.bytes_of(self.uploaded) == data
        self.cloud.send("DELETE", f"/images/{image}?deleteMode=Enforcing")
        assert self.cloud.all("/images", f"uuid={image}") == []

    def it_deletes_an_image(self):
        self.cloud.send("DELETE", f"/images/{self.image}?deleteMode=Enforcing")
        assert self.cloud.one("/images", self.image)["status"] == "Deleted"
