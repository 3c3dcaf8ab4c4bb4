//! One file an operation.

mod absent;
mod create_token;
mod domains;
mod list_auth_domains;
mod list_auth_projects;
mod list_auth_system;
mod list_projects;
mod revoke_token;
mod roles;
mod show_catalog;
mod show_project;
mod show_token;
mod show_version;
mod users;

pub(crate) use absent::absent;
pub(crate) use create_token::create_token;
pub(crate) use domains::{list_domains, show_domain};
pub(crate) use list_auth_domains::list_auth_domains;
pub(crate) use list_auth_projects::list_auth_projects;
pub(crate) use list_auth_system::list_auth_system;
pub(crate) use list_projects::list_projects;
pub(crate) use revoke_token::revoke_token;
pub(crate) use roles::{list_role_assignments, list_roles, show_role};
pub(crate) use show_catalog::show_catalog;
pub(crate) use show_project::show_project;
pub(crate) use show_token::show_token;
pub(crate) use show_version::show_version;
pub(crate) use users::{list_users, show_user};

use axum::extract::{Query, Request};
use axum::http::Uri;
use axum::http::request::Parts;
use gaze_domain::Caller;
use gaze_http::read_body;

use crate::errors::{Failure, Refusal};
use crate::{Face, auth};

/// Longest body that is read, in bytes: a token request with a long password is far below.
const MAX_BODY: usize = 64 << 10;

/// The request's head and who sent it.
async fn known(face: &Face, request: Request) -> Result<(Parts, Caller), Failure> {
    let (head, body) = request.into_parts();
    let body = read_body(body, MAX_BODY).await?;
    let caller = auth::caller(&face.app, &head, &body).await?;
    Ok((head, caller))
}

fn pairs(uri: &Uri) -> Result<Vec<(String, String)>, Refusal> {
    Query::try_from_uri(uri)
        .map(|Query(pairs)| pairs)
        .map_err(|_not_pairs| Refusal::bad_body("the query is not made of name=value"))
}
