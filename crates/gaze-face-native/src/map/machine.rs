//! Instances and volumes.

use std::path::PathBuf;

use gaze_app::{ImageChange, NewInstance, NewSnapshot, NewVolume, PlacedSnapshot, Seen};
use gaze_domain::{Volume, VolumeRole};

use crate::wire::machine as wire;
use crate::wire::value::{Id, Time, Word};

impl From<Seen> for wire::Instance {
    fn from(seen: Seen) -> Self {
        let Seen {
            instance, state, ..
        } = seen;
        Self {
            id: Id(instance.id),
            owner: Id(instance.owner),
            zone: Id(instance.zone),
            cluster: Id(instance.cluster),
            name: instance.name,
            description: instance.description,
            state: Word(state),
            image: instance.image.map(Id),
            root_volume: instance.root_volume.map(Id),
            platform: Word(instance.platform),
            architecture: Word(instance.architecture),
            guest_os: instance.guest_os,
            firmware: instance.firmware.map(Word),
            virtio: instance.virtio,
            created_at: Time(instance.created_at),
            updated_at: Time(instance.updated_at),
        }
    }
}

impl From<wire::NewInstance> for NewInstance {
    fn from(new: wire::NewInstance) -> Self {
        Self {
            id: new.id.map(|id| id.0),
            name: new.name,
            description: new.description,
            project: new.project.map(|id| id.0),
            zone: new.zone.0,
            cluster: new.cluster.map(|id| id.0),
            pool: new.pool.map(|id| id.0),
            disk: PathBuf::from(new.disk),
            disk_format: new.disk_format.map(|word| word.0),
            platform: new.platform.map(|word| word.0),
            architecture: new.architecture.map(|word| word.0),
            guest_os: new.guest_os,
            firmware: new.firmware.map(|word| word.0),
            virtio: new.virtio.unwrap_or(true),
            image: new.image.map(|id| id.0),
        }
    }
}

impl From<wire::ImageChange> for ImageChange {
    fn from(change: wire::ImageChange) -> Self {
        Self {
            image: change.image.0,
            volume: change.volume.map(|id| id.0),
            job: None,
        }
    }
}

impl From<Volume> for wire::Volume {
    fn from(volume: Volume) -> Self {
        Self {
            id: Id(volume.id),
            owner: Id(volume.owner),
            pool: Id(volume.pool),
            instance: volume.instance.map(Id),
            image: volume.image.map(Id),
            last_instance: volume.last_instance.map(Id),
            detached_at: volume.detached_at.map(Time),
            name: volume.name,
            role: Word(volume.role),
            format: Word(volume.format),
            path: volume.path,
            size: volume.size.0,
            allocated: volume.allocated.0,
            created_at: Time(volume.created_at),
            updated_at: Time(volume.updated_at),
        }
    }
}

impl From<wire::NewVolume> for NewVolume {
    fn from(new: wire::NewVolume) -> Self {
        Self {
            name: new.name,
            project: new.project.map(|id| id.0),
            pool: new.pool.0,
            instance: new.instance.map(|id| id.0),
            role: new.role.map_or(VolumeRole::Data, |word| word.0),
            disk: PathBuf::from(new.disk),
            disk_format: new.disk_format.map(|word| word.0),
        }
    }
}

impl From<PlacedSnapshot> for wire::Snapshot {
    fn from(placed: PlacedSnapshot) -> Self {
        let PlacedSnapshot {
            snapshot,
            parent,
            latest,
            ..
        } = placed;
        Self {
            id: Id(snapshot.id),
            volume: Id(snapshot.volume),
            owner: Id(snapshot.owner),
            name: snapshot.name,
            description: snapshot.description,
            parent: parent.map(Id),
            latest,
            format: Word(snapshot.format),
            path: snapshot.path,
            size: snapshot.size.0,
            allocated: snapshot.allocated.0,
            created_at: Time(snapshot.created_at),
            updated_at: Time(snapshot.updated_at),
        }
    }
}

impl From<wire::NewSnapshot> for NewSnapshot {
    fn from(new: wire::NewSnapshot) -> Self {
        Self {
            id: new.id.map(|id| id.0),
            name: new.name,
            description: new.description,
            path: PathBuf::from(new.path),
        }
    }
}
