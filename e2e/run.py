"""The end-to-end suite: strangers' clients against the release binary, on both databases.

    python run.py --gaze target/release/gaze --scratch DIR [--postgres URL] [--keystone PYTHON]
        [--only STORY] [--on SQLite|PostgreSQL]

`--scratch` is a folder that does not exist yet; it keeps the data folders and logs of all servers.
`--postgres` is the URL of a server on which databases may be made; without it, SQLite alone is
used. With it both are, side by side; a story may say that it is told on one of them only.
`--keystone` is the Python of an environment with `requirements-keystone.txt`, for the story
`OpenstackKeystone`. The last line says how many checks passed and failed.

`passed.txt` says how many checks of each story pass. A story that passes fewer without a failure has
lost checks; one that passes more has gained some, and the file must say so.
"""

import argparse
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kit import checks
from kit.server import World
from stories.bad_input import BadInput
from stories.crash import Crash
from stories.didi_list import DidiList
from stories.every_face import EveryFace
from stories.fairness import Fairness
from stories.foreign_suites import ForeignSuites
from stories.huawei_native import HuaweiNative
from stories.huawei_sdk import HuaweiSdk
from stories.openstack_addresses import OpenstackAddresses
from stories.openstack_clients import OpenstackClients
from stories.openstack_keystone import OpenstackKeystone
from stories.openstack_metadefs import OpenstackMetadefs
from stories.openstack_stores import OpenstackStores
from stories.openstack_terraform import OpenstackTerraform
from stories.restart import Restart
from stories.seed_calls import SeedCalls
from stories.zstack_accounts import ZstackAccounts
from stories.zstack_go import ZstackGo
from stories.zstack_java import ZstackJava
from stories.zstack_multi_cloud import ZstackMultiCloud
from stories.zstack_places import ZstackPlaces
from stories.zstack_snapshots import ZstackSnapshots
from stories.zstack_tags import ZstackTags
from stories.zstack_template import ZstackTemplate
from stories.zstack_terraform import ZstackTerraform

STORIES = [
    SeedCalls,
    ZstackTemplate,
    ZstackJava,
    ZstackGo,
    ZstackTerraform,
    ZstackAccounts,
    ZstackMultiCloud,
    ZstackPlaces,
    ZstackSnapshots,
    ZstackTags,
    HuaweiSdk,
    HuaweiNative,
    OpenstackClients,
    OpenstackAddresses,
    OpenstackKeystone,
    OpenstackMetadefs,
    OpenstackStores,
    OpenstackTerraform,
    ForeignSuites,
    DidiList,
    EveryFace,
    BadInput,
    Fairness,
    Restart,
    Crash,
]


SQLITE, POSTGRES = "SQLite", "PostgreSQL"


def arguments():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--gaze", type=Path, required=True)
    words.add_argument("--scratch", type=Path, required=True)
    words.add_argument("--postgres")
    words.add_argument("--keystone", type=Path)
    words.add_argument("--only", choices=[story.__name__ for story in STORIES])
    words.add_argument("--on", choices=(SQLITE, POSTGRES), help="this database alone")
    return words.parse_args()


def main():
    words = arguments()
    if words.postgres and not words.on:
        passed, failed = side_by_side()
    else:
        passed, failed = told(words)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def side_by_side():
    """Both databases at the same time: a story waits more than it works."""

    def one(label):
        command = [sys.executable, *sys.argv, "--on", label]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            last = ""
            for line in process.stdout:
                # The last line of each is for the sum, not for the reader.
                if last:
                    sys.stdout.write(last)
                    sys.stdout.flush()
                last = line
        counts = re.fullmatch(r"(\d+) passed, (\d+) failed\n", last)
        if counts is None:
            print(f"{last}FAIL {label}: ended with {process.returncode}")
            return 0, 1
        return int(counts[1]), int(counts[2])

    with ThreadPoolExecutor() as pool:
        both = list(pool.map(one, (SQLITE, POSTGRES)))
    return tuple(map(sum, zip(*both, strict=True)))


def told(words):
    """Tells the stories on one database; how many checks passed and failed."""
    label = words.on or SQLITE
    postgres = words.postgres.rstrip("/") if label == POSTGRES else None
    # Not resolved: the Python of an environment is a link, whose place tells the environment.
    keystone = words.keystone and words.keystone.absolute()
    scratch = words.scratch.resolve() / label.lower()
    world = World(words.gaze.resolve(), scratch, postgres, keystone)
    lines = Path(__file__).with_name("passed.txt").read_text().splitlines()
    kept = {name: int(count) for name, count in map(str.split, lines)}
    assert set(kept) == {story.__name__ for story in STORIES}, "passed.txt names the stories"
    passed = failed = 0
    for story in STORIES:
        if words.only not in (None, story.__name__):
            continue
        # A story that is told once has the database's label.
        if getattr(story, "DATABASE", label) != label:
            continue
        good, bad = checks.run(story, world, label)
        passed += good
        failed += bad
        if not bad and good != kept[story.__name__]:
            failed += 1
            print(f"FAIL {story.__name__}: {good} passed, passed.txt has {kept[story.__name__]}")
    return passed, failed


if __name__ == "__main__":
    sys.exit(main())
