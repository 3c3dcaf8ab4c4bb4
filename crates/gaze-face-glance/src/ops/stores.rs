//! `DELETE /v2/stores/{store_id}/{image_id}`: the copy in one store.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use gaze_domain::{Error, Noun};

use super::Done;
use crate::Face;
use crate::auth::Known;
use crate::errors::Refusal;
use crate::path::image_id;

/// An image keeps its last copy: to be rid of that, clients delete the image.
pub(crate) async fn delete_from_store(
    State(face): State<Face>,
    Known(caller): Known,
    Path((name, image)): Path<(String, String)>,
) -> Done {
    let id = image_id(&image)?;
    let stores = face.app.list_stores(&caller).await?;
    let found = stores.iter().find(|store| store.name == name);
    let store = found
        .ok_or_else(|| Error::not_found(Noun::Store, &name))?
        .id;
    match face.app.remove_copy(&caller, id, store).await {
        Err(Error::InUse { .. }) => Err(Refusal::forbidden(
            "Cannot delete image data from the only store containing it. Consider deleting the \
             image instead.",
        )),
        Err(Error::NotFound {
            noun: Noun::Location,
            ..
        }) => Err(Refusal::not_found(format!(
            "The image has no data in store {name}."
        ))),
        removed => {
            removed?;
            Ok(StatusCode::NO_CONTENT)
        }
    }
}
