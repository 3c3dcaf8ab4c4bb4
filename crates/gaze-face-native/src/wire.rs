//! Our own API's JSON, exactly as it is spelled.
//!
//! Bodies that clients send refuse fields that they do not know. Ids are 32 lower-case hexadecimal
//! digits in answers; the hyphenated form is understood too. Times are RFC 3339 in UTC.

pub(crate) mod export;
pub(crate) mod identity;
pub(crate) mod image;
pub(crate) mod job;
pub(crate) mod machine;
pub(crate) mod metadef;
pub(crate) mod page;
pub(crate) mod place;
pub(crate) mod problem;
pub(crate) mod session;
pub(crate) mod status;
pub(crate) mod store;
pub(crate) mod value;

/// Tells a field that is absent (`None`) from one that is null (`Some(None)`).
pub(crate) fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de>,
{
    serde::Deserialize::deserialize(deserializer).map(Some)
}

/// A name that somebody can call the thing by. Vendors allow empty ones; our own API does not.
pub(crate) fn not_empty<'de, D>(deserializer: D) -> Result<String, D::Error>
where
    D: serde::Deserializer<'de>,
{
    let text: String = serde::Deserialize::deserialize(deserializer)?;
    if text.is_empty() {
        return Err(serde::de::Error::custom("must not be empty"));
    }
    Ok(text)
}

/// Like [`not_empty`], for a field that may be absent.
pub(crate) fn not_empty_if<'de, D>(deserializer: D) -> Result<Option<String>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    not_empty(deserializer).map(Some)
}
