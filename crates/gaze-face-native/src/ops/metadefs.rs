//! Metadata definitions, which OpenStack's clients read.

use axum::Json;
use axum::extract::State;

use super::Answer;
use crate::Face;
use crate::auth::Known;
use crate::body::Document;
use crate::map::metadef::{load, outcome};
use crate::wire::metadef;
use crate::wire::page::List;

/// Loads namespaces of metadata definitions: all of them, or none. They belong to the caller's
/// project.
#[utoipa::path(post, path = "/gaze/v1/metadefs/load", tag = "metadefs",
    request_body = metadef::Load,
    responses((status = 200, body = List<metadef::Outcome>)))]
pub(crate) async fn load_metadefs(
    State(face): State<Face>,
    Known(caller): Known,
    Document(document): Document<metadef::Load>,
) -> Answer<List<metadef::Outcome>> {
    let (namespaces, existing) = load(document)?;
    let loaded = face.app.load_namespaces(&caller, namespaces, existing);
    let items = loaded.await?.into_iter().map(outcome).collect();
    Ok(Json(List { items }))
}
