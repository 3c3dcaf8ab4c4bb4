"""What is wrong is refused, in the vendor's words, and changes nothing."""

import hashlib
import time
from email.utils import formatdate

from kit import disks, ledger
from kit.native import Native
from kit.zstack import BASE, Zstack, new_uuid, refused, signature


class BadInput:
    def __init__(self, world):
        self.folder = world.folder("bad-disks")
        self.iso = self.folder / "rescue.iso"
        self.iso.write_bytes(disks.DEBIAN_ISO.read_bytes())
        self.disk = self.folder / "rescue.qcow2"
        convert = ["qemu-img", "convert", "-f", "raw", "-O", "qcow2"]
        disks.tool(*convert, self.iso, self.disk)
        self.origin = world.origin()
        flags = ["--disk-dir", self.folder, "--import-dir", self.folder, "--region", "r1"]
        self.server = world.server("bad", *flags).start()
        self.native = Native(self.server)
        self.zstack = Zstack(self.server)
        self.token = self.native.api_token()
        self.image = self.zstack.add_image("good", f"file://{self.disk}")["uuid"]
        zone = self.native.first_zone()["id"]
        added = self.native.create("/instances", name="vm", zone=zone, disk=str(self.disk))
        self.instance, self.volume = added["instance"]["id"], added["root_volume"]["id"]
        store = self.native.stores()[0]
        small = {"region": store["region"], "name": "small", "kind": "fs", "zones": [zone]}
        self.small = self.native.create("/stores", capacity=1 << 20, **small)["id"]
        self.before = self.native.state()

    def _unchanged(self):
        self.native.wait_until_idle()
        before, self.before = self.before, self.native.state()
        for kind, now in self.before.items():
            new = [thing for thing in now if thing not in before[kind]]
            gone = [thing for thing in before[kind] if thing not in now]
            assert not new and not gone, f"{kind}: {gone} became {new}"
        ledger.is_exact(self.server, self.native)

    def _add(self, url, **params):
        body = self.zstack.new_image(params.pop("name", "bad"), url, **params)
        return self.zstack.outcome(self.zstack.call("POST", "/images", body))

    def _template(self, volume, **params):
        path = f"/images/root-volume-templates/from/volumes/{volume}"
        return self.zstack.outcome(self.zstack.call("POST", path, {"params": params}))

    def ids_that_name_nothing_are_not_found(self):
        nothing = new_uuid()
        path = f"/vm-instances/{nothing}/image-candidates"
        refused(self.zstack.call("GET", path), "SYS.1003", "vmInstanceUuid", nothing)
        body = {"changeImageState": {"stateEvent": "disable"}}
        for wrong in (nothing, "no-uuid-at-all"):
            answer = self.zstack.call("PUT", f"/images/{wrong}/actions", body)
            refused(self.zstack.outcome(answer), "SYS.1003", wrong)
        refused(self._template(nothing, name="x"), "SYS.1003", "rootVolumeUuid", nothing)
        self.native.call("GET", f"/images/{nothing}").expect(404)
        path = f"/v1/cloudimages/r1?marker={nothing}"
        answer = self.server.call("GET", path, None, {"X-Auth-Token": self.token}).expect(400)
        assert answer.json["error_code"] == "IMG.0027", answer.text
        self._unchanged()

    def an_unknown_region_is_said_to_be_unknown(self):
        headers = {"X-Auth-Token": self.token}
        answer = self.server.call("GET", "/v1/cloudimages/atlantis", None, headers).expect(400)
        assert answer.json["error_code"] == "IMG.0147", answer.text
        body = {"regionId": "atlantis", "start": 0, "limit": 1}
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self.server.call("POST", "/dicloud/i/storage/cimg/list", body, headers)
        assert answer.json["errno"] == 1 and "atlantis" in answer.json["errmsg"], answer.text

    def names_that_are_too_long_are_refused(self):
        for name in ("n" * 256, "图" * 256):
            refused(self._add(f"file://{self.disk}", name=name), "SYS.1007", "name")
            refused(self._template(self.volume, name=name), "SYS.1007", "name")
            answer = self.native.call("POST", "/images", {"name": name})
            assert 400 <= answer.status < 500, answer.text
        self._unchanged()

    def broken_json_is_refused(self):
        path = f"/images/{self.image}/actions"
        headers = {"Authorization": f"OAuth {self.zstack.session}"}
        for body in (b"", b"{", b"[]", b'"text"', b"\xff\xfe", b'{"changeImageState":'):
            answer = self.server.call("PUT", BASE + path, body, headers)
            assert answer.status in (400, 500) and answer.text is not None, answer.status
            self.native.call("POST", "/images", body).expect(400)
        self._unchanged()

    def wrong_types_are_refused(self):
        answer = self.zstack.call(
            "POST",
            f"/images/root-volume-templates/from/volumes/{self.volume}",
            {"params": {"name": "x", "system": "maybe"}},
        )
        assert answer.status == 400 and "system" in answer.text, answer.text
        body = {"changeImageState": {"stateEvent": "explode"}}
        answer = self.zstack.call("PUT", f"/images/{self.image}/actions", body)
        refused(self.zstack.outcome(answer), "SYS.1007", "stateEvent")
        answer = self.native.call("POST", "/images", {"name": 7}).expect(400)
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        self._unchanged()

    def a_truncated_image_is_refused(self):
        whole = self.disk.read_bytes()
        cut = self.folder / "cut.qcow2"
        taken = []
        for part in (len(whole) - (64 << 10), len(whole) // 2, 70_000, 104, 50):
            cut.write_bytes(whole[:part])
            answer = self._add(f"file://{cut}")
            if answer.status == 200:
                taken.append(part)
                self.native.purge(answer.json["inventory"]["uuid"])
            else:
                refused(answer, "BS.1000")
        cut.unlink()
        self._unchanged()
        assert not taken, f"accepted when cut to {taken} of {len(whole)} bytes"

    def a_truncated_disk_of_a_machine_is_refused(self):
        cut = self.folder / "cut-machine.qcow2"
        cut.write_bytes(self.disk.read_bytes()[: self.disk.stat().st_size // 2])
        zone = self.native.first_zone()["id"]
        fields = {"name": "cut", "zone": zone, "disk": str(cut)}
        answer = self.native.call("POST", "/instances", fields)
        if answer.status == 201:
            added = answer.json
            made = self._template(added["root_volume"]["id"], name="half")
            assert made.status == 503, made.text
            path = f"/instances/{added['instance']['id']}"
            self.native.call("DELETE", path).expect(204)
        else:
            assert 400 <= answer.status < 500, answer.text
        cut.unlink()
        self._unchanged()

    def an_image_that_refers_to_another_file_is_refused(self):
        secret = self.folder / "overlay.qcow2"
        layer = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", "/etc/passwd"]
        disks.tool(*layer, secret, "1M")
        refused(self._add(f"file://{secret}"), "BS.1000", "backing")
        made = self.native.create("/images", name="overlay")["id"]
        answer = self.native.upload(made, secret.read_bytes())
        assert 400 <= answer.status < 500 and "backing" in answer.text, answer.text
        self.native.purge(made)
        secret.unlink()
        self._unchanged()

    def a_store_without_room_is_refused(self):
        stores = {"backupStorageUuids": [self.small]}
        refused(self._add(f"file://{self.disk}", **stores), "SYS.1006", self.small)
        answer = self._template(self.volume, name="big", **stores)
        assert answer.status == 503, answer.text
        assert answer.json["error"]["code"] in ("SYS.1006", "BS.1003"), answer.text
        self._unchanged()

    def a_file_that_is_not_there_is_refused(self):
        answer = self._add(f"file://{self.folder}/nothing.qcow2").expect(503)
        assert answer.json["error"]["code"] in ("BS.1000", "SYS.1006", "SYS.1002"), answer.text
        self._unchanged()

    def files_outside_the_allowed_folders_are_refused(self):
        link = self.folder / "link.qcow2"
        link.symlink_to("/etc/passwd")
        urls = ["file:///etc/passwd", f"file://{self.folder}/../bad/stdout.1", f"file://{link}"]
        for url in urls:
            answer = self._add(url).expect(503)
            assert "root:" not in answer.text, answer.text
        link.unlink()
        self._unchanged()

    def private_addresses_are_refused(self):
        self.origin.files["disk"] = self.disk
        port = self.origin.server.server_port
        for host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "169.254.169.254", "10.0.0.1"):
            refused(self._add(f"http://{host}:{port}/disk"), "SYS.1006", "not allowed")
        assert self.origin.requests == [], "a private address was called"
        self._unchanged()

    def a_wrong_signature_is_refused(self):
        key = self.native.create("/access-keys")
        date = formatdate(time.time(), usegmt=True)
        sent = signature("not the secret", "GET", date, "/v1/images")
        headers = {"Authorization": f"ZStack {key['access']}:{sent}", "Date": date}
        answer = self.server.call("GET", f"{BASE}/images", None, headers).expect(403)
        assert answer.text == "wrong accessKey signature", answer.text
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        self._huawei_refuses(key["access"], "0" * 64, stamp, "verify aksk signature fail")

    def a_date_of_yesterday_is_refused(self):
        key = self.native.create("/access-keys")
        date = formatdate(time.time() - 86_400, usegmt=True)
        sent = signature(key["secret"], "GET", date, "/v1/images")
        headers = {"Authorization": f"ZStack {key['access']}:{sent}", "Date": date}
        answer = self.server.call("GET", f"{BASE}/images", None, headers).expect(403)
        assert answer.text == "requestTimeTooSkewed", answer.text
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - 86_400))
        self._huawei_refuses(key["access"], hashlib.sha256().hexdigest(), stamp, "")

    def _huawei_refuses(self, access, signed, stamp, words):
        authorization = (
            f"SDK-HMAC-SHA256 Access={access}, SignedHeaders=host;x-sdk-date, Signature={signed}"
        )
        headers = {"Authorization": authorization, "X-Sdk-Date": stamp}
        answer = self.server.call("GET", "/v1/cloudimages/r1", None, headers).expect(401)
        assert answer.json["error_code"] == "APIGW.0301", answer.text
        assert words in answer.json["error_msg"], answer.text

    def requests_without_credentials_are_refused(self):
        text = self.server.call("GET", f"{BASE}/images").expect(400).text
        assert text == "missing header 'Authorization'"
        answer = self.server.call("GET", "/v1/cloudimages/r1").expect(401)
        assert answer.json["error_code"] == "APIGW.0301", answer.text
        body = {"regionId": "r1", "start": 0, "limit": 1}
        answer = self.server.call("POST", "/dicloud/i/storage/cimg/list", body)
        assert answer.json["errno"] == 4, answer.text
        self.server.call("GET", "/gaze/v1/images").expect(401)
