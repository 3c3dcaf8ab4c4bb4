//! Clusters.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use gaze_domain::ClusterId;

use super::{Answer, Done, Made, list, made};
use crate::Face;
use crate::auth::Known;
use crate::body::Document;
use crate::path::At;
use crate::wire::page::List;
use crate::wire::place;

/// All clusters.
#[utoipa::path(get, path = "/gaze/v1/clusters", tag = "clusters",
    responses((status = 200, body = List<place::Cluster>)))]
pub(crate) async fn list_clusters(
    State(face): State<Face>,
    Known(caller): Known,
) -> Answer<List<place::Cluster>> {
    Ok(list(face.app.list_clusters(&caller).await?))
}

/// Makes a cluster.
#[utoipa::path(post, path = "/gaze/v1/clusters", tag = "clusters",
    request_body = place::NewCluster,
    responses((status = 201, body = place::Cluster)))]
pub(crate) async fn create_cluster(
    State(face): State<Face>,
    Known(caller): Known,
    Document(new): Document<place::NewCluster>,
) -> Made<place::Cluster> {
    Ok(made(
        face.app.create_cluster(&caller, new.into()).await?.into(),
    ))
}

/// Changes a cluster's name or description.
#[utoipa::path(patch, path = "/gaze/v1/clusters/{id}", tag = "clusters",
    params(("id" = String, Path)),
    request_body = place::ClusterPatch,
    responses((status = 200, body = place::Cluster)))]
pub(crate) async fn update_cluster(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ClusterId>,
    Document(patch): Document<place::ClusterPatch>,
) -> Answer<place::Cluster> {
    let cluster = face.app.update_cluster(&caller, id, patch.into()).await?;
    Ok(Json(cluster.into()))
}

/// Deletes a cluster that nothing uses.
#[utoipa::path(delete, path = "/gaze/v1/clusters/{id}", tag = "clusters",
    params(("id" = String, Path)),
    responses((status = 204)))]
pub(crate) async fn delete_cluster(
    State(face): State<Face>,
    Known(caller): Known,
    At(id): At<ClusterId>,
) -> Done {
    face.app.delete_cluster(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
