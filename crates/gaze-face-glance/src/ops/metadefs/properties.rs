//! Properties of namespaces that belong to no object.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use crate::Face;
use crate::auth::Known;
use crate::body::Told;
use crate::map::metadefs::list::resource_type;
use crate::map::metadefs::{read, shown};
use crate::ops::{Answer, Done};
use crate::path::{Name, NameWithin};
use crate::query::Pairs;
use crate::wire::metadef::Properties;

pub(crate) async fn list_properties(
    State(face): State<Face>,
    Known(caller): Known,
    Name(namespace): Name,
) -> Answer {
    let found = face
        .app
        .list_metadef_properties(&caller, &namespace)
        .await?;
    let properties = shown::properties(&found);
    Ok(Json(Properties { properties }).into_response())
}

pub(crate) async fn create_property(
    State(face): State<Face>,
    Name(namespace): Name,
    Told(caller, document): Told,
) -> Answer {
    let new = read::property(document)?;
    let made = face.app.create_metadef_property(&caller, &namespace, new);
    let made = made.await?;
    let body = Json(shown::property(&made.thing));
    Ok((StatusCode::CREATED, body).into_response())
}

pub(crate) async fn show_property(
    State(face): State<Face>,
    Known(caller): Known,
    NameWithin(namespace, name): NameWithin,
    Pairs(pairs): Pairs,
) -> Answer {
    let on = resource_type(&pairs);
    let found = face
        .app
        .get_metadef_property(&caller, &namespace, &name, on);
    Ok(Json(shown::property(&found.await?.thing)).into_response())
}

pub(crate) async fn update_property(
    State(face): State<Face>,
    NameWithin(namespace, name): NameWithin,
    Told(caller, document): Told,
) -> Answer {
    let new = read::property(document)?;
    let app = &face.app;
    let changed = app.update_metadef_property(&caller, &namespace, &name, new);
    Ok(Json(shown::property(&changed.await?.thing)).into_response())
}

pub(crate) async fn delete_property(
    State(face): State<Face>,
    Known(caller): Known,
    NameWithin(namespace, name): NameWithin,
) -> Done {
    let app = &face.app;
    app.delete_metadef_property(&caller, &namespace, &name)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn delete_properties(
    State(face): State<Face>,
    Known(caller): Known,
    Name(namespace): Name,
) -> Done {
    let app = &face.app;
    app.delete_metadef_properties(&caller, &namespace).await?;
    Ok(StatusCode::NO_CONTENT)
}
