//! Huawei Cloud's request signature `SDK-HMAC-SHA256`.
//!
//! Source: Huawei Cloud, API Gateway developer guide, "Request signing algorithm". Where clients
//! differ from it, the comments say how.

use gaze_domain::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderName, Method, Uri, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};

use super::{SignatureError, is_near};

/// First word of the `Authorization` header.
pub const ALGORITHM: &str = "SDK-HMAC-SHA256";
/// The header with the time of signing; always among the signed ones.
pub const X_SDK_DATE: HeaderName = HeaderName::from_static("x-sdk-date");
/// The header whose text, if present, stands in the signature in place of the body's hash.
pub const X_SDK_CONTENT_SHA256: HeaderName = HeaderName::from_static("x-sdk-content-sha256");
/// Value of [`X_SDK_CONTENT_SHA256`] for bodies that are not signed.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";
/// SHA-256 of no bytes.
pub const EMPTY_HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Most headers that one request may sign. The largest of the known clients sign eight.
const MAX_SIGNED_HEADERS: usize = 100;

/// All but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The credentials of a signed request, as it states them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// The public name of the access key.
    pub access: String,
    /// Lower-case names, in the client's order.
    pub signed_headers: Vec<String>,
    /// Lower-case hexadecimal.
    pub signature: String,
    /// When the request was signed, of `X-Sdk-Date`.
    pub date: Timestamp,
    date_text: String,
}

/// What is known of the request's body when the signature is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyHash<'a> {
    /// Lower-case hexadecimal SHA-256 of the body that arrived; see [`body_hash`].
    Known(&'a str),
    /// The body has not been read, because it is streamed. Accepted only if the request carries
    /// [`X_SDK_CONTENT_SHA256`]; unless that says [`UNSIGNED_PAYLOAD`], the caller has to compare
    /// it with the hash of what it reads.
    Unread,
}

/// Lower-case hexadecimal SHA-256 of a body.
pub fn body_hash(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

/// Reads the `Authorization` and `X-Sdk-Date` headers. `None` if the request is not signed with
/// this scheme.
pub fn parse(headers: &HeaderMap) -> Result<Option<Authorization>, SignatureError> {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return Ok(None);
    };
    let Ok(text) = value.to_str() else {
        return Err(SignatureError::Malformed("it is not text"));
    };
    let Some(fields) = text
        .strip_prefix(ALGORITHM)
        .and_then(|rest| rest.strip_prefix(' '))
    else {
        return Ok(None);
    };

    let (mut access, mut signed, mut signature) = (None, None, None);
    for field in fields.split(',') {
        match field.trim().split_once('=') {
            Some(("Access", value)) => access = Some(value),
            Some(("SignedHeaders", value)) => signed = Some(value),
            Some(("Signature", value)) => signature = Some(value),
            _ => return Err(SignatureError::Malformed("it has an unknown field")),
        }
    }
    let (Some(access), Some(signed), Some(signature)) = (access, signed, signature) else {
        return Err(SignatureError::Malformed(
            "it needs Access, SignedHeaders and Signature",
        ));
    };
    if access.is_empty() {
        return Err(SignatureError::Malformed("the access key is empty"));
    }
    let signed_headers: Vec<String> = signed.split(';').map(str::to_ascii_lowercase).collect();
    if signed_headers.len() > MAX_SIGNED_HEADERS {
        return Err(SignatureError::Malformed("too many headers are signed"));
    }
    if !signed_headers
        .iter()
        .any(|name| X_SDK_DATE == name.as_str())
    {
        return Err(SignatureError::Malformed("x-sdk-date is not signed"));
    }
    let date_text = headers
        .get(X_SDK_DATE)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| SignatureError::MissingHeader(X_SDK_DATE.as_str().to_owned()))?
        .trim()
        .to_owned();
    Ok(Some(Authorization {
        access: access.to_owned(),
        signed_headers,
        signature: signature.to_owned(),
        date: parse_date(&date_text)?,
        date_text,
    }))
}

/// Checks a signed request: its date lies within 15 minutes of `now`, the body has the hash that
/// was signed, and the signature is that of `secret`. Compares in constant time.
///
/// `uri` is the request line's. Exactly the headers that the client lists are covered: some sign
/// `host`, others do not, and some add headers after signing.
pub fn verify(
    authorization: &Authorization,
    secret: &str,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: BodyHash<'_>,
    now: Timestamp,
) -> Result<(), SignatureError> {
    if !is_near(authorization.date.as_second(), now.as_second()) {
        return Err(SignatureError::Skewed);
    }
    let payloads = payloads(headers, body)?;
    let mut matched = Choice::from(0);
    for path in canonical_paths(uri.path()) {
        for payload in &payloads {
            let expected = signature(
                secret,
                &authorization.date_text,
                &canonical_request(
                    method,
                    &path,
                    uri.query().unwrap_or_default(),
                    headers,
                    &authorization.signed_headers,
                    payload,
                )?,
            );
            matched |= expected
                .as_bytes()
                .ct_eq(authorization.signature.as_bytes());
        }
    }
    if bool::from(matched) {
        Ok(())
    } else {
        Err(SignatureError::Mismatch)
    }
}

/// The value of an `Authorization` header for a request that carries `X-Sdk-Date` and all the
/// headers to be signed; `payload` is [`body_hash`] or the text of `X-Sdk-Content-Sha256`.
pub fn authorize(
    access: &str,
    secret: &str,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    signed_headers: &[&str],
    payload: &str,
) -> Result<String, SignatureError> {
    let mut names: Vec<String> = signed_headers
        .iter()
        .map(|name| name.to_ascii_lowercase())
        .collect();
    names.sort_unstable();
    let date = signed_value(headers, X_SDK_DATE.as_str())?;
    let request = canonical_request(
        method,
        &canonical_path(uri.path()),
        uri.query().unwrap_or_default(),
        headers,
        &names,
        payload,
    )?;
    let signature = signature(secret, &String::from_utf8_lossy(&date), &request);
    Ok(format!(
        "{ALGORITHM} Access={access}, SignedHeaders={}, Signature={signature}",
        names.join(";")
    ))
}

