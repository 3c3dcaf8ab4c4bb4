//! What the verbs are asked with.

mod application_credentials;
mod copies;
mod export;
mod machines;
mod metadefs;
mod mirror;
mod people;
mod places;
mod tags;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::pin::Pin;
use std::sync::Arc;

use crate::App;
use bytes::Bytes;
use futures_util::Stream;
use gaze_domain::access::{TokenKind, TokenScope};
use gaze_domain::image::{DigestKind, Os};
use gaze_domain::{
    ApplicationCredentialId, Architecture, Caller, DiskFormat, DomainId, Firmware, Image, ImageId,
    JobId, Media, Platform, ProjectId, StoreId, Timestamp, UserId, Visibility,
};

pub use application_credentials::{ApplicationLogin, CredentialName, NewApplicationCredential};
pub use copies::{CopyInto, Fetching, NewCopies, Wishes};
pub use export::{Capability, ExportChoice, Exported, NewExport, Offer, StartedExport};
pub use machines::*;
pub use metadefs::{ListedNamespace, NamespaceView};
pub use mirror::{Described, Edit, Mirror, Original};
pub use people::*;
pub use places::*;
pub use tags::*;

/// Bytes on their way in or out, in order.
pub type BodyStream =
    Pin<Box<dyn Stream<Item = Result<Bytes, Box<dyn std::error::Error + Send + Sync>>> + Send>>;

/// A password as the client sent it.
#[derive(Clone)]
pub enum Secret {
    Clear(String),
    /// Lower-case hexadecimal SHA-512 of the password: what ZStack's clients send.
    Sha512Hex(String),
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DomainName {
    Id(DomainId),
    Name(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UserName {
    Id(UserId),
    /// Names are unique in a domain; without one, the default domain is meant.
    Name {
        name: String,
        domain: Option<DomainName>,
    },
}

/// What a token is wanted for.
#[derive(Clone, Debug)]
pub enum ScopeWish {
    /// The user's own project.
    Default,
    Project {
        id: Option<ProjectId>,
        name: Option<String>,
        domain: Option<DomainName>,
    },
    Domain(Option<DomainName>),
    /// The whole service.
    System,
    Unscoped,
}

#[derive(Clone, Debug)]
pub struct Login {
    pub user: UserName,
    pub secret: Secret,
    pub kind: TokenKind,
    pub scope: ScopeWish,
}

/// A token, told once.
#[derive(Clone)]
pub struct Issued {
    pub token: String,
    /// Its `token` is present.
    pub caller: Caller,
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued")
            .field("caller", &self.caller)
            .finish_non_exhaustive()
    }
}

/// What checks a signature, and who signed if it holds.
#[derive(Clone)]
pub struct Signer {
    pub secret: String,
    pub caller: Caller,
    pub(crate) app: App,
}

impl Signer {
    /// Whoever signed, once the signature is found to hold; fails if that project asks too often.
    pub fn admitted(self) -> gaze_domain::Result<Caller> {
        self.app.admit(&self.caller)?;
        Ok(self.caller)
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer")
            .field("caller", &self.caller)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, Default)]
pub struct NewAccessKey {
    /// Whose; by default the caller's.
    pub user: Option<UserId>,
    /// 10 to 20 letters and digits; made up if absent.
    pub access: Option<String>,
    /// 10 to 40 letters and digits; made up if absent.
    pub secret: Option<String>,
    pub description: Option<String>,
}

/// An image to be.
#[derive(Clone, Debug)]
pub struct NewImage {
    pub id: Option<ImageId>,
    /// Whose it is to be: an administrator makes images for others; by default the caller's.
    pub owner: Option<ProjectId>,
    pub name: String,
    pub description: Option<String>,
    pub visibility: Visibility,
    pub protected: bool,
    pub hidden: bool,
    pub media: Media,
    pub system: bool,
    pub virtio: bool,
    /// For a capture, by default the machine's; else Linux.
    pub platform: Option<Platform>,
    /// For a capture, always the machine's if it has one.
    pub architecture: Option<Architecture>,
    pub firmware: Option<Firmware>,
    pub os: Os,
    /// Declared; compared with the content when that has come.
    pub format: Option<DiskFormat>,
    pub min_disk_gib: u64,
    pub min_ram_mib: u64,
    pub tags: BTreeSet<String>,
    pub properties: BTreeMap<String, String>,
}

impl NewImage {
    /// A private, unprotected root disk with virtio drivers, about which nothing else was said.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            id: None,
            owner: None,
            name: name.into(),
            description: None,
            visibility: Visibility::Private,
            protected: false,
            hidden: false,
            media: Media::RootDisk,
            system: false,
            virtio: true,
            platform: None,
            architecture: None,
            firmware: None,
            os: Os::default(),
            format: None,
            min_disk_gib: 0,
            min_ram_mib: 0,
            tags: BTreeSet::new(),
            properties: BTreeMap::new(),
        }
    }
}

