"""Huawei Cloud's own SDK for IEC, unmodified, against a running server.

Environment: GAZE_URL, GAZE_AK, GAZE_SK, GAZE_DOMAIN_ID, GAZE_REGION (a region with at least three
images that the key's owner sees), GAZE_TOKEN (a token of the same owner).
"""

import json
import os
import sys
import urllib.error
import urllib.request

from huaweicloudsdkcore.auth.credentials import BasicCredentials, GlobalCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkcore.region.region import Region
from huaweicloudsdkiec.v1 import IecClient, ListCloudImagesRequest

URL = os.environ["GAZE_URL"].rstrip("/")
ACCESS = os.environ["GAZE_AK"]
SECRET = os.environ["GAZE_SK"]
DOMAIN = os.environ["GAZE_DOMAIN_ID"]
REGION = os.environ["GAZE_REGION"]
TOKEN = os.environ["GAZE_TOKEN"]

# The model's required attributes; the SDK strips leading underscores from their names.
REQUIRED = (
    "image_size image_source_type imagetype isregistered os_type container_format created_at id "
    "min_disk min_ram name owner protected _self status tags updated_at virtual_env_type visibility"
).split()


def client(access=ACCESS, secret=SECRET, domain=DOMAIN):
    credentials = GlobalCredentials(access, secret, domain)
    return IecClient.new_builder().with_credentials(credentials).with_endpoint(URL).build()


def images(**filters):
    return client().list_cloud_images(ListCloudImagesRequest(region_id=REGION, **filters)).images


