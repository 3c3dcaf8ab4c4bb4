"""Requests in great numbers, made by wrk from a process of its own."""

import contextlib
import json
import re
import subprocess
from dataclasses import dataclass, field

JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Call:
    """One request that is made over and over."""

    name: str
    path: str
    headers: dict = field(default_factory=dict)
    method: str = "GET"
    body: str = ""
    # Where given, `%s` in the path is each of these in turn.
    targets: tuple = ()
    writes: bool = False


@dataclass(frozen=True)
class Figures:
    rate: float
    half_ms: float
    last_ms: float
    # Bytes of bodies and heads per second.
    moved: float

    @property
    def megabytes(self):
        return self.moved / 1e6


def load(call, url, connections, seconds, folder):
    """What a server does for that many connections that ask without a pause."""
    said = finished(call, started(call, url, connections, seconds, folder))
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    half, last = (
        milliseconds(re.search(rf"^\s+{share}%\s+(\S+)\s*$", said, re.MULTILINE)[1])
        for share in (50, 99)
    )
    number, unit = re.search(r"Transfer/sec:\s+([\d.]+)(\w+)", said).groups()
    moved = float(number) * {"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}[unit]
    return Figures(rate, half, last, moved)


@contextlib.contextmanager
def beside(call, url, connections, seconds, folder):
    """Asks the same over and over while something else is measured."""
    folder = folder / "beside"
    folder.mkdir(exist_ok=True)
    process = started(call, url, connections, seconds, folder)
    try:
        yield
    except BaseException:
        process.kill()
        raise
    finished(call, process)


def started(call, url, connections, seconds, folder):
    """A wrk that asks, with its script in that folder."""
    script = folder / "request.lua"
    script.write_text(lua(call))
    path = call.path % call.targets[0] if call.targets else call.path
    command = ["wrk", "--latency", "-t", str(min(connections, 2)), "-c", str(connections)]
    command += ["-d", f"{seconds}s", "--timeout", "60s", "-s", str(script), url + path]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finished(call, process):
    """What it says at its end, if every request was answered well."""
    said, _ = process.communicate()
    good = process.returncode == 0 and "Non-2xx" not in said and "Socket errors" not in said
    assert good, f"{call.name}: {said}"
    return said


def lua(call):
    """The script that tells wrk what to send."""
    lines = [f"wrk.method = {json.dumps(call.method)}", f"wrk.body = [==[{call.body}]==]"]
    lines += [
        f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}"
        for name, value in call.headers.items()
    ]
    if call.targets:
        before, after = call.path.split("%s")
        targets = ", ".join(json.dumps(target) for target in call.targets)
        lines += [
            f"local targets = {{{targets}}}",
            "local at = 0",
            # Threads begin at different places, or they would ask for the same in step.
            "function setup(thread) at = at + 1; thread:set('first', at * 31) end",
            "function init() at = first end",
            "function request()",
            "  at = at % #targets + 1",
            f"  return wrk.format(nil, {json.dumps(before)} .. targets[at] .. {json.dumps(after)})",
            "end",
        ]
    return "\n".join(lines) + "\n"


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1_000, "m": 60_000}[unit]
