//! Quotas, as ZStack's own tests state it: CreateVmConcurrentlyCase, CreateDataVolumeTemplateCase.

use axum::http::StatusCode;
use gaze_app::ProjectPatch;
use serde_json::json;
use tokio::task::JoinSet;

use crate::cloud::{Cloud, clouds};

async fn limit(cloud: &Cloud, patch: ProjectPatch) {
    let (caller, project) = (&cloud.world.admin.caller, cloud.world.tenant.project.id);
    let limited = cloud.world.app.update_project(caller, project, patch).await;
    limited.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exactly_as_many_templates_succeed_as_the_quota_has_images() {
    for cloud in clouds().await {
        limit(
            &cloud,
            ProjectPatch {
                max_image_count: Some(Some(3)),
                ..ProjectPatch::default()
            },
        )
        .await;
        let mut calls = JoinSet::new();
        for number in 0..5 {
            let (tenant, path) = (cloud.tenant.clone(), cloud.templates());
            let body = json!({"params": {"name": format!("n{number}")}}).to_string();
            calls.spawn(async move { tenant.send("POST", &path, &body).await });
        }
        let mut made = 0;
        for (status, body) in calls.join_all().await {
            if status == StatusCode::OK {
                made += 1;
                continue;
            }
            assert_eq!(body["error"]["code"], "ID.1003", "{body}");
            let details = body["error"]["details"].as_str().unwrap();
            assert!(
                details.contains("quota[name: image.num, value: 3]"),
                "{details}"
            );
        }
        assert_eq!(made, 3);
        assert_eq!(cloud.tenant.images().await, 3);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_template_that_the_quota_of_bytes_has_no_room_for_is_refused() {
    for cloud in clouds().await {
        limit(
            &cloud,
            ProjectPatch {
                max_image_bytes: Some(Some(100 << 10)),
                ..ProjectPatch::default()
            },
        )
        .await;
        let refused = cloud.no_template(json!({})).await;
        assert_eq!(refused["code"], "ID.1003");
        let details = refused["details"].as_str().unwrap();
        assert!(
            details.contains("quota[name: image.size, value: 102400]"),
            "{details}"
        );
        assert_eq!(cloud.tenant.images().await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_image_counts_until_it_is_expunged() {
    for cloud in clouds().await {
        limit(
            &cloud,
            ProjectPatch {
                max_image_count: Some(Some(1)),
                ..ProjectPatch::default()
            },
        )
        .await;
        let added = cloud.add(json!({})).await;
        let image = added["uuid"].as_str().unwrap();
        let path = format!("/images/{image}");
        cloud.tenant.ok("DELETE", &path, json!({})).await;
        assert_eq!(cloud.no_template(json!({})).await["code"], "ID.1003");
        cloud.tenant.act(image, "expungeImage", json!({})).await;
        assert_eq!(cloud.template(json!({})).await["status"], "Ready");
    }
}
