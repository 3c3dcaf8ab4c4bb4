"""The requests that are measured, over a catalogue that the seeding example has filled."""

import json

from measure.load import JSON, Call

GLANCE = "/v2/images"
PATCH = "application/openstack-images-v2.1-json-patch"


def calls(server, seeded):
    """Reads first, then writes, so that every read finds the same catalogue."""
    owner = {"X-Auth-Token": seeded["owner"]["token"]}
    tenant = {"X-Auth-Token": seeded["tenant"]["token"]}
    zstack = {"Authorization": f"OAuth {seeded['tenant']['session']}"}
    many = {"Authorization": f"OAuth {seeded['owner']['session']}"}
    bearer = {"Authorization": f"Bearer {seeded['tenant']['token']}"}
    bearers = {"Authorization": f"Bearer {seeded['owner']['token']}"}
    region, middle = seeded["region"], seeded["middle"]
    shown = ids(server, owner, 500)
    own = tuple(ids(server, owner, 500, "&visibility=private"))
    page = f"{GLANCE}?limit=25"
    custom = json.dumps({"regionId": region, "start": 0, "limit": 50})
    return [
        *glance(owner, shown, page, middle),
        Call("OpenStack, list of 25, small tenant", page, tenant),
        Call("ZStack, query of 25", "/zstack/v1/images?limit=25", many),
        Call("ZStack, query of 25 by name", "/zstack/v1/images?limit=25&q=name=image-500", many),
        Call("ZStack, query by state, none", "/zstack/v1/images?limit=25&q=state=Disabled", many),
        Call("ZStack, one by uuid", "/zstack/v1/images/%s", many, targets=plain(shown)),
        Call(
            "ZStack, candidates (100)",
            f"/zstack/v1/vm-instances/{seeded['instance']}/image-candidates",
            zstack,
        ),
        Call(
            "DiDi Cloud, list of 50, small tenant",
            "/dicloud/i/storage/cimg/list",
            bearer | JSON,
            "POST",
            custom,
        ),
        Call(
            "DiDi Cloud, list of 50",
            "/dicloud/i/storage/cimg/list",
            bearers | JSON,
            "POST",
            custom,
        ),
        Call("Huawei Cloud, list of 50", f"/v1/cloudimages/{region}?limit=50", owner),
        Call("Huawei Cloud, list of 500", f"/v1/cloudimages/{region}?limit=500", owner),
        Call("Gaze, list of 25", "/gaze/v1/images?limit=25", bearers),
        Call("Gaze, show", "/gaze/v1/images/%s", bearers, targets=plain(shown)),
        *writes(owner, many, own),
    ]


def glance(caller, shown, page, middle):
    return [
        Call("OpenStack, show", f"{GLANCE}/%s", caller, targets=tuple(shown)),
        Call("OpenStack, list of 25", page, caller),
        Call("OpenStack, list of 25 from the middle", f"{page}&marker={middle}", caller),
        Call("OpenStack, list by name, one hit", f"{page}&name=image-500", caller),
        Call("OpenStack, list by property, one in 5", f"{page}&team=team-1", caller),
        Call("OpenStack, list by property, 50 in all", f"{page}&build=3", caller),
        Call("OpenStack, list by tag, one in 10", f"{page}&tag=tag-5", caller),
        Call("OpenStack, list by status, none", f"{page}&status=queued", caller),
        Call("OpenStack, list by format, none", f"{page}&disk_format=vmdk", caller),
        Call("OpenStack, list of 25 by name", f"{page}&sort=name:asc", caller),
        Call("OpenStack, list of 1,000", f"{GLANCE}?limit=1000", caller),
    ]


def writes(caller, session, own):
    state = json.dumps({"changeImageState": {"stateEvent": "enable"}})
    patch = json.dumps([{"op": "replace", "path": "/min_ram", "value": 256}])
    made = {"name": "made", "disk_format": "qcow2", "container_format": "bare", "team": "team-1"}
    return [
        Call(
            "ZStack, change state",
            "/zstack/v1/images/%s/actions",
            session | JSON,
            "PUT",
            state,
            plain(own),
            writes=True,
        ),
        Call(
            "OpenStack, patch",
            f"{GLANCE}/%s",
            caller | {"Content-Type": PATCH},
            "PATCH",
            patch,
            own,
            writes=True,
        ),
        Call(
            "OpenStack, create", GLANCE, caller | JSON, "POST", json.dumps(made), writes=True
        ),
    ]


def ids(server, caller, many, more=""):
    answer = server.call("GET", f"{GLANCE}?limit={many}{more}", None, caller).expect(200)
    return [image["id"] for image in answer.json["images"]]


def plain(images):
    """Ids without hyphens."""
    return tuple(image.replace("-", "") for image in images)
