//! Tags of namespaces.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;

use crate::Face;
use crate::auth::Known;
use crate::body::Told;
use crate::map::metadefs::{list, read, shown};
use crate::ops::{Answer, Done};
use crate::path::{Name, NameWithin};
use crate::query::Pairs;
use crate::wire::metadef::Tags;

/// Says that tags are to be added, and none removed.
const APPEND: &str = "x-openstack-append";

pub(crate) async fn list_tags(
    State(face): State<Face>,
    Known(caller): Known,
    Name(namespace): Name,
    Pairs(pairs): Pairs,
) -> Answer {
    let list = list::tags(&pairs)?;
    let found = face
        .app
        .list_metadef_tags(&caller, &namespace, list)
        .await?;
    let tags = found.iter().map(|tag| shown::tag_name(&tag.thing));
    let tags = tags.collect();
    Ok(Json(Tags { tags }).into_response())
}

pub(crate) async fn set_tags(
    State(face): State<Face>,
    Name(namespace): Name,
    headers: HeaderMap,
    Told(caller, document): Told,
) -> Answer {
    let names = read::tags(document)?;
    let append = is_true(&headers, APPEND);
    let app = &face.app;
    let made = app.set_metadef_tags(&caller, &namespace, names, append);
    let made = made.await?;
    let tags = made.iter().map(|name| shown::tag_name(name)).collect();
    Ok((StatusCode::CREATED, Json(Tags { tags })).into_response())
}

pub(crate) async fn create_tag(
    State(face): State<Face>,
    Known(caller): Known,
    NameWithin(namespace, name): NameWithin,
) -> Answer {
    let made = face.app.create_metadef_tag(&caller, &namespace, name);
    let made = made.await?;
    Ok((StatusCode::CREATED, Json(shown::named(&made))).into_response())
}

pub(crate) async fn show_tag(
    State(face): State<Face>,
    Known(caller): Known,
    NameWithin(namespace, name): NameWithin,
) -> Answer {
    let found = face.app.get_metadef_tag(&caller, &namespace, &name);
    Ok(Json(shown::named(&found.await?)).into_response())
}

pub(crate) async fn update_tag(
    State(face): State<Face>,
    NameWithin(namespace, name): NameWithin,
    Told(caller, document): Told,
) -> Answer {
    let new = read::tag(document)?;
    let app = &face.app;
    let changed = app.rename_metadef_tag(&caller, &namespace, &name, new);
    Ok(Json(shown::named(&changed.await?)).into_response())
}

pub(crate) async fn delete_tag(
    State(face): State<Face>,
    Known(caller): Known,
    NameWithin(namespace, name): NameWithin,
) -> Done {
    let app = &face.app;
    app.delete_metadef_tag(&caller, &namespace, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(crate) async fn delete_tags(
    State(face): State<Face>,
    Known(caller): Known,
    Name(namespace): Name,
) -> Done {
    face.app.delete_metadef_tags(&caller, &namespace).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether the header is one of the words that OpenStack's services take for true.
fn is_true(headers: &HeaderMap, name: &str) -> bool {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.is_some_and(|text| {
        let word = text.trim().to_ascii_lowercase();
        matches!(word.as_str(), "1" | "t" | "true" | "on" | "y" | "yes")
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn several_words_are_true() {
        for (value, expected) in [
            (None, false),
            (Some("True"), true),
            (Some("1"), true),
            (Some("yes"), true),
            (Some("false"), false),
            (Some(""), false),
            (Some("append"), false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(value) = value {
                headers.insert(APPEND, HeaderValue::from_static(value));
            }
            assert_eq!(is_true(&headers, APPEND), expected, "{value:?}");
        }
    }
}
