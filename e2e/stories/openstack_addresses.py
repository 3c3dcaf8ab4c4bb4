"""Every form of address that OpenStack's tools are told, and what they read of the catalogue."""

from kit.server import PASSWORD
from stories.openstack_clients import Person


class OpenstackAddresses:
    def __init__(self, world):
        self.folder = world.folder("addresses-files")
        self.server = world.server("addresses").start()
        self.admin = self._admin("/v3")

    def _admin(self, path):
        admin = Person(self.server, "admin", PASSWORD, self.folder)
        admin.environment["OS_AUTH_URL"] = self.server.url + path
        return admin

    def each_form_of_the_address_leads_to_the_images(self):
        for path in ("", "/", "/identity", "/identity/v3"):
            assert self._admin(path).names() == [], path

    def the_catalogue_is_read_in_parts(self):
        assert [it["Region"] for it in self.admin.openstack("region", "list")] == ["region-1"]
        assert self.admin.openstack("service", "show", "image")["type"] == "image"
        words = ["--service", "image", "--interface", "public"]
        [endpoint] = self.admin.openstack("endpoint", "list", *words)
        assert endpoint["URL"] == self.server.url, endpoint
        assert "No service" in self.admin.refused("openstack", "service", "show", "compute")
