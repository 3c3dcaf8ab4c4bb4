//! Snapshots: what volumes were at moments of their past.

use crate::{ByteCount, DiskFormat, ProjectId, SnapshotId, Timestamp, Volume, VolumeId};

/// An external snapshot that an operator has registered: a file of a volume's backing chain below
/// the active one. Nobody writes to it as long as it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub id: SnapshotId,
    pub volume: VolumeId,
    /// Whose the volume was when it was registered.
    pub owner: ProjectId,
    pub name: String,
    pub description: Option<String>,
    pub format: DiskFormat,
    /// Path of its file; the rest of its backing chain starts here.
    pub path: String,
    /// How many files were below it in the chain: the more, the younger.
    pub depth: u64,
    /// Size that a guest would see.
    pub size: ByteCount,
    /// Bytes that its file takes on disk.
    pub allocated: ByteCount,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Snapshot {
    /// The volume as it was.
    pub fn of(&self, volume: &Volume) -> Volume {
        Volume {
            format: self.format,
            path: self.path.clone(),
            size: self.size,
            allocated: self.allocated,
            ..volume.clone()
        }
    }

    /// The registered snapshot that this one was made on: the youngest of the same volume that is
    /// older.
    pub fn parent<'a>(&self, all: &'a [Self]) -> Option<&'a Self> {
        all.iter()
            .filter(|other| other.volume == self.volume && other.depth < self.depth)
            .max_by_key(|other| other.depth)
    }

    /// Whether no registered snapshot of the same volume is younger.
    pub fn is_latest(&self, all: &[Self]) -> bool {
        !all.iter()
            .any(|other| other.volume == self.volume && other.depth > self.depth)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn snapshot(volume: u128, depth: u64) -> Snapshot {
        Snapshot {
            id: SnapshotId::new(Uuid::from_u128(volume * 100 + u128::from(depth))),
            volume: VolumeId::new(Uuid::from_u128(volume)),
            owner: ProjectId::new(Uuid::from_u128(7)),
            name: "s".into(),
            description: None,
            format: DiskFormat::Qcow2,
            path: format!("/{volume}/{depth}"),
            depth,
            size: ByteCount(1),
            allocated: ByteCount(1),
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_order_in_the_chain_tells_parents_and_the_latest() {
        let all = [
            snapshot(1, 4),
            snapshot(1, 0),
            snapshot(1, 2),
            snapshot(2, 3),
        ];
        for (index, parent, latest) in [
            (0, Some(2), true),
            (1, None, false),
            (2, Some(1), false),
            (3, None, true),
        ] {
            let found = all[index].parent(&all).map(|parent| parent.id);
            assert_eq!(found, parent.map(|parent: usize| all[parent].id));
            assert_eq!(all[index].is_latest(&all), latest);
        }
    }
}
