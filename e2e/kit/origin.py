"""A web server to import from, which can be made to stop in the middle of a file."""

import http.server
import re
import threading


class Origin:
    """Serves files by name, with ranges. After `hold(name, bytes)`, answers stop after that many
    bytes until `release(name)`; after `cut(name, bytes)`, the next answer ends there for good."""

    def __init__(self):
        self.files = {}
        self.gates = {}
        self.cuts = {}
        self.requests = []
        origin = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_HEAD(self):
                origin._answer(self, False)

            def do_GET(self):
                origin._answer(self, True)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def url(self, name, path):
        """The address under which the file is served from now on."""
        self.files[name] = path
        return f"http://127.0.0.1:{self.server.server_port}/{name}"

    def hold(self, name, after):
        self.gates[name] = (after, threading.Event(), threading.Event())

    def reached(self, name, seconds=60):
        """Waits until an answer has come to the place where it stops."""
        assert self.gates[name][2].wait(seconds), f"nobody fetched {name}"

    def release(self, name):
        self.gates.pop(name)[1].set()

    def cut(self, name, after):
        self.cuts[name] = after

    def close(self):
        for name in list(self.gates):
            self.release(name)
        self.server.shutdown()
        self.server.server_close()

    def _answer(self, request, with_body):
        name = request.path.lstrip("/")
        self.requests.append((request.command, name, request.headers.get("Range")))
        if name not in self.files:
            request.send_error(404)
            return
        data = self.files[name].read_bytes()
        first, last = 0, len(data) - 1
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
        if wanted:
            first = int(wanted[1])
            last = min(last, int(wanted[2])) if wanted[2] else last
            request.send_response(206)
            request.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        else:
            request.send_response(200)
        request.send_header("Accept-Ranges", "bytes")
        request.send_header("ETag", f'"{len(data)}"')
        request.send_header("Content-Length", str(last + 1 - first))
        request.end_headers()
        if not with_body:
            return
        body = data[first : last + 1]
        try:
            if name in self.cuts:
                request.wfile.write(body[: self.cuts.pop(name)])
                request.close_connection = True
                return
            gate = self.gates.get(name)
            if gate:
                after, opened, reached = gate
                request.wfile.write(body[: max(0, after - first)])
                request.wfile.flush()
                reached.set()
                opened.wait()
                body = body[max(0, after - first) :]
            request.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            request.close_connection = True
