"""Memory as it is on a machine that has been up for a day: in use, most of it for files.

The host of a virtual machine takes back what the kernel does not use, and who asks for it again waits
for the host: measured, 2.4 s for a GiB that is written in 0.3 otherwise. Which of two programs met
such memory was chance, and decided by a third of the figure.
"""

import contextlib
import re
from pathlib import Path

# What is left to the kernel, in bytes: it keeps about as much free itself.
LEFT = 512 << 20
PIECE = 8 << 20
# Longer than any memory; it has not one block on the disk.
LENGTH = 1 << 42


class Memory:
    """A file of nothing but a hole, of which the kernel keeps what was read for as long as nobody
    needs the memory."""

    def __init__(self, folder):
        self.path = folder / "hole"
        self.at = 0

    def use(self):
        """Sees to it that memory which is asked for now comes from a file that is not read."""
        buffer = bytearray(PIECE)
        with open(self.path, "ab") as hole:
            hole.truncate(LENGTH)
        with open(self.path, "rb", buffering=0) as hole:
            hole.seek(self.at)
            for _ in range(max(0, free() - LEFT) // PIECE):
                hole.readinto(buffer)
            self.at = hole.tell()

    def close(self):
        with contextlib.suppress(FileNotFoundError):
            self.path.unlink()


def free():
    """Bytes that nothing uses (proc_meminfo(5))."""
    found = re.search(r"^MemFree:\s+(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return int(found[1]) << 10
