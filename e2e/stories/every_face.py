"""One catalogue: what one face changes, every other face shows at once, in its own words."""

from kit import disks
from kit.native import Native
from kit.zstack import Zstack


class EveryFace:
    def __init__(self, world):
        folder = world.folder("faces-discs")
        self.disk = folder / "rescue.qcow2"
        convert = ["qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2"]
        disks.tool(*convert, disks.DEBIAN_ISO, self.disk)
        self.server = world.server("faces", "--import-dir", folder, "--region", "r1").start()
        self.native = Native(self.server)
        self.zstack = Zstack(self.server)
        self.token = self.native.api_token()

    def _didi(self, name):
        body = {"regionId": "r1", "start": 0, "limit": 50, "condition": {"names": [name]}}
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self.server.call("POST", "/dicloud/i/storage/cimg/list", body, headers)
        return answer.expect(200).json["data"]["items"]

    def _huawei(self, name):
        path = f"/v1/cloudimages/r1?name={name}"
        answer = self.server.call("GET", path, None, {"X-Auth-Token": self.token})
        return answer.expect(200).json["images"]

    def _zstack(self, name):
        return self.zstack.images(f"?q=name={name}")

    def an_image_of_one_face_is_in_all(self):
        made = self.zstack.add_image("shared", f"file://{self.disk}", architecture="aarch64")
        self.image = made["uuid"]
        (didi,), (huawei,) = self._didi("shared"), self._huawei("shared")
        native = self.native.image(self.image)
        assert didi["cimgUuid"] == huawei["id"].replace("-", "") == native["id"] == self.image
        assert didi["size"] == int(huawei["__image_size"]) == native["size"] == made["actualSize"]
        states = (didi["status"], huawei["status"], native["status"], made["status"])
        assert states == ("Ready", "active", "active", "Ready")
        systems = (didi["platform"], huawei["__os_type"], native["platform"], made["platform"])
        assert systems == ("Linux", "Linux", "linux", "Linux")
        assert huawei["__support_arm"] == "true" and native["architecture"] == "aarch64"

    def a_new_name_shows_everywhere(self):
        body = {"name": "renamed", "description": "one word"}
        self.native.call("PATCH", f"/images/{self.image}", body).expect(200)
        (didi,), (huawei,) = self._didi("renamed"), self._huawei("renamed")
        (zstack,) = self._zstack("renamed")
        assert didi["description"] == huawei["__description"] == "one word"
        assert zstack["description"] == "one word"
        assert self._didi("shared") == self._huawei("shared") == self._zstack("shared") == []

    def a_disabled_image_is_not_registered_with_huawei(self):
        self.zstack.set_state(self.image, "disable")
        assert self._huawei("renamed")[0]["__isregistered"] is False
        assert self.native.image(self.image)["enabled"] is False
        assert self._didi("renamed")[0]["status"] == "Disabled"
        self.native.call("PUT", f"/images/{self.image}/state", {"enabled": True}).expect(200)
        assert self._zstack("renamed")[0]["state"] == "Enabled"
        assert self._huawei("renamed")[0]["__isregistered"] is True
        assert self._didi("renamed")[0]["status"] == "Ready"

    def a_published_image_is_gold(self):
        self.native.call("PATCH", f"/images/{self.image}", {"visibility": "public"}).expect(200)
        huawei = self._huawei("renamed")[0]
        assert (huawei["visibility"], huawei["__imagetype"]) == ("public", "gold")
        # DiDi Cloud's list is of custom images; what is public is on another.
        assert self._didi("renamed") == []

    def another_tenant_sees_what_is_public_and_nothing_else(self):
        fields = {"name": "tenant", "password": "a tenant's password"}
        self.native.create("/projects", **fields)
        tenant = Native(self.server, "tenant", fields["password"])
        assert [image["id"] for image in tenant.images()] == [self.image]
        account = Zstack(self.server, "tenant", fields["password"])
        assert [image["uuid"] for image in account.images()] == [self.image]
        private = self.zstack.add_image("private", f"file://{self.disk}")["uuid"]
        tenant.call("GET", f"/images/{private}").expect(404)
        assert account.images(f"/{private}") == []
        # What can be seen may not be changed.
        tenant.call("PATCH", f"/images/{self.image}", {"name": "mine"}).expect(403)

    def a_private_image_is_custom_again(self):
        self.native.call("PATCH", f"/images/{self.image}", {"visibility": "private"}).expect(200)
        assert self._huawei("renamed")[0]["__imagetype"] == "private"
        assert len(self._didi("renamed")) == 1

    def a_deleted_image_is_gone_from_lists_or_said_to_be_deleted(self):
        path = f"/images/{self.image}?deleteMode=Permissive"
        self.zstack.outcome(self.zstack.call("DELETE", path)).expect(200)
        assert self._huawei("renamed") == [] and self._didi("renamed") == []
        assert [image["status"] for image in self._zstack("renamed")] == ["Deleted"]
        body = {"recoverImage": {}}
        answer = self.zstack.call("PUT", f"/images/{self.image}/actions", body)
        self.zstack.outcome(answer).expect(200)
        assert self._huawei("renamed")[0]["status"] == "active"
        assert self._didi("renamed")[0]["status"] == "Ready"
