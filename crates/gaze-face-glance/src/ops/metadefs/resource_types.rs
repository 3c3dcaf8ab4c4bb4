//! Types of things, and which namespaces are for them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use crate::Face;
use crate::auth::Known;
use crate::body::Told;
use crate::map::metadefs::{read, shown};
use crate::ops::{Answer, Done};
use crate::path::{Name, NameWithin};
use crate::wire::metadef::{Associations, ResourceTypes};

pub(crate) async fn list_resource_types(State(face): State<Face>, Known(caller): Known) -> Answer {
    let found = face.app.list_resource_types(&caller).await?;
    let resource_types = found.iter().map(shown::named).collect();
    Ok(Json(ResourceTypes { resource_types }).into_response())
}

pub(crate) async fn list_associations(
    State(face): State<Face>,
    Known(caller): Known,
    Name(namespace): Name,
) -> Answer {
    let found = face.app.list_associations(&caller, &namespace).await?;
    let resource_type_associations = found.iter().map(shown::association).collect();
    Ok(Json(Associations {
        resource_type_associations,
    })
    .into_response())
}

pub(crate) async fn associate(
    State(face): State<Face>,
    Name(namespace): Name,
    Told(caller, document): Told,
) -> Answer {
    let new = read::association(document)?;
    let made = face.app.associate(&caller, &namespace, new).await?;
    let body = Json(shown::association(&made));
    Ok((StatusCode::CREATED, body).into_response())
}

pub(crate) async fn dissociate(
    State(face): State<Face>,
    Known(caller): Known,
    NameWithin(namespace, name): NameWithin,
) -> Done {
    face.app.dissociate(&caller, &namespace, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
