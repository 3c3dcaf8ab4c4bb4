"""What programs on ZStack's official SDKs do with volume snapshots: find them, and make templates of
root disks and of data disks from them, while the machine runs."""

from kit import disks
from kit.native import Native
from kit.official import Go, Java, refusal
from kit.server import PASSWORD
from kit.zstack import new_uuid

SNAPSHOT = "org.zstack.header.storage.snapshot.VolumeSnapshotInventory"


class ZstackSnapshots:
    def __init__(self, world):
        self.folder = world.folder("snapshot-disks")
        self.top = disks.chain(self.folder)
        self.server = world.server("snapshots", "--disk-dir", self.folder).start()
        self.native = Native(self.server)
        zone = self.native.first_zone()["id"]
        added = self.native.create("/instances", name="vm", zone=zone, disk=str(self.top))
        self.volume = added["root_volume"]["id"].replace("-", "")
        self.vm = added["instance"]["id"].replace("-", "")
        self.snapshots = {}
        for name in ("base", "middle"):
            at = f"/volumes/{added['root_volume']['id']}/snapshots"
            new = {"name": name, "path": str(self.folder / f"{name}.qcow2")}
            made = self.native.call("POST", at, new).expect(201).json
            self.snapshots[name] = made["id"].replace("-", "")
        self.store = self.native.stores()[0]["id"].replace("-", "")
        self.java = Java(self.server)
        self.java.login("admin", PASSWORD)
        self.go = Go(self.server, self.native.create("/access-keys"))

    def it_finds_the_snapshots_of_a_volume(self):
        found = self.java.query("/volume-snapshots", f"volumeUuid={self.volume}", sort="+name")
        assert found["schema"]["inventories[0]"] == SNAPSHOT
        base, middle = found["inventories"]
        assert [base["name"], middle["name"]] == ["base", "middle"]
        assert middle["parentUuid"] == base["uuid"] and "parentUuid" not in base
        assert (base["latest"], middle["latest"]) == (False, True)
        assert base["treeUuid"] == middle["treeUuid"] and base["status"] == "Ready"
        assert self.go.one("/volume-snapshots", base["uuid"]) == base
        rows, total = self.go.page("/volume-snapshots", "volume.vmInstance.name=vm", start=0)
        assert total == len(rows) == 2
        assert self.java.query("/volumes", "snapshot.name=base", count="true")["total"] == 1

    def it_asks_where_a_template_can_go(self):
        path = f"/images/volume-snapshots/{self.snapshots['base']}/candidate-backup-storage"
        found = self.java.get(path)
        assert [store["uuid"] for store in found["inventories"]] == [self.store]

    def it_makes_a_root_template_while_the_machine_runs(self):
        snapshot = self.snapshots["middle"]
        path = f"/images/root-volume-templates/from/volume-snapshots/{snapshot}"
        with disks.RunningMachine(self.top):
            made = self.java.post(
                path,
                name="as it was",
                platform="Linux",
                backupStorageUuids=[self.store],
                systemTags=["bootMode::Legacy"],
            )["inventory"]
            volume = f"/images/root-volume-templates/from/volumes/{self.volume}"
            assert refusal(self.java.post, volume, name="now").code == "SYS.1006"
        assert made["status"] == "Ready" and made["mediaType"] == "RootVolumeTemplate"
        assert made["url"] == f"volumeSnapshot://{snapshot}"
        self._same(made["uuid"], "middle")
        disks.boots(self.folder / "saved-middle.img", disks.DEBIAN_ISO_SAYS)
        found = self.java.get(f"/vm-instances/{self.vm}/image-candidates")["inventories"]
        assert made["uuid"] in [image["uuid"] for image in found]

    def it_makes_a_data_template(self):
        path = f"/images/data-volume-templates/from/volume-snapshots/{self.snapshots['base']}"
        made = self.go.post(path, {"params": {"name": "data", "backupStorageUuids": [self.store]}})
        assert made["status"] == "Ready" and made["mediaType"] == "DataVolumeTemplate"
        self._same(made["uuid"], "base")
        made = self.java.post(f"/images/data-volume-templates/from/volumes/{self.volume}", name="all")
        assert made["inventory"]["url"] == f"volume://{self.volume}"
        self._same(made["inventory"]["uuid"], "top")

    def _same(self, image, name):
        saved = self.folder / f"saved-{name}.img"
        saved.write_bytes(self.native.bytes_of(image))
        disks.same_disk(self.folder / f"{name}.qcow2", saved)

    def it_is_refused_what_is_not_there(self):
        path = f"/images/root-volume-templates/from/volume-snapshots/{new_uuid()}"
        refused = refusal(self.java.post, path, name="n", backupStorageUuids=[self.store])
        assert refused.code == "SYS.1003" and "snapshotUuid" in refused.details, refused
        path = f"/images/root-volume-templates/from/volume-snapshots/{self.snapshots['base']}"
        assert refusal(self.java.post, path, name="n").code == "SYS.1007"

    def nothing_is_written_to_the_disks(self):
        disks.tool("qemu-img", "check", "-q", self.top)
        (volume,) = self.java.query("/volumes", f"uuid={self.volume}")["inventories"]
        assert volume["vmInstanceUuid"] == self.vm and volume["installPath"] == str(self.top)
