//! `ListImage`: the public images, all at once.

use crate::call::Call;
use crate::errors::Failure;
use crate::map::{image, query};
use crate::wire::PublicImage;

pub(crate) async fn list_image(call: Call) -> Result<Vec<PublicImage>, Failure> {
    let Call {
        app,
        caller,
        params,
    } = call;
    let names = app.catalogue_names(&caller).await?;
    let list = query::public(&params, caller.project, &names)?;
    let images = app.list_images(&caller, list).await?;
    Ok(images
        .iter()
        .map(|found| image::public(found, &names))
        .collect())
}
