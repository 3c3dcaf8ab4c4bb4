"""Real disks: made by qemu-img from a disc that Debian made, compared and booted by QEMU."""

import hashlib
import json
import subprocess
import tempfile
import threading
from pathlib import Path

# A GRUB rescue disc, of the package grub-rescue-pc: bootable as a disc and as a hard disk.
DEBIAN_ISO = Path("/usr/lib/grub-rescue/grub-rescue-cdrom.iso")
# What it shows when it has started.
DEBIAN_ISO_SAYS = "GNU GRUB"


def tool(*words):
    """Runs one of QEMU's tools; its output."""
    words = [str(word) for word in words]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{' '.join(words)}: {done.stdout}{done.stderr}"
    return done.stdout


def info(path):
    return json.loads(tool("qemu-img", "info", "--output=json", path))


def same_disk(one, other):
    """Whether a guest sees the same bytes on both, backing files and all."""
    tool("qemu-img", "compare", one, other)


def digest(path, algorithm="sha256"):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def chain(folder):
    """A virtual machine's disk with all that a long life leaves behind; the path of its top.

    A compressed base with Debian's bootable disc, an old-style layer (version 2), and a top layer
    with an internal snapshot, data written before and after it, and zeros over data of the layers
    below.
    """
    base, middle, top = (folder / f"{name}.qcow2" for name in ("base", "middle", "top"))
    tool("qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", DEBIAN_ISO, base)
    layer = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2"]
    tool(*layer, "-o", "compat=0.10", "-b", base, middle, "48M")
    tool("qemu-io", "-c", "write -P 0xa5 8M 1M", "-c", "write -P 0x5a 20M 3M", middle)
    tool(*layer, "-b", middle, top, "64M")
    tool("qemu-io", "-c", "write -P 0x11 30M 512k", top)
    tool("qemu-img", "snapshot", "-c", "before", top)
    tool("qemu-io", "-c", "write -P 0x22 30M 256k", "-c", "write -z 21M 1M", top)
    tool("qemu-io", "-c", "write -P 0x33 63M 1M", top)
    return top


def big_disk(path, mebibytes):
    """A raw disk without a zero in it, large enough that copying it takes a while."""
    block = hashlib.shake_256(b"gaze").digest(1 << 20).replace(b"\0", b"\1")
    with open(path, "wb") as file:
        for number in range(mebibytes):
            file.write(number.to_bytes(8, "little") + block[8:])
    return path


def boots(disk, says, format="qcow2", seconds=120):
    """Starts a machine from a copy-on-write view of the disk and waits for a line on its serial
    port, to which the firmware copies the screen."""
    command = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-m", "128"]
    command += ["-accel", "tcg", "-machine", "graphics=off"]
    command += ["-display", "none", "-serial", "stdio", "-net", "none"]
    command += ["-drive", f"file={disk},format={format},snapshot=on"]
    with tempfile.TemporaryFile() as complaints:
        machine = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints
        )
        deadline = threading.Timer(seconds, machine.kill)
        deadline.start()
        seen = b""
        try:
            while says.encode() not in seen:
                more = machine.stdout.read1(4096)
                if not more:
                    complaints.seek(0)
                    raise AssertionError(f"{says!r} is not in {seen!r}; {complaints.read()!r}")
                seen += more
        finally:
            deadline.cancel()
            machine.kill()
            machine.wait()
            machine.stdout.close()


class RunningMachine:
    """A QEMU process that holds a disk open for writing, as a running machine does."""

    def __init__(self, disk, format="qcow2"):
        command = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none"]
        command += ["-S", "-m", "64", "-qmp", "stdio", "-drive", f"file={disk},format={format}"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        # The greeting comes when the drives are open.
        greeting = self.process.stdout.readline()
        assert b"QMP" in greeting, self.process.stderr.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()
