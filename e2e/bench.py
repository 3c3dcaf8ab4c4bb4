"""Measures the release binary and writes a page about it.

    python bench.py --gaze target/release/gaze --scratch DIR --page docs/benchmarks.md

Catalogues are filled through the service's own API, requests are made by `wrk`, transfers by
`curl`; all on one machine, whose cores client and server share.
"""

import argparse
import concurrent.futures
import http.client
import json
import os
import platform
import re
import shlex
import subprocess
import sys
import threading
import time
from pathlib import Path

from kit import disks
from kit.native import BASE, Native
from kit.server import World
from kit.zstack import Zstack

SIZES = (1_000, 100_000)
CONNECTIONS = (1, 8, 64)
SECONDS = 8
# A tenant's images; the catalogue grows by tenants, as catalogues do.
OWN = 100
PASSWORD = "a tenant's password"
FILLERS = 8
GIB = 1 << 30
# A sector that is no other format's beginning.
SECTOR = b"an image of one sector\n".ljust(512, b".")


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--gaze", type=Path, required=True)
    words.add_argument("--scratch", type=Path, required=True)
    words.add_argument("--page", type=Path, required=True)
    words.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    words = words.parse_args()
    world = World(words.gaze.resolve(), words.scratch.resolve())
    try:
        rows, sizes = [], []
        for size in words.sizes:
            measured, memory = catalogue(world, size)
            rows += measured
            sizes.append(memory)
        moved = transfers(world)
    finally:
        world.close()
    words.page.write_text(page(rows, sizes, moved))
    print(words.page.read_text())


