//! Ids and names in paths. One that is none names nothing, which is 404 and never 400: clients try names as
//! ids first.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use gaze_domain::{Error, ImageId, Noun};

use crate::Face;
use crate::errors::Refusal;

/// The image that the path names.
#[derive(Debug)]
pub(crate) struct At(pub(crate) ImageId);

impl FromRequestParts<Face> for At {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, face: &Face) -> Result<Self, Refusal> {
        let Ok(Path(text)) = Path::<String>::from_request_parts(parts, face).await else {
            return Err(Error::not_found(Noun::Image, "").into());
        };
        Ok(Self(image_id(&text)?))
    }
}

/// The image that the path names, and the text of what it names within it.
#[derive(Debug)]
pub(crate) struct Within(pub(crate) ImageId, pub(crate) String);

impl FromRequestParts<Face> for Within {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, face: &Face) -> Result<Self, Refusal> {
        let path = Path::<(String, String)>::from_request_parts(parts, face).await;
        let Ok(Path((image, within))) = path else {
            return Err(Error::not_found(Noun::Image, "").into());
        };
        Ok(Self(image_id(&image)?, within))
    }
}

pub(crate) fn image_id(text: &str) -> Result<ImageId, Error> {
    text.parse()
}

/// Whether the catalogue can be asked for the name: no database holds the character NUL.
pub(crate) fn is_name(text: &str) -> bool {
    !text.contains('\0')
}

/// The name in a path. Text that is not Unicode names nothing.
#[derive(Debug)]
pub(crate) struct Name(pub(crate) String);

impl FromRequestParts<Face> for Name {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, face: &Face) -> Result<Self, Refusal> {
        match Path::<String>::from_request_parts(parts, face).await {
            Ok(Path(name)) if is_name(&name) => Ok(Self(name)),
            Ok(_) | Err(_) => Err(Refusal::nothing_here()),
        }
    }
}

/// The names in a path of a namespace and of what it names within it.
#[derive(Debug)]
pub(crate) struct NameWithin(pub(crate) String, pub(crate) String);

impl FromRequestParts<Face> for NameWithin {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, face: &Face) -> Result<Self, Refusal> {
        match Path::<(String, String)>::from_request_parts(parts, face).await {
            Ok(Path((namespace, name))) if is_name(&namespace) && is_name(&name) => {
                Ok(Self(namespace, name))
            }
            Ok(_) | Err(_) => Err(Refusal::nothing_here()),
        }
    }
}
