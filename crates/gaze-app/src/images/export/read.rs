//! Reading an export by its address.

use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

use futures_util::StreamExt as _;
use gaze_blob::{BlobErrorKind, Key};
use gaze_catalog::{export, image};
use gaze_domain::{Error, ExportState, Noun, Result, Status};

use crate::requests::{BodyStream, Offer};
use crate::{App, errors};

impl App {
    /// What an address offers. Nothing is told to who does not hold it: an address that was never
    /// made, one whose export has ended or is not ready, and one whose image or copy is deleted are
    /// alike.
    pub async fn find_offer(&self, capability: &str) -> Result<Offer> {
        let absent = || Error::not_found(Noun::Export, "of this address");
        let id = self.capabilities().prove(capability).ok_or_else(absent)?;
        let mut read = self.catalog().read();
        let export = export::find(&mut read, id)
            .await?
            .filter(|export| export.state == ExportState::Ready)
            .ok_or_else(absent)?;
        let image = image::find(&mut read, export.image)
            .await?
            .filter(|image| image.status == Status::Active)
            .ok_or_else(absent)?;
        let copy = image
            .ready_locations()
            .find(|copy| copy.store == export.store)
            .ok_or_else(absent)?;
        let key = export.key.clone().unwrap_or_else(|| copy.key.clone());
        Ok(Offer {
            file_name: gaze_domain::export::file_name(&image.name, export.format),
            export,
            key,
        })
    }

    /// Streams what is offered, or the part of it that lies in the range; with the file that holds
    /// the bytes at the same places, if there is one.
    pub async fn read_offer(
        &self,
        offer: &Offer,
        range: Option<Range<u64>>,
    ) -> Result<(BodyStream, Option<Arc<File>>)> {
        let store = offer.export.store;
        let key =
            Key::parse(&offer.key).map_err(|error| Error::internal("naming a blob", error))?;
        let blobs = self.blobs(store).await?;
        match blobs.get(&key, range).await {
            Ok(reader) => {
                let file = reader.file();
                let body = reader.map(|chunk| chunk.map_err(Into::into));
                Ok((Box::pin(body), file))
            }
            Err(error) if error.kind() == BlobErrorKind::InvalidRange => {
                Err(Error::invalid("range", "lies outside the export"))
            }
            Err(error) => {
                tracing::error!(export = %offer.export.id, %store, reason = %errors::with_causes(&error), "export cannot be read");
                Err(errors::blob(store, error))
            }
        }
    }
}
