"""Nobody can take the service from the others: not by asking much, not by guessing passwords, not by
a storm of uploads, not by being slow."""

import socket
import threading

from kit.checks import until
from kit.native import Native
from kit.server import PASSWORD
from kit.zstack import refused
from stories.openstack_clients import Person, Refused

# More than a project at its limit is ever let through while a check looks for the refusal.
TRIES = 200
SIZE = 300_000


class Fairness:
    def __init__(self, world):
        self.folder = world.folder("fairness-files")
        limits = {
            "GAZE_RATES_REQUESTS_PER_SECOND": 1,
            "GAZE_RATES_REQUESTS_BURST": 40,
            "GAZE_RATES_WRONG_PASSWORDS": 3,
            "GAZE_RATES_WRONG_PASSWORD_SECONDS": 3600,
            # One of each project.
            "GAZE_LIMITS_UPLOADS": 2,
            "GAZE_LIMITS_IDLE_SECONDS": 2,
        }
        self.server = world.server("fairness", **limits).start()
        self.admin = Native(self.server)
        for name in ("busy", "quiet", "slow", "other", "guessed"):
            self.admin.create("/projects", name=name, password=PASSWORD)
        self.busy, self.quiet = (Native(self.server, name, PASSWORD) for name in ("busy", "quiet"))
        self.slow, self.other = (Native(self.server, name, PASSWORD) for name in ("slow", "other"))

    def _throttled(self, is_throttled, method, path, body=None, scheme="X-Auth-Token", word=""):
        """The answer that says that the busy project has to wait."""
        headers = {scheme: f"{word}{self.busy.token}"}
        for _ in range(TRIES):
            answer = self.server.call(method, path, body, headers)
            if is_throttled(answer):
                return answer
        raise AssertionError(f"{path} is never refused")

    def a_busy_project_hears_of_it_in_each_vendors_words(self):
        def is_429(answer):
            return answer.status == 429

        answer = self._throttled(is_429, "GET", "/v2/images")
        assert int(answer.headers["Retry-After"]) >= 1 and "Too many requests" in answer.text
        answer = self._throttled(is_429, "GET", "/v3/auth/projects")
        error = answer.json["error"]
        assert (error["code"], error["title"]) == (429, "Too Many Requests"), error
        assert int(answer.headers["Retry-After"]) >= 1
        answer = self._throttled(is_429, "GET", "/v1/cloudimages/region-1")
        assert answer.json["error_code"] == "APIGW.0308", answer.text
        answer = self._throttled(is_429, "GET", "/gaze/v1/images", None, "Authorization", "Bearer ")
        assert answer.json["type"].endswith("/throttled"), answer.text
        assert int(answer.headers["Retry-After"]) >= 1
        body = {"regionId": "region-1", "start": 0, "limit": 1}
        answer = self._throttled(
            lambda answer: answer.json["errno"] == 3,
            "POST",
            "/dicloud/i/storage/cimg/list",
            body,
            "Authorization",
            "Bearer ",
        )
        assert answer.status == 200 and "too many requests" in answer.json["errmsg"]
        path, word = "/zstack/v1/images", "OAuth "
        answer = self._throttled(
            lambda answer: answer.status == 503, "GET", path, None, "Authorization", word
        )
        refused(answer, "SYS.1006", "too many requests")

    def openstacks_tool_tells_its_user(self):
        busy = Person(self.server, "busy", PASSWORD, self.folder)
        over = threading.Event()

        def keep_busy():
            while not over.is_set():
                self.server.call("GET", "/v2/images", None, {"X-Auth-Token": self.busy.token})

        others = threading.Thread(target=keep_busy, daemon=True)
        others.start()
        try:
            until(lambda: self._is_refused(busy), "the tool is refused", 100)
        finally:
            over.set()
            others.join()

    def _is_refused(self, person):
        try:
            person.run("openstack", "image", "list")
        except Refused as refusal:
            assert "429" in str(refusal), refusal
            return True
        return False

    def others_do_not_notice(self):
        self.quiet.get("/images")
        for _ in range(60):
            self.admin.get("/images")
        self._throttled(lambda answer: answer.status == 429, "GET", "/v2/images")

    def the_operator_sees_who_it_is(self):
        project = {it["name"]: it["id"] for it in self.admin.items("/projects")}["busy"]
        lines = [line for line in self.server.log.read_text().splitlines() if "limit of req" in line]
        assert lines and all(project in line and "busy" in line for line in lines), lines
        metrics = self.server.call("GET", "/metrics").text
        counts = [line for line in metrics.splitlines() if "throttled_requests_total" in line]
        assert int(counts[-1].split()[-1]) >= 6, counts

    def _log_in(self, password, address, user="guessed"):
        headers = {"X-Forwarded-For": address}
        body = {"user": user, "password": password}
        return self.server.call("POST", "/gaze/v1/login", body, headers).status

    def guessing_a_password_soon_takes_long(self):
        guesses = [self._log_in(f"guess {at}", "192.0.2.1") for at in range(6)]
        assert guesses == [401, 401, 401, 429, 429, 429], guesses
        # Who guesses does not learn that it was right.
        assert self._log_in(PASSWORD, "192.0.2.1") == 429
        identity = {"methods": ["password"], "password": {"user": {
            "name": "guessed", "domain": {"id": "default"}, "password": PASSWORD}}}
        headers = {"X-Forwarded-For": "192.0.2.1"}
        answer = self.server.call("POST", "/v3/auth/tokens", {"auth": {"identity": identity}}, headers)
        assert int(answer.expect(429).headers["Retry-After"]) > 60

    def whose_password_is_guessed_is_not_locked_out(self):
        assert self._log_in(PASSWORD, "192.0.2.2") == 200
        assert self._log_in(PASSWORD, "192.0.2.1", "quiet") == 200
        # An address that tries many users is held up for all of them.
        tries = [self._log_in("guess", "192.0.2.3", f"nobody {at}") for at in range(20)]
        assert tries == [401] * 15 + [429] * 5, tries

    def _drip(self, client):
        """An upload of which a byte comes now and then: the image, and what the server says to it
        in the end."""
        image = client.create("/images", name="drip", format="raw")["id"]
        line = socket.create_connection(("127.0.0.1", self.server.port), timeout=60)
        head = (
            f"PUT /gaze/v1/images/{image}/data HTTP/1.1\r\nHost: h\r\n"
            f"Authorization: Bearer {client.token}\r\n"
            f"Content-Type: application/octet-stream\r\nContent-Length: {SIZE}\r\n\r\n"
        )
        line.sendall(head.encode())
        said = []

        def drip():
            try:
                while not said:
                    line.sendall(b"x")
                    stop.wait(0.1)
            except OSError:
                pass

        def listen():
            text = b""
            try:
                while part := line.recv(65536):
                    text += part
            except OSError:
                pass
            said.append(text.decode())
            line.close()

        stop = threading.Event()
        threads = [threading.Thread(target=it, daemon=True) for it in (drip, listen)]
        for thread in threads:
            thread.start()
        return image, said

    def _upload(self, client):
        image = client.create("/images", name="whole", format="raw")["id"]
        client.upload(image, bytes(SIZE)).expect(200)
        assert self.admin.image(image)["status"] == "active"

    def a_slow_upload_does_not_hold_up_another_project(self):
        self.dripping, self.said = self._drip(self.slow)
        until(lambda: self.admin.image(self.dripping)["status"] == "saving", "the upload runs", 30)
        self._upload(self.other)

    def a_drip_is_cut_off_and_its_place_is_free(self):
        # Waits for the place that the drip has.
        self._upload(self.slow)
        until(lambda: self.said, "the drip is cut off", 60)
        [said] = self.said
        assert not said or said.startswith("HTTP/1.1 4"), said
        assert self.admin.image(self.dripping)["status"] == "queued"

    def nothing_is_left_that_runs_or_waits(self):
        metrics = self.server.call("GET", "/metrics").text.splitlines()
        for name in ("gaze_uploads_running", "gaze_uploads_waiting"):
            assert f"{name} 0" in metrics, [line for line in metrics if name in line]
