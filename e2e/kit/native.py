"""A client of the service's own API."""

from kit.checks import until
from kit.server import PASSWORD

BASE = "/gaze/v1"


class Native:
    """A login; its token lives as long as the story."""

    def __init__(self, server, user="admin", password=PASSWORD):
        self.server = server
        login = {"user": user, "password": password}
        self.login = server.call("POST", f"{BASE}/login", login).expect(200).json
        self.token = self.login["token"]

    def call(self, method, path, body=None, headers=None):
        headers = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return self.server.call(method, BASE + path, body, headers)

    def get(self, path):
        return self.call("GET", path).expect(200).json

    def items(self, path):
        return self.get(path)["items"]

    def create(self, path, **fields):
        return self.call("POST", path, fields).expect(201).json

    def image(self, image):
        return self.get(f"/images/{image}")

    def images(self):
        return self.items("/images?limit=500")

    def bytes_of(self, image):
        """The stored bytes of an image."""
        return self.call("GET", f"/images/{image}/data").expect(200).body

    def api_token(self):
        return self.create("/tokens")["token"]

    def wait_until_idle(self, seconds=120):
        """Waits until no job is unfinished."""
        until(lambda: not self.items("/jobs?unfinished=true"), "all jobs end", seconds)

    def first_zone(self):
        return self.items("/zones")[0]

    def stores(self):
        return self.items("/stores")

    def upload(self, image, data):
        """Sends the bytes of a queued image; the answer."""
        headers = {"Content-Type": "application/octet-stream"}
        return self.call("PUT", f"/images/{image}/data", data, headers)

    def purge(self, image):
        """Removes an image for good, at once."""
        self.call("DELETE", f"/images/{image}?mode=now").expect(204)

    def state(self):
        """Everything that a refused request must leave as it was."""
        stores = [
            {name: store[name] for name in ("id", "used", "reserved", "state", "status")}
            for store in self.stores()
        ]
        return {"images": self.images(), "stores": stores, "instances": self.items("/instances")}
