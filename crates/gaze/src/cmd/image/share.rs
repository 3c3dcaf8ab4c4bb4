//! Sharing images with projects.

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::client::Kind;
use crate::cmd::Session;
use crate::output::{Column, Show};

const COLUMNS: &[Column] = &[
    ("PROJECT", "project", Show::Name),
    ("STATE", "state", Show::Text),
    ("SINCE", "created_at", Show::Time),
];

async fn path(session: &Session, image: &str, project: &str) -> Result<String> {
    let image = session.client.id(Kind::Image, image).await?;
    let project = session.client.id(Kind::Project, project).await?;
    Ok(format!("/images/{image}/members/{project}"))
}

pub(super) async fn share(
    session: &Session,
    image: &str,
    project: &str,
    accepted: bool,
) -> Result<()> {
    let state = if accepted { "accepted" } else { "pending" };
    let path = path(session, image, project).await?;
    let member = session
        .client
        .put(&path, &json!({ "state": state }))
        .await?;
    session.thing(&member, &[Kind::Project]).await
}

pub(super) async fn unshare(session: &Session, image: &str, project: &str) -> Result<()> {
    let path = path(session, image, project).await?;
    session.client.delete(&path).await?;
    let told = json!({ "image": image, "project": project });
    session.output.done(
        &format!("{image} is no longer shared with {project}"),
        &told,
    )
}

pub(super) async fn members(session: &Session, image: &str) -> Result<()> {
    let id = session.client.id(Kind::Image, image).await?;
    let path = format!("/images/{id}/members");
    session.list(&path, COLUMNS, &[Kind::Project]).await
}

/// What one's own project makes of an offer. The image is named by its id: an offer that is
/// pending is in no ordinary list.
pub(super) async fn decide(session: &Session, image: &str, state: &str) -> Result<()> {
    let caller = session.client.get("/whoami").await?;
    let project = caller["project"]["id"]
        .as_str()
        .context("the caller has no project")?;
    let path = format!("/images/{image}/members/{project}/state");
    let member = session
        .client
        .put(&path, &json!({ "state": state }))
        .await?;
    session.thing(&member, &[Kind::Project]).await
}
