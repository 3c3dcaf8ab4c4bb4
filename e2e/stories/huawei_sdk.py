"""Huawei Cloud's own SDK against the service: see huawei_iec.py, which knows nothing of this
suite."""

import subprocess
import sys
from pathlib import Path

from kit import disks
from kit.checks import Counts
from kit.native import Native
from kit.zstack import Zstack

SCRIPT = Path(__file__).parent.parent / "huawei_iec.py"


class HuaweiSdk:
    def __init__(self, world):
        discs = world.folder("huawei-discs")
        disk = discs / "rescue.qcow2"
        disks.tool(
            "qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", disks.DEBIAN_ISO, disk
        )
        flags = ["--import-dir", discs, "--region", "cn-north-4"]
        self.server = world.server("huawei", *flags).start()
        self.native = Native(self.server)
        zstack = Zstack(self.server)
        for name, platform in (("debian-12", "Linux"), ("windows", "Windows"), ("other", "Other")):
            zstack.add_image(name, f"file://{disk}", platform=platform)
        private = Native(self.server).images()[0]["id"]
        self.native.call("PATCH", f"/images/{private}", {"visibility": "public"}).expect(200)

    def the_unmodified_sdk_lists_images(self):
        key = self.native.create("/access-keys")
        environment = {
            "GAZE_URL": self.server.url,
            "GAZE_AK": key["access"],
            "GAZE_SK": key["secret"],
            "GAZE_DOMAIN_ID": self.native.login["domain"]["id"],
            "GAZE_REGION": "cn-north-4",
            "GAZE_TOKEN": self.native.token,
        }
        done = subprocess.run(
            [sys.executable, SCRIPT], env=environment, capture_output=True, text=True
        )
        print("     " + (done.stdout + done.stderr).rstrip().replace("\n", "\n     "))
        return Counts(done.stdout)
