"""ZStack's Terraform provider: its resource `zstack_image` through a life, and its data sources.

The provider builds on the Go SDK; the bodies and the order of the calls are the provider's.
"""

from kit import disks
from kit.native import Native
from kit.official import Go, refusal
from kit.zstack import Zstack


class ZstackTerraform:
    def __init__(self, world):
        self.folder = world.folder("terraform-disks")
        self.disk = disks.chain(self.folder)
        self.origin = world.origin()
        flags = ["--disk-dir", self.folder, "--allow-private-imports"]
        self.server = world.server("terraform", *flags).start()
        self.native = Native(self.server)
        zone = self.native.first_zone()["id"]
        added = self.native.create("/instances", name="vm-1", zone=zone, disk=str(self.disk))
        self.volume = added["root_volume"]["id"]
        self.terraform = Go(self.server, self.native.create("/access-keys"))

    def it_is_configured_with_an_access_key_or_an_account(self):
        assert len(self.terraform.list("/zones")["inventories"]) == 1
        account = Zstack(self.server)
        session = Go(self.server)
        session.session = account.session
        assert len(session.list("/zones")["inventories"]) == 1

    def it_creates_an_image(self):
        # Without stores of its own it takes the first one.
        (store, *_) = self.terraform.list("/backup-storage")["inventories"]
        detail = {
            "name": "tf",
            "description": "",
            "url": self.origin.url("tf.qcow2", self.folder / "base.qcow2"),
            "mediaType": "RootVolumeTemplate",
            "guestOsType": "Linux",
            "system": False,
            "format": "qcow2",
            "platform": "Linux",
            "backupStorageUuids": [store["uuid"]],
            "architecture": "x86_64",
            "virtio": True,
        }
        made = self.terraform.post("/images", {"systemTags": ["bootMode::Legacy"], "params": detail})
        self.image = made["uuid"]
        # What it keeps in its state, and would show as a drift if it came back otherwise.
        for key in ("name", "url", "guestOsType", "platform", "system"):
            assert made[key] == detail[key], (key, made)
        assert made.get("description", "") == ""
        assert made["lastOpDate"]

    def it_reads_the_same_again(self):
        read = self.terraform.one("/images", self.image)
        for _ in range(2):
            assert self.terraform.one("/images", self.image) == read
        assert read["status"] == "Ready" and read["backupStorageRefs"]

    def it_updates_what_can_be_updated(self):
        path = f"/images/{self.image}/actions"
        change = {"name": "tf-2", "description": "d", "guestOsType": "Debian", "platform": "Other"}
        self.terraform.put(path, {"updateImage": change}, "inventory")
        read = self.terraform.one("/images", self.image)
        assert {key: read[key] for key in change} == change

    def its_data_sources_find_things_by_uuid_name_and_pattern(self):
        for path, name in (
            ("images", "tf-2"),
            ("backup-storage", None),
            ("zones", None),
            ("clusters", None),
            ("primary-storage", None),
            ("vm-instances", "vm-1"),
            ("volumes", None),
            ("accounts", "admin"),
        ):
            rows = self.terraform.list(f"/{path}")["inventories"]
            row = next(row for row in rows if name in (None, row["name"]))
            for condition in (
                f"uuid={row['uuid']}",
                f"name={row['name']}",
                f"name~={row['name'][:2]}%",
            ):
                found = self.terraform.list(f"/{path}", condition)["inventories"]
                assert row in found, (path, condition, found)
            nothing = self.terraform.list(f"/{path}", "name=nothing")["inventories"]
            assert nothing == [], (path, nothing)

    def it_destroys_the_image(self):
        path = f"/images/{self.image}"
        self.terraform.delete(path, "Enforcing")
        self.terraform.put(f"{path}/actions", {"expungeImage": {}}, as_is=True)
        # At once: it tells a thing that is gone by an empty list.
        assert self.terraform.one("/images", self.image) is None

    def an_image_that_cannot_be_had_is_an_error_and_no_image(self):
        (store, *_) = self.terraform.list("/backup-storage")["inventories"]
        url = self.origin.url("tf.qcow2", self.folder / "base.qcow2") + "-missing"
        detail = {"name": "no", "url": url, "format": "qcow2"}
        body = {"params": {**detail, "backupStorageUuids": [store["uuid"]]}}
        assert "SYS.1002" in refusal(self.terraform.post, "/images", body).details
        assert self.terraform.list("/images", "name=no")["inventories"] == []
