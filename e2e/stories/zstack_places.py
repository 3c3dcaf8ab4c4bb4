"""What programs on ZStack's official Java and Go SDKs do with backup storages, zones, clusters and
primary storages: how a cloud is built, changed and taken down."""

from kit import disks
from kit.native import Native
from kit.official import Go, Java, refusal
from kit.server import PASSWORD
from kit.zstack import new_uuid

CLASS = "org.zstack.header"


class ZstackPlaces:
    def __init__(self, world):
        self.folder = world.folder("place-disks")
        self.stores = world.folder("place-stores")
        self.origin = world.origin()
        self.image_file = self.folder / "disc.img"
        disks.tool("qemu-img", "convert", "-O", "qcow2", disks.DEBIAN_ISO, self.image_file)
        flags = ["--disk-dir", self.folder, "--allow-private-imports"]
        settings = {"GAZE_DATA_STORE_DIRS": self.stores}
        self.server = world.server("places", *flags, **settings).start()
        self.native = Native(self.server)
        self.java = Java(self.server)
        self.java.login("admin", PASSWORD)
        self.go = Go(self.server)
        self.go.login("admin", PASSWORD)

    def it_creates_a_zone(self):
        made = self.java.post("/zones", name="east", description="d", isDefault=False)
        assert made["schema"]["inventory"] == f"{CLASS}.zone.ZoneInventory"
        self.zone = made["inventory"]["uuid"]
        assert made["inventory"]["state"] == "Enabled"
        path = f"/zones/{self.zone}/actions"
        for event, state in (("disable", "Disabled"), ("enable", "Enabled")):
            changed = self.java.put(path, "changeZoneState", stateEvent=event)
            assert changed["inventory"]["state"] == state
        renamed = self.go.put(path, {"updateZone": {"name": "east-1"}}, "inventory")
        assert (renamed["name"], renamed["description"]) == ("east-1", "d")
        assert self.go.one("/zones", self.zone)["name"] == "east-1"

    def it_creates_clusters_of_an_architecture(self):
        wish = {"zoneUuid": self.zone, "hypervisorType": "KVM"}
        made = self.java.post("/clusters", name="arm", architecture="aarch64", **wish)
        assert made["schema"]["inventory"] == f"{CLASS}.cluster.ClusterInventory"
        assert made["inventory"]["architecture"] == "aarch64"
        arm = made["inventory"]["uuid"]
        made = self.go.post("/clusters", {"params": {"name": "x86", **wish}})
        assert made["architecture"] == "x86_64"
        self.cluster = made["uuid"]
        self.go.put(f"/clusters/{arm}/actions", {"updateCluster": {"description": "spare"}})
        found = self.java.query("/clusters", f"zoneUuid={self.zone}", "architecture=aarch64")
        assert [cluster["description"] for cluster in found["inventories"]] == ["spare"]
        refused = refusal(self.java.post, "/clusters", name="xen", **{**wish, "hypervisorType": "Xen"})
        assert refused.code == "SYS.1007", refused
        self.java.delete(f"/clusters/{arm}")
        assert self.go.one("/clusters", arm) is None

    def it_adds_a_backup_storage_and_attaches_it(self):
        wish = {"hostname": "localhost", "username": "root", "password": "secret", "sshPort": 22}
        made = self.java.post(
            "/backup-storage/sftp", name="sftp", url=str(self.stores / "sftp"), **wish
        )
        sftp = "org.zstack.storage.backup.sftp.SftpBackupStorageInventory"
        assert made["schema"]["inventory"] == sftp
        store = made["inventory"]
        self.store = store["uuid"]
        assert store["status"] == "Connected" and store["attachedZoneUuids"] == []
        # Of what only the connection needs, nothing is kept.
        assert "secret" not in str(made)
        attached = self.java.post(f"/zones/{self.zone}/backup-storage/{self.store}")
        assert attached["inventory"]["attachedZoneUuids"] == [self.zone]
        found = self.go.list("/backup-storage", f"zone.uuid={self.zone}")["inventories"]
        assert [store["uuid"] for store in found] == [self.store]
        refused = refusal(
            self.java.post, "/backup-storage/sftp", name="away", url="/etc/store", **wish
        )
        assert refused.code == "SYS.1007", refused

    def its_capacity_is_that_of_the_disk(self):
        capacity = self.java.get("/backup-storage/capacities", zoneUuids=[self.zone])
        assert 0 < capacity["availableCapacity"] <= capacity["totalCapacity"]
        types = self.java.get("/backup-storage/types")
        assert "SftpBackupStorage" in types["types"]
        path = f"/backup-storage/{self.store}/actions"
        seen = self.java.put(path, "reconnectBackupStorage")["inventory"]
        assert seen["status"] == "Connected"
        renamed = self.go.put(path, {"updateBackupStorage": {"name": "sftp-1"}}, "inventory")
        assert renamed["name"] == "sftp-1"
        again = self.java.put(f"/backup-storage/sftp/{self.store}/actions", "reconnectSftpBackupStorage")
        assert again["inventory"]["hostname"] == "localhost"

    def a_disabled_backup_storage_takes_no_image(self):
        path = f"/backup-storage/{self.store}/actions"
        wish = {"format": "qcow2", "platform": "Linux", "backupStorageUuids": [self.store]}
        url = self.origin.url("disc.qcow2", self.image_file)
        changed = self.java.put(path, "changeBackupStorageState", stateEvent="disable")
        assert changed["inventory"]["state"] == "Disabled"
        refused = refusal(self.java.post, "/images", name="no", url=url, **wish)
        assert refused.code == "SYS.1006", refused
        changed = self.go.put(path, {"changeBackupStorageState": {"stateEvent": "enable"}}, "inventory")
        assert changed["state"] == "Enabled"
        made = self.java.post("/images", name="disc", url=url, **wish)["inventory"]
        assert made["status"] == "Ready"
        self.image = made["uuid"]
        assert made["backupStorageRefs"][0]["installPath"].startswith(str(self.stores))

    def it_adds_a_primary_storage(self):
        made = self.java.post(
            "/primary-storage/local-storage", name="local", url=str(self.folder), zoneUuid=self.zone
        )
        assert made["schema"]["inventory"] == f"{CLASS}.storage.primary.PrimaryStorageInventory"
        pool = made["inventory"]
        self.pool = pool["uuid"]
        assert pool["type"] == "LocalStorage" and pool["attachedClusterUuids"] == [self.cluster]
        path = f"/primary-storage/{self.pool}/actions"
        for action in ("reconnectPrimaryStorage", "syncPrimaryStorageCapacity"):
            seen = self.java.put(path, action)["inventory"]
            assert seen["status"] == "Connected" and seen["totalCapacity"] > 0, action
        renamed = self.go.put(path, {"updatePrimaryStorage": {"name": "local-1"}}, "inventory")
        assert renamed["name"] == "local-1"
        capacity = self.java.get("/primary-storage/capacities", primaryStorageUuids=[self.pool])
        assert capacity["totalCapacity"] > 0
        (found,) = self.go.list("/primary-storage", f"zone.uuid={self.zone}")["inventories"]
        assert found["uuid"] == self.pool

    def a_disabled_primary_storage_gives_no_template(self):
        disk = self.folder / "vm.qcow2"
        disks.tool("qemu-img", "create", "-q", "-f", "qcow2", disk, "1M")
        pool = new_uuid_form(self.pool)
        added = self.native.create(
            "/instances", name="vm", zone=new_uuid_form(self.zone), pool=pool, disk=str(disk)
        )
        self.vm, volume = added["instance"]["id"], added["root_volume"]["id"].replace("-", "")
        path = f"/primary-storage/{self.pool}/actions"
        changed = self.java.put(path, "changePrimaryStorageState", stateEvent="disable")
        assert changed["inventory"]["state"] == "Disabled"
        template = f"/images/root-volume-templates/from/volumes/{volume}"
        refused = refusal(self.java.post, template, name="n")
        assert refused.code == "SYS.1006", refused
        self.java.put(path, "changePrimaryStorageState", stateEvent="enable")
        made = self.java.post(template, name="n")["inventory"]
        assert made["backupStorageRefs"][0]["backupStorageUuid"] == self.store
        self.template = made["uuid"]

    def what_is_used_is_not_deleted(self):
        for path in (
            f"/zones/{self.zone}",
            f"/clusters/{self.cluster}",
            f"/primary-storage/{self.pool}",
            f"/backup-storage/{self.store}",
        ):
            assert refusal(self.java.delete, path).code == "SYS.1006", path

    def it_takes_everything_down(self):
        for image in (self.image, self.template):
            self.java.delete(f"/images/{image}")
            self.java.put(f"/images/{image}/actions", "expungeImage")
        self.native.wait_until_idle()
        self.native.call("DELETE", f"/instances/{self.vm}").expect(204)
        self.go.delete(f"/zones/{self.zone}/backup-storage/{self.store}")
        for path, uuid in (
            ("/backup-storage", self.store),
            ("/primary-storage", self.pool),
            ("/clusters", self.cluster),
            ("/zones", self.zone),
        ):
            self.java.delete(f"{path}/{uuid}", "Enforcing")
            assert self.java.query(path, f"uuid={uuid}")["inventories"] == []
            # What is gone is as good as deleted.
            self.go.delete(f"{path}/{uuid}")

    def another_account_changes_none_of_it(self):
        (zone, *_) = self.go.list("/zones")["inventories"]
        self.native.create("/projects", name="tenant", password=PASSWORD)
        tenant = Java(self.server)
        tenant.login("tenant", PASSWORD)
        assert tenant.query("/zones")["inventories"]
        path = f"/zones/{zone['uuid']}/actions"
        refused = refusal(tenant.put, path, "changeZoneState", stateEvent="disable")
        assert refused.code == "ID.1002", refused
        assert refusal(tenant.post, "/zones", name="mine").code == "ID.1002"
        nothing = f"/backup-storage/{new_uuid()}"
        assert refusal(tenant.delete, nothing).code == "ID.1002"


def new_uuid_form(uuid):
    """A uuid as our own API writes it."""
    return "-".join((uuid[:8], uuid[8:12], uuid[12:16], uuid[16:20], uuid[20:]))
