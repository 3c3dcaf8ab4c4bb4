"""The five calls that `gaze serve --demo` prints, pasted into a shell.

The expectations are the published pages of the five calls, written down by hand: which keys an
answer has, and what kind of value each holds.
"""

import json
import re
import subprocess

from kit import disks
from kit.checks import HEX, UTC, UUID, shape, until
from kit.native import Native

# ZStack's dates are gson's, of Java 8.
DATE = re.compile(r"[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d\d:\d\d [AP]M")

REFERENCE = {
    "id": int,
    "imageUuid": HEX,
    "backupStorageUuid": HEX,
    "installPath": str,
    "exportUrl?": str,
    "exportMd5Sum?": str,
    "status": {"Creating", "Downloading", "Ready", "Error", "Deleted", "Migrating"},
    "createDate": DATE,
    "lastOpDate": DATE,
}

# What the three ZStack pages print of an image, and which of it their examples always show.
INVENTORY = {
    "uuid": HEX,
    "name": str,
    "description?": str,
    "state": {"Enabled", "Disabled"},
    "status": {"Creating", "Downloading", "Ready", "Error", "Deleted", "Migrating"},
    "size": int,
    "actualSize": int,
    "md5Sum?": re.compile(r"[0-9a-f]{32}"),
    "url": str,
    "mediaType": {"RootVolumeTemplate", "DataVolumeTemplate", "ISO"},
    "guestOsType?": str,
    "type": "zstack",
    "platform": {"Linux", "Windows", "WindowsVirtio", "Other", "Paravirtualization"},
    "architecture?": str,
    "format": str,
    "system": bool,
    "virtio": bool,
    "createDate": DATE,
    "lastOpDate": DATE,
    "backupStorageRefs": [REFERENCE],
}

MILLISECONDS = (lambda value: isinstance(value, int) and value % 1000 == 0 and value > 10**12)

DIDI_IMAGE = {
    "backupStorages": [
        {
            "bsUuid": HEX,
            "diskType": str,
            "name": str,
            "state": {"Enabled", "Disabled"},
            "status": {"Connecting", "Connected", "Disconnected"},
            "type": str,
            "zone": str,
        }
    ],
    "checkState": str,
    "cimgId": re.compile(r"cimg-[a-z0-9]{8}"),
    "cimgTags": [str],
    "cimgUuid": HEX,
    "createTime": MILLISECONDS,
    "description": str,
    "isExternal": bool,
    "isShared": bool,
    "name": str,
    "osArch": {"32bit", "64bit"},
    "osFamily": str,
    "osVersion": str,
    "platform": str,
    "regions": [str],
    "requirement": {"minDiskSize?": int, "minMemorySize?": int},
    "scenes": [str],
    "size": int,
    "status": str,
    "type": str,
    "updateTime": MILLISECONDS,
    "zones": [str],
}

TRUE_OR_FALSE = {"true", "false"}
HUAWEI_IMAGE = {
    "id": UUID,
    "name": str,
    "status": {"queued", "saving", "deleted", "killed", "active"},
    "disk_format?": str,
    "min_disk": int,
    "min_ram": int,
    "owner": HEX,
    "protected": bool,
    "visibility": {"private", "public"},
    "created_at": UTC,
    "updated_at": UTC,
    "self": str,
    "deleted?": bool,
    "deleted_at?": str,
    "virtual_env_type": {"FusionCompute", "Ironic", "DataImage", "IsoImage"},
    "__imagetype": {"gold", "private", "shared", "market"},
    "__platform?": str,
    "__os_type": {"Linux", "Windows", "Other"},
    "__os_version?": str,
    "__os_bit?": {"32", "64"},
    "__isregistered": bool,
    "__image_size": re.compile(r"\d+"),
    "__image_source_type": str,
    "__data_origin?": str,
    "__description?": str,
    "__originalimagename?": str,
    "__backup_id?": str,
    "__productcode?": str,
    "__root_origin?": str,
    "__sequence_num?": str,
    "__support_arm?": TRUE_OR_FALSE,
    "__support_amd?": TRUE_OR_FALSE,
    "__support_kvm?": TRUE_OR_FALSE,
    "__support_xen?": TRUE_OR_FALSE,
    "checksum?": str,
    "container_format": str,
    "data_source?": str,
    "enterprise_project_id?": str,
    "file?": str,
    "hw_firmware_type?": {"bios", "uefi"},
    "hw_vif_multiqueue_enabled?": TRUE_OR_FALSE,
    "max_ram?": str,
    "schema?": str,
    "size?": int,
    "tags": [str],
    "virtual_size?": int,
}


