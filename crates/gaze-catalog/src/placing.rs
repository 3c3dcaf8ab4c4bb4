//! What became of the last wish to keep an image in certain stores.

use std::collections::HashMap;

use gaze_domain::{ImageId, StoreId};
use gaze_sql::Tx;

use crate::columns::{BATCH, Columns, all, corrupt, padded, places};
use crate::{Failure, Rows, image};

/// Records which stores the last wish missed so far, in place of what was known before.
pub async fn set(tx: &mut Tx, image: ImageId, missed: &[StoreId]) -> Result<(), Failure> {
    image::revision::touch(tx, image).await?;
    let words: Vec<String> = missed.iter().map(|store| store.hex()).collect();
    let sql = "INSERT INTO image_placing (image_id, missed) VALUES ($1, $2)
               ON CONFLICT (image_id) DO UPDATE SET missed = excluded.missed";
    let args = [image.hex().into(), words.join(",").into()];
    tx.execute(sql, &args).await?;
    Ok(())
}

/// Adds stores that were missed; nothing happens to an image that nobody wished to keep anywhere.
pub async fn miss(tx: &mut Tx, image: ImageId, more: &[StoreId]) -> Result<(), Failure> {
    let Some(mut missed) = of_images(tx, &[image]).await?.remove(&image) else {
        return Ok(());
    };
    for store in more {
        if !missed.contains(store) {
            missed.push(*store);
        }
    }
    set(tx, image, &missed).await
}

/// The stores that were missed, of those among these images for which there was a wish.
pub async fn of_images(
    rows: &mut impl Rows,
    images: &[ImageId],
) -> Result<HashMap<ImageId, Vec<StoreId>>, Failure> {
    let mut found = HashMap::new();
    for batch in images.chunks(BATCH) {
        let args = padded(batch.iter().map(|id| id.hex().into()).collect());
        let sql = format!(
            "SELECT image_id, missed FROM image_placing WHERE image_id IN ({})",
            places(1, args.len())
        );
        found.extend(all(rows, &sql, &args, decode).await?);
    }
    Ok(found)
}

fn decode(c: &mut Columns<'_>) -> Result<(ImageId, Vec<StoreId>), Failure> {
    let image = c.parse()?;
    Ok((image, stores(&c.text()?)?))
}

/// What [`set`] has written.
pub(crate) fn stores(missed: &str) -> Result<Vec<StoreId>, Failure> {
    let words = missed.split(',').filter(|word| !word.is_empty());
    let stores: Result<_, _> = words.map(str::parse).collect();
    stores.map_err(|error| corrupt(&error))
}
