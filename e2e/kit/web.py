"""A small HTTP client that hides nothing."""

import http.client
import json


class Answer:
    """Status, headers and body of a response."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    def expect(self, status):
        """This answer, if it has that status."""
        assert self.status == status, f"{self.status} instead of {status}: {self.text[:2000]}"
        return self


def call(port, method, path, body=None, headers=None):
    """One request on a connection of its own; `body` is bytes or a value to send as JSON."""
    headers = dict(headers or {})
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        headers.setdefault("Content-Type", "application/json;charset=UTF-8")
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        try:
            connection.request(method, path, body=body, headers=headers)
        except (BrokenPipeError, ConnectionResetError):
            # A server may refuse a long body before it has read all of it. Its answer is there.
            pass
        return Answer(connection.getresponse())
    finally:
        connection.close()
