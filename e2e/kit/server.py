"""A `gaze serve` of the suite's own."""

import os
import signal
import socket
import subprocess
from pathlib import Path

from kit.checks import until
from kit.hook import Hook
from kit.origin import Origin
from kit.region import Region
from kit.web import call

PASSWORD = "correct horse battery staple"


class World:
    """What every story is given: the binary, a scratch folder, the kind of database, and the Python
    that has Keystone."""

    def __init__(self, gaze, scratch, postgres=None, keystone=None):
        self.gaze = gaze
        self.keystone = keystone
        self.scratch = Path(scratch)
        self.scratch.mkdir(parents=True, exist_ok=True)
        self.postgres = postgres
        self.open = []

    def folder(self, name):
        folder = self.scratch / name
        folder.mkdir(parents=True)
        return folder

    def server(self, name, *flags, **settings):
        """A server that has not been started, on a data folder and a database of its own. Settings
        are those without a flag, by the name of their variable."""
        self.open.append(Server(self, name, flags, settings))
        return self.open[-1]

    def origin(self):
        """A web server to import from."""
        self.open.append(Origin())
        return self.open[-1]

    def region(self):
        """The way to another region."""
        self.open.append(Region())
        return self.open[-1]

    def hook(self):
        """A web server that results are posted to."""
        self.open.append(Hook())
        return self.open[-1]

    def close(self):
        """Ends all servers of a story."""
        while self.open:
            self.open.pop().close()

    def database(self, name):
        """The value of `--database`; on PostgreSQL, of a database that is made now."""
        if self.postgres is None:
            return "sqlite"
        # An identifier of SQL that needs no quotes.
        name = f"e2e_{os.getpid()}_{name}".replace("-", "_")
        make = ["psql", "--quiet", f"{self.postgres}/postgres", "--command"]
        subprocess.run([*make, f"CREATE DATABASE {name}"], check=True)
        return f"{self.postgres}/{name}"


class Server:
    """One service across all its starts."""

    def __init__(self, world, name, flags, settings):
        self.gaze = world.gaze
        self.folder = world.folder(name)
        self.data = self.folder / "data"
        self.database = world.database(name)
        self.flags = [str(flag) for flag in flags]
        self.settings = {name: str(value) for name, value in settings.items()}
        self.port = free_port()
        self.process = None
        self.starts = 0

    def start(self):
        """Starts it and waits until it answers."""
        self.starts += 1
        self.output = self.folder / f"stdout.{self.starts}"
        self.log = self.folder / f"stderr.{self.starts}"
        command = [self.gaze, "serve", "--data-dir", self.data, "--database", self.database]
        command += ["--listen", f"127.0.0.1:{self.port}", *self.flags]
        environment = {name: value for name, value in os.environ.items() if name[:5] != "GAZE_"}
        environment |= {"GAZE_ADMIN_PASSWORD": PASSWORD, **self.settings}
        with open(self.output, "wb") as output, open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                command, stdout=output, stderr=log, cwd=self.folder, env=environment
            )
        until(self._answers, "the server answers", 60)
        return self

    def _answers(self):
        status = self.process.poll()
        assert status is None, f"the server ended with {status}: {self.log.read_text()[-4000:]}"
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
        except ConnectionRefusedError:
            return False
        return True

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def printed(self):
        """What it has said on standard output since its last start."""
        return self.output.read_text()

    def call(self, method, path, body=None, headers=None):
        return call(self.port, method, path, body, headers)

    def stop(self):
        """Asks it to end; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=60)
        self.process = None
        return status

    def kill(self):
        """Ends it without a warning, as a power cut would."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def close(self):
        if self.process is not None:
            self.kill()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
