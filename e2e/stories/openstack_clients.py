"""OpenStack's own tools, unmodified: python-openstackclient, python-glanceclient and openstacksdk,
as two members, a reader and an administrator."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

from kit.checks import until
from kit.native import Native
from kit.server import PASSWORD

SIZE = 3_000_000
BIN = Path(sys.executable).parent
RAW = ["--disk-format", "raw", "--container-format", "bare"]


class Refused(Exception):
    """What a tool said when it did not succeed."""


class Person:
    """Somebody with a terminal."""

    def __init__(self, server, name, password, folder, project=None):
        self.folder = folder
        names = {"USERNAME": name, "PASSWORD": password, "PROJECT_NAME": project or name}
        domains = {"USER_DOMAIN_NAME": "Default", "PROJECT_DOMAIN_NAME": "Default"}
        fixed = {"AUTH_URL": f"{server.url}/v3", "IDENTITY_API_VERSION": "3"}
        options = {**names, **domains, **fixed, "REGION_NAME": "region-1"}
        # Without a home of its own a tool would read the files of whoever runs the suite.
        clean = {key: value for key, value in os.environ.items() if key[:3] != "OS_"}
        settings = {f"OS_{key}": value for key, value in options.items()}
        self.environment = {**clean, "HOME": str(folder), **settings}

    def run(self, tool, *words, stdin=subprocess.DEVNULL):
        done = subprocess.run(
            [BIN / tool, *map(str, words)],
            env=self.environment,
            cwd=self.folder,
            stdin=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.returncode:
            raise Refused(done.stdout + done.stderr)
        return done.stdout

    def typed(self, tool, *words):
        """The same with a terminal to read from: the tools then expect no bytes from there."""
        terminal, end = pty.openpty()
        try:
            return self.run(tool, *words, stdin=end)
        finally:
            os.close(terminal)
            os.close(end)

    def openstack(self, *words):
        """A command that answers a document."""
        return json.loads(self.run("openstack", *words, "--format", "json"))

    def silent(self, *words):
        """A command of `openstack` that answers nothing."""
        self.run("openstack", *words)

    def glance(self, *words):
        return self.run("glance", *words)

    def names(self, *words):
        return sorted(image["Name"] for image in self.openstack("image", "list", *words))

    def refused(self, tool, *words):
        try:
            said = self.run(tool, *words)
        except Refused as refused:
            return str(refused)
        raise AssertionError(f"was not refused: {said}")


def is_active(person, image):
    return person.openstack("image", "show", image)["status"] == "active"


class OpenstackClients:
    def __init__(self, world):
        self.folder = world.folder("openstack-files")
        self.file = self.folder / "small.raw"
        self.file.write_bytes(os.urandom(SIZE))
        self.server = world.server("openstack", "--allow-private-imports").start()
        self.origin = world.origin()
        native = Native(self.server)
        for name in ("alice", "bob"):
            native.create("/projects", name=name, password=PASSWORD)
        self.admin, self.alice, self.bob = (
            Person(self.server, name, PASSWORD, self.folder) for name in ("admin", "alice", "bob")
        )
        ids = {project["name"]: project["id"] for project in native.items("/projects")}
        reader = {"name": "rita", "project": ids["alice"], "role": "reader"}
        native.create("/users", **reader, password=PASSWORD)
        self.rita = Person(self.server, "rita", PASSWORD, self.folder, "alice")

    def logs_in_and_finds_the_services(self):
        assert self.alice.openstack("token", "issue")["project_id"]
        services = {row["Type"] for row in self.alice.openstack("catalog", "list")}
        assert {"identity", "image"} <= services

    def knows_projects_users_roles_and_domains(self):
        assert [it["Name"] for it in self.alice.openstack("project", "list")] == ["alice"]
        projects = [it["Name"] for it in self.admin.openstack("project", "list")]
        assert sorted(projects) == ["admin", "alice", "bob"]
        users = [it["Name"] for it in self.admin.openstack("user", "list")]
        assert sorted(users) == ["admin", "alice", "bob", "rita"]
        assert len(self.admin.openstack("role", "list")) == 3
        assert len(self.admin.openstack("role", "assignment", "list", "--names")) == 4
        assert self.admin.openstack("domain", "list")[0]["Name"] == "Default"

    def makes_a_project_and_changes_it(self):
        made = self.admin.openstack("project", "create", "--description", "of tests", "team")
        assert (made["name"], made["description"], made["enabled"]) == ("team", "of tests", True)
        self.admin.silent("project", "set", "--name", "crew", "--disable", "team")
        shown = self.admin.openstack("project", "show", "crew")
        assert (shown["id"], shown["enabled"]) == (made["id"], False)
        self.admin.silent("project", "set", "--enable", "crew")
        assert "403" in self.alice.refused("openstack", "project", "create", "mine")
        assert "409" in self.admin.refused("openstack", "project", "create", "crew")

    def makes_a_user_who_works_when_it_has_a_role(self):
        words = ["--project", "crew", "--password", PASSWORD, "--email", "c@example.org", "carol"]
        self.admin.openstack("user", "create", *words)
        carol = Person(self.server, "carol", PASSWORD, self.folder)
        carol.environment["OS_PROJECT_NAME"] = "crew"
        assert "401" in carol.refused("openstack", "token", "issue")
        role = ["--project", "crew", "--user", "carol"]
        self.admin.silent("role", "add", *role, "member")
        rows = self.admin.openstack("role", "assignment", "list", "--names", *role)
        assert [row["Role"] for row in rows] == ["member"], rows
        carol.openstack("image", "create", "--file", self.file, *RAW, "carol's")
        assert carol.names() == ["carol's"]
        # The tool says nothing of a refused assignment, as of any.
        self.admin.silent("role", "add", "--project", "alice", "--user", "carol", "member")
        rows = self.admin.openstack("role", "assignment", "list", "--names", "--user", "carol")
        assert [row["Project"] for row in rows] == ["crew@Default"], rows
        self.carol = carol

    def changes_a_user_and_its_password(self):
        self.admin.silent("user", "set", "--name", "caroline", "--description", "one", "carol")
        assert self.admin.openstack("user", "show", "caroline")["description"] == "one"
        self.carol.environment["OS_USERNAME"] = "caroline"
        words = ["--original-password", PASSWORD, "--password", PASSWORD * 2]
        self.carol.silent("user", "password", "set", *words)
        assert "401" in self.carol.refused("openstack", "token", "issue")
        self.carol.environment["OS_PASSWORD"] = PASSWORD * 2
        self.carol.silent("image", "delete", "carol's")

    def takes_a_role_and_ends_user_and_project(self):
        role = ["--project", "crew", "--user", "caroline", "member"]
        self.admin.silent("role", "remove", *role)
        assert "401" in self.carol.refused("openstack", "token", "issue")
        self.admin.silent("project", "delete", "crew")
        assert "caroline" in [it["Name"] for it in self.admin.openstack("user", "list")]
        self.admin.silent("user", "delete", "caroline")
        users = [it["Name"] for it in self.admin.openstack("user", "list")]
        assert sorted(users) == ["admin", "alice", "bob", "rita"]
        assert "409" in self.admin.refused("openstack", "project", "delete", "admin")
        assert "409" in self.admin.refused("openstack", "user", "delete", "admin")

    def creates_an_image_from_a_file(self):
        made = self.alice.openstack(
            "image", "create", "--file", self.file, *RAW,
            "--property", "os_distro=debian", "--tag", "prod", "web",
        )  # fmt: skip
        assert (made["status"], made["size"], made["tags"]) == ("active", SIZE, ["prod"])
        assert made["properties"]["os_distro"] == "debian"
        self.web = made["id"]

    def changes_it(self):
        words = ["--property", "team=red", "--min-ram", "64", "--tag", "t2"]
        self.alice.silent("image", "set", *words, "web")
        shown = self.alice.openstack("image", "show", "web")
        assert (shown["min_ram"], shown["properties"]["team"]) == (64, "red")
        self.alice.silent("image", "unset", "--property", "team", "web")
        shown = self.alice.openstack("image", "show", "web")
        assert "team" not in shown["properties"] and sorted(shown["tags"]) == ["prod", "t2"]

    def saves_the_same_bytes(self):
        saved = self.folder / "saved.raw"
        self.alice.silent("image", "save", "--file", saved, "web")
        assert saved.read_bytes() == self.file.read_bytes()

    def keeps_a_protected_image(self):
        self.alice.silent("image", "set", "--protected", "web")
        said = self.alice.refused("openstack", "image", "delete", "web")
        assert "protected" in said, said
        self.alice.silent("image", "set", "--unprotected", "web")

    def shows_nothing_to_strangers(self):
        assert self.bob.names() == []
        said = self.bob.refused("openstack", "image", "show", self.web)
        assert "No Image found" in said, said

    def shares_with_a_project_that_accepts(self):
        bob = self.bob.openstack("token", "issue")["project_id"]
        self.alice.openstack("image", "add", "project", self.web, bob)
        members = self.alice.openstack("image", "member", "list", self.web)
        assert [member["Status"] for member in members] == ["pending"]
        assert self.bob.names("--shared") == []
        self.bob.silent("image", "set", "--accept", "--project", bob, self.web)
        assert self.bob.names("--shared") == ["web"]
        self.bob.silent("image", "save", "--file", self.folder / "lent.raw", self.web)
        self.alice.silent("image", "remove", "project", self.web, bob)
        assert self.bob.names() == []

    def publishes_as_an_administrator_only(self):
        words = ["image", "set", "--public", self.web]
        assert "403" in self.alice.refused("openstack", *words)
        self.admin.silent(*words)
        assert self.bob.names("--public") == ["web"]
        assert "403" in self.bob.refused("openstack", "image", "set", "--name", "mine", self.web)
        self.admin.silent("image", "set", "--shared", self.web)

    def lends_to_everybody_who_asks(self):
        self.alice.silent("image", "set", "--community", self.web)
        assert self.bob.names() == [] and self.admin.names() == []
        assert self.bob.names("--community") == ["web"] and self.alice.names() == ["web"]
        self.bob.silent("image", "save", "--file", self.folder / "common.raw", self.web)
        assert "403" in self.bob.refused("openstack", "image", "set", "--name", "mine", self.web)
        self.alice.silent("image", "set", "--shared", self.web)
        assert self.bob.names("--community") == []

    def lets_a_reader_look_and_nothing_else(self):
        assert self.rita.names() == ["web"]
        assert self.rita.openstack("image", "show", "web")["id"] == self.web
        for words in [
            ("create", "--file", self.file, *RAW, "hers"),
            ("set", "--name", "hers", self.web),
            ("add", "project", self.web, self.bob.openstack("token", "issue")["project_id"]),
            ("delete", self.web),
        ]:
            said = self.rita.refused("openstack", "image", *words)
            assert "403" in said, (words, said)
        # The tool takes the refusal for bytes, and says that their checksum is wrong.
        self.rita.refused("openstack", "image", "save", "--file", "no.raw", self.web)
        # And does not look at what this one is answered.
        self.rita.silent("image", "set", "--deactivate", self.web)
        assert is_active(self.alice, "web")

    def switches_it_off_and_on(self):
        self.alice.silent("image", "set", "--deactivate", "web")
        assert self.alice.openstack("image", "show", "web")["status"] == "deactivated"
        # The tool takes the refusal for bytes, and says that their checksum is wrong.
        self.alice.refused("openstack", "image", "save", "--file", "no.raw", "web")
        self.alice.silent("image", "set", "--activate", "web")

    def hides_it_from_ordinary_lists(self):
        self.alice.silent("image", "set", "--hidden", "web")
        assert self.alice.names() == [] and self.alice.names("--hidden") == ["web"]
        self.alice.silent("image", "set", "--unhidden", "web")

    def tells_how_images_are_imported_and_where_they_are(self):
        told = self.alice.openstack("image", "import", "info")
        assert "glance-direct" in json.dumps(told), told
        stores = self.alice.openstack("image", "stores", "list")
        assert len(stores) == 1, stores

    def tells_an_administrator_of_tasks(self):
        words = ["image", "task", "list", "--status", "success", "--sort-dir", "asc"]
        (first, *_) = self.admin.openstack(*words, "--limit", "1")
        assert first["Status"] == "success", first
        shown = self.admin.openstack("image", "task", "show", first["ID"])
        assert (shown["id"], shown["status"]) == (first["ID"], "success"), shown
        assert self.admin.openstack("image", "task", "list", "--status", "failure") == []
        assert "403" in self.alice.refused("openstack", *words)

    def imports_what_it_staged(self):
        words = ["--import", "--file", self.file, *RAW, "staged"]
        self.alice.openstack("image", "create", *words)
        until(lambda: is_active(self.alice, "staged"), "the import ends")

    def imports_from_an_address(self):
        # Without a terminal, the tools' own `create` would send an empty image at once.
        token = {"X-Auth-Token": self.alice.openstack("token", "issue")["id"]}
        new = {"name": "fetched", "disk_format": "raw", "container_format": "bare"}
        self.server.call("POST", "/v2/images", new, token).expect(201)
        address = self.origin.url("small.raw", self.file)
        words = ["--method", "web-download", "--uri", address, "fetched"]
        self.alice.silent("image", "import", *words)
        until(lambda: is_active(self.alice, "fetched"), "the import ends")

    def takes_an_image_from_standard_input(self):
        with open(self.file, "rb") as file:
            self.alice.run("openstack", "image", "create", *RAW, "piped", stdin=file)
        shown = self.alice.openstack("image", "show", "piped")
        assert (shown["status"], shown["size"]) == ("active", SIZE), shown

    def in_a_terminal_makes_an_image_whose_bytes_come_later(self):
        self.alice.typed("openstack", "image", "create", *RAW, "later")
        assert self.alice.openstack("image", "show", "later")["status"] == "queued"
        self.alice.typed("openstack", "image", "stage", "--file", self.file, "later")
        assert self.alice.openstack("image", "show", "later")["status"] == "uploading"
        self.alice.typed("openstack", "image", "import", "--method", "glance-direct", "later")
        until(lambda: is_active(self.alice, "later"), "the import ends")

    def in_a_terminal_makes_an_image_from_an_address(self):
        self.alice.typed("openstack", "image", "create", *RAW, "afar")
        words = ["--method", "web-download", "--uri", self.origin.url("small.raw", self.file)]
        self.alice.typed("openstack", "image", "import", *words, "afar")
        until(lambda: is_active(self.alice, "afar"), "the import ends")

    def deletes_by_name(self):
        names = ["web", "staged", "fetched", "piped", "later", "afar"]
        self.alice.silent("image", "delete", *names)
        assert self.alice.names() == []
        said = self.alice.refused("openstack", "image", "show", "web")
        assert "No Image found" in said, said

    def the_glance_tool_makes_lists_and_shows_images(self):
        made = self.alice.glance("image-create", "--file", self.file, *RAW, "--name", "g")
        self.g = next(row.split("|")[2].strip() for row in made.splitlines() if "| id " in row)
        assert self.g in self.alice.glance("image-list", "--limit", "5")
        assert "active" in self.alice.glance("image-show", self.g)

    def the_glance_tool_tells_of_methods_stores_and_usage(self):
        assert "web-download" in self.alice.glance("import-info")
        assert "store-1" in self.alice.glance("stores-info")
        assert "image_count_total" in self.alice.glance("usage")

    def in_a_terminal_the_glance_tool_imports_and_shows_progress(self):
        words = ["--file", self.file, *RAW]
        method = ["--name", "g-import", "--import-method", "glance-direct"]
        self.alice.typed("glance", "image-create-via-import", *words, *method)
        until(lambda: is_active(self.alice, "g-import"), "the import ends")
        self.alice.typed("glance", "image-create", *words, "--name", "g-progress", "--progress")
        assert is_active(self.alice, "g-progress")
        self.alice.silent("image", "delete", "g-import", "g-progress")

    def the_glance_tool_changes_and_downloads_them(self):
        assert "blue" in self.alice.glance("image-update", "--property", "team=blue", self.g)
        assert "tt" in self.alice.glance("image-tag-update", self.g, "tt")
        saved = self.folder / "glance.raw"
        self.alice.glance("image-download", "--file", saved, self.g)
        assert saved.read_bytes() == self.file.read_bytes()

    def the_glance_tool_shares_and_deletes_them(self):
        bob = self.bob.openstack("token", "issue")["project_id"]
        assert "pending" in self.alice.glance("member-create", self.g, bob)
        assert "accepted" in self.bob.glance("member-update", self.g, bob, "accepted")
        assert bob in self.alice.glance("member-list", "--image-id", self.g)
        self.alice.glance("image-delete", self.g)
        assert "No image found" in self.alice.refused("glance", "image-show", self.g)

    def the_sdk_keeps_the_digests_that_it_is_told(self):
        code = (
            "import hashlib, openstack, sys\n"
            "cloud = openstack.connect()\n"
            "data = open(sys.argv[1], 'rb').read()\n"
            "md5 = hashlib.md5(data).hexdigest()\n"
            "sha256 = hashlib.sha256(data).hexdigest()\n"
            "made = cloud.create_image('told', filename=sys.argv[1], wait=True, md5=md5,\n"
            "    sha256=sha256, disk_format='raw', container_format='bare', tags=['a'],\n"
            "    min_ram=64, meta={'n': '7'}, os_distro='debian')\n"
            "made = cloud.get_image(made.id)\n"
            "assert (made.status, made.checksum) == ('active', md5), made\n"
            "assert made.hash_value == sha256, made\n"
            "imported = cloud.create_image('via import', filename=sys.argv[1], wait=True,\n"
            "    disk_format='raw', container_format='bare', use_import=True)\n"
            "assert cloud.get_image(imported.id).checksum == md5\n"
            "for name in ('told', 'via import'):\n"
            "    assert cloud.delete_image(name, wait=True)\n"
        )
        self.alice.run("python3", "-c", code, self.file)

    def the_sdk_waits_for_an_image_and_knows_it_again(self):
        code = (
            "import openstack, sys\n"
            "cloud = openstack.connect()\n"
            "made = cloud.create_image('sdk', filename=sys.argv[1], wait=True,\n"
            "    disk_format='raw', container_format='bare', validate_checksum=True)\n"
            "again = cloud.create_image('sdk', filename=sys.argv[1], wait=True,\n"
            "    disk_format='raw', container_format='bare', validate_checksum=True)\n"
            "assert made.id == again.id, (made.id, again.id)\n"
            "found = [image.name for image in cloud.image.images(limit=1)]\n"
            "assert found == ['sdk'], found\n"
            "cloud.download_image('sdk', output_path=sys.argv[1] + '.copy')\n"
            "assert cloud.delete_image('sdk', wait=True)\n"
            "assert cloud.get_image('sdk') is None\n"
        )
        self.alice.run("python3", "-c", code, self.file)
        assert Path(f"{self.file}.copy").read_bytes() == self.file.read_bytes()
