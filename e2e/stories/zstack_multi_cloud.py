"""A multi-cloud platform that knows a ZStack cloud by an access key, and lists and deletes what is
there page by page."""

from kit import disks
from kit.native import Native
from kit.official import MultiCloud, refusal
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

    def it_deletes_an_image(self):
        self.cloud.send("DELETE", f"/images/{self.image}?deleteMode=Enforcing")
        assert self.cloud.one("/images", self.image)["status"] == "Deleted"
