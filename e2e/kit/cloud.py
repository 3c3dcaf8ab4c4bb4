"""A cloud as suites of OpenStack's expect one: accounts, and the files that tell of them."""

import json

from kit import suites
from kit.native import Native

# Some of the suites put passwords on command lines without quoting them.
PASSWORD = "correct-horse-battery-staple"
# Tempest's accounts: as many of a kind as there may be processes that want one.
MEMBERS = [f"member-{at}" for at in range(8)]
ADMINS = [f"admin-{at}" for at in range(4)]
SYSTEM = [f"system-{at}" for at in range(4)]


class Cloud:
    """Members, readers and administrators on a server that has nothing else."""

    def __init__(self, server, folder, qcow2, stores):
        self.server = server
        self.folder = folder
        native = Native(server)
        ids = {project["name"]: project["id"] for project in native.items("/projects")}

        def user(name, project, role):
            who = {"name": name, "project": ids[project], "role": role}
            native.create("/users", **who, password=PASSWORD)

        for name in ("alice", "bob", *MEMBERS):
            made = native.create("/projects", name=name, password=PASSWORD)
            ids[name] = made["project"]["id"]
        for name in MEMBERS:
            user(f"{name}-reader", name, "reader")
        for name in (*ADMINS, *SYSTEM):
            user(name, "admin", "admin")
        region = native.items("/regions")[0]["id"]
        for name in stores:
            native.create("/stores", name=name, region=region, kind="fs")
        # openstacksdk looks for an image to start machines from.
        new = {"name": "cirros-0.6.2-x86_64-uec", "format": "raw", "visibility": "public"}
        image = native.create("/images", **new)
        native.upload(image["id"], b"\0" * 65536).expect(200)
        # A test of openstacksdk uploads the file of this name in the folder that it is run in.
        (folder / "CONTRIBUTING.rst").write_text("A text.\n" * 100)
        self._clouds()
        self._tempest(qcow2)
        self.environment = {
            "OS_CLIENT_CONFIG_FILE": str(folder / "clouds.yaml"),
            # Without a limit a test that hangs would hang the suite.
            "OS_TEST_TIMEOUT": "120",
            "OS_GLANCECLIENT_EXEC_DIR": str(suites.BIN),
            "TEMPEST_CONFIG_DIR": str(folder),
            "TEMPEST_CONFIG": "tempest.conf",
        }

    def _clouds(self):
        """The clouds that DevStack makes, by the names that it gives them."""
        project = {"project_domain_id": "default"}
        admin = {"username": ADMINS[0]}
        clouds = {
            "devstack": {"username": "alice", "project_name": "alice", **project},
            "devstack-alt": {"username": "bob", "project_name": "bob", **project},
            "devstack-admin": {**admin, "project_name": "admin", **project},
            "devstack-system-admin": {**admin, "system_scope": "all"},
        }
        fixed = {"auth_url": f"{self.server.url}/v3", "user_domain_id": "default"}
        fixed["password"] = PASSWORD
        rest = {"region_name": "region-1", "identity_api_version": "3"}
        clouds = {name: {"auth": {**auth, **fixed}, **rest} for name, auth in clouds.items()}
        # JSON is YAML.
        (self.folder / "clouds.yaml").write_text(json.dumps({"clouds": clouds}))

    def _tempest(self, qcow2):
        (self.folder / "accounts.yaml").write_text(json.dumps(list(accounts())))
        (self.folder / "lock").mkdir()
        sections = {
            "DEFAULT": {"log_file": self.folder / "tempest.log"},
            "oslo_concurrency": {"lock_path": self.folder / "lock"},
            "auth": {
                "test_accounts_file": self.folder / "accounts.yaml",
                "use_dynamic_credentials": False,
                "admin_username": ADMINS[0],
                "admin_password": PASSWORD,
                "admin_project_name": "admin",
                "admin_domain_name": "Default",
            },
            "identity": {
                "uri_v3": f"{self.server.url}/v3",
                "auth_version": "v3",
                "region": "region-1",
            },
            "identity-feature-enabled": {
                "trust": False,
                "api_extensions": "",
                "access_rules": False,
            },
            "service_available": {
                "glance": True,
                "nova": False,
                "neutron": False,
                "cinder": False,
                "swift": False,
                "horizon": False,
            },
            "image": {
                "http_image": qcow2,
                "http_qcow2_image": qcow2,
                # Tests of lists upload nonsense in the first six formats: as a raw disk it may pass.
                "disk_formats": "raw,raw,raw,raw,raw,raw,qcow2",
                "hashing_algorithm": "sha256",
                "image_caching_enabled": True,
                # Nothing here takes longer, and a test that waits in vain waits as long as this.
                "build_timeout": 20,
            },
            "image-feature-enabled": {"image_format_enforcement": False},
            "enforce_scope": {"glance": True, "keystone": False},
        }
        lines = []
        for section, options in sections.items():
            lines.append(f"[{section}]")
            lines += [f"{name} = {value}" for name, value in options.items()]
        (self.folder / "tempest.conf").write_text("\n".join(lines) + "\n")


def accounts():
    """Those that Tempest may use, with the roles that it asks for."""
    for name in MEMBERS:
        yield account(name, ["member"], project_name=name)
        yield account(f"{name}-reader", ["reader"], project_name=name)
    for name in ADMINS:
        yield {**account(name, ["admin"], project_name="admin"), "types": ["admin"]}
    for name in SYSTEM:
        yield account(name, ["reader"], system="all")


def account(name, roles, **scope):
    domains = {"user_domain_name": "Default"}
    if "project_name" in scope:
        domains["project_domain_name"] = "Default"
    return {"username": name, "password": PASSWORD, "roles": roles, **scope, **domains}
