"""Measures the release binary and writes a page about it.

    python bench.py --release target/release --scratch DIR --page docs/benchmarks.md
    python bench.py --release target/release --scratch DIR --sizes 1000 --parts requests --seconds 2

Catalogues are filled by the example `seed` of gaze-catalog, requests are made by `wrk`, transfers
by `curl`; all on one machine, whose cores client and server share.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

from kit.native import Native
from kit.server import World
from measure import page, transfers
from measure.calls import calls, glance, ids
from measure.limits import Limits
from measure.load import beside, load
from measure.process import first_answer, memory

# Connections that read lists while writes are measured.
READERS = 8
# Reads of one image: nothing that is kept of others is of use to them.
SINGLE = ("show", "one by uuid")
PARTS = ("requests", "transfers", "captures", "crowd")


def arguments():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--release", type=Path, required=True, help="where the binaries are")
    words.add_argument("--scratch", type=Path, required=True)
    words.add_argument("--page", type=Path, help="the page to write; by default it is printed")
    words.add_argument("--sizes", type=int, nargs="+", default=(1_000, 100_000, 1_000_000))
    words.add_argument("--connections", type=int, nargs="+", default=(1, 8, 64))
    words.add_argument("--seconds", type=int, default=5, help="length of each load")
    words.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    words.add_argument("--only", help="only requests whose name has this text")
    words.add_argument("--mib", type=int, default=4096, help="size of the images that are moved")
    words.add_argument("--runs", type=int, default=5, help="transfers of which the median counts")
    words.add_argument("--postgres", help="URL of a server to make the catalogues on")
    words.add_argument("--against-glance", metavar="URL", help="asks a Glance the same")
    words.add_argument("--glance-token", help="X-Auth-Token for it")
    return words.parse_args()


def main():
    words = arguments()
    release = words.release.resolve()
    world = World(release / "gaze", words.scratch.resolve(), words.postgres)
    folder = world.folder("limits")
    limits = Limits(release / "examples", folder, words.connections, words.seconds)
    found = SimpleNamespace(
        seconds=words.seconds,
        size=words.mib << 20,
        runs=words.runs,
        hello={},
        static={},
        requests=[],
        captures=[],
        catalogues=[],
        transfers=[],
        digests={},
        crowd=None,
        glance=[],
        glance_bytes=[],
    )
    try:
        if "requests" in words.parts or "captures" in words.parts:
            found.hello, found.static = limits.hello(), limits.static()
        if "requests" in words.parts:
            for size in words.sizes:
                catalogue(world, limits, words, size, found)
        if "captures" in words.parts:
            name, figures = transfers.captures(world, words.connections, words.seconds)
            found.captures += [(name, many, it) for many, it in figures.items()]
        if "transfers" in words.parts:
            moved = transfers.moved(world, limits, found.size, words.runs)
            found.transfers, found.digests = moved
        if "crowd" in words.parts:
            found.crowd = transfers.crowd(world, found.size)
    finally:
        world.close()
    text = page.write(found)
    if words.page:
        words.page.write_text(text)
    print(text)


def catalogue(world, limits, words, size, found):
    """All requests over a catalogue of that many images."""
    server = world.server(f"catalogue-{size}", "--region", "r1", "--log-level", "warn")
    # Its first start makes the places that images are seeded into.
    first_answer(server)
    server.stop()
    path = server.data / "gaze.db"
    database = path if words.postgres is None else server.database
    command = [words.release.resolve() / "examples/seed", str(database), str(size)]
    seeded = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    first = first_answer(server)
    idle = memory(server, "VmRSS")
    made = calls(server, seeded)
    for call in made:
        if words.only and words.only not in call.name:
            continue
        for many in words.connections:
            figures = load(call, server.url, many, words.seconds, server.folder)
            found.requests.append((size, call.name, many, figures))
            print(f"{size} {call.name} {many}: {figures.rate:.0f}/s", flush=True)
    mixed(made, words, size, server, found)
    disturbed(made, words, size, server, found)
    if words.against_glance and size == words.sizes[0]:
        against(server, words, found)
    peak = memory(server, "VmHWM")
    server.stop()
    raw = {"one": 0, "page": 0}
    if words.postgres is None:
        one = "SELECT * FROM image WHERE id = ?1"
        some = "SELECT * FROM image WHERE owner_id = ?1 ORDER BY created_at DESC, id DESC LIMIT 25"
        owner = "000000000000000000000000be000002"
        raw["one"] = limits.statement(path, one, seeded["image"].replace("-", ""))
        raw["page"] = limits.statement(path, some, owner)
    stored = sum(file.stat().st_size for file in server.data.glob("*.db*")) / (1 << 20)
    it = {"images": size, "seconds": seeded["seconds"], "database": stored, "first": first}
    found.catalogues.append(it | raw | {"idle": idle, "peak": peak})


def mixed(made, words, size, server, found):
    """The writes once more, while others read lists: how much slower they are then."""
    listing = next(call for call in made if call.name == "OpenStack, list of 25")
    many = max(words.connections)
    for call in made:
        name = f"{call.name}, while {READERS} read lists"
        if not call.writes or (words.only and words.only not in name):
            continue
        # The readers begin before and end after.
        with beside(listing, server.url, READERS, words.seconds + 1, server.folder):
            figures = load(call, server.url, many, words.seconds, server.folder)
        found.requests.append((size, name, many, figures))
        line = f"{size} {name} {many}: {figures.rate:.0f}/s, p99 {figures.last_ms:.1f} ms"
        print(line, flush=True)


def disturbed(made, words, size, server, found):
    """The pages once more, while one connection changes images: little is kept then."""
    patch = next(call for call in made if call.name == "OpenStack, patch")
    many = page.few(words.connections)
    for call in made:
        name = f"{call.name}, while one writes"
        if call.writes or call.name.endswith(SINGLE) or (words.only and words.only not in name):
            continue
        with beside(patch, server.url, 1, words.seconds + 1, server.folder):
            figures = load(call, server.url, many, words.seconds, server.folder)
        found.requests.append((size, name, many, figures))
        print(f"{size} {name} {many}: {figures.rate:.0f}/s", flush=True)


class Elsewhere:
    """Another server of the Image API, as the kit's are asked."""

    def __init__(self, url):
        self.url = url.rstrip("/")

    def call(self, method, path, body, headers):
        import urllib.request

        request = urllib.request.Request(self.url + path, body, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            return Expected(json.loads(answer.read()))


class Expected:
    def __init__(self, value):
        self.json = value

    def expect(self, _status):
        return self


def against(server, words, found):
    """The same reads of a Glance and of this service, in turn."""
    other = Elsewhere(words.against_glance)
    token = {"X-Auth-Token": words.glance_token or ""}
    native = Native(server)
    ours_token = {"X-Auth-Token": native.api_token()}
    both = []
    for service, caller in ((server, ours_token), (other, token)):
        shown = ids(service, caller, 25)
        both.append(glance(caller, shown, "/v2/images?limit=25", shown[len(shown) // 2]))
    for ours, theirs in zip(*both, strict=True):
        for many in words.connections:
            here = load(ours, server.url, many, words.seconds, server.folder)
            there = load(theirs, other.url, many, words.seconds, server.folder)
            found.glance.append((ours.name, many, here.rate, there.rate))
    pair = ((server, ours_token), (other, token))
    found.glance_bytes = transfers.against(pair, server.folder, words.mib << 20, words.runs)


if __name__ == "__main__":
    sys.exit(main())
