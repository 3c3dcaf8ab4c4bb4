"""ZStack's own clients, as they were seen on the wire: the Java SDK, the Go SDK (version 1, which
Terraform's provider and the command line tools build on) and a multi-cloud platform's client.

They are written anew from what they send and what they make of an answer; what a real one would
stumble over fails here.
"""

import datetime
import json
import uuid
import zoneinfo
from urllib.parse import quote, quote_plus, urlencode

from kit.checks import until
from kit.zstack import BASE, sha512, signature

JSON = "application/json; charset=utf-8"
# What the location of a job is cut at when a client puts its own host before it.
JOBS = "/zstack/v1/api-jobs"


class Refused(Exception):
    """What a client throws or returns in place of a result."""

    def __init__(self, code, details):
        super().__init__(f"{code}: {details}")
        self.code = code
        self.details = details


def refusal(call, *args, **kwargs):
    """The refusal of a call that must be refused."""
    try:
        answer = call(*args, **kwargs)
    except Refused as refused:
        return refused
    raise AssertionError(f"was not refused: {answer}")


def upload_as_form(server, address, image, data, size=None):
    """Sends the bytes of an image to the address that AddImage gave, as a form with one file and
    no credentials; the answer."""
    assert address.startswith(server.url), address
    boundary = uuid.uuid4().hex
    head = (
        f"--{boundary}\r\n"
        'Content-Disposition: form-data; name="file"; filename="disk.qcow2"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    headers = {
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "X-IMAGE-UUID": image,
        "X-IMAGE-SIZE": str(len(data) if size is None else size),
    }
    body = head.encode() + data + f"\r\n--{boundary}--\r\n".encode()
    return server.call("POST", address.removeprefix(server.url), body, headers)


def dated(zone, name=None):
    """Now in that zone, with the zone's id (as Java writes it) or the name given."""
    now = datetime.datetime.now(zoneinfo.ZoneInfo(zone))
    return now.strftime("%a, %d %b %Y %H:%M:%S ") + (name or zone)


