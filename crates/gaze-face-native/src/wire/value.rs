//! Ids, words and times as JSON values.

use std::borrow::Cow;
use std::fmt;

use gaze_app::{WorkKind, WorkState};
use gaze_domain::access::Role;
use gaze_domain::metadef::{Existing, Loaded, NamespaceVisibility};
use gaze_domain::{
    AccessKeyId, Architecture, ClusterId, DiskFormat, DomainId, ExportId, ExportState, Firmware,
    ImageId, InstanceId, InstanceState, JobId, LocationState, Media, MemberState, Platform, PoolId,
    PoolKind, ProjectId, RegionId, SnapshotId, Status, StoreId, StoreKind, StoreState, StoreStatus,
    Timestamp, UserId, Visibility, VolumeId, VolumeRole, ZoneId,
};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A typed id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Id<T>(pub(crate) T);

/// What [`Id`] needs of a typed id of the domain.
pub(crate) trait Identifier: Copy {
    fn to_hex(self) -> String;
    fn from_text(text: &str) -> Option<Self>;
}

macro_rules! identifiers {
    ($($name:ident)*) => {$(
        impl Identifier for $name {
            fn to_hex(self) -> String {
                self.hex()
            }

            fn from_text(text: &str) -> Option<Self> {
                Self::parse(text)
            }
        }
    )*};
}

identifiers! {
    AccessKeyId ClusterId DomainId ExportId ImageId InstanceId JobId PoolId ProjectId RegionId SnapshotId StoreId
    UserId VolumeId ZoneId
}

impl<T: Identifier> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_hex())
    }
}

impl<'de, T: Identifier> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        T::from_text(&text).map(Self).ok_or_else(|| {
            D::Error::custom(format_args!("{text:?} is no id of 32 hexadecimal digits"))
        })
    }
}

impl<T> PartialSchema for Id<T> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[0-9a-f]{32}$"))
            .description(Some("32 lower-case hexadecimal digits"))
            .into()
    }
}

impl<T> ToSchema for Id<T> {
    fn name() -> Cow<'static, str> {
        "Id".into()
    }
}

/// An instant: RFC 3339 in UTC, such as `2026-11-21T08:00:00.25Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Time(pub(crate) Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl PartialSchema for Time {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("RFC 3339, in UTC"))
            .into()
    }
}

impl ToSchema for Time {
    fn name() -> Cow<'static, str> {
        "Time".into()
    }
}

/// One word of a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word<T>(pub(crate) T);

/// What [`Word`] needs of an enumeration.
pub(crate) trait Vocabulary: Copy + 'static {
    const NAME: &'static str;
    /// Of all words, in the order of their declaration.
    fn all() -> Vec<&'static str>;
    fn word(self) -> &'static str;
    fn from_word(text: &str) -> Option<Self>;
}

macro_rules! vocabularies {
    ($($name:ident)*) => {$(
        impl Vocabulary for $name {
            const NAME: &'static str = stringify!($name);

            fn all() -> Vec<&'static str> {
                Self::ALL.iter().map(|word| word.as_str()).collect()
            }

            fn word(self) -> &'static str {
                self.as_str()
            }

            fn from_word(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        }
    )*};
}

vocabularies! {
    Architecture DiskFormat Existing ExportState Firmware InstanceState Loaded LocationState Media MemberState
    NamespaceVisibility Platform
    PoolKind Role Status StoreKind StoreState StoreStatus Visibility VolumeRole WorkKind
    WorkState
}

impl<T: Vocabulary> fmt::Display for Word<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.word())
    }
}

impl<T: Vocabulary> Serialize for Word<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.word())
    }
}

impl<'de, T: Vocabulary> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        T::from_word(&text).map(Self).ok_or_else(|| {
            let known = T::all().join(", ");
            D::Error::custom(format_args!("{text:?} is none of {known}"))
        })
    }
}

impl<T: Vocabulary> PartialSchema for Word<T> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(T::all()))
            .into()
    }
}

impl<T: Vocabulary> ToSchema for Word<T> {
    fn name() -> Cow<'static, str> {
        T::NAME.into()
    }
}

