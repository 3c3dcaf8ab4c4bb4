"""Test suites that came with clients: run unmodified, and compared with what is known of them."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

KNOWN = Path(__file__).parents[1] / "suites.txt"
WORKER = Path(__file__).with_name("worker.py")
BIN = Path(sys.executable).parent


@dataclass
class Outcome:
    """How the tests of a suite ended: names, and of those that did not pass why, by the suite."""

    passed: set
    skipped: dict
    failed: dict


def run(folder, modules, environment, seconds=1800):
    """Runs the tests of the modules in as many processes as there are processors."""
    for name in ("claims", "results"):
        (folder / name).mkdir()
    clean = {key: value for key, value in os.environ.items() if key[:3] != "OS_"}
    # Their tools are found first on the path, and read no other's files.
    path = f"{BIN}{os.pathsep}{clean['PATH']}"
    environment = {**clean, "PATH": path, "HOME": str(folder), **environment}
    words = [sys.executable, WORKER, folder, *modules]
    workers = []
    try:
        for at in range(max(2, os.cpu_count() or 1)):
            with open(folder / f"worker.{at}.log", "wb") as log:
                workers.append(
                    subprocess.Popen(words, cwd=folder, env=environment, stdout=log, stderr=log)
                )
        statuses = [worker.wait(timeout=seconds) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    logs = [(folder / f"worker.{at}.log").read_text()[-2000:] for at in range(len(workers))]
    assert not any(statuses), f"a worker ended with {statuses}: {logs}"
    return outcome(folder / "results")


def outcome(results):
    found = Outcome(set(), {}, {})
    for file in results.iterdir():
        for line in map(json.loads, file.read_text().splitlines()):
            name = line["test"]
            if line["state"] == "passed":
                found.passed.add(name)
            else:
                getattr(found, line["state"])[name] = line["why"].strip()
    # A test may pass and its cleaning up fail.
    found.passed -= found.failed.keys()
    return found


def known(suite):
    """What `suites.txt` says of a suite: how many pass, and those that do not by their state."""
    count = None
    lists = {"skipped": set(), "failed": set()}
    of = None
    for line in KNOWN.read_text().splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "suite":
            of = words[1]
            if of == suite:
                count = int(words[2])
        elif of == suite:
            state, name, *reason = words
            assert reason, f"{KNOWN.name}: {name} has no reason"
            lists[state].add(name.replace("::", " "))
    assert count is not None, f"{KNOWN.name} does not know {suite}"
    return count, lists


def compare(suite, found):
    """Compares both ways; what the file would have to say is in the failure."""
    count, lists = known(suite)
    wrong = []
    if len(found.passed) != count:
        wrong.append(f"{len(found.passed)} tests passed, {KNOWN.name} has {count}")
    for state, listed in lists.items():
        ended = getattr(found, state)
        for name in sorted(ended.keys() - listed):
            wrong.append(f"{state} and not listed: {name.replace(' ', '::')}: {ended[name][-1500:]}")
        for name in sorted(listed - ended.keys()):
            wrong.append(f"listed as {state}, but is not: {name.replace(' ', '::')}")
    assert not wrong, f"{suite}: " + "\n".join(wrong)
