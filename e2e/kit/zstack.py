"""A ZStack client as the published pages and the official SDKs speak."""

import base64
import hashlib
import hmac
import uuid

from kit.checks import until
from kit.server import PASSWORD

BASE = "/zstack/v1"


def sha512(text):
    return hashlib.sha512(text.encode()).hexdigest()


def new_uuid():
    return uuid.uuid4().hex


class Zstack:
    """A session of an account."""

    def __init__(self, server, account="admin", password=PASSWORD):
        self.server = server
        body = {"logInByAccount": {"accountName": account, "password": sha512(password)}}
        answer = server.call("PUT", f"{BASE}/accounts/login", body).expect(200)
        self.session = answer.json["inventory"]["uuid"]

    def call(self, method, path, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers.setdefault("Authorization", f"OAuth {self.session}")
        return self.server.call(method, BASE + path, body, headers)

    def job(self, uuid):
        """One look at an asynchronous call, as clients poll: without credentials."""
        return self.server.call("GET", f"{BASE}/api-jobs/{uuid}")

    def outcome(self, answer, seconds=120):
        """The final answer of a call, polled for if it was accepted only."""
        if answer.status != 202:
            return answer
        job = answer.json["location"].split(f"{BASE}/api-jobs/")[1]
        return until(
            lambda: (done := self.job(job)).status != 202 and done, f"job {job} ends", seconds
        )

    def new_image(self, name, url, **params):
        """The body of AddImage, into the oldest backup storage unless another is named."""
        stores = self.call("GET", "/backup-storage?sort=createDate").expect(200).json
        params = {"format": "qcow2", "platform": "Linux", **params}
        params.setdefault("backupStorageUuids", [stores["inventories"][0]["uuid"]])
        return {"params": {"name": name, "url": url, **params}}

    def add_image(self, name, url, **params):
        answer = self.call("POST", "/images", self.new_image(name, url, **params))
        return self.outcome(answer).expect(200).json["inventory"]

    def images(self, query=""):
        return self.call("GET", f"/images{query}").expect(200).json["inventories"]

    def candidates(self, instance):
        answer = self.call("GET", f"/vm-instances/{instance}/image-candidates").expect(200)
        return answer.json["inventories"]

    def set_state(self, image, event, key="changeImageState"):
        body = {key: {"stateEvent": event}}
        answer = self.call("PUT", f"/images/{image}/actions", body)
        return self.outcome(answer).expect(200).json["inventory"]


def refused(answer, code, *words):
    """The error of an API-level failure: always 503 with an error code. The code and the words
    are those of the error itself or of what caused it."""
    error = answer.expect(503).json["error"]
    chain = [error]
    while "cause" in chain[-1]:
        chain.append(chain[-1]["cause"])
    found = [link for link in chain if link["code"] == code]
    assert found, f"no {code} in: {error}"
    for word in words:
        assert any(word in link["details"] for link in found), f"{word!r} is not in: {found}"
    return error


def signature(secret, method, date, path):
    """The signature of an access-key request; `path` begins with /v1 and has no query."""
    signed = f"{method}\n{date}\n{path}".encode()
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha1).digest()).decode()
