"""Huawei Cloud's own SDK for IMS, unmodified: its "native OpenStack APIs", which are served by the
face of OpenStack's Image service. Requests are signed with an access key."""

import os

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkims import v2 as ims

from kit.native import Native
from kit.server import PASSWORD

SIZE = 2_000_000


def client(server, native):
    key = native.create("/access-keys")
    project = native.login["project"]["id"].replace("-", "")
    credentials = BasicCredentials(key["access"], key["secret"], project)
    builder = ims.ImsClient.new_builder().with_credentials(credentials)
    return builder.with_endpoint(server.url).build()


def patch(image, op, path, value=None):
    change = ims.GlanceUpdateImageRequestBody(op=op, path=path, value=value)
    return ims.GlanceUpdateImageRequest(image_id=image, body=[change])


def refused(status, call):
    try:
        call()
    except ClientRequestException as refusal:
        assert refusal.status_code == status, refusal
        return refusal
    raise AssertionError("the call was not refused")


class HuaweiNative:
    def __init__(self, world):
        self.server = world.server("huawei-native").start()
        self.admin = Native(self.server)
        for name in ("alice", "bob"):
            self.admin.create("/projects", name=name, password=PASSWORD)
        self.alice, self.bob = (Native(self.server, name, PASSWORD) for name in ("alice", "bob"))
        self.client = client(self.server, self.alice)
        self.other = client(self.server, self.bob)

    def _found(self, **filters):
        listed = self.client.glance_list_images(ims.GlanceListImagesRequest(**filters))
        return sorted(image.name for image in listed.images)

    def creates_metadata_of_an_image(self):
        body = ims.GlanceCreateImageMetadataRequestBody(
            os_version="Ubuntu 20.04 server 64bit", name="web", disk_format="raw",
            container_format="bare", min_disk=40, min_ram=1024, tags=["prod"],
        )  # fmt: skip
        request = ims.GlanceCreateImageMetadataRequest(body=body)
        made = self.client.glance_create_image_metadata(request)
        assert (made.status, made.visibility) == ("queued", "private"), made
        assert (made.imagetype, made.isregistered, made.image_size) == ("private", "true", "0")
        assert (made.os_type, made.platform, made.os_bit) == ("Linux", "Ubuntu", "64")
        assert made.os_version == "Ubuntu 20.04 server 64bit"
        assert made.virtual_env_type == "FusionCompute" and made.image_source_type == "uds"
        self.image = made.id

    def another_face_knows_what_was_said(self):
        image = self.alice.image(self.image)
        assert image["os"]["distro"] == "Ubuntu" and image["os"]["version"] == "20.04 server"
        assert image["architecture"] == "x86_64" and image["properties"] == {}

    def shows_it_with_its_bytes(self):
        self.alice.upload(self.image, os.urandom(SIZE)).expect(200)
        request = ims.GlanceShowImageRequest(image_id=self.image)
        shown = self.client.glance_show_image(request)
        assert (shown.status, shown.image_size) == ("active", str(SIZE)), shown
        assert shown._self == f"/v2/images/{self.image}"
        assert refused(404, lambda: self.other.glance_show_image(request)).request_id

    def lists_by_the_vendors_own_filters(self):
        for wanted, other in (
            ({"imagetype": "private"}, {"imagetype": "gold"}),
            ({"isregistered": "true"}, {"isregistered": "false"}),
            ({"os_type": "Linux"}, {"os_type": "Windows"}),
            ({"platform": "Ubuntu"}, {"platform": "CentOS"}),
            ({"os_bit": "64"}, {"os_bit": "32"}),
            ({"name": "web", "tag": "prod"}, {"tag": "test"}),
            ({"min_ram": 1024, "disk_format": "raw"}, {"disk_format": "vhd"}),
        ):
            assert self._found(**wanted) == ["web"], wanted
            assert self._found(**other) == [], other

    def pages_are_linked(self):
        self.alice.create("/images", name="second")
        request = ims.GlanceListImagesRequest(limit=1, sort_key="name", sort_dir="asc")
        first = self.client.glance_list_images(request)
        assert [image.name for image in first.images] == ["second"]
        assert f"marker={first.images[0].id}" in first.next and first.first

    def updates_its_attributes(self):
        for name, value in (
            ("name", "web-2"),
            ("__description", "a server"),
            ("__os_version", "CentOS 7.4 64bit"),
        ):
            op = "add" if name == "__description" else "replace"
            self.client.glance_update_image(patch(self.image, op, f"/{name}", value))
        image = self.alice.image(self.image)
        assert (image["name"], image["description"]) == ("web-2", "a server"), image
        assert (image["os"]["distro"], image["os"]["version"]) == ("CentOS", "7.4")
        assert self._found(platform="CentOS") == ["web-2"]
        self.client.glance_update_image(patch(self.image, "remove", "/__description"))
        assert self.alice.image(self.image).get("description") is None

    def refuses_to_change_what_the_service_writes(self):
        wrong = patch(self.image, "replace", "/__image_size", "1")
        refused(403, lambda: self.client.glance_update_image(wrong))
        missing = patch(self.image, "replace", "/__support_kvm", "true")
        refused(409, lambda: self.client.glance_update_image(missing))
        self.client.glance_update_image(patch(self.image, "add", "/__support_kvm", "true"))
        assert self._found(support_kvm="true") == ["web-2"]

    def adds_and_removes_a_tag(self):
        self.client.glance_create_tag(ims.GlanceCreateTagRequest(self.image, "green"))
        assert self._found(tag="green") == ["web-2"]
        self.client.glance_delete_tag(ims.GlanceDeleteTagRequest(self.image, "green"))
        assert self._found(tag="green") == []

    def shares_with_a_member_who_accepts(self):
        self.client.glance_update_image(patch(self.image, "replace", "/visibility", "shared"))
        bob = self.bob.login["project"]["id"].replace("-", "")
        body = ims.GlanceAddImageMemberRequestBody(bob)
        added = self.client.glance_add_image_member(
            ims.GlanceAddImageMemberRequest(self.image, body)
        )
        assert (added.status, added.member_id) == ("pending", bob), added
        accept = ims.GlanceUpdateImageMemberRequestBody("accepted")
        request = ims.GlanceUpdateImageMemberRequest(self.image, bob, accept)
        assert self.other.glance_update_image_member(request).status == "accepted"
        shown = self.other.glance_show_image(ims.GlanceShowImageRequest(self.image))
        assert shown.imagetype == "shared", shown
        request = ims.GlanceListImageMembersRequest(self.image)
        assert len(self.client.glance_list_image_members(request).members) == 1
        request = ims.GlanceDeleteImageMemberRequest(self.image, bob)
        self.client.glance_delete_image_member(request)
        request = ims.GlanceShowImageRequest(self.image)
        refused(404, lambda: self.other.glance_show_image(request))

    def reads_versions_and_schemas(self):
        versions = self.client.list_versions(ims.ListVersionsRequest()).versions
        assert any(version.status == "CURRENT" for version in versions), versions
        schema = self.client.glance_show_image_schemas(ims.GlanceShowImageSchemasRequest())
        assert schema.name == "image" and schema.properties

    def a_token_shows_openstacks_attributes_alone(self):
        token = {"X-Auth-Token": self.alice.api_token()}
        shown = self.server.call("GET", f"/v2/images/{self.image}", headers=token).expect(200).json
        assert "__imagetype" not in shown and shown["__support_kvm"] == "true", shown

    def deletes_it(self):
        self.client.glance_delete_image(ims.GlanceDeleteImageRequest(image_id=self.image))
        request = ims.GlanceShowImageRequest(image_id=self.image)
        assert refused(404, lambda: self.client.glance_show_image(request))