/// The texts that may stand for the body in the signature.
fn payloads(headers: &HeaderMap, body: BodyHash<'_>) -> Result<Vec<String>, SignatureError> {
    let declared =
        match headers.get(X_SDK_CONTENT_SHA256) {
            None => None,
            Some(value) => Some(value.to_str().map_err(|_not_text| {
                SignatureError::Malformed("X-Sdk-Content-Sha256 is not text")
            })?),
        };
    let empty = || EMPTY_HASH.to_owned();
    match (declared, body) {
        (None, BodyHash::Known(hash)) => Ok(vec![hash.to_owned()]),
        (None, BodyHash::Unread) => Err(SignatureError::MissingHeader(
            X_SDK_CONTENT_SHA256.as_str().to_owned(),
        )),
        (Some(text), BodyHash::Unread) => Ok(vec![text.to_owned()]),
        // The Python SDK signs the hash of nothing for an empty body, whatever the header says.
        (Some(text), BodyHash::Known(EMPTY_HASH)) => {
            if text == UNSIGNED_PAYLOAD || text.eq_ignore_ascii_case(EMPTY_HASH) {
                Ok(vec![text.to_owned(), empty()])
            } else {
                Ok(vec![empty()])
            }
        }
        (Some(text), BodyHash::Known(hash)) => {
            if text == UNSIGNED_PAYLOAD || text.eq_ignore_ascii_case(hash) {
                Ok(vec![text.to_owned()])
            } else {
                Err(SignatureError::WrongBody)
            }
        }
    }
}

fn parse_date(text: &str) -> Result<Timestamp, SignatureError> {
    let bad = || SignatureError::BadDate(text.to_owned());
    if text.len() != "20191115T033655Z".len() {
        return Err(bad());
    }
    let civil = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).map_err(|_cause| bad())?;
    let zoned = civil
        .to_zoned(jiff::tz::TimeZone::UTC)
        .map_err(|_cause| bad())?;
    Ok(zoned.timestamp())
}

fn signature(secret: &str, date: &str, canonical_request: &[u8]) -> String {
    let to_sign = format!("{ALGORITHM}\n{date}\n{}", body_hash(canonical_request));
    hex::encode(hmac(secret.as_bytes(), to_sign.as_bytes()))
}

fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length, so the error cannot occur; no bytes match no signature.
    Hmac::<Sha256>::new_from_slice(key).map_or_else(
        |_invalid_length| Vec::new(),
        |mac| mac.chain_update(message).finalize().into_bytes().to_vec(),
    )
}

fn canonical_request(
    method: &Method,
    canonical_path: &str,
    query: &str,
    headers: &HeaderMap,
    signed_headers: &[String],
    payload: &str,
) -> Result<Vec<u8>, SignatureError> {
    let mut text = Vec::new();
    for part in [method.as_str(), canonical_path, &canonical_query(query)] {
        text.extend_from_slice(part.as_bytes());
        text.push(b'\n');
    }
    for name in signed_headers {
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        text.extend_from_slice(&signed_value(headers, name)?);
        text.push(b'\n');
    }
    text.push(b'\n');
    text.extend_from_slice(signed_headers.join(";").as_bytes());
    text.push(b'\n');
    text.extend_from_slice(payload.as_bytes());
    Ok(text)
}

/// A header's value without surrounding blanks; several of one name are joined with commas. Bytes,
/// because the Python SDK signs and sends UTF-8.
fn signed_value(headers: &HeaderMap, name: &str) -> Result<Vec<u8>, SignatureError> {
    let mut values = headers.get_all(name).iter().peekable();
    if values.peek().is_none() {
        return Err(SignatureError::MissingHeader(name.to_owned()));
    }
    let trimmed: Vec<&[u8]> = values.map(|value| value.as_bytes().trim_ascii()).collect();
    Ok(trimmed.join(&b','))
}

/// The forms that clients give a path. The documents encode each segment by itself; the SDKs
/// decode the whole path first, so that `%2F` becomes a slash for them.
fn canonical_paths(path: &str) -> Vec<String> {
    let segments: Vec<String> = path.split('/').map(recode).collect();
    let mut forms = vec![with_final_slash(segments.join("/"))];
    let decoded = canonical_path(path);
    if !forms.contains(&decoded) {
        forms.push(decoded);
    }
    forms
}

fn canonical_path(path: &str) -> String {
    let decoded: Vec<u8> = percent_decode_str(path).collect();
    let segments: Vec<String> = decoded.split(|byte| *byte == b'/').map(encode).collect();
    with_final_slash(segments.join("/"))
}

fn with_final_slash(mut path: String) -> String {
    if !path.ends_with('/') {
        path.push('/');
    }
    path
}

fn canonical_query(query: &str) -> String {
    let decode = |text: &str| -> Vec<u8> {
        // Signing clients write a blank as `%20` and a plus as `%2B`; a bare plus comes from a
        // client that encodes forms, where it means a blank.
        percent_decode_str(&text.replace('+', " ")).collect()
    };
    let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect();
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("{}={}", encode(key), encode(value)))
        .collect();
    pairs.join("&")
}

fn recode(text: &str) -> String {
    let decoded: Vec<u8> = percent_decode_str(text).collect();
    encode(&decoded)
}

fn encode(bytes: &[u8]) -> String {
    percent_encode(bytes, RESERVED).to_string()
}

#[cfg(test)]
mod tests;