class SeedCalls:
    """One method a page."""

    def __init__(self, world):
        self.server = world.server("demo", "--demo")
        self.server.start()
        until(lambda: len(self._lines()) == 5, "five curl lines are printed", 120)
        self.ran = set()

    def _lines(self):
        return re.findall(r"^curl .*", self.server.printed(), re.MULTILINE)

    def _run(self, *words):
        """Runs the one line that has all the words, in a shell."""
        found = [line for line in self._lines() if all(word in line for word in words)]
        assert len(found) == 1, f"{len(found)} lines with {words}: {self.server.printed()}"
        self.ran.add(found[0])
        line = found[0].replace("curl ", "curl --silent --show-error --fail-with-body ", 1)
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, f"{found[0]}\n{done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    def the_candidates_of_a_machine_are_listed(self):
        answer = self._run("/zstack/v1/vm-instances/", "/image-candidates")
        shape(answer, {"inventories": [INVENTORY]})
        assert answer["inventories"], "the demonstration has candidates"
        for image in answer["inventories"]:
            assert image["mediaType"] == "RootVolumeTemplate" and image["status"] == "Ready"
            assert {ref["imageUuid"] for ref in image["backupStorageRefs"]} == {image["uuid"]}

    def an_image_changes_its_state(self):
        answer = self._run("/zstack/v1/images/", "/actions")
        shape(answer, {"success?": True, "inventory": INVENTORY})
        line = next(line for line in self.ran if "/actions" in line)
        wanted = "Disabled" if "disable" in line else "Enabled"
        assert answer["inventory"]["state"] == wanted
        assert answer["inventory"]["uuid"] in line

    def a_template_is_made_of_a_root_volume(self):
        answer = self._run("/zstack/v1/images/root-volume-templates/from/volumes/")
        shape(answer, {"success?": True, "inventory": INVENTORY})
        image = answer["inventory"]
        line = next(line for line in self.ran if "root-volume-templates" in line)
        volume = re.search(r"/from/volumes/([0-9a-f]{32})", line)[1]
        assert image["url"] == f"volume://{volume}", image["url"]
        assert image["status"] == "Ready" and image["size"] > 0
        assert [ref["status"] for ref in image["backupStorageRefs"]] == ["Ready"]
        self.template = image["uuid"]

    def the_template_boots_and_speaks_on_the_serial_port(self):
        saved = self.server.folder / "template.qcow2"
        saved.write_bytes(Native(self.server).bytes_of(self.template))
        disks.same_disk(self.server.data / "demo/web-1.qcow2", saved)
        disks.boots(saved, "Hello from a disk that Gaze wrote.")

    def the_images_of_a_region_are_listed_for_didi_cloud(self):
        answer = self._run("/dicloud/i/storage/cimg/list")
        shape(
            answer,
            {
                "data": {"count": int, "items": [DIDI_IMAGE]},
                "errmsg": "ok",
                "errno": 0,
                "requestId": HEX,
            },
        )
        assert answer["data"]["items"], "the demonstration has images"

    def the_central_images_of_a_region_are_listed_for_huawei_cloud(self):
        answer = self._run("/v1/cloudimages/")
        shape(answer, {"images": [HUAWEI_IMAGE]})
        assert answer["images"], "the demonstration has images"
        for image in answer["images"]:
            assert image["self"] == f"/v1/self/{image['id']}"

    def all_five_lines_were_run(self):
        assert self.ran == set(self._lines())

    def a_second_start_finds_the_demonstration_and_does_not_repeat_it(self):
        before = self._run("/dicloud/i/storage/cimg/list")["data"]
        assert self.server.stop() == 0
        self.server.start()
        until(lambda: len(self._lines()) == 5, "five curl lines are printed", 120)
        after = self._run("/dicloud/i/storage/cimg/list")["data"]
        assert before == after
