//! `ListImage`: the public images, all at once.

use gaze_domain::list::Start;

use crate::call::Call;
use crate::errors::Failure;
use crate::map::{image, query};
use crate::wire::PublicImage;

/// Most images in an answer, since the vendor's list has no pages.
const MAX_IMAGES: usize = 10_000;

pub(crate) async fn list_image(call: Call) -> Result<Vec<PublicImage>, Failure> {
    let Call {
        app,
        caller,
        params,
    } = call;
    let names = app.catalogue_names(&caller).await?;
    let mut list = query::public(&params, caller.project, &names)?;
    let mut found = Vec::new();
    while found.len() < MAX_IMAGES {
        let page = app.list_images(&caller, list.clone()).await?;
        found.extend(page.iter().map(|image| image::public(image, &names)));
        match page.last() {
            Some(last) => list.start = Start::After(last.id),
            None => break,
        }
    }
    Ok(found)
}
