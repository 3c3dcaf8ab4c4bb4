"""The functional tests of OpenStack's clients and of Tempest, unmodified, as their authors run them
against a cloud that they did not make. What does not pass is in `suites.txt`, with the reason."""

from kit import disks, suites
from kit.cloud import Cloud

# Of Tempest's tests for an administrator: without trusts, groups, policies, inherited roles, OAuth and
# other extensions.
IDENTITY_ADMIN = (
    "default_project_id domains domains_negative endpoints endpoints_negative list_projects "
    "list_users projects projects_negative regions roles services tokens users users_negative"
)


class ForeignSuites:
    # Most of the time is the clients' own, and the statements below are tested on both.
    DATABASE = "SQLite"

    def __init__(self, world):
        self.world = world

    def those_of_openstacksdk(self):
        package = "openstack.tests.functional"
        self._judge("openstacksdk", [f"{package}.image.v2.*", f"{package}.cloud.test_image"])

    def those_of_glanceclient(self):
        self._judge("glanceclient", ["glanceclient.tests.functional.v2.*"])

    def those_of_openstackclient(self):
        self._judge("openstackclient", ["openstackclient.tests.functional.image.v2.*"])

    def those_of_tempest_for_images(self):
        self._judge("tempest-image", ["tempest.api.image.*"])

    def those_of_tempest_for_images_in_several_stores(self):
        package = "tempest.api.image.v2"
        kinds = ["test_images.MultiStoresImportImagesTest", "admin.test_images.MultiStoresImagesTest"]
        kinds += ["test_images.StoreWeightTest", "admin.test_images.ImportCopyImagesTest"]
        self._judge("tempest-stores", [f"{package}.{kind}" for kind in kinds], ["store-2"])

    def those_of_tempest_for_identity(self):
        self._judge("tempest-identity", ["tempest.api.identity.v3.*"])

    def those_of_tempest_for_an_administrator_of_identity(self):
        package = "tempest.api.identity.admin.v3"
        modules = [f"{package}.test_{name}" for name in IDENTITY_ADMIN.split()]
        self._judge("tempest-identity-admin", modules)

    def _judge(self, suite, modules, stores=()):
        """Runs a suite against a server of its own, with these stores besides the first."""
        server = self.world.server(f"suite-{suite}", "--allow-private-imports").start()
        folder = self.world.folder(f"suite-{suite}-files")
        disk = folder / "disk.qcow2"
        disks.tool("qemu-img", "create", "-q", "-f", "qcow2", disk, "8M")
        cloud = Cloud(server, folder, self.world.origin().url("disk.qcow2", disk), stores)
        suites.compare(suite, suites.run(folder, modules, cloud.environment))
