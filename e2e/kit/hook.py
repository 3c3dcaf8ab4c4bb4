"""A client's own web server, to which results are posted."""

import http.server
import json
import threading

from kit.checks import until


class Hook:
    """Keeps what was posted to it, by the id of the job. Refuses the first post of each job, as
    a client may that is not ready yet."""

    def __init__(self):
        self.posted = {}
        self.refused = set()
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_POST(self):
                hook._take(self)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def result(self, job, seconds=60):
        """Success and body of what was posted for the job."""
        return until(lambda: self.posted.get(job), f"the result of {job} is posted", seconds)

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def _take(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        job = request.headers["X-Job-UUID"]
        if job not in self.refused:
            self.refused.add(job)
            request.send_error(503)
            return
        success = {"true": True, "false": False}[request.headers["X-Job-Success"]]
        self.posted[job] = (success, json.loads(body))
        request.send_response(200)
        request.send_header("Content-Length", "0")
        request.end_headers()
