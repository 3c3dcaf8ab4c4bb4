//! `ListCIMG`: a page of custom images.

use axum::body::Bytes;
use gaze_domain::list::Start;
use gaze_domain::{Error, ImageId};

use crate::call::Call;
use crate::errors::Failure;
use crate::map::{image, query};
use crate::wire::Page;

pub(crate) async fn list_cimg(call: Call) -> Result<Page, Failure> {
    let Call {
        app,
        caller,
        params,
    } = call;
    let names = app.catalogue_names(&caller).await?;
    let list = query::custom(&params, caller.project, &names)?;
    let count = app.count_images(&caller, list.clone()).await?;
    let images = match list.start {
        Start::Offset(start) if start >= count => Vec::new(),
        Start::Offset(_) | Start::First | Start::After(_) => app.list_images(&caller, list).await?,
    };
    let ids: Vec<ImageId> = images.iter().map(|image| image.id).collect();
    let running = app.running_work(&ids).await?;
    let items: Result<Vec<Bytes>, Error> = images
        .iter()
        .map(|found| image::written(found, caller.project, &names, running.get(&found.id)))
        .collect();
    let items = items?;
    Ok(Page { count, items })
}
