//! `DELETE /v3/auth/tokens`: ends the token in `X-Subject-Token`.

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use gaze_http::RequestId;

use super::known;
use crate::errors::{Failure, Refusal};
use crate::{Face, auth};

pub(crate) async fn revoke_token(
    State(face): State<Face>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    match answer(&face, request).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(failure) => failure.response(&id),
    }
}

async fn answer(face: &Face, request: Request) -> Result<(), Failure> {
    let (head, _asker) = known(face, request).await?;
    let subject = auth::subject(&head.headers)?;
    if face.app.revoke_token(subject).await? {
        Ok(())
    } else {
        Err(Refusal::no_such_token().into())
    }
}
