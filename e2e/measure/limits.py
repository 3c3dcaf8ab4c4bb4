"""What the machine can do, measured in the same run: the figures that others are read against."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time

from kit.checks import until
from kit.server import free_port
from measure.load import Call, load

# Of the size of a list of 25 images, and of that of 100 candidates.
PAGES = {"nginx, a file of 24 KB": 24_681, "nginx, a file of 81 KB": 81_272}


class Limits:
    """The programs that measure them stand beside the service's, as examples of its crates."""

    def __init__(self, examples, folder, connections, seconds):
        self.examples = examples
        self.folder = folder
        self.connections = connections
        self.seconds = seconds

    @contextlib.contextmanager
    def bare(self):
        """The address of a server that does nothing."""
        port = free_port()
        command = [self.examples / "bare", f"127.0.0.1:{port}"]
        with running(command, port):
            yield f"http://127.0.0.1:{port}"

    def hello(self):
        """Requests a second of that server, by connections."""
        with self.bare() as url:
            return {
                many: load(Call("bare axum", "/"), url, many, self.seconds, self.folder)
                for many in self.connections
            }

    @contextlib.contextmanager
    def nginx(self, root):
        """The address of an nginx that serves a folder by sendfile."""
        port = free_port()
        configuration = self.folder / "nginx.conf"
        configuration.write_text(
            f"""worker_processes 2; daemon off; user root; pid {self.folder}/nginx.pid;
            error_log stderr crit; events {{ worker_connections 1024; }}
            http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000;
            server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n"""
        )
        with running(["nginx", "-c", configuration, "-p", self.folder], port):
            yield f"http://127.0.0.1:{port}"

    def static(self):
        """Requests a second for files of the sizes of pages, by name and by connections."""
        root = self.folder / "static"
        root.mkdir()
        found = {}
        with self.nginx(root) as url:
            for name, length in PAGES.items():
                (root / str(length)).write_bytes(os.urandom(length))
                call = Call(name, f"/{length}")
                found[name] = {
                    many: load(call, url, many, self.seconds, self.folder)
                    for many in self.connections
                }
        return found

    def statement(self, database, sql, argument):
        """How often a second one thread runs a statement on SQLite, with nothing in between."""
        command = [self.examples / "raw_query", database, str(self.seconds), sql, argument]
        return float(subprocess.run(command, capture_output=True, check=True).stdout)

    def digests(self):
        """Megabytes a second of each digest alone, and of both on threads of their own."""
        said = subprocess.run(
            [self.examples / "digest_speed"], capture_output=True, text=True, check=True
        )
        return {name: float(speed) for name, speed in re.findall(r"(\w+) (\d+)", said.stdout)}

    def copied(self, file):
        """Seconds that a copy of the file takes until it is durable."""
        other = self.folder / "copy"
        begun = time.monotonic()
        subprocess.run(["cp", "--reflink=never", file, other], check=True)
        subprocess.run(["sync", other], check=True)
        took = time.monotonic() - begun
        other.unlink()
        return took

    def sunk(self, file):
        """Seconds that an upload takes to a server that forgets it."""
        with self.bare() as url:
            return curl(f"{url}/sink", ["-T", file, "-o", "/dev/null"])

    def sent(self, file):
        """Seconds that nginx takes to send the file."""
        return self.sending(file, lambda url: curl(url, ["-o", "/dev/null"]))

    def sending(self, file, ask):
        """What is found out by asking nginx for the file."""
        with self.nginx(file.parent) as url:
            return ask(f"{url}/{file.name}")


@contextlib.contextmanager
def running(command, port):
    """A program that listens, for as long as it is needed."""
    assert shutil.which(command[0]), f"{command[0]} is not there"
    process = subprocess.Popen([str(word) for word in command])
    try:
        until(lambda: answers(port, process), f"{command[0]} listens")
        yield
    finally:
        process.terminate()
        process.wait()


def answers(port, process):
    assert process.poll() is None, f"it ended with {process.returncode}"
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except ConnectionRefusedError:
        return False
    return True


def curl_many(asked, headers=None, at_once=1):
    """Seconds that one curl took for many requests: pairs of an address and a range, or `None`."""
    lines = ["silent", "show-error", "fail", "no-progress-meter"]
    if at_once > 1:
        lines += ["parallel", "parallel-immediate", f"parallel-max = {at_once}"]
    for number, (url, part) in enumerate(asked):
        if number:
            lines.append("next")
        lines += [f'header = "{name}: {value}"' for name, value in (headers or {}).items()]
        lines += [f'url = "{url}"', 'output = "/dev/null"']
        lines += [f"range = {part}"] if part else []
    begun = time.monotonic()
    subprocess.run(["curl", "-K", "-"], input="\n".join(lines), text=True, check=True)
    return time.monotonic() - begun


def curl(url, words, headers=None):
    """Seconds that curl took."""
    command = ["curl", "-sS", "--fail-with-body", "-H", "Expect:"]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    begun = time.monotonic()
    subprocess.run([*command, *map(str, words), url], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begun