/// utoipa wants a schema of every type parameter that it sees, so fields are written with these.
macro_rules! names {
    ($($alias:ident = $generic:ident<$kind:ident>;)*) => {
        $(pub(crate) type $alias = $generic<$kind>;)*
    };
}

names! {
    AccessKeyRef = Id<AccessKeyId>;
    ClusterRef = Id<ClusterId>;
    DomainRef = Id<DomainId>;
    ExportRef = Id<ExportId>;
    ImageRef = Id<ImageId>;
    InstanceRef = Id<InstanceId>;
    JobRef = Id<JobId>;
    PoolRef = Id<PoolId>;
    ProjectRef = Id<ProjectId>;
    RegionRef = Id<RegionId>;
    SnapshotRef = Id<SnapshotId>;
    StoreRef = Id<StoreId>;
    UserRef = Id<UserId>;
    VolumeRef = Id<VolumeId>;
    ZoneRef = Id<ZoneId>;
    ArchitectureWord = Word<Architecture>;
    DiskFormatWord = Word<DiskFormat>;
    ExistingWord = Word<Existing>;
    ExportStateWord = Word<ExportState>;
    FirmwareWord = Word<Firmware>;
    InstanceStateWord = Word<InstanceState>;
    LoadedWord = Word<Loaded>;
    LocationStateWord = Word<LocationState>;
    MediaWord = Word<Media>;
    MemberStateWord = Word<MemberState>;
    NamespaceVisibilityWord = Word<NamespaceVisibility>;
    PlatformWord = Word<Platform>;
    PoolKindWord = Word<PoolKind>;
    RoleWord = Word<Role>;
    StatusWord = Word<Status>;
    StoreKindWord = Word<StoreKind>;
    StoreStateWord = Word<StoreState>;
    StoreStatusWord = Word<StoreStatus>;
    VisibilityWord = Word<Visibility>;
    VolumeRoleWord = Word<VolumeRole>;
    WorkKindWord = Word<WorkKind>;
    WorkStateWord = Word<WorkState>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_an_id_are_read_and_one_is_written() {
        for text in [
            "\"e4891e6ef3a64ea08ce91ab379a5c856\"",
            "\"e4891e6e-f3a6-4ea0-8ce9-1ab379a5c856\"",
        ] {
            let id: Id<ImageId> = serde_json::from_str(text).unwrap();
            let written = serde_json::to_string(&id).unwrap();
            assert_eq!(written, "\"e4891e6ef3a64ea08ce91ab379a5c856\"");
        }
    }

    #[test]
    fn what_is_no_id_is_refused_with_what_it_was() {
        let error = serde_json::from_str::<Id<ImageId>>("\"web\"").unwrap_err();
        assert!(error.to_string().starts_with("\"web\" is no id"), "{error}");
    }

    #[test]
    fn an_unknown_word_is_refused_with_the_known_ones() {
        let error = serde_json::from_str::<Word<Visibility>>("\"secret\"").unwrap_err();
        let expected = "\"secret\" is none of private, shared, community, public";
        assert!(error.to_string().starts_with(expected), "{error}");
    }

    #[test]
    fn every_word_is_read_as_what_it_was_written_for() {
        fn check<T: Vocabulary + PartialEq + fmt::Debug>(all: &[T]) {
            assert_eq!(all.len(), T::all().len());
            for value in all {
                let text = serde_json::to_string(&Word(*value)).unwrap();
                let read: Word<T> = serde_json::from_str(&text).unwrap();
                assert_eq!(read.0, *value);
            }
        }
        check(Status::ALL);
        check(DiskFormat::ALL);
        check(Platform::ALL);
        check(WorkKind::ALL);
        check(WorkState::ALL);
    }

    #[test]
    fn times_are_rfc_3339_in_utc() {
        let time = Time(Timestamp::UNIX_EPOCH);
        assert_eq!(
            serde_json::to_string(&time).unwrap(),
            "\"1970-01-01T00:00:00Z\""
        );
    }
}
