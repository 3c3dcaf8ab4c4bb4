"""The page that tells the figures."""

import os
import platform
import re
from pathlib import Path

HEAD = """# Benchmarks

Written by `cargo xtask bench`, which builds the release binary, fills catalogues through the
catalogue crate, starts the service and asks it from other processes: requests by `wrk`, transfers
by `curl`. `cargo xtask bench --help` tells how to measure a part of it.

Client and server share the machine, so a figure is that of both together. Read it against the
limit beside it, which was measured in the same run: a bare axum that says hello, nginx that sends
a file, SQLite without a service, `cp` and `fsync`.
"""


def few(connections):
    """At how many connections the time of a request is told."""
    return max((many for many in connections if many <= 8), default=min(connections))


def write(found):
    """The page of all parts that were measured."""
    lines = [*HEAD.splitlines(), "", f"Machine: {machine()}."]
    if found.hello:
        lines += requests(found)
        lines += flat(found)
    if found.catalogues:
        lines += catalogues(found)
    if found.transfers:
        lines += transfers(found)
    if found.glance:
        lines += glance(found)
    return "\n".join(lines) + "\n"


def requests(found):
    bare = found.hello
    lines = [
        "",
        "## Requests",
        "",
        f"{found.seconds} seconds each. The caller owns seven tenths of the images and sees a fifth",
        "more that are public; a small tenant owns 100. Each image has 6 properties, 2 tags and a",
        "copy. Where others read lists meanwhile, the figures are those of the writes alone.",
        "\"Of bare axum\" is the ratio to its requests a second at as many connections.",
        "",
        "| Images | Request | Connections | Requests/s | p50 ms | p99 ms | MB/s | Of bare axum |",
        "|---:|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, limit in ({"bare axum": found.hello} | found.static).items():
        for many, figures in limit.items():
            lines.append(row("", name, many, figures, bare))
    for images, name, many, figures in found.requests:
        lines.append(row(f"{images:,}", name, many, figures, bare))
    for name, many, figures in found.captures:
        lines.append(row("", name, many, figures, bare))
    return lines


def row(images, name, many, figures, bare):
    share = f"{figures.rate / bare[many].rate:.2f}" if many in bare else ""
    return (
        f"| {images} | {name} | {many} | {figures.rate:,.0f} | {figures.half_ms:.2f} "
        f"| {figures.last_ms:.2f} | {figures.megabytes:,.1f} | {share} |"
    )


def flat(found):
    """What a larger catalogue costs: the smallest's requests a second over each other's."""
    sizes = sorted({images for images, *_ in found.requests})
    if len(sizes) < 2:
        return []
    rates = {(images, name, many): f.rate for images, name, many, f in found.requests}
    many = few([many for *_, many, _ in found.requests])
    lines = [
        "",
        "## What a larger catalogue costs",
        "",
        f"Time of a request at {many} connections, as a multiple of that with {sizes[0]:,} images.",
        "Where nothing is written, pages and totals are kept after they were read once: see",
        "docs/adr/0072 and 0074. \"While one writes\": one connection patches images as fast as it",
        "can, so that they are read anew nearly each time.",
        "",
        "| Request | " + " | ".join(f"{size:,}" for size in sizes[1:]) + " |",
        "|---|" + "---:|" * (len(sizes) - 1),
    ]
    for name in dict.fromkeys(name for _, name, *_ in found.requests):
        least = rates.get((sizes[0], name, many))
        others = [rates.get((size, name, many)) for size in sizes[1:]]
        if least and all(others):
            cells = " | ".join(f"{least / rate:.2f}" for rate in others)
            lines.append(f"| {name} | {cells} |")
    return lines


def catalogues(found):
    lines = [
        "",
        "## The catalogue and the process",
        "",
        "First answer: from the start of the process to the answer of the first request. Raw",
        "SQLite: how often one thread reads the row of an image, or a page of 25 of an owner.",
        "",
        "| Images | Filled in s | Database MiB | First answer ms | RSS at rest MiB | Peak RSS MiB "
        "| Raw SQLite, one/s | Raw SQLite, page/s |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for it in found.catalogues:
        lines.append(
            f"| {it['images']:,} | {it['seconds']:.0f} | {it['database']:,.0f} "
            f"| {it['first']:.0f} | {it['idle']:.0f} | {it['peak']:.0f} "
            f"| {it['one']:,.0f} | {it['page']:,.0f} |"
        )
    return lines


def transfers(found):
    digests = ", ".join(f"{name} {speed:,.0f}" for name, speed in found.digests.items())
    lines = [
        "",
        "## Transfers",
        "",
        f"Images of {found.size >> 20:,} MiB, the median of {found.runs}; uploads are hashed and",
        f"durable when they are answered. Digests, MB/s: {digests}.",
        "Before each upload and each copy the machine's free memory is given to cached files, so that",
        "what is written finds memory which the machine has, not some that its host took back",
        "(e2e/measure/memory.py).",
        "",
        "| What | MB/s | Limit | MB/s | Of the limit |",
        "|---|---:|---|---:|---:|",
    ]
    for name, ours, limit, theirs in found.transfers:
        lines.append(f"| {name} | {ours:,.0f} | {limit} | {theirs:,.0f} | {ours / theirs:.2f} |")
    if found.crowd:
        idle, peak = found.crowd
        lines += [
            "",
            "64 uploads and 128 downloads at once: peak RSS "
            f"{peak:.0f} MiB, {idle:.0f} MiB before.",
        ]
    return lines


def glance(found):
    lines = [
        "",
        "## Against a Glance",
        "",
        "The same requests to a Glance, in the same run.",
        "",
        "| Request | Connections | Gaze/s | Glance/s | Ratio |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, many, ours, theirs in found.glance:
        # It may not have answered one in the time that there was.
        ratio = f"{ours / theirs:,.1f}" if theirs else "-"
        lines.append(f"| {name} | {many} | {ours:,.1f} | {theirs:,.1f} | {ratio} |")
    lines += [
        "",
        f"Images of {found.size >> 20:,} MiB, MB/s, the median of {found.runs} in turn. Gaze's uploads",
        "are on the disk when they are answered.",
        "",
        "| What | Gaze | Glance | Ratio |",
        "|---|---:|---:|---:|",
    ]
    for name, ours, theirs in found.glance_bytes:
        lines.append(f"| {name} | {ours:,.0f} | {theirs:,.0f} | {ours / theirs:,.1f} |")
    return lines


def machine():
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    total = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1])
    virtual = "virtual, " if "hypervisor" in Path("/proc/cpuinfo").read_text() else ""
    return (
        f"{model[1] if model else platform.machine()}, {virtual}{os.cpu_count()} cores, "
        f"{round(total / (1 << 20))} GiB of memory, Linux {platform.release().split('-')[0]}"
    )
