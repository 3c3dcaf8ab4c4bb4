//! Objects of namespaces.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use crate::Face;
use crate::auth::Known;
use crate::body::Told;
use crate::map::metadefs::{list, read, shown};
use crate::ops::{Answer, Done};
use crate::path::{Name, NameWithin};
use crate::query::Pairs;
use crate::wire::metadef::Objects;

pub(crate) async fn list_objects(
    State(face): State<Face>,
    Known(caller): Known,
    Name(namespace): Name,
    Pairs(pairs): Pairs,
) -> Answer {
    list::objects(&pairs)?;
    let found = face.app.list_metadef_objects(&caller, &namespace).await?;
    let shown = found.iter().map(|object| shown::object(&namespace, object));
    Ok(Json(Objects {
        objects: shown.collect(),
        schema: "v2/schemas/metadefs/objects",
    })
    .into_response())
}

pub(crate) async fn create_object(
    State(face): State<Face>,
    Name(namespace): Name,
    Told(caller, document): Told,
) -> Answer {
    let new = read::object(document)?;
    let made = face.app.create_metadef_object(&caller, &namespace, new);
    let made = made.await?;
    let body = Json(shown::object(&namespace, &made));
    Ok((StatusCode::CREATED, body).into_response())
}

pub(crate) async fn show_object(
    State(face): State<Face>,
    Known(caller): Known,
    NameWithin(namespace, name): NameWithin,
) -> Answer {
    let found = face.app.get_metadef_object(&caller, &namespace, &name);
    Ok(Json(shown::object(&namespace, &found.await?)).into_response())
}

pub(crate) async fn update_object(
    State(face): State<Face>,
    NameWithin(namespace, name): NameWithin,
    Told(caller, document): Told,
) -> Answer {
    let new = read::object(document)?;
    let app = &face.app;
    let changed = app.update_metadef_object(&caller, &namespace, &name, new);
    Ok(Json(shown::object(&namespace, &changed.await?)).into_response())
}

pub(crate) async fn delete_object(
    State(face): State<Face>,
    Known(caller): Known,
    NameWithin(namespace, name): NameWithin,
) -> Done {
    let app = &face.app;
    app.delete_metadef_object(&caller, &namespace, &name)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn delete_objects(
    State(face): State<Face>,
    Known(caller): Known,
    Name(namespace): Name,
) -> Done {
    face.app.delete_metadef_objects(&caller, &namespace).await?;
    Ok(StatusCode::NO_CONTENT)
}
