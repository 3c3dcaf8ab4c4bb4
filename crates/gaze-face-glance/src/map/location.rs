//! Locations that clients add.
//!
//! Source: Image API v2, "Add Location"; Glance, `get_add_location_properties` and
//! `_validate_hashing_data`.

use gaze_domain::image::DigestKind;
use serde_json::Value;

use crate::errors::Refusal;

/// An address, and the digest that its bytes must have.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Added {
    pub(crate) url: String,
    pub(crate) expected: Option<(DigestKind, String)>,
}

impl Added {
    pub(crate) fn parse(document: &Value) -> Result<Self, Refusal> {
        let wrong = |reason: &str| Refusal::schema("location", reason);
        let url = document.get("url").and_then(Value::as_str);
        let url = url.ok_or_else(|| wrong("'url' is a required property"))?;
        let web = ["http://", "https://"];
        if !web.iter().any(|scheme| url.starts_with(scheme)) {
            return Err(Refusal::forbidden(
                "Only http and https locations can be added to an image.",
            ));
        }
        Ok(Self {
            url: url.to_owned(),
            expected: document
                .get("validation_data")
                .map_or(Ok(None), validation)?,
        })
    }
}

fn validation(data: &Value) -> Result<Option<(DigestKind, String)>, Refusal> {
    let wrong = |reason: &str| Refusal::schema("location", reason);
    let members = data
        .as_object()
        .ok_or_else(|| wrong("'validation_data' is not of type 'object'"))?;
    let (algorithm, value) = match (members.get("os_hash_algo"), members.get("os_hash_value")) {
        (None, None) if members.is_empty() => return Ok(None),
        (Some(Value::String(algorithm)), Some(Value::String(value))) if members.len() == 2 => {
            (algorithm.as_str(), value)
        }
        _ => {
            return Err(wrong(
                "'validation_data' has 'os_hash_algo' and 'os_hash_value', and no other members",
            ));
        }
    };
    let kind: DigestKind = algorithm
        .parse()
        .map_err(|_unknown| wrong("'os_hash_algo' is not one of sha256, sha512, md5"))?;
    let bytes = match kind {
        DigestKind::Md5 => 16,
        DigestKind::Sha256 => 32,
        DigestKind::Sha512 => 64,
    };
    if !value.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(Refusal::bad_request(&format!(
            "os_hash_value ({value}) is not a valid hexadecimal value"
        )));
    }
    if value.len() != 2 * bytes {
        return Err(Refusal::bad_request(&format!(
            "os_hash_value: ({value}) is not the correct size for {algorithm} \
             (should be ({bytes}) bytes)"
        )));
    }
    Ok(Some((kind, value.to_ascii_lowercase())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(document: &Value) -> Result<Added, String> {
        Added::parse(document).map_err(|refusal| refusal.told())
    }

    #[test]
    fn an_address_may_come_with_a_digest() {
        let url = "http://h/i";
        let added = |expected| Added {
            url: url.into(),
            expected,
        };
        assert_eq!(parsed(&json!({ "url": url })).unwrap(), added(None));
        let empty = json!({"url": url, "validation_data": {}});
        assert_eq!(parsed(&empty).unwrap(), added(None));
        let digest = "AB".repeat(32);
        let data = json!({"os_hash_algo": "sha256", "os_hash_value": digest});
        let expected = Some((DigestKind::Sha256, "ab".repeat(32)));
        assert_eq!(
            parsed(&json!({"url": url, "validation_data": data})).unwrap(),
            added(expected)
        );
    }

    #[test]
    fn other_locations_are_refused() {
        let with = |algorithm: &str, value: &str| {
            json!({"url": "http://h/i",
                   "validation_data": {"os_hash_algo": algorithm, "os_hash_value": value}})
        };
        for (document, expected) in [
            (json!({}), "400"),
            (json!([]), "400"),
            (json!({"url": 7}), "400"),
            (json!({"url": "file:///etc/passwd"}), "403"),
            (json!({"url": "cinder://s/v"}), "403"),
            (json!({"url": "http://h/i", "validation_data": 7}), "400"),
            (
                json!({"url": "http://h/i", "validation_data": {"os_hash_value": "ab"}}),
                "400",
            ),
            (
                json!({"url": "http://h/i", "validation_data": {"checksum": "ab"}}),
                "400",
            ),
            (with("sha123", &"ab".repeat(32)), "400"),
            (with("sha512", &"ab".repeat(32)), "400"),
            (with("sha256", &"zz".repeat(32)), "400"),
            (with("sha256", "ab"), "400"),
        ] {
            let told = parsed(&document).unwrap_err();
            assert!(told.starts_with(expected), "{document}: {told}");
        }
    }
}
