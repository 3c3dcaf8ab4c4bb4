"""A service that is stopped and started again finds everything as it was left."""

from kit import disks, ledger
from kit.native import Native
from kit.zstack import Zstack


class Restart:
    def __init__(self, world):
        self.folder = world.folder("restart-disks")
        self.disk = self.folder / "rescue.qcow2"
        convert = ["qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2"]
        disks.tool(*convert, disks.DEBIAN_ISO, self.disk)
        flags = ["--import-dir", self.folder, "--disk-dir", self.folder, "--region", "r1"]
        self.server = world.server("restart", *flags).start()
        native, zstack = Native(self.server), Zstack(self.server)
        zstack.add_image("added", f"file://{self.disk}", architecture="x86_64")
        zone = native.first_zone()["id"]
        native.create("/instances", name="web-1", zone=zone, disk=str(self.disk))
        native.create("/projects", name="tenant", password="a tenant's password")
        queued = native.create("/images", name="queued", format="raw")
        sent = native.create("/images", name="sent", format="iso", media="iso")
        native.upload(sent["id"], disks.DEBIAN_ISO.read_bytes()).expect(200)
        native.call("PUT", f"/images/{sent['id']}/state", {"enabled": False}).expect(200)
        self.queued = queued["id"]
        self.token = native.api_token()
        self.session = zstack.session

    def _everything(self):
        """What each face says of the catalogue, with one token from before the restart."""
        native = self._native()
        bearer = {"Authorization": f"Bearer {self.token}"}
        session = {"Authorization": f"OAuth {self.session}"}
        paths = "regions zones clusters stores pools instances volumes projects users jobs".split()
        said = {path: native.items(f"/{path}") for path in paths}
        said["images"] = native.images()
        said["zstack"] = self.server.call("GET", "/zstack/v1/images", None, session).json
        said["huawei"] = self.server.call(
            "GET", "/v1/cloudimages/r1", None, {"X-Auth-Token": self.token}
        ).json
        body = {"regionId": "r1", "start": 0, "limit": 9}
        didi = self.server.call("POST", "/dicloud/i/storage/cimg/list", body, bearer).json
        said["didi"] = didi["data"]
        return said

    def _native(self):
        native = Native.__new__(Native)
        native.server, native.token = self.server, self.token
        return native

    def a_termination_ends_it_with_success(self):
        self.before = self._everything()
        assert len(self.before["images"]) == 3 and self.before["jobs"], self.before
        assert self.server.stop() == 0, self.server.log.read_text()[-4000:]

    def the_next_start_finds_everything(self):
        self.server.start()
        after = self._everything()
        for part, before in self.before.items():
            assert after[part] == before, f"{part}: {before} became {after[part]}"

    def the_bytes_are_still_those_of_the_catalogue(self):
        ledger.is_exact(self.server, self._native())

    def work_goes_on_where_it_was_left(self):
        native = self._native()
        answer = native.upload(self.queued, self.disk.read_bytes()).json
        # The bytes are a qcow2, the declaration was raw: refused, and still queued.
        assert answer.get("status") == 422 or "refused" in answer.get("type", ""), answer
        assert native.image(self.queued)["status"] == "queued"
        native.upload(self.queued, disks.DEBIAN_ISO.read_bytes()[: 1 << 20])
