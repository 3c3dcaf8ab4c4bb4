"""Two tenants of a ZStack cloud and its administrator: accounts that come and go, images that are
shared and given away, quotas that are reached."""

from kit import disks
from kit.native import Native
from kit.zstack import Zstack, new_uuid, refused, sha512

SECRET = "a secret of tests"


class ZstackAccounts:
    def __init__(self, world):
        self.folder = world.folder("accounts-disks")
        self.disk = disks.chain(self.folder)
        flags = ["--import-dir", self.folder, "--disk-dir", self.folder]
        self.server = world.server("accounts", *flags).start()
        self.native = Native(self.server)
        self.admin = Zstack(self.server)
        self.url = f"file://{self.folder / 'base.qcow2'}"

    def _create(self, name, **params):
        body = {"params": {"name": name, "password": sha512(SECRET), **params}}
        return self.admin.call("POST", "/accounts", body).expect(200).json["inventory"]

    def _share(self, who, image, *accounts, action="shareResource", **more):
        params = {"resourceUuids": [image], "accountUuids": list(accounts), **more}
        return who.call("PUT", "/accounts/resources/actions", {action: params})

    def _sees(self, who, image):
        return [row["uuid"] for row in who.images(f"?q=uuid={image}")] == [image]

    def accounts_are_created_and_log_in(self):
        self.red = new_uuid()
        made = self._create("red", description="of tests", resourceUuid=self.red)
        assert (made["uuid"], made["type"]) == (self.red, "Normal")
        self.blue = self._create("blue")["uuid"]
        again = {"params": {"name": "red", "password": sha512(SECRET)}}
        refused(self.admin.call("POST", "/accounts", again), "SYS.1007", "already called red")
        self.of_red, self.of_blue = (Zstack(self.server, name, SECRET) for name in ("red", "blue"))
        (own,) = self.of_red.call("GET", "/accounts").expect(200).json["inventories"]
        assert own["uuid"] == self.red
        refused(self.of_red.call("POST", "/accounts", again), "ID.1002")

    def an_image_is_shared_and_seen_at_once(self):
        self.image = self.of_red.add_image("red's", self.url, architecture="x86_64")["uuid"]
        assert not self._sees(self.of_blue, self.image)
        self._share(self.of_red, self.image, self.blue).expect(200)
        assert self._sees(self.of_blue, self.image)
        zone = self.native.first_zone()["id"]
        fields = {"name": "vm", "zone": zone, "disk": str(self.disk), "project": self.blue}
        machine = self.native.create("/instances", **fields)["instance"]["id"]
        assert [row["uuid"] for row in self.of_blue.candidates(machine)] == [self.image]
        self.machine = machine
        rename = {"updateImage": {"name": "mine"}}
        answer = self.of_blue.call("PUT", f"/images/{self.image}/actions", rename)
        refused(answer, "SYS.1006", "permission denied")

    def every_face_knows_of_it(self):
        blue = Native(self.server, "blue", SECRET)
        token = {"X-Auth-Token": blue.token}
        shared = self.server.call("GET", "/v2/images?visibility=shared", None, token).expect(200)
        names = [image["name"] for image in shared.json["images"]]
        assert names == ["red's"], shared.json
        members = self.native.items(f"/images/{self.image}/members")
        assert [member["state"] for member in members] == ["accepted"], members

    def it_is_revoked_and_seen_no_more(self):
        shares = "/accounts/resources?q=resourceUuid=" + self.image
        (row,) = self.of_blue.call("GET", shares).expect(200).json["inventories"]
        assert (row["ownerAccountUuid"], row["receiverAccountUuid"]) == (self.red, self.blue)
        answer = self._share(self.of_blue, self.image, self.blue, action="revokeResourceSharing")
        refused(answer, "SYS.1006", "permission denied")
        self._share(self.of_red, self.image, self.blue, action="revokeResourceSharing").expect(200)
        assert not self._sees(self.of_blue, self.image)
        assert self.of_blue.candidates(self.machine) == []
        assert self.of_blue.call("GET", shares).expect(200).json["inventories"] == []

    def only_an_administrator_shares_with_everybody(self):
        refused(self._share(self.of_red, self.image, toPublic=True), "ID.1002")
        self._share(self.admin, self.image, toPublic=True).expect(200)
        assert self._sees(self.of_blue, self.image)
        more = {"toPublic": True, "all": True}
        self._share(self.of_red, self.image, action="revokeResourceSharing", **more).expect(200)
        assert not self._sees(self.of_blue, self.image)

    def a_quota_is_changed_and_reached(self):
        usages = self.of_red.call("GET", f"/accounts/quota/{self.red}/usages").expect(200)
        used = {row["name"]: row["used"] for row in usages.json["usages"]}
        assert used["image.num"] == 1 and used["image.size"] > 0, used
        quota = {"identityUuid": self.red, "name": "image.num", "value": 1}
        change = {"updateQuota": quota}
        refused(self.of_red.call("PUT", "/accounts/quotas/actions", change), "ID.1002")
        changed = self.admin.call("PUT", "/accounts/quotas/actions", change).expect(200)
        assert changed.json["inventory"]["value"] == 1
        body = self.of_red.new_image("one too many", self.url)
        answer = self.of_red.outcome(self.of_red.call("POST", "/images", body))
        refused(answer, "ID.1003", "image.num, value: 1", "Current used:1, Request:1")
        quota["value"] = 0
        answer = self.admin.call("PUT", "/accounts/quotas/actions", change)
        refused(answer, "SYS.1006", "cannot update Quota")
        (row,) = self.of_red.call("GET", "/accounts/quotas?q=name=image.num").json["inventories"]
        assert row["value"] == 1

    def an_image_is_given_to_another_account(self):
        give = {"params": {"resourceUuid": self.image}}
        refused(self.of_red.call("POST", f"/account/{self.blue}/resources", give), "ID.1002")
        given = self.admin.call("POST", f"/account/{self.blue}/resources", give).expect(200)
        assert given.json["inventory"]["accountUuid"] == self.blue
        assert self._sees(self.of_blue, self.image) and not self._sees(self.of_red, self.image)
        query = f"/accounts/resources/refs?q=accountUuid={self.blue}&q=resourceType=ImageVO"
        (ref,) = self.admin.call("GET", query).expect(200).json["inventories"]
        assert ref["resourceUuid"] == self.image
        # What it gave away counts against it no more.
        self.second = self.of_red.add_image("red's second", self.url)["uuid"]

    def an_account_changes_its_password_and_keeps_its_session(self):
        body = {"updateAccount": {"password": sha512("another secret"), "oldPassword": sha512(SECRET)}}
        self.of_red.call("PUT", f"/accounts/{self.red}", body).expect(200)
        assert self._sees(self.of_red, self.second)
        Zstack(self.server, "red", "another secret")
        body = {"logInByAccount": {"accountName": "red", "password": sha512(SECRET)}}
        refused(self.server.call("PUT", "/zstack/v1/accounts/login", body), "ID.1000")

    def a_deleted_account_leaves_what_it_owns_to_the_administrator(self):
        before = self.native.bytes_of(self.second)
        key = Native(self.server, "red", "another secret").create("/access-keys")
        refused(self.of_red.call("DELETE", f"/accounts/{self.red}"), "ID.1002")
        self.admin.call("DELETE", f"/accounts/{self.red}?deleteMode=Permissive").expect(200)
        refused(self.of_red.call("GET", "/images"), "ID.1001")
        keys = self.admin.call("GET", "/accesskeys").expect(200).json["inventories"]
        assert key["id"] not in [row["uuid"] for row in keys]
        assert self._sees(self.admin, self.second)
        assert self.native.bytes_of(self.second) == before
        ref = f"/accounts/resources/refs?q=resourceUuid={self.second}"
        (row,) = self.admin.call("GET", ref).expect(200).json["inventories"]
        own = self.native.get("/whoami")["project"]["id"]
        assert row["accountUuid"] == own
        answer = self.admin.call("DELETE", f"/accounts/{own}")
        refused(answer, "SYS.1007", "cannot delete itself")
        Zstack(self.server, "blue", SECRET)

    def the_service_is_one_management_node(self):
        (node,) = self.admin.call("GET", "/management-nodes").expect(200).json["inventories"]
        self.server.stop()
        self.server.start()
        again = Zstack(self.server).call("GET", f"/management-nodes/{node['uuid']}").expect(200)
        assert [row["uuid"] for row in again.json["inventories"]] == [node["uuid"]]