/// Which stores get a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreChoice {
    /// One that fits, with the most room.
    Auto,
    Named(Vec<StoreId>),
    /// Those of these that can take one, as long as one can.
    AnyOf(Vec<StoreId>),
}

/// Bytes that a client sends.
pub struct Upload {
    /// What the client announced; the stream must then hold exactly that many.
    pub declared_len: Option<u64>,
    pub stores: StoreChoice,
    pub body: BodyStream,
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Upload")
            .field("declared_len", &self.declared_len)
            .field("stores", &self.stores)
            .finish_non_exhaustive()
    }
}

/// An upload that somebody else is to make, with nothing but a secret.
#[derive(Clone, Debug)]
pub struct UploadPromise {
    /// What the image's source is called: `upload://<file name>`.
    pub source: String,
    pub stores: StoreChoice,
}

/// A promised upload. Whoever has the secret may send the image's bytes, once, until it expires.
#[derive(Clone)]
pub struct UploadTicket {
    pub image: Image,
    pub secret: String,
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for UploadTicket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UploadTicket")
            .field("image", &self.image.id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// How far a promised upload is.
#[derive(Clone)]
pub struct UploadState {
    pub image: ImageId,
    /// The job of the upload that runs now.
    pub job: Option<JobId>,
    /// Bytes that have come.
    pub received: u64,
    /// A secret that is good besides the first; `None` while an upload runs. The next time one is
    /// told, this one is void.
    pub secret: Option<String>,
}

impl std::fmt::Debug for UploadState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UploadState")
            .field("image", &self.image)
            .field("job", &self.job)
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Debug)]
pub struct Import {
    /// `http://`, `https://` or `file://`.
    pub url: String,
    pub stores: StoreChoice,
    /// The id that the job is to have.
    pub job: Option<JobId>,
}

/// A copy whose bytes are to be read again, and the digest to compare them by.
#[derive(Clone, Debug)]
pub struct Verification {
    pub store: StoreId,
    pub digest: DigestKind,
    /// The id that the job is to have.
    pub job: Option<JobId>,
}

/// An image whose bytes are on their way, and the job that brings them.
#[derive(Clone, Debug)]
pub struct Started {
    pub image: Image,
    pub job: JobId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeleteMode {
    /// Recoverable for a while.
    Delay,
    Now,
}

/// Changes to an image: `None` leaves a field as it is, an inner `None` clears it.
#[derive(Clone, Debug, Default)]
pub struct ImagePatch {
    pub name: Option<String>,
    pub description: Option<Option<String>>,
    pub visibility: Option<Visibility>,
    pub protected: Option<bool>,
    pub hidden: Option<bool>,
    pub media: Option<Media>,
    pub system: Option<bool>,
    pub virtio: Option<bool>,
    pub platform: Option<Platform>,
    pub architecture: Option<Option<Architecture>>,
    pub firmware: Option<Option<Firmware>>,
    pub os_distro: Option<Option<String>>,
    pub os_version: Option<Option<String>>,
    pub guest_type: Option<Option<String>>,
    /// Only while the image is queued; later the content has decided.
    pub format: Option<Option<DiskFormat>>,
    pub min_disk_gib: Option<u64>,
    pub min_ram_mib: Option<u64>,
    pub tags: Option<BTreeSet<String>>,
    /// Beside those that the image has.
    pub add_tags: Vec<String>,
    pub remove_tags: Vec<String>,
    pub set_properties: BTreeMap<String, String>,
    pub remove_properties: Vec<String>,
}

/// The bytes of an image, or a part of them.
pub struct ImageBytes {
    pub image: Image,
    pub range: std::ops::Range<u64>,
    pub total: u64,
    pub body: BodyStream,
    /// A file whose bytes in that range are those of `body`, which reads nothing until it is
    /// asked.
    pub file: Option<Arc<File>>,
}

impl std::fmt::Debug for ImageBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImageBytes")
            .field("image", &self.image.id)
            .field("range", &self.range)
            .finish_non_exhaustive()
    }
}

/// Scope of a token that is to be made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grant {
    pub(crate) kind: TokenKind,
    pub(crate) scope: TokenScope,
    /// The latest instant at which it may end.
    pub(crate) end: Option<Timestamp>,
    /// What a program was let in with.
    pub(crate) credential: Option<ApplicationCredentialId>,
}
