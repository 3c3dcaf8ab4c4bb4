//! Switching an image off and on.

use axum::extract::State;
use axum::http::StatusCode;
use gaze_domain::{Image, Status};

use super::Done;
use crate::Face;
use crate::auth::Known;
use crate::errors::Refusal;
use crate::map::words::status;
use crate::path::At;

pub(crate) async fn deactivate_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At,
) -> Done {
    let edit = |image: &mut Image| switch(image, false, "deactivate");
    face.app.edit_image(&caller, id, edit).await??;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn reactivate_image(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At,
) -> Done {
    let edit = |image: &mut Image| switch(image, true, "reactivate");
    face.app.edit_image(&caller, id, edit).await??;
    Ok(StatusCode::NO_CONTENT)
}

/// Only what has bytes is switched; switching twice is switching once.
fn switch(image: &mut Image, enabled: bool, verb: &str) -> Result<(), Refusal> {
    match image.status {
        Status::Active => {
            image.enabled = enabled;
            Ok(())
        }
        // Refused by the app as what does not exist here.
        Status::Deleted => Ok(()),
        other => Err(Refusal::forbidden(format!(
            "Not allowed to {verb} image in status '{}'",
            status(other, image.enabled)
        ))),
    }
}
