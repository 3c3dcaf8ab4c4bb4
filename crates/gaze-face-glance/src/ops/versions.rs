//! The list of versions, which clients read to find the API: 300 where the list is an answer to
//! another question, 200 where it was asked for.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use crate::Face;
use crate::wire::version::{Link, Version, Versions};

/// Newest first. A minor version says which calls are served; those are left out whose calls are
/// not (2.12: tasks that tell what they were asked; 2.13: usage; 2.15).
const VERSIONS: &[&str] = &[
    "v2.17", "v2.16", "v2.14", "v2.11", "v2.10", "v2.9", "v2.8", "v2.7", "v2.6", "v2.5", "v2.4",
    "v2.3", "v2.2", "v2.1", "v2.0",
];

/// Identity's version, in its place among those of this API.
const IDENTITY: &str = "v3.14";

/// The list at the root. It is Glance's; where the same address serves Identity, clients that log
/// in at the bare address must find that too.
pub(crate) async fn root(state: State<Face>, headers: HeaderMap) -> (StatusCode, Json<Versions>) {
    let State(face) = &state;
    let identity = face.config.names_identity.then(|| Version {
        id: IDENTITY,
        status: "SUPPORTED",
        links: vec![Link {
            rel: "self",
            href: format!("{}/v3/", face.origin(&headers)),
        }],
    });
    let Json(mut list) = list(state, headers).await;
    list.versions.extend(identity);
    (StatusCode::MULTIPLE_CHOICES, Json(list))
}

pub(crate) async fn choices(
    state: State<Face>,
    headers: HeaderMap,
) -> (StatusCode, Json<Versions>) {
    let Json(versions) = list(state, headers).await;
    (StatusCode::MULTIPLE_CHOICES, Json(versions))
}

pub(crate) async fn list(State(face): State<Face>, headers: HeaderMap) -> Json<Versions> {
    let href = format!("{}/v2/", face.origin(&headers));
    let versions = VERSIONS.iter().enumerate();
    Json(Versions {
        versions: versions
            .map(|(at, id)| Version {
                id,
                status: if at == 0 { "CURRENT" } else { "SUPPORTED" },
                links: vec![Link {
                    rel: "self",
                    href: href.clone(),
                }],
            })
            .collect(),
    })
}
