"""Metadata definitions, loaded from files and kept with OpenStack's own tools, unmodified."""

import json
import os
import subprocess

from kit.native import Native
from kit.server import PASSWORD
from stories.openstack_clients import Person

DISK = {
    "namespace": "Story::Disk",
    "display_name": "Disks",
    "description": "How a disk is attached.",
    "visibility": "public",
    "protected": True,
    "resource_type_associations": [
        {"name": "OS::Glance::Image", "prefix": "hw_"},
        {"name": "OS::Cinder::Volume", "prefix": "hw_", "properties_target": "image"},
    ],
    "properties": {
        "disk_bus": {
            "title": "Disk Bus",
            "description": "What the disk is attached to.",
            "type": "string",
            "enum": ["scsi", "virtio", "sata"],
            "default": "virtio",
        },
        "max_iops": {"title": "Most operations", "type": "integer", "minimum": 0, "default": 8},
    },
}
LIMITS = {
    "namespace": "Story::Limits",
    "visibility": "public",
    "resource_type_associations": [{"name": "OS::Nova::Flavor"}],
    "objects": [
        {
            "name": "CPU Limits",
            "description": "How much of a processor a machine gets.",
            "required": ["quota:cpu_period"],
            "properties": {
                "quota:cpu_period": {"title": "Period", "type": "integer", "minimum": 1000}
            },
        }
    ],
    "tags": [{"name": "example"}],
}
OBJECT = ["image", "metadef", "object"]
PROPERTY = ["image", "metadef", "property"]
NAMESPACE = ["image", "metadef", "namespace"]
ASSOCIATION = ["image", "metadef", "resource", "type", "association"]


