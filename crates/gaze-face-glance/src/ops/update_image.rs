//! `PATCH /v2/images/{image_id}`.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::IntoResponse;

use super::Answer;
use crate::Face;
use crate::body::Told;
use crate::errors::Refusal;
use crate::map::image::Shown;
use crate::map::patch::{self, Generation};
use crate::path::At;

/// RFC 5789 §3.1.
const ACCEPT_PATCH: HeaderName = HeaderName::from_static("accept-patch");

/// The changes are applied to what the image is at that moment, so that of two patches neither is
/// lost, and a condition of a patch (`replace` needs the property) holds when it counts.
pub(crate) async fn update_image(
    State(face): State<Face>,
    At(id): At,
    headers: HeaderMap,
    Told(caller, document): Told,
) -> Answer {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|value| value.to_str().ok()).unwrap_or("");
    let generation = Generation::of(kind).ok_or_else(|| {
        Refusal::unsupported_type().header(ACCEPT_PATCH, HeaderValue::from_static(patch::TYPES))
    })?;
    let changes = patch::changes(document, generation)?;
    let vendor = face.vendor(&headers).copied();
    let (heir, admin) = (patch::heir(&changes), caller.is_admin());
    let heir = heir.filter(|_| admin);
    let edit = move |image: &mut _| patch::apply(image, changes, vendor.as_ref(), admin);
    let edited = face.app.edit_and_give_image(&caller, id, heir, edit);
    let image = edited.await??;
    let names = face.app.catalogue_names(&caller).await?;
    let missed = face.app.missed_stores(&[id]).await?;
    let shown = Shown {
        image: &image,
        stores: &names.stores,
        vendor: vendor.as_ref(),
        missed: missed.get(&id).map(Vec::as_slice),
    };
    Ok(Json(shown).into_response())
}
