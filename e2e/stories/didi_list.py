"""DiDi Cloud's list of custom images, as its page describes it."""

from kit import disks
from kit.checks import shape, until
from kit.native import Native
from kit.zstack import Zstack
from stories.seed_calls import DIDI_IMAGE

PATH = "/dicloud/i/storage/cimg/list"


class DidiList:
    def __init__(self, world):
        self.folder = world.folder("didi-discs")
        self.disk = self.folder / "rescue.qcow2"
        convert = ["qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2"]
        disks.tool(*convert, disks.DEBIAN_ISO, self.disk)
        self.origin = world.origin()
        flags = ["--import-dir", self.folder, "--allow-private-imports"]
        self.server = world.server("didi", *flags, "--region", "bj", "--zone", "bj01").start()
        self.native = Native(self.server)
        self.token = self.native.api_token()
        self.zstack = Zstack(self.server)
        for name in ("北京01", "北京02", "北京03"):
            self.zstack.add_image(name, f"file://{self.disk}")

    def _list(self, body, token=None):
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return self.server.call("POST", PATH, body, headers)

    def _items(self, **body):
        answer = self._list({"regionId": "bj", **body}).expect(200).json
        assert (answer["errno"], answer["errmsg"]) == (0, "ok"), answer
        return answer["data"]

    def the_pages_own_request_finds_the_named_image(self):
        found = self._items(limit=1, condition={"names": ["北京02"]})
        assert found["count"] == 1 and len(found["items"]) == 1
        image = found["items"][0]
        shape(image, DIDI_IMAGE)
        assert image["name"] == "北京02" and image["size"] == self.disk.stat().st_size
        assert image["regions"] == ["bj"] and image["zones"] == ["bj01"]
        assert image["backupStorages"][0]["zone"] == "BJ01"
        assert image["status"] == "Ready" and image["isShared"] is False

    def pages_lead_through_all_images(self):
        everything = [image["cimgUuid"] for image in self._items(start=0, limit=100)["items"]]
        assert len(everything) == 3
        pages = [self._items(start=start, limit=1) for start in range(4)]
        assert [page["count"] for page in pages] == [3, 3, 3, 3]
        walked = [image["cimgUuid"] for page in pages for image in page["items"]]
        assert walked == everything

    def a_job_shows_while_it_runs_and_not_after(self):
        url = self.origin.url("slow.qcow2", self.disk)
        self.origin.hold("slow.qcow2", 1 << 20)
        body = self.zstack.new_image("slow", url)
        answer = self.zstack.call("POST", "/images", body, Prefer="respond-async").expect(202)
        self.origin.reached("slow.qcow2")
        (image,) = self._items(limit=10, condition={"names": ["slow"]})["items"]
        job = image["job"]
        assert job["done"] is False and job["resourceUuid"] == image["cimgUuid"], job
        assert 0 <= job["progress"] <= 100 and isinstance(job["type"], str), job
        self.origin.release("slow.qcow2")
        self.zstack.outcome(answer).expect(200)
        until(
            lambda: "job" not in self._items(limit=9, condition={"names": ["slow"]})["items"][0],
            "the job is over",
        )

    def a_wrong_token_is_errno_4(self):
        answer = self._list({"regionId": "bj", "start": 0, "limit": 1}, token="0" * 64).json
        assert answer["errno"] == 4 and len(answer["requestId"]) == 32, answer

    def requests_that_break_the_page_are_refused_with_an_errno(self):
        for body in (
            {"start": 0, "limit": 1},
            {"regionId": "atlantis", "start": 0, "limit": 1},
            {"regionId": "bj", "start": -1, "limit": 1},
            {"regionId": "bj", "start": "x", "limit": 1},
            {"regionId": "bj", "start": 0, "limit": 1, "condition": {"names": "no list"}},
            b"{broken",
        ):
            answer = self._list(body).json
            assert answer["errno"] != 0 and answer["errmsg"] != "ok", (body, answer)
