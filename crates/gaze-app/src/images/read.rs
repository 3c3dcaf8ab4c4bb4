//! The bytes of an image.

use std::ops::Range;

use futures_util::StreamExt as _;
use gaze_blob::{BlobErrorKind, Key};
use gaze_domain::{ByteCount, Caller, Error, ImageId, Noun, Result, Status, StoreId};

use crate::requests::ImageBytes;
use crate::{App, errors};

impl App {
    /// Streams the image, or the part of it that lies in the range. The first copy that can be
    /// opened serves.
    pub async fn read_image(
        &self,
        caller: &Caller,
        id: ImageId,
        range: Option<Range<u64>>,
    ) -> Result<ImageBytes> {
        self.read_image_from(caller, id, range, &[]).await
    }

    /// The same; copies in these stores are tried before the others, in this order.
    pub async fn read_image_from(
        &self,
        caller: &Caller,
        id: ImageId,
        range: Option<Range<u64>>,
        stores: &[StoreId],
    ) -> Result<ImageBytes> {
        let known = self.known_image(caller, id).await?;
        known.must_use(caller)?;
        let image = known.into_image();
        if image.status != Status::Active {
            return Err(Error::WrongState {
                noun: Noun::Image,
                id: id.hex(),
                state: image.status.to_string(),
                needed: "only an active image has bytes".into(),
            });
        }
        if !image.enabled && !caller.is_admin() && image.owner != caller.project {
            return Err(Error::forbidden("read a disabled image", Noun::Image, id));
        }
        let mut last = Error::Unreachable {
            noun: Noun::Image,
            id: id.hex(),
            reason: "it has no copy".into(),
        };
        let mut copies: Vec<_> = image.ready_locations().cloned().collect();
        let rank = |id: StoreId| stores.iter().position(|store| *store == id);
        copies.sort_by_key(|copy| rank(copy.store).unwrap_or(stores.len()));
        for copy in copies {
            let key =
                Key::parse(&copy.key).map_err(|error| Error::internal("naming a blob", error))?;
            let opened = match self.blobs(copy.store).await {
                Ok(blobs) => blobs.get(&key, range.clone()).await,
                Err(error) => {
                    last = error;
                    continue;
                }
            };
            match opened {
                Ok(reader) => {
                    let file = reader.file();
                    let total = image.size.unwrap_or(ByteCount(reader.size())).0;
                    let body = reader.map(|chunk| chunk.map_err(Into::into));
                    let range = range.unwrap_or(0..total);
                    let range = range.start..range.end.min(total);
                    return Ok(ImageBytes {
                        image,
                        range,
                        total,
                        body: Box::pin(body),
                        file,
                    });
                }
                Err(error) if error.kind() == BlobErrorKind::InvalidRange => {
                    return Err(Error::invalid("range", "lies outside the image"));
                }
                Err(error) => {
                    tracing::error!(image = %id, store = %copy.store, reason = %errors::with_causes(&error), "copy cannot be read");
                    last = errors::blob(copy.store, error);
                }
            }
        }
        Err(last)
    }
}
