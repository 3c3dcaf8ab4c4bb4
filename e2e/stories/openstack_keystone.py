"""A cloud whose users are Keystone's: the real Keystone, OpenStack's own tools, and a service that
has been told to take Keystone's tokens."""

import os
import shutil

from kit.checks import until
from kit.keystone import REGION, Keystone
from kit.native import Native
from kit.server import PASSWORD
from stories.openstack_clients import RAW, SIZE, Person

CACHE = 2


class Customer(Person):
    """Somebody who logs in at Keystone and finds the rest in its catalogue."""

    def __init__(self, server, keystone, name, folder, **more):
        super().__init__(server, name, PASSWORD, folder)
        options = {"AUTH_URL": keystone.url, "CACERT": keystone.ca, **more}
        self.environment |= {f"OS_{key}": str(value) for key, value in options.items()}


class OpenstackKeystone:
    def __init__(self, world):
        self.folder = world.folder("keystone-files")
        self.file = self.folder / "small.raw"
        self.file.write_bytes(os.urandom(SIZE))
        self.keystone = Keystone(world.keystone, world.folder("keystone"))
        world.open.append(self.keystone)
        self.keystone.start()
        self.projects = {}
        self.users = {}
        roles = self._create("GET", "/roles")["roles"]
        self.roles = {role["name"]: role["id"] for role in roles}
        for user, project, role in (
            ("alice", "alice", "member"),
            ("bob", "bob", "manager"),
            ("rita", "alice", "reader"),
            ("hand", "hand", "service"),
        ):
            self._employ(user, project, role)
        self.server = world.server(
            "of_keystone",
            GAZE_IDENTITY_KEYSTONE_URL=self.keystone.url,
            GAZE_IDENTITY_CA_FILE=self.keystone.ca,
            GAZE_IDENTITY_USER="gaze",
            GAZE_IDENTITY_PASSWORD=PASSWORD,
            GAZE_IDENTITY_PROJECT="",
            GAZE_IDENTITY_CACHE_SECONDS=CACHE,
        )
        self.admin, self.alice, self.bob, self.rita = (
            Customer(self.server, self.keystone, name, self.folder, PROJECT_NAME=project)
            for name, project in (
                ("admin", "admin"), ("alice", "alice"), ("bob", "bob"), ("rita", "alice"),
            )
        )  # fmt: skip

    def _create(self, method, path, body=None):
        return self.keystone.ask(method, path, body, self.keystone.token())[1]

    def _employ(self, user, project, role):
        if project not in self.projects:
            new = {"project": {"name": project, "domain_id": "default"}}
            self.projects[project] = self._create("POST", "/projects", new)["project"]["id"]
        new = {"user": {"name": user, "domain_id": "default", "password": PASSWORD}}
        self.users[user] = self._create("POST", "/users", new)["user"]["id"]
        place = f"/projects/{self.projects[project]}/users/{self.users[user]}"
        self._create("PUT", f"{place}/roles/{self.roles[role]}")

    def _ask(self, token, path="/v2/images", accept="application/json"):
        return self.server.call("GET", path, headers={"X-Auth-Token": token, "Accept": accept})

    def an_operator_registers_the_service(self):
        # As docs/faces/keystone.md says.
        words = ["--domain", "default", "--password", PASSWORD, "gaze"]
        self.admin.openstack("user", "create", *words)
        words = ["--user", "gaze", "--user-domain", "default", "--system", "all", "reader"]
        self.admin.silent("role", "add", *words)
        self.admin.openstack("service", "create", "--name", "gaze", "image")
        words = ["--region", REGION, "image", "public", self.server.url]
        self.admin.openstack("endpoint", "create", *words)
        self.server.start()
        said = "tokens of Keystone are taken"
        until(lambda: said in self.server.log.read_text(), "the service logs in")
        assert "catalogue names no" not in self.server.log.read_text()

    def a_member_creates_an_image(self):
        made = self.alice.openstack("image", "create", "--file", self.file, *RAW, "web")
        assert (made["status"], made["size"]) == ("active", SIZE)
        assert made["owner"] == self.projects["alice"]
        self.web = made["id"]

    def the_project_has_keystones_id_and_name_and_the_usual_quota(self):
        native = Native(self.server)
        found = {project["name"]: project for project in native.items("/projects")}
        assert found["alice"]["id"] == self.projects["alice"]
        assert (found["alice"]["max_image_count"], found["alice"]["image_count"]) == (20, 1)
        assert "bob" not in found, "nobody came from there yet"

    def it_is_shared_with_a_project_that_was_never_here(self):
        bob = self.projects["bob"]
        self.alice.openstack("image", "add", "project", self.web, bob)
        assert self.bob.names("--shared") == []
        self.bob.silent("image", "set", "--accept", "--project", bob, self.web)
        assert self.bob.names("--shared") == ["web"]
        saved = self.folder / "lent.raw"
        self.bob.silent("image", "save", "--file", saved, self.web)
        assert saved.read_bytes() == self.file.read_bytes()
        assert "403" in self.bob.refused("openstack", "image", "set", "--name", "mine", self.web)

    def a_reader_sees_and_changes_nothing(self):
        assert self.rita.names() == ["web"]
        assert "403" in self.rita.refused("openstack", "image", "create", *RAW, "other")
        assert "403" in self.rita.refused("openstack", "image", "delete", self.web)

    def an_administrator_sees_all_and_publishes(self):
        self.bob.openstack("image", "create", "--file", self.file, *RAW, "private")
        assert self.alice.names() == ["web"]
        assert self.admin.names() == ["private", "web"]
        self.admin.silent("image", "set", "--public", "private")
        assert self.alice.names() == ["private", "web"]

    def the_system_is_the_administrators_too(self):
        token = self.keystone.token(system={"all": True})
        images = self._ask(token).expect(200).json["images"]
        assert {image["name"] for image in images} == {"private", "web"}

    def tokens_without_a_project_or_a_role_open_nothing(self):
        unscoped = self.keystone.token("alice", unscoped={})
        self._ask(unscoped).expect(403)
        self._ask(self.keystone.token("hand")).expect(403)

    def a_renamed_project_keeps_its_images(self):
        path = f"/projects/{self.projects['bob']}"
        self._create("PATCH", path, {"project": {"name": "robert"}})
        domain = {"id": "default"}
        token = self.keystone.token("bob", project={"name": "robert", "domain": domain})
        assert len(self._ask(token).expect(200).json["images"]) == 2
        names = {project["name"] for project in Native(self.server).items("/projects")}
        assert "robert" in names and "bob" not in names

    def keystones_and_the_services_own_administrator_use_the_native_interface(self):
        native = Native(self.server)
        whoami = native.get("/whoami")
        assert (whoami["user"]["name"], whoami["role"]) == ("admin", "admin")
        headers = {"Authorization": f"Bearer {self.keystone.token()}"}
        guest = self.server.call("GET", "/gaze/v1/whoami", headers=headers).expect(200).json
        assert (guest["user"]["name"], guest["role"]) == ("admin", "admin")
        assert guest["user"]["id"] != whoami["user"]["id"]
        self.server.call("POST", "/gaze/v1/tokens", {}, headers).expect(403)

    def a_program_logs_in_by_an_application_credential_without_rules(self):
        # Rules of access are for each service to keep; this one does not, and is told of no token
        # that has some.
        rule = {"path": "/v2/images", "method": "GET", "service": "image"}
        for name, rules, status in (("free", None, 200), ("bound", [rule], 401)):
            new = {"name": name, "roles": [{"name": "member"}]}
            new |= {"access_rules": rules} if rules else {}
            path = f"/users/{self.users['alice']}/application_credentials"
            body = {"application_credential": new}
            token = self.keystone.token("alice")
            made = self.keystone.ask("POST", path, body, token)[1]["application_credential"]
            token = self.keystone.program_token(made["id"], made["secret"])
            self._ask(token).expect(status)

    def a_revoked_token_is_soon_refused(self):
        token = self.keystone.token("alice")
        self._ask(token).expect(200)
        self.keystone.revoke(token)
        answer = until(
            lambda: (answer := self._ask(token)).status != 200 and answer,
            "the token is refused", CACHE + 20,
        )  # fmt: skip
        answer.expect(401)
        assert answer.headers["WWW-Authenticate"] == f'Keystone uri="{self.keystone.url}"'

    def without_keystone_nobody_of_it_is_served(self):
        token = self.keystone.token("alice")
        self.keystone.stop()
        refused = self._ask(token).expect(503).json
        assert refused["code"] == "503 Service Unavailable", refused
        assert "503 Service Unavailable" in self._ask(token, accept="*/*").expect(503).text
        path = "/gaze/v1/images"
        self.server.call("GET", path, headers={"Authorization": f"Bearer {token}"}).expect(503)
        log = self.server.log.read_text()
        assert "Keystone cannot be asked" in log and "Connection refused" in log, log[-2000:]
        metrics = self.server.call("GET", "/metrics").text
        assert "gaze_keystone_tokens_unanswered_total 3" in metrics, metrics
        assert len(Native(self.server).images()) == 2

    def all_are_served_again_when_it_is_back_with_other_keys(self):
        shutil.rmtree(self.keystone.folder / "fernet")
        self.keystone.make_keys()
        self.keystone.start()
        assert self.alice.names() == ["private", "web"]
        self.alice.silent("image", "delete", "web")
