//! An image's tags and properties as rows, each of which knows the image's class and age.

use gaze_domain::Image;
use gaze_sql::{Tx, Value};

use crate::Failure;
use crate::columns::micros;

/// One statement for all tags: bulk inserts are bound by the number of statements.
pub(super) fn insert_tags(tx: &mut Tx, image: &Image, class: i64) -> Result<(), Failure> {
    if image.tags.is_empty() {
        return Ok(());
    }
    let mut args = of_image(image, class);
    let mut rows = Vec::with_capacity(image.tags.len());
    for tag in &image.tags {
        args.push(tag.into());
        rows.push(format!("($1, $2, $3, ${})", args.len()));
    }
    let sql = format!(
        "INSERT INTO image_tag (image_id, class_id, created_at, tag) VALUES {}",
        rows.join(", ")
    );
    Ok(tx.post(&sql, &args)?)
}

pub(super) fn insert_properties(tx: &mut Tx, image: &Image, class: i64) -> Result<(), Failure> {
    if image.properties.is_empty() {
        return Ok(());
    }
    let mut args = of_image(image, class);
    let mut rows = Vec::with_capacity(image.properties.len());
    for (name, value) in &image.properties {
        args.extend([name.into(), value.into()]);
        rows.push(format!(
            "($1, $2, $3, ${}, ${})",
            args.len() - 1,
            args.len()
        ));
    }
    let sql = format!(
        "INSERT INTO image_property (image_id, class_id, created_at, name, value) VALUES {}",
        rows.join(", ")
    );
    Ok(tx.post(&sql, &args)?)
}

fn of_image(image: &Image, class: i64) -> Vec<Value> {
    vec![
        image.id.hex().into(),
        class.into(),
        micros(image.created_at),
    ]
}