def catalogue(world, size):
    """The five calls over a catalogue of that many images; table rows, and the memory's."""
    folder = world.folder(f"disks-{size}")
    disk = folder / "web-1.qcow2"
    disks.tool("qemu-img", "convert", "-f", "raw", "-O", "qcow2", disks.DEBIAN_ISO, disk)
    flags = ["--disk-dir", folder, "--region", "r1", "--log-level", "warn"]
    server = world.server(f"catalogue-{size}", *flags).start()
    admin = Native(server)
    start = time.monotonic()
    for tenant in range(max(1, size // OWN)):
        project = admin.create("/projects", name=f"tenant-{tenant}", password=PASSWORD)
        limits = {"max_image_count": None, "max_image_bytes": None}
        path = f"/projects/{project['project']['id']}"
        admin.call("PATCH", path, limits).expect(200)
    fill(server, size)
    filled = time.monotonic() - start
    print(f"{size} images in {filled:.0f} s", flush=True)

    tenant = Native(server, "tenant-0", PASSWORD)
    session = Zstack(server, "tenant-0", PASSWORD).session
    token = tenant.api_token()
    zone = admin.first_zone()["id"]
    owner = tenant.login["project"]["id"]
    added = admin.create("/instances", name="web-1", zone=zone, disk=str(disk), project=owner)
    instance, volume = added["instance"]["id"], added["root_volume"]["id"]
    image = tenant.images()[0]["id"]
    oauth = {"Authorization": f"OAuth {session}"}
    candidates = f"/zstack/v1/vm-instances/{instance}/image-candidates"
    template = f"/zstack/v1/images/root-volume-templates/from/volumes/{volume}"
    state = json.dumps({"changeImageState": {"stateEvent": "enable"}})
    listed = json.dumps({"regionId": "r1", "start": 0, "limit": 50})
    calls = [
        ("ZStack, candidates (100)", "GET", candidates, oauth, ""),
        ("ZStack, change state", "PUT", f"/zstack/v1/images/{image}/actions", oauth, state),
        (
            "DiDi Cloud, list (50 of 100)",
            "POST",
            "/dicloud/i/storage/cimg/list",
            {"Authorization": f"Bearer {token}"},
            listed,
        ),
        (
            "Huawei Cloud, list (50 of 100)",
            "GET",
            "/v1/cloudimages/r1?limit=50",
            {"X-Auth-Token": token},
            "",
        ),
        (
            "ZStack, template of a 5 MB disk",
            "POST",
            template,
            oauth,
            json.dumps({"params": {"name": "template"}}),
        ),
    ]
    rows = []
    idle = memory(server, "VmRSS")
    for call in calls:
        for connections in CONNECTIONS:
            rows.append((size, *wrk(server, call, connections)))
            print(rows[-1], flush=True)
    peak = memory(server, "VmHWM")
    database = sum(path.stat().st_size for path in server.data.glob("*.db*"))
    server.close()
    return rows, (size, filled, idle, peak, database)


def fill(server, size):
    """Makes the images, each by the two requests of an upload, as their tenants."""
    tenants = max(1, size // OWN)
    tokens = [Native(server, f"tenant-{tenant}", PASSWORD).token for tenant in range(tenants)]
    local = threading.local()

    def request(method, path, token, body, kind):
        if not hasattr(local, "connection"):
            local.connection = http.client.HTTPConnection("127.0.0.1", server.port)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": kind}
        local.connection.request(method, BASE + path, body, headers)
        answer = local.connection.getresponse()
        body = answer.read()
        assert answer.status in (200, 201), body
        return json.loads(body)

    def make(number):
        token = tokens[number % tenants]
        fields = {
            "name": f"image-{number}",
            "architecture": "x86_64",
            "os": {"distro": "Debian", "version": "12"},
            "tags": [f"tag-{number % 10}"],
        }
        made = request("POST", "/images", token, json.dumps(fields), "application/json")
        path = f"/images/{made['id']}/data"
        request("PUT", path, token, SECTOR, "application/octet-stream")

    with concurrent.futures.ThreadPoolExecutor(FILLERS) as fillers:
        for done in fillers.map(make, range(size), chunksize=100):
            assert done is None


def wrk(server, call, connections):
    """Name, connections, requests a second, p50 and p99 in milliseconds."""
    name, method, path, headers, body = call
    script = server.folder / "request.lua"
    lines = [f'wrk.method = "{method}"', f"wrk.body = [==[{body}]==]"]
    lines += [f'wrk.headers["{key}"] = "{value}"' for key, value in headers.items()]
    lines.append('wrk.headers["Content-Type"] = "application/json"')
    script.write_text("\n".join(lines))
    command = ["wrk", "--latency", "-t", str(min(connections, 2)), "-c", str(connections)]
    command += ["-d", f"{SECONDS}s", "--timeout", "60s", "-s", str(script), server.url + path]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said and "Socket errors" not in said, said
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    half, last = (
        milliseconds(re.search(rf"^\s+{share}%\s+(\S+)\s*$", said, re.MULTILINE)[1])
        for share in (50, 99)
    )
    return name, connections, rate, half, last


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1_000, "m": 60_000}[unit]


def transfers(world):
    """Speeds of one large image, and the memory that a larger one takes."""
    folder = world.folder("transfers")
    server = world.server("transfer", "--log-level", "warn").start()
    native = Native(server)
    file = folder / "random.raw"
    with open(file, "wb") as out:
        for _ in range(64):
            out.write(os.urandom(GIB // 64))
    idle = memory(server, "VmRSS")
    image, up = upload(server, native, ["-T", str(file)])
    down = curl(native, f"{server.url}{BASE}/images/{image}/data", ["-o", "/dev/null"])
    peak = memory(server, "VmHWM")
    converted = conversions(server, native, image, file)
    file.unlink()
    native.call("DELETE", f"/images/{image}?mode=now").expect(204)
    server.stop()
    server.start()
    native = Native(server)
    zeros = f"head -c {10 * GIB} /dev/zero | tr '\\0' x |"
    upload(server, native, ["-T", "-"], before=zeros)
    ten = memory(server, "VmHWM")
    server.close()
    return GIB / up / 1e6, GIB / down / 1e6, idle, peak, ten, converted


def conversions(server, native, image, file):
    """Speeds of exports that convert 1 GiB, hashed and durable, each beside `qemu-img convert`."""
    other = file.with_suffix(".qcow2")
    speeds = []
    for source, target, made in (("raw", "qcow2", other), ("qcow2", "raw", file)):
        if source == "qcow2":
            image, _ = upload(server, native, ["-T", str(other)])
        begun = time.monotonic()
        body = {"format": target}
        started = native.call("POST", f"/images/{image}/exports", body).expect(202).json
        job = native.get(f"/jobs/{started['job']}?wait=300")
        assert job["state"] == "succeeded", job
        ours = time.monotonic() - begun
        begun = time.monotonic()
        given = file if source == "raw" else other
        fresh = made.with_suffix(".made")
        line = ["qemu-img", "convert", "-f", source, "-O", target, str(given), str(fresh)]
        subprocess.run(line, check=True)
        subprocess.run(["sync", str(fresh)], check=True)
        theirs = time.monotonic() - begun
        fresh.replace(made)
        speeds.append((source, target, GIB / ours / 1e6, GIB / theirs / 1e6))
    native.call("DELETE", f"/images/{image}?mode=now").expect(204)
    other.unlink()
    return speeds


def upload(server, native, words, before=""):
    image = native.create("/images", name="large")["id"]
    words = [*words, "-H", "Content-Type: application/octet-stream"]
    took = curl(native, f"{server.url}{BASE}/images/{image}/data", words, before)
    assert native.image(image)["status"] == "active"
    return image, took


def curl(native, url, words, before=""):
    """Seconds that curl took."""
    command = ["curl", "-sS", "--fail-with-body", "-H", f"Authorization: Bearer {native.token}"]
    start = time.monotonic()
    line = f"{before} {shlex.join([*command, *words, url])}"
    subprocess.run(["bash", "-o", "pipefail", "-c", line], check=True, stdout=subprocess.PIPE)
    return time.monotonic() - start


def memory(server, field):
    """A figure of the process's memory in MiB (proc_pid_status(5))."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)[1]) / 1024


def machine():
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    total = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1])
    virtual = "virtual, " if "hypervisor" in Path("/proc/cpuinfo").read_text() else ""
    return (
        f"{model[1] if model else platform.machine()}, {virtual}{os.cpu_count()} cores, "
        f"{round(total / (1 << 20))} GiB of memory, Linux {platform.release().split('-')[0]}"
    )


def page(rows, sizes, moved):
    up, down, idle, peak, ten, converted = moved
    lines = [
        "# Benchmarks",
        "",
        "Written by `cargo xtask bench`, on the release binary, with SQLite and a folder as store.",
        "Client and server share the machine, so the figures are those of both together; read them",
        "against each other, not as what the service could do alone.",
        "",
        f"Machine: {machine()}.",
        "",
        "## The five calls",
        "",
        f"As a tenant that owns {OWN} images and is one of as many tenants as the catalogue needs.",
        f"{SECONDS} seconds each, `wrk`. The template is a whole capture with its bytes made durable.",
        "",
        "| Images | Call | Connections | Requests/s | p50 ms | p99 ms |",
        "|---:|---|---:|---:|---:|---:|",
    ]
    for size, name, connections, rate, half, last in rows:
        lines.append(
            f"| {size:,} | {name} | {connections} | {rate:,.0f} | {half:.2f} | {last:.2f} |"
        )
    lines += [
        "",
        "## The catalogue",
        "",
        "Filled over HTTP, two requests an image, each image's bytes made durable by themselves.",
        "",
        "| Images | Filled in s | Idle RSS MiB | Peak RSS MiB | Database MiB |",
        "|---:|---:|---:|---:|---:|",
    ]
    for size, filled, quiet, high, database in sizes:
        lines.append(
            f"| {size:,} | {filled:.0f} | {quiet:.0f} | {high:.0f} | {database / (1 << 20):.0f} |"
        )
    lines += [
        "",
        "## Transfers",
        "",
        "| What | Figure |",
        "|---|---:|",
        f"| upload of 1 GiB of random bytes, hashed and durable | {up:,.0f} MB/s |",
        f"| download of the same | {down:,.0f} MB/s |",
        *(
            f"| export of the same from {source} as {target}, hashed and durable "
            f"(`qemu-img convert`: {theirs:,.0f} MB/s) | {ours:,.0f} MB/s |"
            for source, target, ours, theirs in converted
        ),
        f"| RSS before | {idle:.0f} MiB |",
        f"| peak RSS after both | {peak:.0f} MiB |",
        f"| peak RSS after an upload of 10 GiB of unannounced length | {ten:.0f} MiB |",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
