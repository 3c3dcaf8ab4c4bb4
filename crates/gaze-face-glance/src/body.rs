//! JSON documents that clients send.

use axum::extract::{FromRequest, Request};
use gaze_domain::Caller;
use gaze_http::{BodyError, read_body};
use serde_json::Value;

use crate::Face;
use crate::auth::caller;
use crate::errors::Refusal;

/// Most bytes of a document. An image with 128 properties of ordinary length is far below.
const MAX_DOCUMENT: usize = 1 << 20;

/// A caller, and the JSON that it sent. The body's type is not looked at: Glance's clients send
/// several.
#[derive(Debug)]
pub(crate) struct Told(pub(crate) Caller, pub(crate) Value);

impl FromRequest<Face> for Told {
    type Rejection = Refusal;

    async fn from_request(request: Request, face: &Face) -> Result<Self, Refusal> {
        let (parts, body) = request.into_parts();
        let bytes = read_body(body, MAX_DOCUMENT).await?;
        let caller = caller(face, &parts, Some(&bytes)).await?;
        if bytes.is_empty() {
            return Err(Refusal::bad_request("Body expected in request."));
        }
        serde_json::from_slice(&bytes)
            .map(|value| Self(caller, value))
            .map_err(|_not_json| Refusal::bad_request("Malformed JSON in request body."))
    }
}

impl From<BodyError> for Refusal {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge { limit } => Self::too_large(&format!(
                "The body of the request is larger than {limit} bytes."
            )),
            BodyError::Broken(_) | BodyError::Idle(_) => Self::bad_request(&error.to_string()),
        }
    }
}
