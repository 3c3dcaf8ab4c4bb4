//! One copy of an image on its way into one store.

use gaze_blob::{Key, WriteOptions, Writer};
use gaze_disk::Inspection;
use gaze_domain::{DiskFormat, Error, Location, LocationId, Result, StoreId};

use crate::{App, errors};

/// A copy that is being written.
pub(super) struct Copy {
    pub(super) location: LocationId,
    pub(super) store: StoreId,
    pub(super) key: Key,
    /// `None` once the store has failed.
    pub(super) writer: Option<Box<dyn Writer>>,
    pub(super) failure: Option<Error>,
}

impl Copy {
    /// Begins to write. What an earlier attempt left there is removed. A store that cannot be
    /// written to is the copy's failure, not the caller's.
    pub(super) async fn open(
        app: &App,
        location: &Location,
        options: WriteOptions,
    ) -> Result<Self> {
        let key =
            Key::parse(&location.key).map_err(|error| Error::internal("naming a blob", error))?;
        let (writer, failure) = match open_writer(app, location, &key, options).await {
            Ok(writer) => (Some(writer), None),
            Err(error) => (None, Some(error)),
        };
        let (location, store) = (location.id, location.store);
        Ok(Self {
            location,
            store,
            key,
            writer,
            failure,
        })
    }

    /// Removes what was written, now.
    pub(super) async fn give_up(&mut self, error: Error) {
        self.discard().await;
        self.failure = Some(error);
    }

    pub(super) async fn discard(&mut self) {
        if let Some(writer) = self.writer.take()
            && let Err(error) = writer.abort().await
        {
            tracing::warn!(store = %self.store, reason = %errors::with_causes(&error), "temporary data was left behind");
        }
    }
}

async fn open_writer(
    app: &App,
    location: &Location,
    key: &Key,
    options: WriteOptions,
) -> Result<Box<dyn Writer>> {
    let blobs = app.blobs(location.store).await?;
    let failed = |error| errors::blob(location.store, error);
    blobs.delete(key).await.map_err(failed)?;
    blobs.writer(key, options).await.map_err(failed)
}

/// The content decides. A declaration that contradicts it is refused, since whoever declared it
/// expects something else; formats without a mark of their own are believed if the content shows
/// none either.
pub(super) fn agreed_format(
    declared: Option<DiskFormat>,
    inspection: &Inspection,
) -> Result<DiskFormat> {
    let content = super::disk::domain_format(inspection.format);
    match declared {
        None => Ok(content),
        Some(declared) if declared == content => Ok(declared),
        Some(
            declared @ (DiskFormat::Aki
            | DiskFormat::Ari
            | DiskFormat::Ami
            | DiskFormat::Ploop
            | DiskFormat::Zvhd
            | DiskFormat::Zvhd2),
        ) if content == DiskFormat::Raw => Ok(declared),
        Some(declared) => Err(Error::refused(format!(
            "it was declared to be {declared}, but its content is {content}"
        ))),
    }
}
