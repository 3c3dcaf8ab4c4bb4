//! Tags as things of their own: what is said of something, with an id and dates.
//!
//! What the tags and the firmware of an image are, the image says; its tags here follow it. So do
//! the firmware tags of instances.

use uuid::Uuid;

use crate::error::{Error, Noun, Result};
use crate::list::{Direction, Test};
use crate::{ProjectId, TagId, TagPatternId, Timestamp};

crate::words! {
    pub enum TagKind("tag kind") {
        /// A text in one of the forms that [`is_system`] knows of the noun.
        System = "system",
        /// Any other text.
        User = "user",
        /// The firmware that machines are started with; its text is the firmware's word.
        Firmware = "firmware",
    }
}

/// What can have tags.
pub const TAGGED: [Noun; 9] = [
    Noun::Image,
    Noun::Instance,
    Noun::Volume,
    Noun::Snapshot,
    Noun::Store,
    Noun::Pool,
    Noun::Zone,
    Noun::Cluster,
    Noun::Job,
];

/// A tag that something has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub id: TagId,
    /// What has it.
    pub noun: Noun,
    pub subject: Uuid,
    pub kind: TagKind,
    pub text: String,
    /// The pattern that it was made by.
    pub pattern: Option<TagPatternId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

crate::words! {
    pub enum PatternKind("pattern kind") {
        /// The text of its tags is its value.
        Simple = "simple",
        /// Its value has names in braces, for which each of its tags has a value of its own.
        WithToken = "with-token",
    }
}

/// What tags of one sort have in common: a project's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagPattern {
    pub id: TagPatternId,
    pub owner: ProjectId,
    pub name: String,
    pub value: String,
    pub description: Option<String>,
    pub color: Option<String>,
    pub kind: PatternKind,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// The noun of that word, if it can have tags.
pub fn tagged(word: &str) -> Result<Noun> {
    TAGGED
        .into_iter()
        .find(|noun| noun.as_str() == word)
        .ok_or_else(|| Error::invalid("noun", format!("{word:?} has no tags")))
}

/// That the guest runs QEMU's agent.
pub const GUEST_AGENT: &str = "qemuga";
/// Which tools the guest has.
const GUEST_TOOLS: &str = "GuestTools::{version}";

/// The forms of system tags, letter by letter those of ZStack's server: of its `*SystemTags`
/// classes those of which nothing else here is a second truth (an instance's drivers), and which
/// hold no secret. A name in braces stands for any text.
const fn forms(noun: Noun) -> &'static [&'static str] {
    match noun {
        Noun::Image => &[
            GUEST_AGENT,
            GUEST_TOOLS,
            "remote",
            "image::cert::{imageCert}",
            "sourceType::{sourceType}",
            "CreatedBySystem",
            "temporary",
            "buildapp::{buildapp}",
            "packer",
            "applianceType::{applianceType}",
            "marketplace::true",
            "imageName::{imageName}::primaryStorageUuid::{primaryStorageUuid}",
        ],
        Noun::Instance => &[
            GUEST_AGENT,
            GUEST_TOOLS,
            "hostname::{hostname}",
            "bootOrder::{bootOrder}",
            "usbRedirect::{usbRedirect}",
            "RDPEnable::{RDPEnable}",
            "VDIMonitorNumber::{VDIMonitorNumber}",
            "vmSystemSerialNumber::{vmSystemSerialNumber}",
            "vmMachineType::{vmMachineType}",
            "vmPriority::{vmPriority}",
            "packer",
            "numa",
            "marketplace::true",
        ],
        Noun::Volume => &[
            "volumeMaxIncrementalSnapshotNum::{volumeSnapshotMaxNum}",
            "volumeProvisioningStrategy::{volumeProvisioningStrategy}",
            "overwriteBy::volume::{overwritedVolumeUuid}",
            "notSupportActualSize::{notSupportActualSize}",
            "packer",
            "qos::{qos}",
        ],
        Noun::Snapshot => &[
            "CreatedBySystem",
            "backingTo::{volumeUuid}::volume",
            "backingTo::{imageUuid}::image",
        ],
        Noun::Store => &[
            "backupStorage::data::network::cidr::{backupStorageDataNetwork}",
            "extraips::{extraips}",
        ],
        Noun::Pool => &[
            "capability:snapshot",
            "primaryStorage::allocator::uuid::{uuid}",
            "primaryStorage::allocator::userTag::{tag}",
            "primaryStorage::allocator::userTag::{tag}::required",
            "primaryStorage::gateway::cidr::{storageGateway}",
            "primaryStorage::vendor::{vendor}",
            "primaryStorage::migrate::network::cidr::{migrateCidr}",
            "primaryStorageVolumeProvisioningStrategy::{primaryStorageVolumeProvisioningStrategy}",
            "nfs::mount::options::{mountOptions}",
        ],
        Noun::Zone | Noun::Cluster => &[
            "host::reservedCpu::{capacity}",
            "host::reservedMemory::{capacity}",
        ],
        Noun::Job => &["uploadImage::{imageId}"],
        Noun::Location
        | Noun::Region
        | Noun::Project
        | Noun::Domain
        | Noun::User
        | Noun::AccessKey
        | Noun::ApplicationCredential
        | Noun::Token
        | Noun::Member
        | Noun::Tag
        | Noun::Export
        | Noun::Namespace
        | Noun::MetadefObject
        | Noun::MetadefProperty
        | Noun::MetadefTag
        | Noun::ResourceType => &[],
    }
}

