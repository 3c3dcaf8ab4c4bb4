//! `POST /v2/images/{image_id}/import`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use gaze_app::Import as Fetch;

use super::Done;
use super::upload::ready_for_bytes;
use crate::Face;
use crate::body::Told;
use crate::map::import::{Import, Method};
use crate::path::At;

/// The older way to name a store.
const X_IMAGE_META_STORE: &str = "x-image-meta-store";

/// 202: what was staged is active at once, what is downloaded when it has come.
pub(crate) async fn import_image(
    State(face): State<Face>,
    At(id): At,
    headers: HeaderMap,
    Told(caller, document): Told,
) -> Done {
    let header = headers.get(X_IMAGE_META_STORE);
    let header = header.and_then(|value| value.to_str().ok());
    let import = Import::parse(&document, header)?;
    let stores = import.choice(&face.app.list_stores(&caller).await?)?;
    // Of an image whose formats are not known yet the bytes are not wanted.
    ready_for_bytes(&face.app.get_live_image(&caller, id).await?)?;
    match import.method {
        Method::Staged => {
            face.app.admit_image(&caller, id, stores).await?;
        }
        Method::Download(url) => {
            let job = None;
            let fetch = Fetch { url, stores, job };
            face.app.fetch_image(&caller, id, fetch).await?;
        }
    }
    Ok(StatusCode::ACCEPTED)
}
