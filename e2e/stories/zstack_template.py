"""A ZStack administrator's day: from the login to a template that boots."""

import subprocess
import time
from email.utils import formatdate

from kit import disks
from kit.checks import until
from kit.native import Native
from kit.zstack import BASE, Zstack, new_uuid, refused, sha512, signature


class ZstackTemplate:
    def __init__(self, world):
        self.folder = world.folder("zstack-disks")
        self.machines = self.folder / "machines"
        self.discs = self.folder / "discs"
        self.machines.mkdir()
        self.discs.mkdir()
        self.top = disks.chain(self.machines)
        self.iso = self.discs / "rescue.iso"
        self.iso.write_bytes(disks.DEBIAN_ISO.read_bytes())
        self.packed = self.folder / "packed.qcow2"
        convert = ["qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2"]
        disks.tool(*convert, self.iso, self.packed)
        self.origin = world.origin()
        flags = ["--disk-dir", self.machines, "--import-dir", self.discs]
        self.server = world.server("zstack", *flags, "--allow-private-imports").start()
        self.native = Native(self.server)

    def a_wrong_password_is_refused(self):
        body = {"logInByAccount": {"accountName": "admin", "password": sha512("wrong")}}
        refused(self.server.call("PUT", f"{BASE}/accounts/login", body), "ID.1000")

    def the_administrator_logs_in_with_the_hash_of_a_password(self):
        self.zstack = Zstack(self.server)
        path = f"{BASE}/accounts/sessions/{self.zstack.session}/valid"
        assert self.server.call("GET", path).expect(200).json["valid"] is True

    def a_disc_is_added_from_a_file(self):
        self.disc = self.zstack.add_image(
            "rescue", f"file://{self.iso}", mediaType="ISO", format="iso", architecture="x86_64"
        )
        assert (self.disc["status"], self.disc["mediaType"]) == ("Ready", "ISO")
        assert self.disc["actualSize"] == self.iso.stat().st_size
        if "md5Sum" in self.disc:
            assert self.disc["md5Sum"] == disks.digest(self.iso, "md5")

    def an_image_is_added_from_the_web_and_its_job_polled(self):
        job = new_uuid()
        url = self.origin.url("packed.qcow2", self.packed)
        body = self.zstack.new_image("rescue-disk", url, architecture="x86_64")
        headers = {"X_Job_UUID": job, "Prefer": "respond-async"}
        answer = self.zstack.call("POST", "/images", body, **headers).expect(202)
        assert answer.json["location"].endswith(f"{BASE}/api-jobs/{job}"), answer.text
        self.added = self.zstack.outcome(answer).expect(200).json["inventory"]
        assert self.added["status"] == "Ready" and self.added["format"] == "qcow2"
        assert self.added["actualSize"] == self.packed.stat().st_size
        assert self.added["size"] == self.iso.stat().st_size
        stored = self.native.bytes_of(self.added["uuid"])
        assert stored == self.packed.read_bytes(), "the bytes are not those of the origin"

    def an_import_goes_on_where_the_connection_broke(self):
        url = self.origin.url("broken.qcow2", self.packed)
        half = self.packed.stat().st_size // 2
        self.origin.cut("broken.qcow2", half)
        image = self.zstack.add_image("broken", url)["uuid"]
        assert self.native.bytes_of(image) == self.packed.read_bytes()
        ranges = [range for _, name, range in self.origin.requests if name == "broken.qcow2"]
        assert ranges == [None, f"bytes={half}-"], ranges
        self.native.purge(image)

    def images_are_queried(self):
        named = self.zstack.images("?q=name=rescue-disk")
        assert [image["uuid"] for image in named] == [self.added["uuid"]]
        one = self.zstack.images(f"/{self.disc['uuid']}")
        assert [image["name"] for image in one] == ["rescue"]
        query = "/images?q=name~=rescue%25&sort=-name&limit=1&replyWithCount=true"
        page = self.zstack.call("GET", query).expect(200).json
        assert page["total"] == 2 and [i["name"] for i in page["inventories"]] == ["rescue-disk"]
        assert self.zstack.images("?q=name=nothing-of-the-kind") == []

    def a_machine_is_registered_by_its_disk(self):
        zone = self.native.first_zone()
        added = self.native.create(
            "/instances", name="web-1", zone=zone["id"], disk=str(self.top), guest_os="Debian 12"
        )
        self.instance, self.volume = added["instance"]["id"], added["root_volume"]["id"]
        assert self.native.get(f"/instances/{self.instance}")["state"] == "stopped"
        assert added["root_volume"]["size"] == 64 << 20

    def root_templates_are_candidates_and_discs_are_not(self):
        found = [image["uuid"] for image in self.zstack.candidates(self.instance)]
        assert found == [self.added["uuid"]], found

    def a_disabled_image_is_no_candidate(self):
        image = self.added["uuid"]
        assert self.zstack.set_state(image, "disable")["state"] == "Disabled"
        assert self.zstack.candidates(self.instance) == []
        # Again, and in the form that the published page shows.
        assert self.zstack.set_state(image, "disable", key="params")["state"] == "Disabled"
        assert self.zstack.set_state(image, "enable", key="params")["state"] == "Enabled"
        found = [image["uuid"] for image in self.zstack.candidates(self.instance)]
        assert found == [image]

    def a_template_is_made_of_the_root_volume(self):
        self.template, job = new_uuid(), new_uuid()
        params = {"name": "golden", "rootVolumeUuid": self.volume, "resourceUuid": self.template}
        path = f"/images/root-volume-templates/from/volumes/{self.volume}"
        answer = self.zstack.call(
            "POST", path, {"params": params}, X_Job_UUID=job, Prefer="respond-async"
        ).expect(202)
        self.made = self.zstack.outcome(answer).expect(200).json["inventory"]
        assert self.zstack.job(job).status == 200, "a finished job stays known"
        assert self.made["uuid"] == self.template and self.made["status"] == "Ready"
        assert self.made["url"] == f"volume://{self.volume}"
        assert self.made["size"] == 64 << 20
        assert self.made["guestOsType"] == "Debian 12"
        assert [ref["status"] for ref in self.made["backupStorageRefs"]] == ["Ready"]

    def the_template_holds_what_the_machine_saw(self):
        self.saved = self.folder / "saved.qcow2"
        self.saved.write_bytes(self.native.bytes_of(self.template))
        disks.same_disk(self.top, self.saved)
        disks.tool("qemu-img", "check", self.saved)
        facts = disks.info(self.saved)
        assert facts["format"] == "qcow2" and "backing-filename" not in facts
        assert facts["virtual-size"] == 64 << 20 and "snapshots" not in facts
        assert self.made["actualSize"] == self.saved.stat().st_size

    def the_template_is_as_sparse_as_the_disk(self):
        flat = self.folder / "flat.qcow2"
        disks.tool("qemu-img", "convert", "-O", "qcow2", self.top, flat)
        ours, theirs = self.saved.stat().st_size, flat.stat().st_size
        assert ours <= theirs + (1 << 20), f"{ours} bytes where qemu-img needs {theirs}"

    def its_digests_are_those_of_the_bytes(self):
        checksums = self.native.image(self.template)["checksums"]
        assert checksums["sha256"] == disks.digest(self.saved)
        assert checksums["md5"] == disks.digest(self.saved, "md5")

    def the_template_boots(self):
        disks.boots(self.saved, disks.DEBIAN_ISO_SAYS)

    def the_template_is_a_candidate_itself(self):
        assert self.template in [i["uuid"] for i in self.zstack.candidates(self.instance)]

    def part_of_an_image_can_be_read(self):
        path = f"/images/{self.template}/data"
        answer = self.native.call("GET", path, headers={"Range": "bytes=100-299"}).expect(206)
        assert answer.body == self.saved.read_bytes()[100:300]

    def a_running_machine_is_refused_and_leaves_nothing(self):
        before = self.native.state()
        path = f"/images/root-volume-templates/from/volumes/{self.volume}"
        with disks.RunningMachine(self.top):
            assert self.native.get(f"/instances/{self.instance}")["state"] == "running"
            answer = self.zstack.call("POST", path, {"params": {"name": "live"}})
            # ZStack's chain: image, storage, and the storage's own refusal wrapped in SYS.1000.
            error = refused(self.zstack.outcome(answer), "SYS.1000", "VM should be Stopped")
            assert error["code"] == "SYS.1006", error
        assert self.native.state() == before
        until(
            lambda: self.native.get(f"/instances/{self.instance}")["state"] == "stopped",
            "the machine is seen to have stopped",
        )

    def an_image_that_exists_is_not_made_again(self):
        params = {"name": "again", "resourceUuid": self.template}
        path = f"/images/root-volume-templates/from/volumes/{self.volume}"
        answer = self.zstack.outcome(self.zstack.call("POST", path, {"params": params}))
        refused(answer, "SYS.1000")

    def requests_signed_with_an_access_key_are_served(self):
        key = self.native.create("/access-keys")
        date = formatdate(time.time(), usegmt=True).replace("GMT", "UTC")
        path = f"/v1/images/{self.template}"
        good = signature(key["secret"], "GET", date, path)
        for sent, status in ((good, 200), (good[::-1], 403)):
            headers = {"Authorization": f"ZStack {key['access']}:{sent}", "Date": date}
            answer = self.server.call("GET", "/zstack" + path, None, headers).expect(status)
        assert "wrong accessKey signature" in answer.text

    def the_pages_own_curl_line_works(self):
        line = [
            "curl",
            "--silent",
            "--show-error",
            "--fail-with-body",
            "-X",
            "GET",
            f"{self.server.url}{BASE}/vm-instances/{self.instance}/image-candidates"
            "?systemTags=a&userTags=b",
            "-H",
            f"Authorization: OAuth {self.zstack.session}",
        ]
        done = subprocess.run(line, capture_output=True, text=True)
        assert done.returncode == 0 and '"inventories"' in done.stdout, done.stdout + done.stderr

    def after_the_logout_the_session_is_worth_nothing(self):
        path = f"{BASE}/accounts/sessions/{self.zstack.session}"
        self.server.call("DELETE", path).expect(200)
        refused(self.zstack.call("GET", "/images"), "ID.1001")
