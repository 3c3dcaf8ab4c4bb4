"""Bytes of images: uploads, downloads, conversions, captures, and the memory that they take."""

import json
import os
import subprocess
import threading
import time
from statistics import median

from kit import disks
from kit.checks import until
from kit.native import BASE, Native
from kit.zstack import Zstack
from measure.load import JSON, Call, load
from measure.limits import curl, curl_many
from measure.memory import Memory
from measure.process import memory

GIB = 1 << 30
BYTES = {"Content-Type": "application/octet-stream"}


def files(folder, size):
    """A file of random bytes, and one that is nine tenths zeros in runs of 9 MiB."""
    mib = 1 << 20
    random, zeros = folder / "random.raw", folder / "zeros.raw"
    with open(random, "wb") as one, open(zeros, "wb") as other:
        for at in range(size // mib):
            piece = os.urandom(mib)
            one.write(piece)
            if at % 10 == 0:
                other.write(piece)
            else:
                other.seek(mib, os.SEEK_CUR)
        other.truncate(size)
    # What is written back later would be measured as somebody else's.
    subprocess.run(["sync", random, zeros], check=True)
    return {"random": random, "90 % zeros": zeros}


def moved(world, limits, size, runs):
    """Rows of speeds: name, megabytes a second, the limit's name and megabytes a second."""
    server = world.server("transfer", "--log-level", "warn").start()
    native = Native(server)
    given = files(world.folder("transfers"), size)
    used = Memory(world.folder("memory"))
    digests = limits.digests()
    rows = []
    for name, file in given.items():
        speed = lambda seconds: size / 1e6 / seconds  # noqa: E731
        ups, downs, sinks, copies, sends = [], [], [], [], []
        for _ in range(runs):
            used.use()
            image, took = upload(server, native, file)
            ups.append(took)
            downs.append(download(server, native, image))
            purge(server, native, image)
            sinks.append(limits.sunk(file))
            used.use()
            copies.append(limits.copied(file))
            sends.append(limits.sent(file))
        slowest = min(
            ("an upload that is forgotten", speed(median(sinks))),
            ("both digests, a thread each", digests["both"]),
            ("cp and fsync", speed(median(copies))),
            key=lambda limit: limit[1],
        )
        rows.append((f"upload, {name}", speed(median(ups)), *slowest))
        nginx = ("nginx's sendfile", speed(median(sends)))
        rows.append((f"download, {name}", speed(median(downs)), *nginx))
    used.close()
    rows += parts(server, native, limits, given["random"], size)
    rows += at_once(server, native, limits, size)
    rows += converted(server, native, given["random"], size)
    server.close()
    return rows, digests


def upload(server, native, file):
    image = native.create("/images", name="large")["id"]
    headers = bearer(native) | BYTES
    took = curl(f"{server.url}{BASE}/images/{image}/data", ["-T", file], headers)
    assert native.image(image)["status"] == "active"
    return image, took


def download(server, native, image):
    headers = bearer(native)
    return curl(f"{server.url}{BASE}/images/{image}/data", ["-o", "/dev/null"], headers)


def purge(server, native, image):
    """Removes the image and waits until its bytes are gone: the kernel takes a processor for a third
    of a second to forget a GiB, which is not to be measured as somebody else's."""
    native.purge(image)
    folders = f"stores/*/blobs/images/{image}"
    until(lambda: not any(server.data.glob(folders)), f"{image} is gone")


def parts(server, native, limits, file, size, many=256):
    """Parts of 1 MiB of an image, one after the other on one connection."""
    mib = 1 << 20
    starts = [at * (size // many) for at in range(many)]

    def ask(url, headers=None):
        return curl_many([(url, f"{at}-{at + mib - 1}") for at in starts], headers)

    image, _ = upload(server, native, file)
    ours = ask(f"{server.url}{BASE}/images/{image}/data", bearer(native))
    theirs = limits.sending(file, ask)
    purge(server, native, image)
    speed = many * mib / 1e6
    return [(f"{many} ranges of 1 MiB", speed / ours, "nginx's sendfile", speed / theirs)]


def at_once(server, native, limits, size, many=200):
    """Downloads at one time, and how many threads the service has meanwhile."""
    file = server.folder / "shared.raw"
    file.write_bytes(os.urandom(size // 64))
    image, _ = upload(server, native, file)
    ask = lambda url, headers=None: curl_many([(url, None)] * many, headers, many)  # noqa: E731
    threads, done = [threads_of(server)], threading.Event()

    def watch():
        while not done.wait(0.01):
            threads.append(threads_of(server))

    watching = threading.Thread(target=watch)
    watching.start()
    ours = ask(f"{server.url}{BASE}/images/{image}/data", bearer(native))
    done.set()
    watching.join()
    theirs = limits.sending(file, ask)
    purge(server, native, image)
    speed = many * file.stat().st_size / 1e6
    name = f"{many} downloads at once ({threads[0]} threads, at most {max(threads)} during it)"
    return [(name, speed / ours, "nginx's sendfile", speed / theirs)]


def against(pair, folder, size, runs):
    """Rows of megabytes a second of two services of the Image API, which move the same files in
    turn."""
    rows = []
    used = Memory(folder)
    for name, file in files(folder, size).items():
        ups, downs = ([], []), ([], [])
        for _ in range(runs):
            for at, (service, caller) in enumerate(pair):
                used.use()
                body = json.dumps({"name": "large", "disk_format": "raw", "container_format": "bare"})
                made = service.call("POST", "/v2/images", body.encode(), caller | JSON).expect(201)
                url = f"{service.url}/v2/images/{made.json['id']}"
                ups[at].append(curl(f"{url}/file", ["-T", file], caller | BYTES))
                downs[at].append(curl(f"{url}/file", ["-o", "/dev/null"], caller))
                curl(url, ["-X", "DELETE"], caller)
        for what, took in (("upload", ups), ("download", downs)):
            rows.append((f"{what}, {name}", *(size / 1e6 / median(each) for each in took)))
        file.unlink()
    used.close()
    return rows


def threads_of(server):
    return len(os.listdir(f"/proc/{server.process.pid}/task"))


def bearer(native):
    return {"Authorization": f"Bearer {native.token}"}


def converted(server, native, file, size):
    """Exports that convert, hashed and durable, each beside `qemu-img convert`."""
    other = file.with_suffix(".qcow2")
    subprocess.run(["qemu-img", "convert", "-O", "qcow2", file, other], check=True)
    rows = []
    for source, target, given in (("raw", "qcow2", file), ("qcow2", "raw", other)):
        image, _ = upload(server, native, given)
        begun = time.monotonic()
        started = native.call("POST", f"/images/{image}/exports", {"format": target})
        job = native.get(f"/jobs/{started.expect(202).json['job']}?wait=300")
        assert job["state"] == "succeeded", job
        ours = time.monotonic() - begun
        begun = time.monotonic()
        fresh = file.with_suffix(".made")
        line = ["qemu-img", "convert", "-f", source, "-O", target, given, fresh]
        subprocess.run(line, check=True)
        subprocess.run(["sync", fresh], check=True)
        theirs = time.monotonic() - begun
        fresh.unlink()
        native.purge(image)
        speeds = (size / 1e6 / ours, "qemu-img convert and fsync", size / 1e6 / theirs)
        rows.append((f"conversion from {source} to {target}", *speeds))
    return rows


def captures(world, connections, seconds):
    """Templates of a machine's small disk: figures by connections."""
    folder = world.folder("captured")
    disk = folder / "web-1.qcow2"
    disks.tool("qemu-img", "convert", "-f", "raw", "-O", "qcow2", disks.DEBIAN_ISO, disk)
    server = world.server("capture", "--disk-dir", folder, "--log-level", "warn").start()
    native = Native(server)
    zone = native.first_zone()["id"]
    volume = native.create("/instances", name="web-1", zone=zone, disk=str(disk))["root_volume"]
    call = Call(
        "ZStack, template of a 5 MB disk",
        f"/zstack/v1/images/root-volume-templates/from/volumes/{volume['id']}",
        {"Authorization": f"OAuth {Zstack(server).session}"} | JSON,
        "POST",
        '{"params": {"name": "template"}}',
        writes=True,
    )
    found = {
        many: load(call, server.url, many, seconds, server.folder)
        for many in connections
    }
    server.close()
    return call.name, found


def crowd(world, size, many=64):
    """Peak RSS in MiB of a service while that many upload and as many download at once."""
    server = world.server("crowd", "--log-level", "warn").start()
    native = Native(server)
    file = world.folder("crowd-file") / "random.raw"
    file.write_bytes(os.urandom(size // many))
    image, _ = upload(server, native, file)
    idle = memory(server, "VmRSS")

    def both():
        upload(server, native, file)
        download(server, native, image)

    threads = [threading.Thread(target=both) for _ in range(many)]
    threads += [threading.Thread(target=download, args=(server, native, image)) for _ in threads]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    peak = memory(server, "VmHWM")
    server.close()
    return idle, peak
