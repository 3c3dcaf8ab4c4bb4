//! The nouns, life cycles and rules of Gaze.
//!
//! Pure: no I/O, no async, no serialisation. Every other crate may know this one; this one knows
//! none. A rule that two faces must agree on lives here and nowhere else.

pub mod access;
pub mod address;
pub mod application_credential;
pub mod bytes;
pub mod candidate;
pub mod disk_format;
pub mod error;
pub mod export;
pub mod hardware;
pub mod id;
pub mod identity;
pub mod image;
pub mod instance;
pub mod json;
pub mod life;
pub mod list;
pub mod metadef;
pub mod place;
pub mod pool;
pub mod quota;
pub mod runtime;
pub mod snapshot;
pub mod store;
pub mod tag;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod volume;
pub mod words;

pub use access::{Caller, Role};
pub use application_credential::ApplicationCredential;
pub use bytes::ByteCount;
pub use disk_format::DiskFormat;
pub use error::{Error, Noun, Result, with_causes};
pub use export::{Export, ExportState};
pub use hardware::{Architecture, Firmware, Platform};
pub use id::{
    AccessKeyId, ApplicationCredentialId, ClusterId, DomainId, ExportId, ImageId, InstanceId,
    JobId, LocationId, NamespaceId, PoolId, ProjectId, RegionId, SnapshotId, StoreId, TagId,
    TagPatternId, UserId, VolumeId, ZoneId,
};
pub use identity::{AccessKey, Domain, Project, User};
pub use image::{Image, Location, LocationState, Media, Member, MemberState, Visibility};
pub use instance::{Instance, InstanceState};
pub use life::{Status, Transition};
pub use place::{Cluster, Region, Zone};
pub use pool::{Pool, PoolKind};
pub use quota::Quota;
pub use runtime::Runtime;
pub use snapshot::Snapshot;
pub use store::{Store, StoreKind, StoreState, StoreStatus};
pub use tag::{Tag, TagKind, TagPattern};
pub use volume::{Volume, VolumeRole};

/// An instant in UTC; stored and compared with a resolution of one microsecond.
pub type Timestamp = jiff::Timestamp;
