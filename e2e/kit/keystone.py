"""OpenStack's Keystone, unmodified, on a database of its own."""

import json
import os
import ssl
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from kit.checks import until
from kit.server import PASSWORD, free_port

SCRIPT = Path(__file__).with_name("keystone_server.py")
REGION = "region-1"
CONFIGURATION = """\
[database]
connection = sqlite:///{folder}/keystone.db
[fernet_tokens]
key_repository = {folder}/fernet
[fernet_receipts]
key_repository = {folder}/receipts
[credential]
key_repository = {folder}/credentials
[identity]
password_hash_rounds = 4
[cache]
enabled = false
"""


class Keystone:
    """A Keystone across all its starts. Its administrator is `admin`, with the suite's password."""

    def __init__(self, python, folder):
        assert python is not None, "--keystone names no Python that has Keystone"
        self.python = python
        self.folder = folder
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}/v3"
        self.ca = folder / "ca.pem"
        self.process = None
        self.starts = 0
        self.settings = folder / "keystone.conf"
        self.settings.write_text(CONFIGURATION.format(folder=folder))
        self._manage("db_sync")
        self.make_keys()
        urls = [(f"--bootstrap-{kind}-url", self.url) for kind in ("admin", "public", "internal")]
        words = [word for pair in urls for word in pair]
        words += ["--bootstrap-password", PASSWORD, "--bootstrap-region-id", REGION]
        self._manage("bootstrap", *words)

    def make_keys(self):
        """Makes the keys of tokens that are not there."""
        for keys in ("fernet_setup", "receipt_setup"):
            self._manage(keys, "--keystone-user", os.getuid(), "--keystone-group", os.getgid())

    def _manage(self, *words):
        tool = self.python.parent / "keystone-manage"
        command = [tool, "--config-file", self.settings, *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder)
        assert done.returncode == 0, f"{words[0]}: {done.stdout}{done.stderr}"

    def start(self):
        """Starts it and waits until it answers."""
        self.starts += 1
        self.log = self.folder / f"log.{self.starts}"
        environment = {**os.environ, "OS_KEYSTONE_CONFIG_FILES": str(self.settings)}
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                # -P: this file must not stand in for Keystone's own modules.
                [self.python, "-P", SCRIPT, str(self.port), self.folder],
                stdout=log, stderr=log, cwd=self.folder, env=environment,
            )  # fmt: skip
        until(self._answers, "Keystone answers", 60)
        return self

    def _answers(self):
        status = self.process.poll()
        assert status is None, f"Keystone ended with {status}: {self.log.read_text()[-4000:]}"
        if not self.ca.exists():
            return False
        try:
            self.ask("GET", "")
        except urllib.error.URLError as error:
            if isinstance(error.reason, ConnectionRefusedError):
                return False
            raise
        return True

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def close(self):
        if self.process is not None:
            self.stop()

    def ask(self, method, path, body=None, token=None):
        """Headers and document of an answer that is no refusal."""
        headers = {"Content-Type": "application/json"} | ({"X-Auth-Token": token} if token else {})
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        context = ssl.create_default_context(cafile=self.ca)
        with urllib.request.urlopen(request, timeout=60, context=context) as answer:
            text = answer.read()
            return answer.headers, json.loads(text) if text else None

    def token(self, user="admin", password=PASSWORD, **scope):
        """A token; for the project of the user's name, unless another scope is given."""
        domain = {"id": "default"}
        identity = {"name": user, "password": password, "domain": domain}
        scope = scope or {"project": {"name": user, "domain": domain}}
        methods = {"methods": ["password"], "password": {"user": identity}}
        body = {"auth": {"identity": methods, "scope": scope}}
        return self.ask("POST", "/auth/tokens", body)[0]["X-Subject-Token"]

    def program_token(self, name, secret):
        """A token for an application credential."""
        credential = {"id": name, "secret": secret}
        method = "application_credential"
        body = {"auth": {"identity": {"methods": [method], method: credential}}}
        return self.ask("POST", "/auth/tokens", body)[0]["X-Subject-Token"]

    def revoke(self, token):
        headers = {"X-Auth-Token": self.token(), "X-Subject-Token": token}
        request = urllib.request.Request(
            f"{self.url}/auth/tokens", headers=headers, method="DELETE"
        )
        context = ssl.create_default_context(cafile=self.ca)
        urllib.request.urlopen(request, timeout=60, context=context).close()
