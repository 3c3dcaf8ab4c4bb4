"""The end-to-end suite: strangers' clients against the release binary, on both databases.

    python run.py --gaze target/release/gaze --scratch DIR [--postgres URL] [--keystone PYTHON]
        [--only STORY]

`--scratch` is a folder that does not exist yet; it keeps the data folders and logs of all servers.
`--postgres` is the URL of a server on which databases may be made; without it, SQLite alone is
used. A story may say that it is told on one of them only. `--keystone` is the Python of an
environment with `requirements-keystone.txt`, for the story `OpenstackKeystone`. The last line says how
many checks passed and failed.

`passed.txt` says how many checks of each story pass. A story that passes fewer without a failure has
lost checks; one that passes more has gained some, and the file must say so.
"""

import argparse
import sys
from pathlib import Path

from kit import checks
from kit.server import World
from stories.bad_input import BadInput
from stories.crash import Crash
from stories.didi_list import DidiList
from stories.every_face import EveryFace
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
    Restart,
    Crash,
]


def main():
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--gaze", type=Path, required=True)
    words.add_argument("--scratch", type=Path, required=True)
    words.add_argument("--postgres")
    words.add_argument("--keystone", type=Path)
    words.add_argument("--only", choices=[story.__name__ for story in STORIES])
    words = words.parse_args()
    gaze = words.gaze.resolve()
    # Not resolved: the Python of an environment is a link, whose place tells the environment.
    keystone = words.keystone and words.keystone.absolute()
    worlds = [("SQLite", World(gaze, words.scratch.resolve() / "sqlite", keystone=keystone))]
    if words.postgres:
        folder = words.scratch.resolve() / "postgres"
        world = World(gaze, folder, words.postgres.rstrip("/"), keystone)
        worlds.append(("PostgreSQL", world))
    lines = Path(__file__).with_name("passed.txt").read_text().splitlines()
    kept = {name: int(count) for name, count in map(str.split, lines)}
    assert set(kept) == {story.__name__ for story in STORIES}, "passed.txt names the stories"
    passed = failed = 0
    for label, world in worlds:
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
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
