//! An image as Glance shows it: written straight from the domain's, since lists are made of them.

use axum::body::Bytes;
use gaze_app::{KeptImage, Names, Rendering};
use gaze_domain::{Error, Image, LocationState, Store, StoreId, Visibility};
use gaze_http::joined;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::words::{container, status};
use super::{extras, words};
use crate::Vendor;

/// The algorithm of `os_hash_value` where the longer digest was not computed.
const SHA256: &str = "sha256";
const SHA512: &str = "sha512";

/// The stores that a copy is on its way to, and those that it did not get to.
const IMPORTING: &str = "os_glance_importing_to_stores";
const FAILED: &str = "os_glance_failed_import";

/// An image; stores are known by name.
pub(crate) struct Shown<'i> {
    pub(crate) image: &'i Image,
    pub(crate) stores: &'i [Store],
    /// Whose attributes it shows besides.
    pub(crate) vendor: Option<&'i Vendor>,
    /// If it was to be kept in certain stores: those that were missed the last time.
    pub(crate) missed: Option<&'i [StoreId]>,
}

/// What `visibility` shows.
pub(crate) const fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Private => "private",
        Visibility::Shared => "shared",
        Visibility::Public => "public",
        Visibility::Community => "community",
    }
}

impl Shown<'_> {
    /// Names of the stores with a copy, in the order of the alphabet: a client that waits for
    /// several compares the text (tempest, `wait_for_image_imported_to_stores`).
    fn store_names(&self) -> Option<String> {
        let names = self.names_of_copies(LocationState::Ready);
        (!names.is_empty()).then_some(names)
    }

    fn names_of_copies(&self, state: LocationState) -> String {
        let copies = self.image.locations.iter();
        let there = copies.filter(|copy| copy.state == state);
        self.names(there.map(|copy| copy.store))
    }

    fn names(&self, ids: impl Iterator<Item = StoreId>) -> String {
        let mut names: Vec<&str> = ids
            .filter_map(|id| self.stores.iter().find(|store| store.id == id))
            .map(|store| store.name.as_str())
            .collect();
        names.sort_unstable();
        names.join(",")
    }
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let image = self.image;
        let id = image.id.uuid().hyphenated();
        let mut map = serializer.serialize_map(None)?;
        let name = Some(&image.name).filter(|name| !name.is_empty());
        map.serialize_entry("name", &name)?;
        let format = image.format.map(gaze_domain::DiskFormat::as_str);
        map.serialize_entry("disk_format", &format)?;
        map.serialize_entry("container_format", &container(image))?;
        map.serialize_entry("visibility", visibility(image.visibility))?;
        map.serialize_entry("size", &image.size.map(|size| size.0))?;
        map.serialize_entry("virtual_size", &image.virtual_size.map(|size| size.0))?;
        map.serialize_entry("status", status(image.status, image.enabled))?;
        map.serialize_entry("checksum", &image.checksums.md5)?;
        map.serialize_entry("protected", &image.protected)?;
        map.serialize_entry("min_ram", &image.min_ram_mib)?;
        map.serialize_entry("min_disk", &image.min_disk_gib)?;
        map.serialize_entry("owner", &Text(image.owner.uuid().simple()))?;
        map.serialize_entry("os_hidden", &image.hidden)?;
        let (algorithm, digest) = match (&image.checksums.sha512, &image.checksums.sha256) {
            (Some(digest), _) => (Some(SHA512), Some(digest)),
            (None, Some(digest)) => (Some(SHA256), Some(digest)),
            (None, None) => (None, None),
        };
        map.serialize_entry("os_hash_algo", &algorithm)?;
        map.serialize_entry("os_hash_value", &digest)?;
        map.serialize_entry("id", &Text(id))?;
        map.serialize_entry("created_at", &words::time(image.created_at))?;
        map.serialize_entry("updated_at", &words::time(image.updated_at))?;
        map.serialize_entry("tags", &image.tags)?;
        map.serialize_entry("self", &Text(format_args!("/v2/images/{id}")))?;
        map.serialize_entry("file", &Text(format_args!("/v2/images/{id}/file")))?;
        map.serialize_entry("schema", "/v2/schemas/image")?;
        if let Some(stores) = self.store_names() {
            map.serialize_entry("stores", &stores)?;
        }
        if let Some(missed) = self.missed {
            let coming = self.names_of_copies(LocationState::Writing);
            map.serialize_entry(IMPORTING, &coming)?;
            map.serialize_entry(FAILED, &self.names(missed.iter().copied()))?;
        }
        let further = self.vendor.map(|vendor| (vendor.attributes)(image));
        let further = further.unwrap_or_default();
        for (name, value) in &further {
            map.serialize_entry(name, value)?;
        }
        extras::shown(image, |name, value| {
            if further.contains_key(name) {
                return Ok(());
            }
            map.serialize_entry(name, value)
        })?;
        map.end()
    }
}

/// Text that is made while it is written.
struct Text<T>(T);

impl<T: std::fmt::Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// The image as JSON, made once for all who are shown the same of it.
pub(crate) fn written(
    image: &KeptImage,
    names: &Names,
    vendor: Option<&Vendor>,
) -> Result<Bytes, Error> {
    let form = Rendering {
        face: "glance",
        variant: u32::from(vendor.is_some()),
        names: names.generation,
    };
    image.rendered(form, |image| {
        let shown = Shown {
            image,
            stores: &names.stores,
            vendor,
            missed: image.missed_stores(),
        };
        serde_json::to_vec(&shown).map_err(|error| Error::internal("writing an image", error))
    })
}

/// What a page of a list says behind its images.
#[derive(Serialize)]
pub(crate) struct Rest {
    /// Address of the first page of the same list.
    pub(crate) first: String,
    /// Address of the page behind this one, if there may be one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
    pub(crate) schema: &'static str,
}

/// A page of a list as JSON.
pub(crate) fn page(images: &[Bytes], rest: &Rest) -> Result<Bytes, Error> {
    let rest = serde_json::to_string(rest)
        .map_err(|error| Error::internal("writing a page of images", error))?;
    let rest = rest.strip_prefix('{').unwrap_or(&rest);
    Ok(joined("{\"images\":[", images, &format!("],{rest}")))
}
