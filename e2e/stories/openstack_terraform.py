"""OpenStack's Terraform provider: its resources `openstack_images_image_v2` and
`openstack_images_image_access_v2` through a life, and its data sources.

The provider builds on gophercloud; the bodies, the order of the calls and the statuses that count as
success are theirs.
"""

import hashlib

from kit.checks import until
from kit.native import Native
from kit.server import PASSWORD

DATA = hashlib.shake_256(b"terraform").digest(300_000)
PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
OCTETS = {"Content-Type": "application/octet-stream"}


class Gopher:
    """What gophercloud sends for somebody, with the endpoint that the catalogue names."""

    def __init__(self, server, name):
        self.server = server
        user = {"name": name, "password": PASSWORD, "domain": {"name": "Default"}}
        scope = {"project": {"name": name, "domain": {"name": "Default"}}}
        identity = {"methods": ["password"], "password": {"user": user}}
        body = {"auth": {"identity": identity, "scope": scope}}
        answer = server.call("POST", "/v3/auth/tokens", body).expect(201)
        self.headers = {"X-Auth-Token": answer.headers["X-Subject-Token"]}
        self.project = answer.json["token"]["project"]["id"]
        (image,) = [it for it in answer.json["token"]["catalog"] if it["type"] == "image"]
        (public,) = [it for it in image["endpoints"] if it["interface"] == "public"]
        assert public["region_id"] == "region-1", public
        self.base = public["url"].removeprefix(server.url).rstrip("/") + "/v2"

    def call(self, method, path, status, body=None, headers=None):
        headers = {"Accept": "application/json", **self.headers, **(headers or {})}
        return self.server.call(method, self.base + path, body, headers).expect(status)

    def image(self, id):
        return self.call("GET", f"/images/{id}", 200).json

    def list(self, query):
        return self.call("GET", f"/images?{query}", 200).json["images"]