class OpenstackMetadefs:
    def __init__(self, world):
        self.gaze = world.gaze
        self.folder = world.folder("metadef-files")
        self.server = world.server("metadefs").start()
        self.native = Native(self.server)
        for name in ("alice", "bob"):
            self.native.create("/projects", name=name, password=PASSWORD)
        self.admin, self.alice, self.bob = (
            Person(self.server, name, PASSWORD, self.folder) for name in ("admin", "alice", "bob")
        )

    def _load(self, *words):
        """`gaze metadef load`, and what it says of each namespace."""
        done = subprocess.run(
            [self.gaze, "metadef", "load", *words, "--output", "json"],
            env={"PATH": os.environ["PATH"], "GAZE_URL": self.server.url,
                 "GAZE_TOKEN": self.native.token},
            capture_output=True,
            text=True,
            timeout=60,
        )  # fmt: skip
        if done.returncode:
            return done.stderr
        return {it["namespace"]: it["outcome"] for it in json.loads(done.stdout)["items"]}

    def _write(self, name, document):
        path = self.folder / "metadefs" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(document, indent=4))
        return path

    def _names(self, person, *words):
        listed = person.openstack(*NAMESPACE, "list", *words)
        return sorted(row["namespace"] for row in listed)

    def loads_a_folder_of_definitions(self):
        self.disk = self._write("disk.json", DISK)
        self._write("limits.json", LIMITS)
        loaded = self._load(self.disk.parent)
        assert loaded == {"Story::Disk": "created", "Story::Limits": "created"}, loaded
        loaded = self._load(self.disk)
        assert loaded == {"Story::Disk": "kept"}, loaded
        self._write("disk.json", {**DISK, "display_name": "Disks, anew"})
        assert self._load("--existing", "update", self.disk) == {"Story::Disk": "updated"}

    def loads_nothing_of_what_is_wrong(self):
        wrong = {**LIMITS, "namespace": "Story::Wrong", "properties": {"p": {"title": "P"}}}
        said = self._load(self.disk, self._write("wrong.json", wrong), "--existing", "replace")
        assert "namespaces.1.properties.p.type" in said, said
        assert self._names(self.admin) == ["Story::Disk", "Story::Limits"]

    def shows_them_to_everybody(self):
        assert self._names(self.alice) == ["Story::Disk", "Story::Limits"]
        assert self._names(self.alice, "--resource-types", "OS::Nova::Flavor") == ["Story::Limits"]
        assert self._names(self.alice, "--visibility", "private") == []
        shown = self.alice.openstack(*NAMESPACE, "show", "Story::Disk")
        assert (shown["display_name"], shown["protected"]) == ("Disks, anew", True), shown
        rows = self.alice.openstack(*PROPERTY, "list", "Story::Disk")
        assert sorted(row["name"] for row in rows) == ["disk_bus", "max_iops"], rows
        shown = self.alice.openstack(*PROPERTY, "show", "Story::Disk", "disk_bus")
        assert (shown["enum"], shown["default"]) == (["scsi", "virtio", "sata"], "virtio"), shown
        rows = self.alice.openstack(*OBJECT, "list", "Story::Limits")
        assert [row["name"] for row in rows] == ["CPU Limits"], rows
        shown = self.alice.openstack(
            *OBJECT, "property", "show", "Story::Limits", "CPU Limits", "quota:cpu_period"
        )
        assert shown["minimum"] == 1000, shown

    def takes_changes_from_an_administrator_only(self):
        assert "403" in self.alice.refused("openstack", *NAMESPACE, "create", "Story::Mine")
        words = [*PROPERTY, "delete", "Story::Disk", "disk_bus"]
        self.alice.refused("openstack", *words)
        # Not even from an administrator while they are protected.
        self.admin.refused("openstack", *words)
        rows = self.admin.openstack(*PROPERTY, "list", "Story::Disk")
        assert len(rows) == 2, rows

    def makes_and_changes_a_namespace(self):
        words = ["--display-name", "Made", "--description", "By hand", "--protected"]
        made = self.admin.openstack(*NAMESPACE, "create", *words, "Story::Made")
        assert (made["protected"], made["visibility"]) == (True, "private"), made
        assert "Story::Made" not in self._names(self.bob)
        self.admin.refused("openstack", *NAMESPACE, "delete", "Story::Made")
        self.admin.silent(
            *NAMESPACE, "set", "--unprotected", "--public", "--tag", "a", "Story::Made"
        )
        assert "Story::Made" in self._names(self.bob)
        self.admin.silent(*NAMESPACE, "unset", "--all-tags", "Story::Made")

    def makes_and_changes_an_object(self):
        made = self.admin.openstack(*OBJECT, "create", "--namespace", "Story::Made", "o")
        assert (made["name"], made["namespace_name"]) == ("o", "Story::Made"), made
        self.admin.silent(*OBJECT, "update", "Story::Made", "o", "--name", "renamed o")
        shown = self.admin.openstack(*OBJECT, "show", "Story::Made", "renamed o")
        assert shown["name"] == "renamed o", shown
        self.admin.silent(*OBJECT, "delete", "Story::Made", "renamed o")
        assert self.admin.openstack(*OBJECT, "list", "Story::Made") == []

    def makes_and_changes_a_property(self):
        facts = json.dumps({"minimum": 1, "maximum": 8, "default": 2})
        words = ["--name", "cores", "--title", "Cores", "--type", "integer", "--schema", facts]
        made = self.admin.openstack(*PROPERTY, "create", *words, "Story::Made")
        assert (made["title"], made["maximum"]) == ("Cores", 8), made
        self.admin.silent(*PROPERTY, "set", "--title", "Kerne", "Story::Made", "cores")
        shown = self.admin.openstack(*PROPERTY, "show", "Story::Made", "cores")
        assert (shown["title"], shown["minimum"], shown["default"]) == ("Kerne", 1, 2), shown
        self.admin.silent(*PROPERTY, "delete", "Story::Made", "cores")
        assert self.admin.openstack(*PROPERTY, "list", "Story::Made") == []

    def names_the_types_of_things_that_it_is_for(self):
        words = ["--properties-target", "image", "Story::Made", "Story::Thing"]
        self.admin.openstack(*ASSOCIATION, "create", *words)
        rows = self.bob.openstack(*ASSOCIATION, "list", "Story::Made")
        assert [row["Name"] for row in rows] == ["Story::Thing"], rows
        rows = self.bob.openstack("image", "metadef", "resource", "type", "list")
        assert {"Story::Thing", "OS::Glance::Image"} <= {row["Name"] for row in rows}, rows
        self.admin.silent(*ASSOCIATION, "delete", "Story::Made", "Story::Thing")
        assert self.bob.openstack(*ASSOCIATION, "list", "Story::Made") == []
        self.admin.silent(*NAMESPACE, "delete", "Story::Made")
        assert "Story::Made" not in self._names(self.admin)

    def lists_more_than_a_page(self):
        many = [self._write(f"many-{at}.json", {"namespace": f"Story::Many::{at:02}"})
                for at in range(30)]  # fmt: skip
        assert set(self._load(*many).values()) == {"created"}
        assert len(self._names(self.admin)) == 32
        assert self.admin.glance("md-namespace-list", "--page-size", "7").count("Story::") == 32
        for at in range(30):
            path = f"/v2/metadefs/namespaces/Story::Many::{at:02}"
            headers = {"X-Auth-Token": self.native.token}
            self.server.call("DELETE", path, None, headers).expect(204)

    def the_glance_tool_imports_and_changes_namespaces(self):
        path = self._write("glance.json", {**LIMITS, "namespace": "Story::Glance"})
        made = self.admin.glance("md-namespace-import", "--file", path)
        assert "Story::Glance" in made, made
        words = ["--description", "Changed", "--protected", "True"]
        changed = self.admin.glance("md-namespace-update", *words, "Story::Glance")
        assert "Changed" in changed and "CPU Limits" in changed, changed
        self.admin.refused("glance", "md-namespace-delete", "Story::Glance")
        self.admin.glance("md-namespace-update", "--protected", "False", "Story::Glance")
        shown = self.bob.glance("md-namespace-show", "--resource-type", "OS::Glance::Image",
                                "Story::Disk")  # fmt: skip
        assert "hw_disk_bus" in shown, shown
        listed = self.bob.glance("md-namespace-list", "--resource-types", "OS::Glance::Image")
        assert "Story::Disk" in listed and "Story::Limits" not in listed, listed

    def the_glance_tool_keeps_objects_and_properties(self):
        schema = {"description": "d", "properties": {"p": {"title": "P", "type": "string"}}}
        words = ["--name", "o", "--schema", json.dumps(schema), "Story::Glance"]
        assert "o" in self.admin.glance("md-object-create", *words)
        words = ["--name", "o2", "Story::Glance", "o"]
        assert "o2" in self.admin.glance("md-object-update", *words)
        assert "P" in self.bob.glance("md-object-property-show", "Story::Glance", "o2", "p")
        self.admin.glance("md-object-delete", "Story::Glance", "o2")
        listed = self.bob.glance("md-object-list", "Story::Glance")
        assert "CPU Limits" in listed and "o2" not in listed, listed
        self.admin.glance("md-namespace-objects-delete", "Story::Glance")
        facts = json.dumps({"enum": ["a", "b"], "operators": ["<or>"]})
        words = ["--name", "q", "--title", "Q", "--type", "string", "--schema", facts]
        assert "Q" in self.admin.glance("md-property-create", *words, "Story::Glance")
        words = ["--title", "Changed", "Story::Glance", "q"]
        assert "Changed" in self.admin.glance("md-property-update", *words)
        assert "<or>" in self.bob.glance("md-property-show", "Story::Glance", "q")
        assert "Changed" in self.bob.glance("md-property-list", "Story::Glance")
        self.admin.glance("md-property-delete", "Story::Glance", "q")
        self.admin.glance("md-namespace-properties-delete", "Story::Glance")

    def the_glance_tool_keeps_tags_and_types_of_things(self):
        at = "Story::Glance"
        self.admin.glance("md-tag-create", "--name", "one", at)
        assert "one" in self.bob.glance("md-tag-show", at, "one")
        assert "two" in self.admin.glance("md-tag-update", "--name", "two", at, "one")
        # The tool's own `--append` ends before it has sent anything.
        code = (
            "import openstack\n"
            "image = openstack.connect().image\n"
            "namespace = image.get_metadef_namespace('Story::Glance')\n"
            "namespace.set_tags(image, ['three', 'four'], append=True)\n"
            "namespace.fetch_tags(image)\n"
            "names = sorted(tag['name'] for tag in namespace.tags)\n"
            "assert names == ['example', 'four', 'three', 'two'], names\n"
        )
        self.admin.run("python3", "-c", code)
        self.admin.glance("md-tag-create-multiple", "--names", "five", at)
        listed = self.bob.glance("md-tag-list", at)
        assert "five" in listed and "three" not in listed, listed
        self.admin.glance("md-tag-delete", at, "five")
        self.admin.glance("md-namespace-tags-delete", at)
        words = ["--name", "Story::Kind", "--prefix", "k_", at]
        assert "k_" in self.admin.glance("md-resource-type-associate", *words)
        assert "Story::Kind" in self.bob.glance("md-namespace-resource-type-list", at)
        assert "Story::Kind" in self.bob.glance("md-resource-type-list")
        self.admin.glance("md-resource-type-deassociate", at, "Story::Kind")
        self.admin.glance("md-namespace-delete", at)
        assert at not in self.admin.glance("md-namespace-list")
