//! What ZStack's error texts name: the class of the call, the account, the parameter that a thing
//! was named by, and the thing's class.

use gaze_domain::{InstanceState, Noun, ProjectId};

use crate::map::words;

/// In which call an error arose.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subject {
    /// The Java class of the request, such as `org.zstack.header.image.APIChangeImageStateMsg`.
    pub(crate) class: &'static str,
    /// Who asked, once that is known.
    pub(crate) account: Option<ProjectId>,
    /// Parameters by which this call names things, where they are not the usual ones.
    pub(crate) fields: &'static [(Noun, &'static str)],
}

impl Subject {
    /// The parameter by which the call names such a thing.
    pub(crate) fn field(&self, noun: Noun) -> &'static str {
        self.fields
            .iter()
            .find_map(|(named, field)| (*named == noun).then_some(*field))
            .unwrap_or(match noun {
                Noun::Store => "backupStorageUuids",
                Noun::Volume => "rootVolumeUuid",
                Noun::Instance => "vmInstanceUuid",
                Noun::Pool => "primaryStorageUuid",
                Noun::Zone => "zoneUuid",
                Noun::Cluster => "clusterUuid",
                Noun::Project => "accountUuid",
                Noun::User => "userUuid",
                Noun::Image
                | Noun::Location
                | Noun::Region
                | Noun::Domain
                | Noun::AccessKey
                | Noun::ApplicationCredential
                | Noun::Token
                | Noun::Job
                | Noun::Member
                | Noun::Tag
                | Noun::Namespace
                | Noun::MetadefObject
                | Noun::MetadefProperty
                | Noun::MetadefTag
                | Noun::ResourceType
                | Noun::Export => "uuid",
                Noun::Snapshot => "snapshotUuid",
            })
    }
}

/// ZStack's spelling of a field that a domain error names.
pub(crate) fn spelling(field: &str) -> &str {
    match field {
        "media" => "mediaType",
        "disk format" => "format",
        "guest_type" => "guestOsType",
        "firmware" | "tag" => "systemTags",
        other => other,
    }
}

/// The class by which ZStack's texts call such a thing.
pub(crate) const fn class_of(noun: Noun) -> &'static str {
    match noun {
        Noun::Image => "ImageVO",
        // ZStack keeps an export with the copy that it is made of.
        Noun::Location | Noun::Export => "ImageBackupStorageRefVO",
        Noun::Store => "BackupStorageVO",
        Noun::Pool => "PrimaryStorageVO",
        Noun::Volume => "VolumeVO",
        Noun::Instance => "VmInstanceVO",
        Noun::Zone => "ZoneVO",
        Noun::Cluster => "ClusterVO",
        Noun::Region => "RegionVO",
        Noun::Project | Noun::Domain => "AccountVO",
        Noun::User => "UserVO",
        Noun::AccessKey | Noun::ApplicationCredential => "AccessKeyVO",
        Noun::Token => "SessionVO",
        Noun::Job => "LongJobVO",
        Noun::Member => "SharedResourceVO",
        Noun::Tag => "SystemTagVO",
        // ZStack has no such things and no call names one.
        Noun::Namespace
        | Noun::MetadefObject
        | Noun::MetadefProperty
        | Noun::MetadefTag
        | Noun::ResourceType => noun.as_str(),
        Noun::Snapshot => "VolumeSnapshotVO",
    }
}

/// ZStack's word for a thing in running text.
pub(crate) const fn word(noun: Noun) -> &'static str {
    match noun {
        Noun::Store => "backup storage",
        Noun::Pool => "primary storage",
        Noun::Instance => "vm",
        Noun::Snapshot => "volume snapshot",
        Noun::Project | Noun::Domain => "account",
        Noun::Image
        | Noun::Location
        | Noun::Volume
        | Noun::Zone
        | Noun::Cluster
        | Noun::Region
        | Noun::User
        | Noun::AccessKey
        | Noun::ApplicationCredential
        | Noun::Token
        | Noun::Job
        | Noun::Member
        | Noun::Tag
        | Noun::Namespace
        | Noun::MetadefObject
        | Noun::MetadefProperty
        | Noun::MetadefTag
        | Noun::ResourceType
        | Noun::Export => noun.as_str(),
    }
}

/// ZStack's word for a state that a domain error names.
pub(crate) fn state(noun: Noun, state: &str) -> &str {
    match (noun, state.parse::<InstanceState>()) {
        (Noun::Instance, Ok(known)) => words::instance_state(known),
        _ => state,
    }
}
