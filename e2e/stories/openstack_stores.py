"""OpenStack's own tools, unmodified, with several stores and a second region: where images are, and
how they get there."""

import hashlib
import json
import os
import subprocess

from kit.checks import until
from kit.native import Native
from kit.server import PASSWORD
from stories.openstack_clients import Person

SIZE = 3_000_000


class OpenstackStores:
    def __init__(self, world):
        self.folder = world.folder("stores-files")
        self.file = self.folder / "small.raw"
        self.file.write_bytes(os.urandom(SIZE))
        self.origin = world.origin()
        self.region = world.region()
        self.server = world.server(
            "stores",
            "--allow-private-imports",
            GAZE_IMPORT_GLANCE_SERVICES=f"two={self.region.url}",
        ).start()
        self.far = world.server("stores-far")
        self.native = Native(self.server)
        place = self.native.items("/regions")[0]["id"]
        self.native.create("/stores", name="archive", kind="fs", region=place)
        self.native.create("/projects", name="alice", password=PASSWORD)
        self.admin, self.alice = (
            Person(self.server, name, PASSWORD, self.folder) for name in ("admin", "alice")
        )
        self.token = self.alice.openstack("token", "issue")["id"]

    def _image(self, name):
        """A new image that waits for its bytes. Without a terminal, the tools' own `create` would
        send an empty one at once."""
        new = {"name": name, "disk_format": "raw", "container_format": "bare"}
        token = {"X-Auth-Token": self.token}
        return self.server.call("POST", "/v2/images", new, token).expect(201).json["id"]

    def _shown(self, image):
        token = {"X-Auth-Token": self.token}
        return self.server.call("GET", f"/v2/images/{image}", None, token).expect(200).json

    def _active_in(self, image, stores):
        def there():
            shown = self._shown(image)
            return shown["status"] == "active" and shown.get("stores") == stores

        until(there, f"the image is in {stores}")

    def _is_whole(self, image):
        saved = self.folder / "saved.raw"
        self.alice.silent("image", "save", "--file", saved, image)
        assert saved.read_bytes() == self.file.read_bytes()

    def lists_the_stores(self):
        stores = {row["ID"] for row in self.alice.openstack("image", "stores", "list")}
        assert stores == {"archive", "store-1"}, stores

    def imports_what_it_staged_into_all_stores(self):
        self.both = self._image("both")
        self.alice.silent("image", "stage", "--file", self.file, self.both)
        assert self._shown(self.both)["status"] == "uploading"
        self.alice.silent("image", "import", self.both, "--all-stores")
        self._active_in(self.both, "archive,store-1")
        self._is_whole(self.both)

    def imports_what_it_staged_into_another_store_than_it_came_to(self):
        self.moved = self._image("moved")
        self.alice.silent("image", "stage", "--file", self.file, self.moved)
        (came,) = self._shown(self.moved)["stores"].split(",")
        other = {"archive": "store-1", "store-1": "archive"}[came]
        self.alice.glance("image-import", "--store", other, self.moved)
        self._active_in(self.moved, other)
        self._is_whole(self.moved)

    def imports_from_an_address_into_the_store_that_it_names(self):
        self.fetched = self._image("fetched")
        address = self.origin.url("small.raw", self.file)
        words = ["--method", "web-download", "--uri", address, "--store", "archive"]
        self.alice.silent("image", "import", self.fetched, *words)
        self._active_in(self.fetched, "archive")

    def copies_an_image_into_another_store(self):
        words = ["--method", "copy-image", "--store", "store-1"]
        self.alice.silent("image", "import", self.fetched, *words)
        self._active_in(self.fetched, "archive,store-1")
        shown = self._shown(self.fetched)
        assert shown["os_glance_importing_to_stores"] == "", shown
        assert shown["os_glance_failed_import"] == "", shown
        # openstack's own tool does not look at the answer.
        words = ["--import-method", "copy-image", "--stores", "store-1"]
        said = self.alice.refused("glance", "image-import", *words, self.fetched)
        assert "already present" in said, said

    def deletes_the_copy_in_one_store_and_keeps_the_last(self):
        self.alice.glance("stores-delete", "--store", "archive", self.fetched)
        self._active_in(self.fetched, "store-1")
        self._is_whole(self.fetched)
        said = self.alice.refused("glance", "stores-delete", "--store", "store-1", self.fetched)
        assert "only store" in said, said

    def copies_it_to_every_store_that_has_none(self):
        words = ["--method", "copy-image", "--all-stores", "--allow-failure"]
        self.admin.silent("image", "import", self.fetched, *words)
        self._active_in(self.fetched, "archive,store-1")

    def copies_by_the_services_own_command(self):
        self.alice.glance("stores-delete", "--store", "archive", self.fetched)
        words = ["image", "copy", self.fetched, "--store", "archive", "--output", "json"]
        command = [self.server.gaze, *words, "--url", self.server.url]
        environment = {**os.environ, "GAZE_TOKEN": self.native.token}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        locations = json.loads(done.stdout)["locations"]
        assert [it["state"] for it in locations].count("ready") == 2, locations

    def keeps_images_at_hand_for_administrators(self):
        assert "403" in self.alice.refused("openstack", "cached", "image", "list")
        assert self.admin.openstack("cached", "image", "list") == []
        self.admin.silent("cached", "image", "queue", self.both)
        rows = self.admin.openstack("cached", "image", "list")
        assert [(row["ID"], row["State"]) for row in rows] == [(self.both, "cached")], rows
        assert self.both in self.admin.glance("cache-list")
        self.admin.silent("cached", "image", "delete", self.both)
        self.admin.glance("cache-queue", self.both)
        self.admin.silent("cached", "image", "clear")
        assert self.admin.openstack("cached", "image", "list") == []

    def adds_a_location_whose_bytes_have_the_digest_that_was_told(self):
        address = self.origin.url("located.raw", self.file)
        digest = hashlib.sha512(self.file.read_bytes()).hexdigest()
        told = json.dumps({"os_hash_algo": "sha512", "os_hash_value": digest})
        located = self._image("located")
        words = ["--url", address, "--validation-data"]
        self.alice.glance("add-location", *words, told, located)
        until(lambda: self._shown(located)["status"] == "active", "the bytes come")
        shown = self._shown(located)
        assert (shown["os_hash_algo"], shown["os_hash_value"]) == ("sha512", digest)
        assert "locations" not in shown and "direct_url" not in shown
        self._is_whole(located)
        wrong = told.replace(digest, "beefdead" * 16)
        other = self._image("other")
        self.alice.glance("add-location", *words, wrong, other)
        tasks = f"/v2/images/{other}/tasks"
        token = {"X-Auth-Token": self.token}

        def failed():
            found = self.server.call("GET", tasks, None, token).expect(200).json["tasks"]
            return [task["status"] for task in found] == ["failure"]

        until(failed, "the task fails")
        assert self._shown(other)["status"] == "queued"
        said = self.alice.refused("glance", "location-add", "--url", address, other)
        assert "403" in said, said

    def tells_administrators_where_the_bytes_are(self):
        call = lambda token: self.server.call(  # noqa: E731
            "GET", f"/v2/images/{self.both}/locations", None, {"X-Auth-Token": token}
        )
        call(self.token).expect(403)
        told = call(self.admin.openstack("token", "issue")["id"]).expect(200).json
        assert sorted(it["metadata"]["store"] for it in told) == ["archive", "store-1"]
        for place in told:
            path = place["url"].removeprefix("file://")
            with open(path, "rb") as kept:
                assert kept.read() == self.file.read_bytes()

    def fetches_an_image_of_another_region_in_its_own_name(self):
        far = self.far.start()
        native = Native(far)
        made = native.create("/images", name="afar", format="raw", properties={"hw_cpu_cores": "5"})
        native.upload(made["id"], self.file.read_bytes()).expect(200)
        self.region.open(self.token, far, native.token)
        image = f"{made['id'][:8]}-{made['id'][8:12]}-{made['id'][12:16]}"
        image += f"-{made['id'][16:20]}-{made['id'][20:]}"
        here = self._image("here")
        token = {"X-Auth-Token": self.token}
        method = {"name": "glance-download", "glance_region": "two", "glance_image_id": image}
        imported = {"method": method, "stores": ["archive"]}
        path = f"/v2/images/{here}/import"
        self.server.call("POST", path, imported, token).expect(202)
        self._active_in(here, "archive")
        assert self._shown(here)["hw_cpu_cores"] == "5"
        assert self.region.asked == [f"/v2/images/{image}", f"/v2/images/{image}/file"]
        self._is_whole(here)
