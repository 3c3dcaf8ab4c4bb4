//! Tags, one at a time.

use axum::extract::State;
use axum::http::StatusCode;
use gaze_domain::image::MAX_TAGS;
use gaze_domain::{Error, Image, Noun};

use super::Done;
use crate::Face;
use crate::auth::Known;
use crate::errors::Refusal;
use crate::map::attribute;
use crate::map::create::limited;
use crate::path::Within;

pub(crate) async fn add_tag(
    State(face): State<Face>,
    Known(caller): Known,
    Within(id, tag): Within,
) -> Done {
    attribute::tag(&tag)?;
    let edit = move |image: &mut Image| {
        image.tags.insert(tag);
        limited("tags", image.tags.len(), MAX_TAGS)
    };
    face.app.edit_image(&caller, id, edit).await??;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn remove_tag(
    State(face): State<Face>,
    Known(caller): Known,
    Within(id, tag): Within,
) -> Done {
    let edit = move |image: &mut Image| {
        if image.tags.remove(&tag) {
            Ok(())
        } else {
            Err(Refusal::from(Error::not_found(Noun::Tag, tag)))
        }
    };
    face.app.edit_image(&caller, id, edit).await??;
    Ok(StatusCode::NO_CONTENT)
}