class OpenstackTerraform:
    def __init__(self, world):
        self.server = world.server("openstack-terraform", "--allow-private-imports").start()
        self.folder = world.folder("openstack-terraform-files")
        self.origin = world.origin()
        native = Native(self.server)
        for name in ("alice", "bob"):
            native.create("/projects", name=name, password=PASSWORD)
        self.alice, self.bob = (Gopher(self.server, name) for name in ("alice", "bob"))

    def it_creates_an_image_from_a_file(self):
        self.made = self.alice.call(
            "POST",
            "/images",
            201,
            {
                "name": "tf",
                "container_format": "bare",
                "disk_format": "raw",
                "min_disk": 1,
                "min_ram": 64,
                "protected": False,
                "visibility": "private",
                "tags": ["one", "two"],
                "team": "red",
                "hw_disk_bus": "virtio",
            },
        ).json
        self.id = self.made["id"]
        self.alice.call("PUT", f"/images/{self.id}/file", 204, DATA, OCTETS)
        # It waits from `queued` or `saving` for `active`, and no other status may come between.
        shown = self.alice.image(self.id)
        assert shown["status"] == "active", shown
        assert shown["checksum"] == hashlib.md5(DATA).hexdigest()

    def it_reads_what_it_would_write_again(self):
        shown = self.alice.image(self.id)
        for _ in range(2):
            assert self.alice.image(self.id) == shown
        kept = {"name": "tf", "container_format": "bare", "disk_format": "raw", "min_disk": 1}
        kept |= {"min_ram": 64, "protected": False, "visibility": "private", "os_hidden": False}
        for name, value in kept.items():
            assert shown.get(name) == value, (name, shown)
        assert (shown["size"], sorted(shown["tags"])) == (len(DATA), ["one", "two"])
        # Its properties are text, whatever else is shown beside them.
        assert all(isinstance(shown[name], str) for name in ("team", "hw_disk_bus", "file", "schema"))

    def it_changes_name_tags_visibility_and_properties_in_one_call(self):
        changes = [
            {"op": "replace", "path": "/visibility", "value": "shared"},
            {"op": "replace", "path": "/name", "value": "tf-2"},
            {"op": "replace", "path": "/tags", "value": ["two", "three"]},
            {"op": "replace", "path": "/team", "value": "blue"},
            {"op": "add", "path": "/hw_vif_model", "value": "virtio"},
            {"op": "remove", "path": "/hw_disk_bus"},
        ]
        self.alice.call("PATCH", f"/images/{self.id}", 200, changes, PATCH)
        shown = self.alice.image(self.id)
        assert (shown["name"], shown["visibility"], shown["team"]) == ("tf-2", "shared", "blue")
        assert sorted(shown["tags"]) == ["three", "two"]
        assert "hw_disk_bus" not in shown and shown["hw_vif_model"] == "virtio"
        # Nothing is changed if one of the changes cannot be made.
        changes = [
            {"op": "replace", "path": "/name", "value": "tf-3"},
            {"op": "replace", "path": "/hw_disk_bus", "value": "scsi"},
        ]
        self.alice.call("PATCH", f"/images/{self.id}", 409, changes, PATCH)
        assert self.alice.image(self.id) == shown

    def it_gives_access_to_a_project_that_accepts(self):
        members = f"/images/{self.id}/members"
        body = {"member": self.bob.project}
        assert self.alice.call("POST", members, 200, body).json["status"] == "pending"
        self.alice.call("POST", members, 409, body)
        member = f"{members}/{self.bob.project}"
        assert self.bob.call("GET", member, 200).json["status"] == "pending"
        accepted = {"status": "accepted"}
        assert self.bob.call("PUT", member, 200, accepted).json["status"] == "accepted"
        assert [image["id"] for image in self.bob.list("visibility=shared")] == [self.id]
        self.alice.call("DELETE", member, 204)
        self.alice.call("GET", member, 404)
        self.bob.call("GET", f"/images/{self.id}", 404)

    def its_data_sources_find_images(self):
        for query, found in [
            ("name=tf-2&sort=created_at%3Adesc", True),
            ("name=tf-2&visibility=shared&sort=name%3Aasc%2Cid%3Aasc", True),
            ("name=tf-2&tag=two&tag=three", True),
            ("name=tf-2&tag=one", False),
            ("owner=" + self.alice.project + "&size_min=1&size_max=300000", True),
            ("size_min=300001", False),
            ("os_hidden=true", False),
            ("team=blue", True),
            ("status=active&container_format=bare&disk_format=raw", True),
            ("sort_key=name&sort_dir=asc&limit=1", True),
        ]:
            ids = [image["id"] for image in self.alice.list(query)]
            assert ids == ([self.id] if found else []), (query, ids)

    def it_imports_from_an_address(self):
        file = self.folder / "web.raw"
        file.write_bytes(DATA)
        new = {"name": "web", "container_format": "bare", "disk_format": "raw"}
        new |= {"min_disk": 0, "min_ram": 0, "protected": False, "visibility": "private"}
        id = self.alice.call("POST", "/images", 201, new).json["id"]
        method = {"name": "web-download", "uri": self.origin.url("web.raw", file)}
        self.alice.call("POST", f"/images/{id}/import", 202, {"method": method})
        # These are the statuses that it waits through.
        seen = set()

        def ended():
            status = self.alice.image(id)["status"]
            seen.add(status)
            return status == "active"

        until(ended, "the import ends")
        assert seen <= {"queued", "saving", "importing", "active"}, seen
        self.alice.call("DELETE", f"/images/{id}", 204)

    def it_deletes_what_it_made(self):
        protect = [{"op": "replace", "path": "/protected", "value": True}]
        self.alice.call("PATCH", f"/images/{self.id}", 200, protect, PATCH)
        self.alice.call("DELETE", f"/images/{self.id}", 403)
        protect[0]["value"] = False
        self.alice.call("PATCH", f"/images/{self.id}", 200, protect, PATCH)
        self.alice.call("DELETE", f"/images/{self.id}", 204)
        # A resource that is gone is one that was deleted.
        self.alice.call("GET", f"/images/{self.id}", 404)
        self.alice.call("DELETE", f"/images/{self.id}", 404)
