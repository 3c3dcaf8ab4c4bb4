//! The digest that an image's bytes must have, as somebody said.

use bytes::Bytes;
use gaze_blob::{DigestSet, Hashing};
use gaze_domain::image::DigestKind;
use gaze_domain::{Error, Result};
use serde_json::Value;

use crate::ingest::Landed;

/// A digest to be compared with what comes.
pub(super) struct Expected {
    kind: DigestKind,
    digest: String,
    /// Running, for a digest that an intake does not compute by itself.
    hashing: Option<Hashing>,
}

impl Expected {
    /// From a job's payload: the kind's word and the digest, or nothing.
    pub(super) fn read(payload: &Value) -> Result<Option<Self>> {
        let (Some(kind), Some(digest)) = (payload[0].as_str(), payload[1].as_str()) else {
            return Ok(None);
        };
        let kind: DigestKind = kind.parse()?;
        let mut set = DigestSet::NONE;
        set.sha512 = kind == DigestKind::Sha512;
        let hashing = set.sha512.then(|| Hashing::start(set)).transpose();
        Ok(Some(Self {
            kind,
            digest: digest.to_owned(),
            hashing: hashing.map_err(failed)?,
        }))
    }

    pub(super) async fn update(&mut self, chunk: &Bytes) -> Result<()> {
        match self.hashing.as_mut() {
            Some(hashing) => hashing.update(chunk.clone()).await.map_err(failed),
            None => Ok(()),
        }
    }

    /// Refuses bytes of another digest; one that was computed for this is recorded with the
    /// others.
    pub(super) async fn check(self, landed: &mut Landed) -> Result<()> {
        let digests = &mut landed.stored.digests;
        if let Some(hashing) = self.hashing {
            digests.sha512 = hashing.finish().await.map_err(failed)?.sha512;
        }
        let found = match self.kind {
            DigestKind::Md5 => digests.md5.map(|digest| digest.to_string()),
            DigestKind::Sha256 => digests.sha256.map(|digest| digest.to_string()),
            DigestKind::Sha512 => digests.sha512.map(|digest| digest.to_string()),
        };
        let found = found.unwrap_or_default();
        if found == self.digest {
            return Ok(());
        }
        Err(Error::refused(format!(
            "its {} is {found}; {} was expected",
            self.kind, self.digest
        )))
    }
}

fn failed(error: gaze_blob::BlobError) -> Error {
    Error::internal("computing a digest", error)
}
