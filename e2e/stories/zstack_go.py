"""What programs on ZStack's official Go SDK do with images: Terraform's provider, a packer plugin
and a command line tool are such programs."""

from kit import disks
from kit.native import Native
from kit.official import Go, refusal
from kit.server import PASSWORD
from kit.zstack import new_uuid


class ZstackGo:
    def __init__(self, world):
        self.folder = world.folder("go-disks")
        self.top = disks.chain(self.folder)
        self.origin = world.origin()
        flags = ["--disk-dir", self.folder, "--allow-private-imports"]
        self.server = world.server("go", *flags).start()
        self.native = Native(self.server)
        zone = self.native.first_zone()["id"]
        added = self.native.create("/instances", name="vm", zone=zone, disk=str(self.top))
        self.vm, self.volume = added["instance"]["id"], added["root_volume"]["id"]
        self.go = Go(self.server)

    def it_logs_in_and_validates_its_session(self):
        refused = refusal(self.go.login, "admin", "wrong")
        assert refused.code == 503 and "ID.1000" in refused.details
        session = self.go.login("admin", PASSWORD)
        assert self.go.valid(session) is True
        body = {"getVersion": {}}
        assert self.go.put("/management-nodes/actions", body, "version", as_is=True)

    def it_finds_the_place_for_images(self):
        (zone,) = self.go.list("/zones")["inventories"]
        # It asks for one zone with a slash too many.
        assert self.go.one("/zones/", zone["uuid"]) == zone
        rows, total = self.go.page("/backup-storage", "status=Connected", "state=Enabled", start=0)
        assert total == len(rows) == 1
        self.store = rows[0]["uuid"]
        assert self.go.one("/backup-storage", self.store)["attachedZoneUuids"] == [zone["uuid"]]
        assert self.go.one("/zones", new_uuid()) is None
        self.zone = zone["uuid"]

    def it_adds_an_image(self):
        # As Terraform's resource does: tags beside the parameters.
        detail = {
            "name": "go",
            "description": "",
            "url": self.origin.url("go.qcow2", self.folder / "base.qcow2"),
            "mediaType": "RootVolumeTemplate",
            "guestOsType": "Linux",
            "system": False,
            "format": "qcow2",
            "platform": "Linux",
            "backupStorageUuids": [self.store],
            "architecture": "x86_64",
            "virtio": False,
            "tagUuids": [],
        }
        made = self.go.post("/images", {"systemTags": ["bootMode::Legacy"], "params": detail})
        assert made["status"] == "Ready" and made["virtio"] is False
        self.image = made["uuid"]

    def it_reads_pages(self):
        rows, total = self.go.page("/images", "format!=vmtx", "system=false", start=0, limit=2)
        assert total == 1 and [row["uuid"] for row in rows] == [self.image]
        rows = self.go.all("/images", f"backupStorage.zone.uuid={self.zone}", "name~=g%")
        assert [row["uuid"] for row in rows] == [self.image]
        assert self.go.one("/images", self.image)["name"] == "go"
        assert self.go.one("/images", new_uuid()) is None
        (vm,) = self.go.list("/vm-instances", "name=vm")["inventories"]
        assert vm["rootVolumeUuid"] == self.volume.replace("-", "")
        assert self.go.one("/volumes", vm["rootVolumeUuid"])["type"] == "Root"

    def it_updates_an_image(self):
        path = f"/images/{self.image}/actions"
        self.go.put(path, {"updateImage": {"name": "renamed", "description": "d"}})
        for change in ({"virtio": True}, {"platform": "Windows", "guestOsType": "Windows 10"}):
            body = {"updateImage": {**change, "uuid": self.image}}
            self.go.put(path, body, "inventory")
        now = self.go.one("/images", self.image)
        assert (now["name"], now["description"], now["virtio"]) == ("renamed", "d", True)
        assert (now["platform"], now["guestOsType"]) == ("Windows", "Windows 10")

    def it_changes_the_state_with_keys_beside_the_action(self):
        path = f"/images/{self.image}/actions"
        for event, state in (("disable", "Disabled"), ("enable", "Enabled")):
            body = {"imageUuid": self.image, "changeImageState": {"stateEvent": event}}
            assert self.go.put(path, body, "inventory")["state"] == state

    def it_makes_a_template_of_the_root_volume(self):
        detail = {"name": "golden", "rootVolumeUuid": self.volume, "system": False, "platform": ""}
        path = f"/images/root-volume-templates/from/volumes/{self.volume}"
        made = self.go.post(path, {"rootVolumeUuid": self.volume, "params": detail})
        assert made["status"] == "Ready" and made["url"] == f"volume://{self.volume}"
        self.template = made["uuid"]

    def its_signed_calls_are_served(self):
        key = self.native.create("/access-keys")
        signed = Go(self.server, key)
        assert len(signed.all("/images")) == 2
        assert signed.one("/zones/", self.zone)["uuid"] == self.zone
        body = {"imageUuid": self.image, "changeImageState": {"stateEvent": "enable"}}
        signed.put(f"/images/{self.image}/actions", body, "inventory")
        # These two texts it looks for, to tell a wrong key from other failures.
        refused = refusal(Go(self.server, {**key, "secret": "x" * 40}).list, "/images")
        assert "wrong accessKey signature" in refused.details
        refused = refusal(Go(self.server, {**key, "access": "a" * 20}).list, "/images")
        assert "access key id" in refused.details

    def it_deletes_recovers_and_expunges(self):
        path = f"/images/{self.image}"
        self.go.delete(path)
        body = {"imageUuid": self.image, "recoverImage": {"backupStorageUuids": [self.store]}}
        assert self.go.put(f"{path}/actions", body, "inventory")["status"] == "Ready"
        # As Terraform destroys: enforced, then expunged, then looked for.
        self.go.delete(path, "Enforcing")
        self._expunge(path)
        assert self.go.one("/images", self.image) is None
        refused = refusal(self._expunge, path)
        assert "SYS.1003" in refused.details

    def _expunge(self, path):
        return self.go.put(f"{path}/actions", {"expungeImage": {}}, as_is=True)

    def it_logs_out(self):
        self.go.delete(f"/accounts/sessions/{self.go.session}", "")
        assert "ID.1001" in refusal(self.go.list, "/images").details