class Java:
    """The official Java SDK. An action is called by its name in the body or its verb and path."""

    def __init__(self, server, key=None, zone="Etc/UTC", hook=None):
        self.server = server
        self.hook = hook
        self.session = None
        self.key = key
        self.zone = zone

    def login(self, account, password):
        params = {"password": sha512(password), "accountName": account}
        answer = self._request("PUT", "/accounts/login", {"logInByAccount": params}, open=True)
        self.session = self._result(answer)["inventory"]["uuid"]
        return self.session

    def put(self, path, action, **params):
        return self._asynchronous("PUT", path, {action: params})

    def post(self, path, **params):
        return self._asynchronous("POST", path, {"params": params})

    def delete(self, path, mode="Permissive", **params):
        pairs = [("deleteMode", mode), *_pairs(params)]
        return self._asynchronous("DELETE", f"{path}?{urlencode(pairs)}")

    def get(self, path, **params):
        """A call that is no query: collections are repeated keys."""
        pairs = urlencode(_pairs(params))
        answer = self._request("GET", path + (f"?{pairs}" if pairs else ""))
        return self._result(answer)

    def query(self, path, *conditions, **words):
        """A query: what OkHttp's URL builder makes of the conditions."""
        pairs = [("q", condition) for condition in conditions]
        pairs += [(word, str(value)) for word, value in words.items()]
        text = "&".join(f"{name}={quote(value, safe='*-._~')}" for name, value in pairs)
        return self._result(self._request("GET", path + (f"?{text}" if text else "")))

    def _asynchronous(self, method, path, body=None):
        answer = self._request(method, path, body)
        if answer.status != 202:
            return self._result(answer)
        location = answer.json["location"]
        if self.hook:
            success, posted = self.hook.result(location.rsplit("/", 1)[1])
            if not success:
                raise Refused(posted["error"]["code"], posted["error"]["details"])
            return self._described(posted)
        place = f"{JOBS}{location.split(JOBS)[1]}"
        headers = {"Authorization": f"OAuth {self.session or 'null'}", "X-JSON-Schema": "true"}

        def polled():
            seen = self.server.call("GET", place, None, headers)
            assert seen.status in (200, 202, 503), f"the poll is no job's: {seen.status}"
            return seen.status != 202 and seen

        answer = until(polled, f"{method} {path} ends", 120)
        if answer.status == 503:
            error = answer.json["error"]
            raise Refused(error["code"], error["details"])
        return self._result(answer)

    def _request(self, method, path, body=None, open=False):
        headers = {
            "X-Job-UUID": uuid.uuid4().hex,
            "X-JSON-Schema": "true",
            "Accept-Encoding": "gzip",
            "User-Agent": "okhttp/3.13.1",
        }
        if self.hook:
            headers["X-Web-Hook"] = self.hook.url
        if self.key and not open:
            date = dated(self.zone)
            signed = signature(self.key["secret"], method, date, "/v1" + path.split("?")[0])
            headers["Date"] = date
            headers["Authorization"] = f"ZStack {self.key['access']}:{signed}"
        elif not open:
            headers["Authorization"] = f"OAuth {self.session}"
        if body is not None:
            headers["Content-Type"] = JSON
            body = json.dumps(body).encode()
        return self.server.call(method, BASE + path, body, headers)

    @staticmethod
    def _result(answer):
        """The body, if every object in it is told of by the schema."""
        if answer.status not in (200, 204):
            raise Refused("sdk.1000", answer.text)
        return Java._described(answer.json)

    @staticmethod
    def _described(body):
        for path in body.get("schema", {}):
            _resolve(body, path)
        for word in ("inventory", "inventories"):
            for at, item in enumerate(_list(body.get(word))):
                path = word if word == "inventory" else f"{word}[{at}]"
                known = body["schema"].get(path, "")
                assert known.startswith("org.zstack."), f"{path} stays a map: {item}"
        return body


