//! The ids in a path.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use gaze_domain::Error;

use crate::errors::Refusal;

/// One id. Text that is no id names nothing, so the answer is "not found".
#[derive(Debug)]
pub(crate) struct At<T>(pub(crate) T);

impl<S: Send + Sync, T: FromStr<Err = Error>> FromRequestParts<S> for At<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Path(text) = segments::<String, S>(parts, state).await?;
        Ok(Self(text.parse()?))
    }
}

/// Two ids, the outer first.
#[derive(Debug)]
pub(crate) struct Within<T, U>(pub(crate) T, pub(crate) U);

impl<S, T, U> FromRequestParts<S> for Within<T, U>
where
    S: Send + Sync,
    T: FromStr<Err = Error>,
    U: FromStr<Err = Error>,
{
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let Path((outer, inner)) = segments::<(String, String), S>(parts, state).await?;
        Ok(Self(outer.parse()?, inner.parse()?))
    }
}

async fn segments<T, S>(parts: &mut Parts, state: &S) -> Result<Path<T>, Refusal>
where
    T: serde::de::DeserializeOwned + Send,
    S: Send + Sync,
{
    Path::<T>::from_request_parts(parts, state)
        .await
        .map_err(|error| Error::invalid("path", error.body_text()).into())
}
