//! JSON documents that clients send.

use axum::extract::{FromRequest, Request};
use gaze_domain::Error;
use gaze_http::read_body;
use serde::de::DeserializeOwned;

use crate::errors::{MALFORMED, Refusal};

/// Most bytes of a document. The largest is an image with as many properties as are allowed,
/// which a person does not write.
pub(crate) const MAX_DOCUMENT: usize = 1 << 20;

/// A body that was understood. An empty body is read as `{}`, so that documents whose fields are
/// all optional need not be sent.
#[derive(Debug)]
pub(crate) struct Document<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Document<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Refusal> {
        let bytes = read_body(request.into_body(), MAX_DOCUMENT).await?;
        understand(if bytes.is_empty() { b"{}" } else { &bytes }).map(Self)
    }
}

/// Reads a document; a refusal names the field as a path, such as `image.os.distro`.
fn understand<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let path = (path != ".").then_some(path);
        let inner = error.into_inner();
        if !inner.is_data() {
            return Refusal::new(MALFORMED, inner.to_string());
        }
        let message = inner.to_string();
        // serde_json's messages end with a place; the path says where.
        let reason = message.split(" at line ").next().unwrap_or(&message);
        match blamed(reason, path.as_deref()) {
            Some(field) => Error::invalid(field, reason).into(),
            None => Refusal::new(MALFORMED, reason),
        }
    })?;
    match reader.end() {
        Ok(()) => Ok(read),
        Err(error) => Err(Refusal::new(MALFORMED, error.to_string())),
    }
}

/// The path of the field that is to blame. An unknown field is a part of the path already; a
/// missing one is named in the message alone.
fn blamed(reason: &str, path: Option<&str>) -> Option<String> {
    let named = |start: &str| reason.strip_prefix(start)?.split('`').next();
    let Some(missing) = named("missing field `") else {
        let unknown = named("unknown field `");
        return path.or(unknown).map(str::to_owned);
    };
    Some(match path {
        Some(path) => format!("{path}.{missing}"),
        None => missing.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::image::{Import, NewImage};

    fn refusal<T: DeserializeOwned + std::fmt::Debug>(json: &str) -> (String, Option<String>) {
        let refusal = understand::<T>(json.as_bytes()).unwrap_err();
        (refusal.detail, refusal.field)
    }

    #[test]
    fn the_field_to_blame_is_named() {
        let check = |json: &str, field: &str, reason: &str| {
            let (detail, named) = refusal::<Import>(json);
            assert_eq!(named.as_deref(), Some(field), "{json}: {detail}");
            assert!(detail.starts_with(reason), "{json}: {detail}");
        };
        check(
            r#"{"image": {"name": "a", "colour": 1}, "url": "u"}"#,
            "image.colour",
            "unknown field `colour`, expected one of `id`, `name`",
        );
        check(
            r#"{"image": {}, "url": "u"}"#,
            "image.name",
            "missing field `name`",
        );
        check(r#"{"image": {"name": "a"}}"#, "url", "missing field `url`");
        check(
            r#"{"image": {"name": 7}, "url": "u"}"#,
            "image.name",
            "invalid type: integer `7`, expected a string",
        );
        check(
            r#"{"image": {"name": "a", "media": "floppy"}, "url": "u"}"#,
            "image.media",
            "\"floppy\" is none of root-disk, data-disk, iso",
        );
        check(
            r#"{"image": {"name": "a"}, "url": "u", "stores": ["fast"]}"#,
            "stores[0]",
            "\"fast\" is no id of 32 hexadecimal digits",
        );
    }

    #[test]
    fn broken_json_is_malformed() {
        for json in [
            "{",
            "",
            "nonsense",
            "{\"name\": \"a\"} {}",
            "{\"name\": \"\\ud800\"}",
        ] {
            let (_, field) = refusal::<NewImage>(json);
            assert_eq!(field, None, "{json}");
        }
    }

    #[test]
    fn another_kind_of_value_is_malformed() {
        let (detail, field) = refusal::<NewImage>("[]");
        assert_eq!(field, None);
        assert!(detail.contains("NewImage"), "{detail}");
    }
}