def raw(path, headers):
    request = urllib.request.Request(URL + path, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers, json.load(refused)


def refused(call):
    try:
        call()
    except ClientRequestException as refusal:
        assert refusal.request_id, "a refusal names its request"
        return refusal.status_code, refusal.error_code, refusal.error_msg
    raise AssertionError("the call was not refused")


def test_lists_images_with_every_required_attribute():
    found = images()
    assert len(found) >= 3, f"{REGION} has {len(found)} images"
    for image in found:
        for name in REQUIRED:
            assert getattr(image, name) is not None, f"{image.id} lacks {name}"
        assert image.isregistered in ("True", "False"), image.isregistered
        assert image.image_size.isdigit()
        assert image.created_at.endswith("Z") and "." not in image.created_at
        assert image._self == f"/v1/self/{image.id}"


def test_newest_images_come_first():
    times = [image.created_at for image in images()]
    assert times == sorted(times, reverse=True)


def test_filters_find_what_the_answer_shows():
    everything = images()
    shown = {
        "id": lambda image: image.id,
        "name": lambda image: image.name,
        "owner": lambda image: image.owner,
        "status": lambda image: image.status,
        "visibility": lambda image: image.visibility,
        "os_type": lambda image: image.os_type,
        "protected": lambda image: str(image.protected).lower(),
    }
    for name, show in shown.items():
        for value in {show(image) for image in everything}:
            expected = {image.id for image in everything if show(image) == value}
            found = {image.id for image in images(**{name: value})}
            assert found == expected, f"{name}={value}: {found} is not {expected}"


def test_image_types_and_environments_are_told_apart():
    everything = images()
    for kind in ("gold", "private"):
        expected = {image.id for image in everything if image.imagetype == kind}
        assert {image.id for image in images(imagetype=kind)} == expected
    systems = {image.id for image in everything if image.virtual_env_type == "FusionCompute"}
    assert {image.id for image in images(virtual_env_type="FusionCompute")} == systems


def test_flags_are_filters_that_need_the_property():
    everything = images()
    for flag in (
        "diskintensive highperformance kvm kvm_infiniband largememory xen xen_hana".split()
    ):
        name = f"support_{flag}"
        expected = {image.id for image in everything if getattr(image, name) == "true"}
        assert {image.id for image in images(**{name: "true"})} == expected, name


def test_an_unknown_name_finds_nothing():
    assert images(name="no such image, 没有") == []
    assert images(id="00000000-0000-4000-8000-000000000000") == []


def test_markers_lead_through_all_pages_to_the_end():
    everything = [image.id for image in images(sort_key="name", sort_dir="asc")]
    walked = []
    marker = None
    while True:
        page = images(sort_key="name", sort_dir="asc", limit=1, marker=marker)
        if not page:
            break
        assert len(page) == 1 and len(walked) < len(everything), "pages do not end"
        marker = page[0].id
        walked.append(marker)
    assert walked == everything


def test_descending_is_the_reverse_of_ascending():
    for key in ("name", "status", "disk_format", "created_at"):
        up = [image.id for image in images(sort_key=key, sort_dir="asc")]
        down = [image.id for image in images(sort_key=key, sort_dir="desc")]
        assert up == down[::-1], key


def test_limits_hold():
    assert len(images(limit=2)) == 2
    assert images(limit=0) == []
    assert len(images(limit=500)) == len(images())


def test_a_wrong_secret_is_refused():
    request = ListCloudImagesRequest(region_id=REGION)
    flipped = SECRET[:-1] + ("A" if SECRET[-1] != "A" else "B")
    status, code, message = refused(lambda: client(secret=flipped).list_cloud_images(request))
    assert (status, code) == (401, "APIGW.0301"), (status, code)
    assert "verify aksk signature fail" in message


def test_an_unknown_access_key_is_refused():
    request = ListCloudImagesRequest(region_id=REGION)
    status, code, message = refused(
        lambda: client(access="NOSUCHACCESSKEY00000").list_cloud_images(request)
    )
    assert (status, code) == (401, "APIGW.0301"), (status, code)
    assert "Get secretKey failed" in message


def test_another_tenants_domain_is_refused():
    request = ListCloudImagesRequest(region_id=REGION)
    status, code, _ = refused(lambda: client(domain="0" * 32).list_cloud_images(request))
    assert (status, code) == (400, "IMG.0030"), (status, code)


def test_an_unknown_region_is_refused():
    request = ListCloudImagesRequest(region_id="no-such-region")
    status, code, _ = refused(lambda: client().list_cloud_images(request))
    assert (status, code) == (400, "IMG.0147"), (status, code)


def test_bad_parameters_are_refused():
    for filters, expected in [
        ({"limit": 501}, "IMG.0017"),
        ({"sort_key": "size"}, "IMG.0017"),
        ({"sort_dir": "up"}, "IMG.0017"),
        ({"status": "queued"}, "IMG.0017"),
        ({"imagetype": "shared"}, "IMG.0024"),
        ({"os_type": "linux"}, "IMG.0056"),
        ({"marker": "nothing"}, "IMG.0066"),
        ({"marker": "00000000-0000-4000-8000-000000000000"}, "IMG.0027"),
    ]:
        status, code, _ = refused(lambda filters=filters: images(**filters))
        assert (status, code) == (400, expected), (filters, status, code)


def test_the_domain_is_found_by_signed_request():
    credentials = GlobalCredentials(ACCESS, SECRET).with_iam_endpoint(URL)
    built = (
        IecClient.new_builder()
        .with_credentials(credentials)
        .with_region(Region(REGION, URL))
        .build()
    )
    found = built.list_cloud_images(ListCloudImagesRequest(region_id=REGION, limit=1)).images
    assert len(found) == 1
    assert credentials.domain_id == DOMAIN, credentials.domain_id


def test_the_project_is_found_by_the_regions_name():
    signed = BasicCredentials(ACCESS, SECRET).with_iam_endpoint(URL)
    builder = IecClient.new_builder()
    # IEC takes global credentials only; the look-up of a project is the same for every service.
    builder._credential_type = ["BasicCredentials"]
    builder.with_credentials(signed).with_region(Region(REGION, URL)).build()
    assert len(signed.project_id) == 32, signed.project_id


def test_a_token_is_as_good_as_a_signature():
    path = f"/v1/cloudimages/{REGION}?limit=1"
    status, headers, body = raw(path, {"X-Auth-Token": TOKEN})
    assert status == 200 and len(body["images"]) == 1
    assert headers["X-Request-Id"]
    assert body["images"][0]["__isregistered"] in (True, False)
    for headers, message in [
        ({}, "x-auth-token not found"),
        ({"X-Auth-Token": "nonsense"}, "decrypt token fail"),
    ]:
        status, answered, body = raw(path, headers)
        assert status == 401 and body["error_code"] == "APIGW.0301", body
        assert message in body["error_msg"], body
        assert body["request_id"] == answered["X-Request-Id"]


def test_paths_of_ims_are_no_regions():
    for literal in ("quota", "tags", "os_version", "members", "job"):
        status, _, body = raw(f"/v1/cloudimages/{literal}", {"X-Auth-Token": TOKEN})
        assert (status, body["error_code"]) == (404, "APIGW.0101"), (literal, body)


def main():
    passed = failed = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_"):
            continue
        try:
            test()
        except Exception as error:
            failed += 1
            print(f"FAIL {name}: {type(error).__name__}: {error}")
        else:
            passed += 1
            print(f"ok   {name}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
