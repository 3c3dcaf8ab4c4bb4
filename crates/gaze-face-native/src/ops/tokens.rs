//! Tokens of programs: they live until they are revoked.

use axum::Json;
use axum::extract::State;

use super::{Answer, Made, made};
use crate::Face;
use crate::auth::Known;
use crate::body::Document;
use crate::wire::session;

/// Makes a token that lives until it is revoked.
#[utoipa::path(post, path = "/gaze/v1/tokens", tag = "tokens",
    request_body = session::NewToken,
    responses((status = 201, body = session::Issued)))]
pub(crate) async fn create_token(
    State(face): State<Face>,
    Known(caller): Known,
    Document(new): Document<session::NewToken>,
) -> Made<session::Issued> {
    let user = new.user.map(|id| id.0);
    Ok(made(face.app.create_api_token(&caller, user).await?.into()))
}

/// Ends a token of any kind. Whoever holds its text may end it.
#[utoipa::path(post, path = "/gaze/v1/tokens/revoke", tag = "tokens",
    request_body = session::Revocation,
    responses((status = 200, body = session::Revoked)))]
pub(crate) async fn revoke_token(
    State(face): State<Face>,
    Known(_caller): Known,
    Document(body): Document<session::Revocation>,
) -> Answer<session::Revoked> {
    let revoked = face.app.revoke_token(&body.token).await?;
    Ok(Json(session::Revoked { revoked }))
}