def _list(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def _pairs(params):
    return [(name, item) for name, value in params.items() for item in _list(value)]


def _resolve(body, path):
    """Follows a path of a schema, as the client does with its beans: into what is there only."""
    for step in path.split("."):
        name, _, index = step.partition("[")
        assert name in body, f"the schema's {path} leads nowhere"
        body = body[name]
        if index:
            body = body[int(index.rstrip("]"))]
    assert isinstance(body, dict), f"the schema's {path} is no object: {body}"


class Go:
    """The official Go SDK, version 1."""

    PAGE = 50

    def __init__(self, server, key=None):
        self.server = server
        self.session = None
        self.key = key

    def login(self, account, password):
        params = {"accountName": account, "password": sha512(password)}
        body = {"logInByAccount": params}
        self.session = self.put("/accounts/login", body, "inventory")["uuid"]
        return self.session

    def page(self, path, *conditions, **words):
        """Rows and the total, which must be there."""
        body = self.list(path, *conditions, replyWithCount="true", **words)
        return body["inventories"], int(body["total"])

    def list(self, path, *conditions, **words):
        """One answer of a query; its pairs go out in the order of their names."""
        pairs = [("q", condition) for condition in conditions] + list(words.items())
        pairs.sort(key=lambda pair: pair[0])
        return self._send("GET", path + (f"?{urlencode(pairs)}" if pairs else ""))

    def all(self, path, *conditions):
        """Pages are asked for until there are fewer rows than there was room for."""
        rows, start = [], 0
        while True:
            more, _ = self.page(path, *conditions, start=start, limit=self.PAGE)
            rows += more
            if start + self.PAGE > len(rows):
                return rows
            start += self.PAGE

    def one(self, path, uuid):
        """A thing by its uuid; `None` if there is none."""
        rows = self._send("GET", f"{path}/{uuid}")["inventories"]
        assert len(rows) < 2, rows
        return rows[0] if rows else None

    def post(self, path, body, key="inventory"):
        return self._send("POST", path, body)[key]

    def put(self, path, body, key=None, as_is=False):
        answer = self._send("PUT", path, body, as_is)
        return answer[key] if key else answer

    def delete(self, path, mode="Permissive"):
        return self._send("DELETE", f"{path}?deleteMode={mode}")

    def valid(self, session):
        return self._send("GET", f"/accounts/sessions/{session}/valid")["valid"]

    def _send(self, method, path, body=None, as_is=False):
        """Its structures lose what is empty in them; its maps go out as they are."""
        headers = {"User-Agent": "zstack-sdk-go/202206", "Accept-Encoding": "*"}
        if self.key:
            # The time of the machine, with the abbreviation of its zone.
            date = dated("Etc/UTC", "UTC")
            signed = signature(self.key["secret"], method, date, "/v1" + path.split("?")[0])
            headers["Authorization"] = f"ZStack {self.key['access']}:{signed}"
            headers["Date"] = date
        elif self.session:
            headers["Authorization"] = f"OAuth {self.session}"
            headers["X-Session-Id"] = self.session
        if method in ("PUT", "POST"):
            headers["Content-Type"] = JSON
            body = body if as_is else _without_empty(body)
            body = json.dumps(body, separators=(",", ":")).encode()
        answer = self.server.call(method, BASE + path, body, headers)
        if answer.status == 202:
            place = f"{JOBS}{answer.json['location'].split(JOBS)[1]}"
            answer = until(
                lambda: (seen := self.server.call("GET", place, None, headers)).status != 202
                and seen,
                f"{method} {path} ends",
                120,
            )
        # It did not ask for an encoding that it could undo.
        assert answer.headers.get("Content-Encoding") is None, answer.headers
        if answer.status != 200:
            raise Refused(answer.status, answer.text)
        return answer.json


def _without_empty(value):
    """What its marshaller leaves of a body: no empty text, no empty structure."""
    if not isinstance(value, dict):
        return value
    kept = {name: _without_empty(inner) for name, inner in value.items()}
    return {name: inner for name, inner in kept.items() if inner not in ("", {}, [])}


class MultiCloud:
    """A multi-cloud platform's client: access keys, pages of fifty, uploads as forms."""

    PAGE = 50

    def __init__(self, server, key):
        self.server = server
        self.key = key

    def all(self, path, *conditions):
        rows, start = [], 0
        while True:
            pairs = [("replyWithCount", "true"), ("start", start), ("limit", self.PAGE)]
            pairs += [("q", condition) for condition in conditions]
            text = "&".join(f"{name}={quote_plus(str(value))}" for name, value in pairs)
            answer = self.send("GET", f"{path}?{text}")
            rows += answer["inventories"]
            assert answer["total"] >= len(rows), answer["total"]
            if start + self.PAGE > len(rows):
                return rows
            start += self.PAGE

    def one(self, path, uuid):
        rows = self.send("GET", f"{path}/{uuid}")["inventories"]
        assert len(rows) == 1, rows
        return rows[0]

    def send(self, method, path, body=None):
        """A signed call; a location in any answer is polled until it answers 200."""
        date = dated("Asia/Shanghai", "CST")
        signed = signature(self.key["secret"], method, date, "/v1" + path.split("?")[0])
        headers = {
            "Authorization": f"ZStack {self.key['access']}:{signed}",
            "Signature": signed,
            "Date": date,
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(body).encode()
        answer = self.server.call(method, BASE + path, body, headers)
        if answer.status not in (200, 202):
            raise Refused(answer.status, answer.text)
        location = answer.json.get("location")
        if location is None:
            return answer.json

        def polled():
            seen = self.server.call("GET", location[location.index(JOBS) :])
            if seen.status not in (200, 202):
                raise Refused(seen.status, seen.text)
            return seen.status == 200 and seen.json

        return until(polled, f"{method} {path} ends", 120)
