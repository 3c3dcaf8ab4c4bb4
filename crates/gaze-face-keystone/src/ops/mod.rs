//! One file an operation.

mod absent;
mod application_credentials;
mod assign_role;
mod change_password;
mod check_role;
mod create_application_credential;
mod create_project;
mod create_token;
mod create_user;
mod delete_application_credential;
mod delete_project;
mod delete_user;
mod domains;
mod endpoints;
mod list_auth_domains;
mod list_auth_projects;
mod list_auth_system;
mod list_projects;
mod list_roles_in_project;
mod list_user_projects;
mod list_versions;
mod regions;
mod revoke_token;
mod roles;
mod services;
mod show_catalog;
mod show_project;
mod show_token;
mod show_version;
mod update_project;
mod update_user;
mod users;
mod withdraw_role;

pub(crate) use absent::absent;
pub(crate) use application_credentials::{
    list_application_credentials, show_application_credential,
};
pub(crate) use assign_role::assign_role;
pub(crate) use change_password::change_password;
pub(crate) use check_role::check_role;
pub(crate) use create_application_credential::create_application_credential;
pub(crate) use create_project::create_project;
pub(crate) use create_token::create_token;
pub(crate) use create_user::create_user;
pub(crate) use delete_application_credential::delete_application_credential;
pub(crate) use delete_project::delete_project;
pub(crate) use delete_user::delete_user;
pub(crate) use domains::{list_domains, show_domain};
pub(crate) use endpoints::{list_endpoints, show_endpoint};
pub(crate) use list_auth_domains::list_auth_domains;
pub(crate) use list_auth_projects::list_auth_projects;
pub(crate) use list_auth_system::list_auth_system;
pub(crate) use list_projects::list_projects;
pub(crate) use list_roles_in_project::list_roles_in_project;
pub(crate) use list_user_projects::list_user_projects;
pub(crate) use list_versions::list_versions;
pub(crate) use regions::{list_regions, show_region};
pub(crate) use revoke_token::revoke_token;
pub(crate) use roles::{list_role_assignments, list_roles, show_role};
pub(crate) use services::{list_services, show_service};
pub(crate) use show_catalog::show_catalog;
pub(crate) use show_project::show_project;
pub(crate) use show_token::show_token;
pub(crate) use show_version::show_version;
pub(crate) use update_project::update_project;
pub(crate) use update_user::update_user;
pub(crate) use users::{list_users, show_user};
pub(crate) use withdraw_role::withdraw_role;

use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Query, Request};
use axum::http::Uri;
use axum::http::request::Parts;
use gaze_app::Assignment;
use gaze_domain::{Caller, Error, Noun};
use gaze_http::read_body;
use serde::de::DeserializeOwned;

use crate::errors::{Failure, Refusal};
use crate::map::token::role_named;
use crate::wire::ListLinks;
use crate::{Face, auth};

/// Longest body that is read, in bytes: a token request with a long password is far below.
const MAX_BODY: usize = 64 << 10;

/// Project, user and role of a path.
type InPath = (String, String, String);

/// The request's head and who sent it.
async fn known(face: &Face, request: Request) -> Result<(Parts, Caller), Failure> {
    let (head, caller, _body) = received(face, request).await?;
    Ok((head, caller))
}

/// The same, and the body.
async fn received(face: &Face, request: Request) -> Result<(Parts, Caller, Bytes), Failure> {
    let (head, body) = request.into_parts();
    let body = read_body(body, MAX_BODY).await?;
    let caller = auth::caller(&face.app, &head, &body).await?;
    Ok((head, caller, body))
}

fn document<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::bad_body(&error.to_string()))
}

/// What a path names; a path that is no text names nothing.
fn at<T>(path: Result<Path<T>, PathRejection>, noun: Noun) -> Result<T, Error> {
    match path {
        Ok(Path(found)) => Ok(found),
        Err(_no_text) => Err(Error::not_found(noun, "")),
    }
}

/// The role of a user in a project that a path names.
fn assignment(path: Result<Path<InPath>, PathRejection>) -> Result<Assignment, Failure> {
    let (project, user, name) = at(path, Noun::Project)?;
    let role = role_named(&name).ok_or_else(|| Refusal::no_such_role(&name))?;
    Ok(Assignment {
        project: project.parse()?,
        user: user.parse()?,
        role,
    })
}

/// The links of a list that may be filtered.
fn link(origin: &str, path: &str, uri: &Uri) -> ListLinks {
    let query = uri.query().map(|query| format!("?{query}"));
    ListLinks::whole(format!("{origin}{path}{}", query.unwrap_or_default()))
}

fn pairs(uri: &Uri) -> Result<Vec<(String, String)>, Refusal> {
    Query::try_from_uri(uri)
        .map(|Query(pairs)| pairs)
        .map_err(|_not_pairs| Refusal::bad_body("the query is not made of name=value"))
}
