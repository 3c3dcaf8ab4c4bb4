//! `POST /v2/images/{image_id}/import`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use gaze_app::{Fetching, Mirror, NewCopies, Original};
use gaze_domain::access::AuthFailure;
use gaze_domain::{Caller, Error, ImageId, Noun, Store, StoreId};

use super::Done;
use super::upload::ready_for_bytes;
use crate::Face;
use crate::auth::{TOKEN, X_AUTH_TOKEN};
use crate::body::Told;
use crate::errors::Refusal;
use crate::map::import::{Import, Method, Remote};
use crate::map::original;
use crate::path::At;

/// The older way to name a store.
const X_IMAGE_META_STORE: &str = "x-image-meta-store";

/// 202: what was staged is active at once if it is in the stores that are named; everything else
/// when it has come.
pub(crate) async fn import_image(
    State(face): State<Face>,
    At(id): At,
    headers: HeaderMap,
    Told(caller, document): Told,
) -> Done {
    let header = headers.get(X_IMAGE_META_STORE);
    let header = header.and_then(|value| value.to_str().ok());
    let import = Import::parse(&document, header, face.knows_others())?;
    let known = face.app.list_stores(&caller).await?;
    if import.method == Method::Copy {
        return copy(&face, &caller, id, import.copies(&known)?, &known).await;
    }
    let stores = import.choice(&known)?;
    let image = face.app.get_live_image(&caller, id).await?;
    // Of an image whose formats are not known yet the bytes are not wanted. An image of another
    // service brings its own.
    if !matches!(import.method, Method::Remote(_)) {
        ready_for_bytes(&image)?;
    }
    match import.method {
        Method::Staged => {
            face.app.admit_image(&caller, id, stores).await?;
        }
        Method::Download(url) => {
            let fetching = Fetching {
                url,
                stores,
                expected: None,
                job: None,
            };
            face.app.fetch_image(&caller, id, fetching).await?;
        }
        Method::Remote(remote) => {
            let mirror = mirror(&face, &remote, &headers)?;
            face.app.mirror_image(&caller, id, stores, mirror).await?;
        }
        // Answered above: it goes into other stores than the others.
        Method::Copy => {}
    }
    Ok(StatusCode::ACCEPTED)
}

async fn copy(
    face: &Face,
    caller: &Caller,
    id: ImageId,
    copies: NewCopies,
    known: &[Store],
) -> Done {
    match face.app.copy_image(caller, id, copies).await {
        Err(Error::AlreadyExists {
            noun: Noun::Location,
            id,
        }) => {
            let store = StoreId::parse(&id);
            let named = known.iter().find(|it| Some(it.id) == store);
            let name = named.map_or(id.as_str(), |store| store.name.as_str());
            Err(Refusal::bad_request(&format!(
                "Image is already present at store '{name}'"
            )))
        }
        begun => {
            begun?;
            Ok(StatusCode::ACCEPTED)
        }
    }
}

/// The other service is asked with the caller's own token, as Glance does. One that is not known
/// fails the task, not the call.
fn mirror(face: &Face, remote: &Remote, headers: &HeaderMap) -> Result<Mirror, Refusal> {
    let token = headers
        .get(X_AUTH_TOKEN)
        .and_then(|value| value.to_str().ok());
    let token = token.ok_or(AuthFailure::Missing)?;
    let mut others = face.config.others.iter();
    let original = match others.find(|other| other.is(remote)) {
        Some(other) => {
            let document = other.image(remote);
            Ok(Original {
                data: format!("{document}/file"),
                document,
                header: (TOKEN, token.trim().to_owned()),
            })
        }
        None => Err(Error::SourceRefused {
            source_url: remote.region.clone(),
            reason: format!(
                "no Image service is known for region {} and interface {}",
                remote.region, remote.interface
            ),
        }),
    };
    Ok(Mirror {
        original,
        read: original::read,
    })
}
