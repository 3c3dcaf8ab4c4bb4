"""What programs on ZStack's official SDKs do with tags: system tags, user tags and tag patterns; and
that a tag is the same thing in every face."""

from kit import disks
from kit.native import Native
from kit.official import Go, Java, refusal
from kit.server import PASSWORD
from kit.zstack import new_uuid

SYSTEM = "org.zstack.header.tag.SystemTagInventory"
USER = "org.zstack.header.tag.UserTagInventory"
PATTERN = "org.zstack.header.tag.TagPatternInventory"


class ZstackTags:
    def __init__(self, world):
        self.folder = world.folder("tag-disks")
        self.top = disks.chain(self.folder)
        origin = world.origin()
        flags = ["--disk-dir", self.folder, "--allow-private-imports"]
        self.server = world.server("tags", *flags).start()
        self.native = Native(self.server)
        zone = self.native.first_zone()["id"]
        added = self.native.create("/instances", name="vm", zone=zone, disk=str(self.top))
        self.zone = zone.replace("-", "")
        self.vm = added["instance"]["id"].replace("-", "")
        self.volume = added["root_volume"]["id"].replace("-", "")
        store = self.native.stores()[0]["id"].replace("-", "")
        self.java = Java(self.server)
        self.java.login("admin", PASSWORD)
        self.go = Go(self.server, self.native.create("/access-keys"))
        made = self.java.post(
            "/images",
            name="tagged",
            url=origin.url("base.qcow2", self.folder / "base.qcow2"),
            format="qcow2",
            platform="Linux",
            backupStorageUuids=[store],
            systemTags=["bootMode::Legacy", "qemuga"],
            userTags=["first"],
        )
        self.image = made["inventory"]["uuid"]
        self.on_image = {"resourceType": "ImageVO", "resourceUuid": self.image}

    def _system(self, *conditions):
        found = self.java.query("/system-tags", f"resourceUuid={self.image}", *conditions)
        return {tag["tag"]: tag["uuid"] for tag in found["inventories"]}

    def an_image_has_the_tags_that_it_was_added_with(self):
        assert set(self._system()) == {"bootMode::Legacy", "qemuga"}
        found = self.java.query("/user-tags", f"resourceUuid={self.image}")
        (tag,) = found["inventories"]
        assert found["schema"] == {"inventories[0]": USER}
        assert (tag["tag"], tag["type"], tag["resourceType"]) == ("first", "User", "ImageVO")
        assert self.go.one("/user-tags", tag["uuid"]) == tag

    def a_boot_mode_is_the_firmware_in_every_face(self):
        mode = self._system("tag~=bootMode::%")["bootMode::Legacy"]
        assert self.native.image(self.image)["firmware"] == "bios"
        changed = self.java.put(f"/system-tags/{mode}/actions", "updateSystemTag", tag="bootMode::UEFI")
        assert changed["schema"] == {"inventory": SYSTEM}
        assert changed["inventory"]["uuid"] == mode
        assert self.native.image(self.image)["firmware"] == "uefi"
        self._patch_native(firmware="bios")
        assert self._system("tag~=bootMode::%") == {"bootMode::Legacy": mode}
        self.java.delete(f"/tags/{mode}")
        assert self.native.image(self.image).get("firmware") is None
        made = self.java.post("/system-tags", tag="bootMode::UEFI", **self.on_image)["inventory"]
        assert made["inherent"] is False and made["resourceType"] == "ImageVO"
        assert self.native.image(self.image)["firmware"] == "uefi"
        found = self.go.list("/images", "__systemTag__=bootMode::UEFI")["inventories"]
        assert [image["uuid"] for image in found] == [self.image]

    def _patch_native(self, **fields):
        self.native.call("PATCH", f"/images/{self.image}", fields).expect(200)

    def the_tags_of_an_image_are_those_of_openstack(self):
        token = self.native.token
        path = f"/v2/images/{self.image}"
        headers = {"X-Auth-Token": token}
        shown = self.server.call("GET", path, None, headers).expect(200).json
        assert set(shown["tags"]) == {"first", "qemuga"}
        self.server.call("PUT", f"{path}/tags/from-glance", None, headers).expect(204)
        (tag,) = self.java.query("/user-tags", "tag=from-glance")["inventories"]
        assert tag["resourceUuid"] == self.image
        self.go.delete(f"/tags/{tag['uuid']}")
        shown = self.server.call("GET", path, None, headers).expect(200).json
        assert set(shown["tags"]) == {"first", "qemuga"}

    def it_tags_everything_around_images(self):
        for kind, uuid in (
            ("ZoneVO", self.zone),
            ("VmInstanceVO", self.vm),
            ("VolumeVO", self.volume),
        ):
            made = self.java.post("/user-tags", resourceType=kind, resourceUuid=uuid, tag="big")
            assert made["inventory"]["resourceType"] == kind
        for path, uuid in (("/zones", self.zone), ("/vm-instances", self.vm), ("/volumes", self.volume)):
            found = self.go.list(path, "__userTag__=big")["inventories"]
            assert [row["uuid"] for row in found] == [uuid]
        twice = {"resourceType": "ZoneVO", "resourceUuid": self.zone, "tag": "big"}
        assert refusal(self.java.post, "/user-tags", **twice).code == "SYS.1006"
        rows, total = self.go.page("/user-tags", "tag=big", "resourceType!=ZoneVO", start=0, limit=1)
        assert (len(rows), total) == (1, 2)

    def a_template_takes_over_what_the_machine_says_of_its_guest(self):
        on_vm = {"resourceType": "VmInstanceVO", "tags": ["qemuga", "GuestTools::5.2"]}
        made = self.java.post(f"/system-tags/{self.vm}/tags", **on_vm)["inventories"]
        assert len(made) == 2
        self.java.put(f"/vm-instances/{self.vm}/actions", "setVmBootMode", bootMode="UEFI")
        path = f"/images/root-volume-templates/from/volumes/{self.volume}"
        image = self.java.post(path, name="golden")["inventory"]["uuid"]
        found = self.java.query("/system-tags", f"resourceUuid={image}")["inventories"]
        assert {tag["tag"] for tag in found} == {"qemuga", "GuestTools::5.2", "bootMode::UEFI"}
        assert self.java.get(f"/images/{image}/qga")["enable"] is True

    def it_makes_tags_by_patterns(self):
        pattern = self.java.post("/tags", name="web", value="web", color="#186EAE", type="simple")
        assert pattern["schema"] == {"inventory": PATTERN}
        pattern = pattern["inventory"]["uuid"]
        uuids = [self.image, self.vm, new_uuid()]
        results = self.java.post(f"/tags/{pattern}/resources", resourceUuids=uuids)["results"]
        assert [set(result) for result in results] == [{"inventory"}, {"inventory"}, {"error"}]
        found = self.java.query("/user-tags", "tagPattern.name=web")
        assert found["schema"]["inventories[0].tagPattern"] == PATTERN
        assert {tag["resourceUuid"] for tag in found["inventories"]} == {self.image, self.vm}
        assert "web" in self.native.image(self.image)["tags"]
        self.java.post(f"/tags/{pattern}/resources", resourceUuids=[self.volume])
        # The Go client divides by commas.
        uuids = f"{self.vm},{self.volume}"
        self.go._send("DELETE", f"/tags/{pattern}/resources?resourceUuids={uuids}")
        self.java.delete(f"/tags/{pattern}/resources", resourceUuids=[self.vm])
        zone = self.go.post("/zones", {"params": {"name": "z", "tagUuids": [pattern]}})["uuid"]
        found = self.go.list("/user-tags", f"tagPatternUuid={pattern}")["inventories"]
        assert {tag["resourceUuid"] for tag in found} == {self.image, zone}
        self.java.delete(f"/tags/{pattern}")
        assert self.go.list("/user-tags", "tag=web")["inventories"] == []
        assert "web" not in self.native.image(self.image)["tags"]

    def it_lives_through_the_life_of_a_terraform_tag(self):
        wish = {"name": "tag", "value": "speed::{level}", "color": "#57D355", "type": "withToken"}
        tag = self.go.post("/tags", {"params": {**wish, "description": ""}})
        assert {key: tag[key] for key in wish} == wish
        # It asks for one tag with a slash too many.
        assert self.go.one("/tags/", tag["uuid"]) == tag
        body = {"params": {"resourceUuids": [self.vm], "tokens": {"level": 1}}}
        self.go._send("POST", f"/tags/{tag['uuid']}/resources", body)
        (made,) = self.go.all("/user-tags", f"tagPatternUuid={tag['uuid']}")
        assert (made["tag"], made["resourceUuid"]) == ("speed::1", self.vm)
        path = f"/tags/{tag['uuid']}/actions"
        changed = self.go.put(path, {"updateTag": {"value": "speed::{grade}"}}, "inventory")
        assert changed["value"] == "speed::{grade}"
        refused = refusal(self.go.put, path, {"updateTag": {"value": "pace::{grade}"}})
        assert "SYS.1007" in refused.details
        self.go.delete(f"/tags/{tag['uuid']}")
        assert self.go.one("/tags/", tag["uuid"]) is None
        assert self.go.list("/user-tags", "tag~=speed%")["inventories"] == []

    def tags_survive_a_restart_and_go_with_what_has_them(self):
        before = self.java.query("/system-tags")["inventories"]
        assert self.server.stop() == 0
        self.server.start()
        assert self.java.query("/system-tags")["inventories"] == before
        self.java.delete(f"/images/{self.image}")
        assert self._system()
        self.java.put(f"/images/{self.image}/actions", "expungeImage")
        assert self._system() == {}

    def what_is_no_tag_is_refused(self):
        vm = {"resourceType": "VmInstanceVO", "resourceUuid": self.vm}
        for code, path, wish in (
            ("SYS.1007", "/system-tags", {**vm, "tag": "nonsense"}),
            ("SYS.1007", "/system-tags", {**vm, "tag": "bootMode::BIOS"}),
            ("SYS.1007", "/system-tags", {**vm, "resourceType": "HostVO", "tag": "qemuga"}),
            ("SYS.1007", "/system-tags", {**vm, "resourceType": "ImageVO", "tag": "qemuga"}),
            ("SYS.1003", "/user-tags", {**vm, "resourceUuid": new_uuid(), "tag": "a"}),
            ("SYS.1007", "/user-tags", vm),
        ):
            assert refusal(self.java.post, path, **wish).code == code, (path, wish)
        nothing = f"/system-tags/{new_uuid()}/actions"
        assert refusal(self.java.put, nothing, "updateSystemTag", tag="qemuga").code == "SYS.1003"
        self.java.delete(f"/tags/{new_uuid()}")
