"""The service as a process: its start and its memory."""

import re
import time
from pathlib import Path


def memory(server, field):
    """A figure of the process's memory in MiB (proc_pid_status(5))."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)[1]) / 1024


def first_answer(server):
    """Starts the service; milliseconds until a list is answered."""
    begun = time.monotonic()
    server.start()
    server.call("GET", "/v2/images?limit=1").expect(401)
    return (time.monotonic() - begun) * 1e3
