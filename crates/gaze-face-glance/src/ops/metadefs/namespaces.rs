//! Namespaces as a whole.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::Face;
use crate::auth::Known;
use crate::body::Told;
use crate::map::metadefs::list::{Query, resource_type};
use crate::map::metadefs::{read, shown};
use crate::ops::{Answer, Done};
use crate::path::Name;
use crate::query::Pairs;
use crate::wire::metadef::Namespaces;

/// What a name in an address may hold as it is. The colons of `OS::Compute::Quota` stay.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':');

pub(crate) async fn list_namespaces(
    State(face): State<Face>,
    Known(caller): Known,
    Pairs(pairs): Pairs,
) -> Answer {
    let query = Query::parse(pairs)?;
    let found = face
        .app
        .list_namespaces(&caller, query.list.clone())
        .await?;
    let full = !found.is_empty() && found.len() == query.list.limit as usize;
    let last = found.last().filter(|_| full);
    let page = Namespaces {
        next: last.map(|last| query.behind(&last.namespace.name)),
        first: query.first(),
        namespaces: found.iter().map(shown::listed).collect(),
        schema: "/v2/schemas/metadefs/namespaces",
    };
    Ok(Json(page).into_response())
}

pub(crate) async fn create_namespace(
    State(face): State<Face>,
    headers: HeaderMap,
    Told(caller, document): Told,
) -> Answer {
    let (facts, contents) = read::namespace(document)?;
    let made = face.app.create_namespace(&caller, facts, contents).await?;
    let name = utf8_percent_encode(&made.namespace.name, PATH);
    let location = format!("{}/v2/metadefs/namespaces/{name}", face.origin(&headers));
    let body = Json(shown::whole(&made, None));
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], body).into_response())
}

pub(crate) async fn show_namespace(
    State(face): State<Face>,
    Known(caller): Known,
    Name(name): Name,
    Pairs(pairs): Pairs,
) -> Answer {
    let view = face.app.get_namespace(&caller, &name).await?;
    Ok(Json(shown::whole(&view, resource_type(&pairs))).into_response())
}

/// What the document says of things in the namespace is understood, and changes none of them.
pub(crate) async fn update_namespace(
    State(face): State<Face>,
    Name(name): Name,
    Told(caller, document): Told,
) -> Answer {
    let (facts, _contents) = read::namespace(document)?;
    let changed = face.app.update_namespace(&caller, &name, facts).await?;
    Ok(Json(shown::namespace(&changed)).into_response())
}

pub(crate) async fn delete_namespace(
    State(face): State<Face>,
    Known(caller): Known,
    Name(name): Name,
) -> Done {
    face.app.delete_namespace(&caller, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
