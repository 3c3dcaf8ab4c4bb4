"""What a program on ZStack's official Java SDK does with images, as it was seen on the wire."""

import json

from kit import disks
from kit.checks import until
from kit.native import Native
from kit.official import Java, refusal, upload_as_form
from kit.server import PASSWORD
from kit.zstack import new_uuid

IMAGE = "org.zstack.header.image.ImageInventory"


class ZstackJava:
    def __init__(self, world):
        self.world = world
        self.folder = world.folder("java-disks")
        self.top = disks.chain(self.folder)
        self.origin = world.origin()
        flags = ["--disk-dir", self.folder, "--allow-private-imports"]
        settings = {"GAZE_COMPUTE_WRITE_DIRS": self.folder, "GAZE_NOTICES_PAUSE_SECONDS": 1}
        self.server = world.server("java", *flags, **settings).start()
        self.native = Native(self.server)
        self.zone = self.native.first_zone()["id"]
        added = self.native.create("/instances", name="vm", zone=self.zone, disk=str(self.top))
        self.vm, self.volume = added["instance"]["id"], added["root_volume"]["id"]
        self.store = self.native.stores()[0]["id"].replace("-", "")
        self.java = Java(self.server)

    def a_refusal_at_once_is_an_error_of_its_own(self):
        refused = refusal(self.java.login, "admin", "wrong")
        assert refused.code == "sdk.1000" and '"ID.1000"' in refused.details, refused

    def it_logs_in(self):
        session = self.java.login("admin", PASSWORD)
        assert self.java.get(f"/accounts/sessions/{session}/valid")["valid"] is True

    def it_asks_for_the_version_and_the_time(self):
        assert self.java.put("/management-nodes/actions", "getVersion")["version"]
        now = self.java.put("/management-nodes/actions", "getCurrentTime")["currentTime"]
        assert now["MillionSeconds"] // 1000 == now["Seconds"]
        self.java.get("/management-nodes/ready")

    def it_adds_an_image_by_url(self):
        made = self.java.post(
            "/images",
            name="a & <b>",
            url=self.origin.url("top.qcow2", self.folder / "base.qcow2"),
            format="qcow2",
            mediaType="RootVolumeTemplate",
            platform="Linux",
            architecture="x86_64",
            virtio=True,
            system=False,
            systemTags=["bootMode::UEFI", "qemuga"],
            backupStorageUuids=[self.store],
        )
        self.image = made["inventory"]["uuid"]
        assert made["inventory"]["name"] == "a & <b>" and made["inventory"]["status"] == "Ready"
        assert made["schema"]["inventory"] == IMAGE
        reference = made["schema"]["inventory.backupStorageRefs[0]"]
        assert reference == "org.zstack.header.image.ImageBackupStorageRefInventory"

    def it_queries_with_conditions(self):
        conditions = ["name=a & <b>", "state!=Disabled", "name~=%a%", "size>0"]
        words = {"limit": 10, "start": 0, "replyWithCount": "true", "sort": "+name"}
        found = self.java.query("/images", *conditions, **words, fields="uuid,name")
        assert found["inventories"] == [{"uuid": self.image, "name": "a & <b>"}]
        assert found["total"] == 1 and found["schema"] == {"inventories[0]": IMAGE}
        assert self.java.query("/images", count="true") == {"total": 1, "schema": {}}

    def it_counts_and_finds_nothing(self):
        assert self.java.query("/images", "name=nothing")["inventories"] == []

    def it_queries_everything_around_images(self):
        for path, name in (
            ("zones", "zone.ZoneInventory"),
            ("clusters", "cluster.ClusterInventory"),
            ("primary-storage", "storage.primary.PrimaryStorageInventory"),
            ("backup-storage", "storage.backup.BackupStorageInventory"),
            ("vm-instances", "vm.VmInstanceInventory"),
            ("volumes", "volume.VolumeInventory"),
            ("accounts", "identity.AccountInventory"),
        ):
            found = self.java.query(f"/{path}")
            assert len(found["inventories"]) > 0, path
            assert found["schema"]["inventories[0]"] == f"org.zstack.header.{name}", found["schema"]

    def it_changes_the_state_of_an_image(self):
        path = f"/images/{self.image}/actions"
        for event, state in (("disable", "Disabled"), ("disable", "Disabled"), ("enable", "Enabled")):
            changed = self.java.put(path, "changeImageState", stateEvent=event)
            assert changed["inventory"]["state"] == state

    def it_is_told_of_errors_by_their_code(self):
        nothing = f"/images/{new_uuid()}/actions"
        refused = refusal(self.java.put, nothing, "changeImageState", stateEvent="disable")
        assert refused.code == "SYS.1003", refused
        refused = refusal(self.java.post, "/images", name="x")
        assert refused.code == "SYS.1007", refused
        url = self.origin.url("text.qcow2", self._text())
        params = {"url": url, "format": "qcow2", "backupStorageUuids": [self.store]}
        refused = refusal(self.java.post, "/images", name="text", **params)
        assert refused.code == "SYS.1002", refused

    def _text(self):
        text = self.folder / "text.qcow2"
        text.write_bytes(b"QFI\xfb, says the file, and no more")
        return text

    def it_adds_an_image_by_upload_and_waits_for_it(self):
        made = self.java.post(
            "/images",
            name="uploaded",
            url="upload://base.qcow2",
            format="qcow2",
            mediaType="RootVolumeTemplate",
            platform="Linux",
            backupStorageUuids=[self.store],
        )["inventory"]
        image, address = made["uuid"], made["backupStorageRefs"][0]["installPath"]
        details = f"/images/upload-job/details/{image}"
        assert self.java.get(details)["success"] is True
        data = (self.folder / "base.qcow2").read_bytes()
        answer = upload_as_form(self.server, address, image, data)
        assert 200 <= answer.status < 300, answer.text
        ready = lambda: self.java.query("/images", f"uuid={image}", "status=Ready")["inventories"]
        (found,) = until(ready, "the image is ready")
        assert found["actualSize"] == len(data)
        self.java.delete(f"/images/{image}")

    def it_asks_what_a_machine_can_change_to(self):
        tags = ["x::y", "z"]
        found = self.java.get(f"/vm-instances/{self.vm}/image-candidates", systemTags=tags)
        assert [image["uuid"] for image in found["inventories"]] == [self.image]

    def it_makes_a_template_of_the_root_volume(self):
        path = f"/images/root-volume-templates/from/volumes/{self.volume}"
        made = self.java.post(
            path,
            name="n",
            virtio=True,
            system=True,
            systemTags=["bootMode::UEFI"],
            backupStorageUuids=[self.store],
        )
        assert made["inventory"]["status"] == "Ready" and made["inventory"]["system"] is True
        self.template = made["inventory"]["uuid"]
        saved = self.folder / "saved.img"
        saved.write_bytes(self.native.bytes_of(self.template))
        disks.same_disk(self.top, saved)

    def it_changes_the_image_of_a_machine(self):
        path = f"/vm-instances/{self.vm}/actions"
        refused = refusal(self.java.put, path, "changeVmImage", imageUuid=self.template)
        # A system image is no candidate.
        assert refused.code == "SYS.1007", refused
        changed = self.java.put(path, "changeVmImage", imageUuid=self.image)
        assert changed["schema"]["inventory"] == "org.zstack.header.vm.VmInstanceInventory"
        vm = changed["inventory"]
        assert vm["imageUuid"] == self.image and vm["rootVolumeUuid"] != self.volume
        (root,) = self.java.query("/volumes", f"uuid={vm['rootVolumeUuid']}")["inventories"]
        assert root["type"] == "Root" and root["vmInstanceUuid"] == vm["uuid"]
        disks.same_disk(root["installPath"], self.folder / "base.qcow2")
        disks.boots(root["installPath"], disks.DEBIAN_ISO_SAYS)
        # The old one is attached to no machine any more, and makes no template.
        old = f"/images/root-volume-templates/from/volumes/{self.volume}"
        assert refusal(self.java.post, old, name="n").code == "SYS.1000"
        self.volume = root["uuid"]

    def its_signed_calls_are_served_whatever_the_zone_of_their_dates(self):
        key = self.native.create("/access-keys")
        for zone in ("Etc/UTC", "Asia/Shanghai", "Europe/Berlin"):
            signed = Java(self.server, key, zone)
            found = signed.query("/images", f"uuid={self.image}", fields="uuid")
            assert [image["uuid"] for image in found["inventories"]] == [self.image]
            found = signed.get(f"/vm-instances/{self.vm}/image-candidates", systemTags=["a::b"])
            assert len(found["inventories"]) == 1
            signed.put(f"/images/{self.image}/actions", "changeImageState", stateEvent="enable")
            # Its polls carry no session: a refusal is read from the job all the same.
            refused = refusal(
                signed.put, f"/images/{new_uuid()}/actions", "changeImageState", stateEvent="enable"
            )
            assert refused.code == "SYS.1003", refused
        forged = Java(self.server, {**key, "secret": "x" * 40})
        refused = refusal(forged.query, "/images")
        assert refused.details == "wrong accessKey signature", refused

    def it_describes_an_image_more_closely(self):
        path = f"/images/{self.image}/actions"
        self.java.put(path, "setImageBootMode", bootMode="Legacy")
        self.java.put(path, "setImageQga", enable=True)
        assert self.java.get(f"/images/{self.image}/qga")["enable"] is True
        synced = self.java.put(path, "syncImageSize")["inventory"]
        assert synced["actualSize"] == (self.folder / "base.qcow2").stat().st_size
        hashed = self.java.put(
            path, "calculateImageHash", backupStorageUuid=self.store, algorithm="MD5"
        )["inventory"]
        assert hashed["md5Sum"] == disks.digest(self.folder / "base.qcow2", "md5")

    def it_adds_an_image_by_a_long_job(self):
        url = self.origin.url("long.qcow2", self.folder / "base.qcow2")
        data = {"name": "long", "url": url, "format": "qcow2", "platform": "Linux"}
        data = json.dumps({**data, "backupStorageUuids": [self.store]})
        job = self.java.post("/longjobs", jobName="APIAddImageMsg", jobData=data)["inventory"]

        def ended():
            (seen,) = self.java.query("/longjobs", f"uuid={job['uuid']}")["inventories"]
            return seen["state"] not in ("Waiting", "Running") and seen

        assert until(ended, "the long job ends")["state"] == "Succeeded"
        (image,) = self.java.query("/images", "name=long")["inventories"]
        assert image["status"] == "Ready"
        self.java.delete(f"/images/{image['uuid']}")

    def it_exports_an_image_and_downloads_it(self):
        path = f"/backup-storage/{self.store}/actions"
        for wanted in ("qcow2", "raw"):
            exported = self.java.put(
                path, "exportImageFromBackupStorage", imageUuid=self.image, exportFormat=wanted
            )
            assert exported["success"] is True
            address = exported["imageUrl"].removeprefix(self.server.url)
            saved = self.folder / f"exported.{wanted}"
            saved.write_bytes(self.server.call("GET", address).expect(200).body)
            assert disks.digest(saved, "md5") == exported["exportMd5Sum"]
            assert disks.info(saved)["format"] == wanted
            disks.same_disk(saved, self.folder / "base.qcow2")
        self.java.delete(f"/backup-storage/{self.store}/exported-images/{self.image}")
        assert self.server.call("GET", address).status == 404

    def it_is_told_of_results_by_its_web_hook(self):
        told = Java(self.server, hook=self.world.hook())
        told.session = self.java.session
        path = f"/images/{self.image}/actions"
        changed = told.put(path, "changeImageState", stateEvent="enable")
        assert changed["inventory"]["state"] == "Enabled"
        made = told.post(
            f"/images/root-volume-templates/from/volumes/{self.volume}",
            name="hooked",
            backupStorageUuids=[self.store],
        )["inventory"]
        assert made["name"] == "hooked" and made["status"] == "Ready"
        told.delete(f"/images/{made['uuid']}")
        refused = refusal(told.put, f"/images/{new_uuid()}/actions", "expungeImage")
        assert refused.code == "SYS.1003", refused

    def it_deletes_recovers_and_expunges(self):
        path = f"/images/{self.image}"
        self.java.delete(path)
        assert self._status() == "Deleted"
        recovered = self.java.put(f"{path}/actions", "recoverImage")["inventory"]
        assert recovered["status"] == "Ready"
        refused = refusal(self.java.put, f"{path}/actions", "expungeImage")
        assert refused.code == "SYS.1006", refused
        self.java.delete(path, "Enforcing", backupStorageUuids=[self.store])
        self.java.put(f"{path}/actions", "expungeImage", backupStorageUuids=[self.store])
        assert self.java.query("/images", f"uuid={self.image}")["inventories"] == []
        self.java.delete(path)

    def _status(self):
        (image,) = self.java.query("/images", f"uuid={self.image}")["inventories"]
        return image["status"]

    def after_the_logout_it_is_nobody(self):
        self.java.delete(f"/accounts/sessions/{self.java.session}")
        assert '"ID.1001"' in refusal(self.java.query, "/images").details
