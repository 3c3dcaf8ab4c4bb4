//! The secret part of an export's address.
//!
//! An address is shown to the image's owner as often as it is asked for, so it cannot be kept as a
//! hash alone; and it is not kept at all: it is the export's id and a keyed hash of it (HMAC,
//! RFC 2104, with SHA-256), under a key of 256 bits that each installation makes for itself.
//! Whoever does not know the key cannot tell the hash of any id, and an export that is deleted
//! takes its id with it.

use std::fmt;

use gaze_catalog::{Catalog, setting};
use gaze_domain::{Error, ExportId, Result, Runtime};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The setting that holds the key.
const SETTING: &str = "export_key";
/// Bytes of the key.
const KEY: usize = 32;
/// Hexadecimal digits of an id.
const ID_DIGITS: usize = 32;
/// What keeps these hashes apart from any others under the same key.
const PURPOSE: &[u8] = b"gaze export\0";

/// Makes and proves the secret parts of addresses.
pub(crate) struct Capabilities {
    mac: Hmac<Sha256>,
}

impl fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Capabilities(..)")
    }
}

impl Capabilities {
    /// Reads the installation's key, or makes it at the first start.
    pub(crate) async fn open(catalog: &Catalog, runtime: &dyn Runtime) -> Result<Self> {
        let mut fresh = [0; KEY];
        runtime.random(&mut fresh);
        let fresh = hex::encode(fresh);
        let key = catalog
            .write(move |tx| {
                Box::pin(async move {
                    setting::set_once(tx, SETTING, &fresh).await?;
                    setting::find(tx, SETTING).await
                })
            })
            .await?;
        let wrong = || Error::internal("reading the key of exports", "it is not 32 bytes");
        let key: [u8; KEY] = key
            .and_then(|key| hex::decode(key).ok()?.try_into().ok())
            .ok_or_else(wrong)?;
        Self::new(&key)
    }

    fn new(key: &[u8; KEY]) -> Result<Self> {
        let mac = Hmac::new_from_slice(key)
            .map_err(|error| Error::internal("keying the addresses of exports", error))?;
        Ok(Self { mac })
    }

    fn mac(&self, id: ExportId) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(PURPOSE);
        mac.update(id.uuid().as_bytes());
        mac
    }

    /// The secret part of an address: 96 hexadecimal digits.
    pub(crate) fn of(&self, id: ExportId) -> Capability {
        let proof = self.mac(id).finalize().into_bytes();
        Capability(format!("{}{}", id.hex(), hex::encode(proof)))
    }

    /// The export that an address means, if it was made here. Takes the same time whatever the
    /// difference is.
    pub(crate) fn prove(&self, text: &str) -> Option<ExportId> {
        let (id, proof) = text.split_at_checked(ID_DIGITS)?;
        let id = ExportId::parse(id)?;
        let proof = hex::decode(proof).ok()?;
        self.mac(id).verify_slice(&proof).ok()?;
        Some(id)
    }
}

/// The secret part of an export's address. Whoever holds it may read the export.
#[derive(Clone, PartialEq, Eq)]
pub struct Capability(String);

impl Capability {
    /// For the address alone: it must not be logged.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Capability(..)")
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(n: u128) -> ExportId {
        ExportId::new(Uuid::from_u128(n))
    }

    #[test]
    fn an_address_means_its_export_and_no_other() {
        let ours = Capabilities::new(&[7; KEY]).unwrap();
        let told = ours.of(id(1));
        assert_eq!(told.reveal().len(), 96);
        assert_eq!(ours.prove(told.reveal()), Some(id(1)));
        assert_eq!(ours.of(id(1)), told);
        let theirs = Capabilities::new(&[8; KEY]).unwrap();
        assert_eq!(theirs.prove(told.reveal()), None);
        let other = format!("{}{}", id(2).hex(), &told.reveal()[ID_DIGITS..]);
        assert_eq!(ours.prove(&other), None);
        assert_eq!(format!("{told:?}"), "Capability(..)");
    }

    #[test]
    fn what_was_not_made_here_means_nothing() {
        let ours = Capabilities::new(&[7; KEY]).unwrap();
        let told = ours.of(id(1));
        let told = told.reveal();
        let mut flipped = told.to_owned();
        let last = if flipped.pop() == Some('0') { '1' } else { '0' };
        flipped.push(last);
        for text in [
            "",
            "x",
            &told[..ID_DIGITS],
            &told[..95],
            &told[..94],
            &format!("{told}00"),
            &flipped,
            &"0".repeat(96),
            &"\u{e4}".repeat(96),
        ] {
            assert_eq!(ours.prove(text), None, "{text}");
        }
    }
}