/// Whether the text has the form of a system tag of the noun.
pub fn is_system(noun: Noun, text: &str) -> bool {
    forms(noun).iter().any(|form| fits(form, text))
}

/// The kind of one of an image's tags, which the image has by their texts alone.
pub fn kind_on_image(text: &str) -> TagKind {
    if is_system(Noun::Image, text) {
        TagKind::System
    } else {
        TagKind::User
    }
}

/// Whether the tag says what holds of a machine's guest, and so of an image of its disk too.
pub fn tells_of_guest(text: &str) -> bool {
    text == GUEST_AGENT || fits(GUEST_TOOLS, text)
}

/// ZStack's `TagUtils.isMatch`: parts between double colons, of which those in braces may be
/// anything but nothing at the end.
fn fits(form: &str, text: &str) -> bool {
    if !form.contains("::") {
        return form == text;
    }
    let mut parts: Vec<&str> = text.split("::").collect();
    while parts.last().is_some_and(|last| last.is_empty()) {
        parts.pop();
    }
    let wanted: Vec<&str> = form.split("::").collect();
    parts.len() == wanted.len()
        && parts.iter().zip(wanted).all(|(part, wanted)| {
            *part == wanted || wanted.starts_with('{') && wanted.ends_with('}')
        })
}

/// Whose things' tags a list may show, before any condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagScope {
    /// Everybody's. Only for administrators.
    All,
    /// Of what the project sees: its own and what is for everybody.
    Visible(ProjectId),
}

/// A property of a tag that conditions and orders can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagField {
    Id,
    Noun,
    Subject,
    Kind,
    Text,
    Pattern,
    CreatedAt,
    UpdatedAt,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagCondition {
    Field(TagField, Test),
    /// True if all conditions of one of the groups are.
    AnyOf(Vec<Vec<TagCondition>>),
}

/// A page of a list of tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagList {
    pub scope: TagScope,
    /// All are to be true.
    pub conditions: Vec<TagCondition>,
    /// By default the oldest first.
    pub sort: Option<(TagField, Direction)>,
    pub start: u64,
    pub limit: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_tags_are_told_by_their_form() {
        for (noun, text, expected) in [
            (Noun::Image, "qemuga", true),
            (Noun::Image, "qemuga::", false),
            (Noun::Image, "GuestTools::1.2", true),
            (Noun::Image, "GuestTools::", false),
            (Noun::Image, "GuestTools", false),
            (Noun::Image, "GuestTools::a::b", false),
            (Noun::Image, "marketplace::true", true),
            (Noun::Image, "marketplace::false", false),
            (Noun::Image, "hostname::a", false),
            (Noun::Instance, "hostname::a", true),
            (Noun::Zone, "host::reservedCpu::{capacity}", true),
            (Noun::Pool, "capability:snapshot", true),
            (Noun::Project, "qemuga", false),
        ] {
            assert_eq!(is_system(noun, text), expected, "{noun} {text}");
        }
    }

    #[test]
    fn what_tells_of_a_guest_is_a_tag_of_machines_and_of_images() {
        for text in [GUEST_AGENT, "GuestTools::1.2"] {
            assert!(tells_of_guest(text));
            assert!(is_system(Noun::Image, text) && is_system(Noun::Instance, text));
        }
        assert!(!tells_of_guest("packer"));
    }

    #[test]
    fn what_can_have_tags_is_found_by_its_word() {
        for noun in TAGGED {
            assert_eq!(tagged(noun.as_str()).unwrap(), noun);
        }
        assert!(tagged("region").is_err());
    }
}
