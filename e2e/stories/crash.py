"""The process is killed in the middle of an upload, an import and a capture. After the next start
there is no file without an image, no image without its bytes, and no byte of capacity lost."""

import http.client
import socket

from kit import disks, ledger
from kit.checks import until
from kit.native import BASE, Native
from kit.zstack import Zstack

# Large enough that copying it is still going on when the process is killed.
BIG_MIB = 768


class Crash:
    def __init__(self, world):
        self.folder = world.folder("crash-disks")
        self.big = disks.big_disk(self.folder / "big.raw", BIG_MIB)
        self.disk = self.folder / "rescue.qcow2"
        convert = ["qemu-img", "convert", "-f", "raw", "-O", "qcow2"]
        disks.tool(*convert, disks.DEBIAN_ISO, self.disk)
        self.origin = world.origin()
        flags = ["--disk-dir", self.folder, "--import-dir", self.folder]
        self.server = world.server("crash", *flags, "--allow-private-imports").start()
        self.native = Native(self.server)
        self.zstack = Zstack(self.server)
        self.kept = self.zstack.add_image("kept", f"file://{self.disk}")["uuid"]
        zone = self.native.first_zone()["id"]
        added = self.native.create("/instances", name="vm", zone=zone, disk=str(self.big))
        self.volume = added["root_volume"]["id"]

    def _restart(self):
        self.server.kill()
        assert any("tmp" in path.parts for path in ledger.files(self.server)), (
            "the process was killed too late: nothing was under way"
        )
        self.server.start()
        self.native = Native(self.server)
        self.zstack = Zstack(self.server)

    def _settled(self):
        self.native.wait_until_idle()
        until(
            lambda: not any(store["reserved"] for store in self.native.stores())
            and not any("tmp" in path.parts for path in ledger.files(self.server)),
            "the remains are cleared away",
        )
        ledger.is_exact(self.server, self.native)

    def _writing(self, least=1):
        """Waits until that many bytes of something are on their way."""
        until(
            lambda: any(
                size >= least
                for path, size in ledger.files(self.server).items()
                if "tmp" in path.parts
            ),
            "bytes arrive in the store",
        )

    def an_upload_that_was_killed_can_be_made_again(self):
        image = self.native.create("/images", name="upload")["id"]
        data = self.disk.read_bytes()
        with socket.create_connection(("127.0.0.1", self.server.port)) as half:
            head = [
                f"PUT {BASE}/images/{image}/data HTTP/1.1",
                "Host: localhost",
                f"Authorization: Bearer {self.native.token}",
                f"Content-Length: {len(data)}",
            ]
            half.sendall("\r\n".join([*head, "", ""]).encode() + data[: len(data) // 2])
            self._writing()
            assert self.native.image(image)["status"] == "saving"
            self._restart()
        self._settled()
        assert self.native.image(image)["status"] == "queued"
        self.native.upload(image, data).expect(200)
        assert self.native.bytes_of(image) == data
        ledger.is_exact(self.server, self.native)

    def an_upload_whose_client_went_away_can_be_made_again(self):
        image = self.native.create("/images", name="broken off")["id"]
        data = self.disk.read_bytes()
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port)
        connection.putrequest("PUT", f"{BASE}/images/{image}/data")
        connection.putheader("Authorization", f"Bearer {self.native.token}")
        connection.putheader("Content-Length", str(len(data)))
        connection.endheaders()
        connection.send(data[: len(data) // 2])
        self._writing()
        connection.close()
        until(lambda: self.native.image(image)["status"] == "queued", "the upload is given up")
        self._settled()
        self.native.upload(image, data).expect(200)

    def an_import_that_was_killed_is_brought_to_its_end(self):
        url = self.origin.url("slow.qcow2", self.disk)
        self.origin.hold("slow.qcow2", self.disk.stat().st_size // 2)
        body = self.zstack.new_image("import", url)
        answer = self.zstack.call("POST", "/images", body, Prefer="respond-async").expect(202)
        self.origin.reached("slow.qcow2")
        self._writing()
        self._restart()
        self.origin.release("slow.qcow2")
        # Who polled before the kill may go on polling.
        image = self.zstack.outcome(answer).expect(200).json["inventory"]["uuid"]
        self._settled()
        assert self.native.bytes_of(image) == self.disk.read_bytes()

    def a_capture_that_was_killed_is_brought_to_its_end(self):
        path = f"/images/root-volume-templates/from/volumes/{self.volume}"
        headers = {"Prefer": "respond-async"}
        body = {"params": {"name": "capture"}}
        answer = self.zstack.call("POST", path, body, **headers).expect(202)
        self._writing(least=16 << 20)
        self._restart()
        image = self.zstack.outcome(answer, 300).expect(200).json["inventory"]["uuid"]
        self._settled()
        saved = self.folder / "saved.qcow2"
        saved.write_bytes(self.native.bytes_of(image))
        disks.same_disk(self.big, saved)

    def what_was_complete_before_is_complete_still(self):
        assert self.native.bytes_of(self.kept) == self.disk.read_bytes()
        ledger.is_exact(self.server, self.native)
