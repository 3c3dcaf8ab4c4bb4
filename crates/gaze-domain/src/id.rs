//! Typed identifiers. All are UUIDs; the text form differs by face, the value never does.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use crate::error::{Error, Noun};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident => $noun:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// 32 lower-case hexadecimal digits: the form of the catalogue, ZStack and DiDi Cloud.
            pub fn hex(self) -> String {
                self.0.simple().to_string()
            }

            /// 36 characters with hyphens: the form of OpenStack and Huawei Cloud.
            pub fn hyphenated(self) -> String {
                self.0.hyphenated().to_string()
            }

            /// Parses either form. `None` for anything else, so that a caller who looks a thing
            /// up by an id that cannot exist can answer "not found" in its own words.
            pub fn parse(text: &str) -> Option<Self> {
                let plain = text.len() == 32 || text.len() == 36;
                if plain { Uuid::try_parse(text).ok().map(Self) } else { None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.simple().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = Error;

            /// Fails with [`Error::NotFound`]: a malformed id names nothing.
            fn from_str(text: &str) -> Result<Self, Error> {
                Self::parse(text).ok_or_else(|| Error::not_found($noun, text))
            }
        }
    )*};
}

ids! {
    /// A disk image.
    ImageId => Noun::Image;
    /// One copy of an image's bytes in one store.
    LocationId => Noun::Location;
    /// A place where image bytes are kept (ZStack backup storage, Glance store).
    StoreId => Noun::Store;
    /// A place where volumes live (ZStack primary storage).
    PoolId => Noun::Pool;
    /// What a volume was at a moment of its past.
    SnapshotId => Noun::Snapshot;
    /// A virtual machine's disk.
    VolumeId => Noun::Volume;
    /// A virtual machine.
    InstanceId => Noun::Instance;
    /// An availability zone.
    ZoneId => Noun::Zone;
    /// A set of hosts of one architecture in a zone.
    ClusterId => Noun::Cluster;
    /// A region.
    RegionId => Noun::Region;
    /// A tenant (ZStack account, Keystone and IAM project).
    ProjectId => Noun::Project;
    /// A domain of projects and users (IAM account).
    DomainId => Noun::Domain;
    /// A person or program that logs in.
    UserId => Noun::User;
    /// The row of an access key; its public name is [`crate::AccessKey::access`].
    AccessKeyId => Noun::AccessKey;
    /// What a program logs in with in a user's place.
    ApplicationCredentialId => Noun::ApplicationCredential;
    /// An image under an address that needs no credentials.
    ExportId => Noun::Export;
    /// A named set of metadata definitions.
    NamespaceId => Noun::Namespace;
    /// Something said of something.
    TagId => Noun::Tag;
    /// What tags of one sort have in common.
    TagPatternId => Noun::Tag;
    /// A durable unit of long work.
    JobId => Noun::Job;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_text_forms_name_the_same_image() {
        let plain = ImageId::parse("e4891e6ef3a64ea08ce91ab379a5c856").unwrap();
        let hyphenated = ImageId::parse("e4891e6e-f3a6-4ea0-8ce9-1ab379a5c856").unwrap();
        assert_eq!(plain, hyphenated);
        assert_eq!(plain.hex(), "e4891e6ef3a64ea08ce91ab379a5c856");
        assert_eq!(plain.hyphenated(), "e4891e6e-f3a6-4ea0-8ce9-1ab379a5c856");
    }

    #[test]
    fn text_that_is_no_uuid_names_nothing() {
        for text in [
            "",
            "e4891e6e",
            "{e4891e6ef3a64ea08ce91ab379a5c856}",
            "image-1",
            "zz",
        ] {
            assert_eq!(ImageId::parse(text), None, "{text}");
        }
    }
}
