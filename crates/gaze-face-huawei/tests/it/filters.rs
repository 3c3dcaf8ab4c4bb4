//! Each filter and each order, on real images: which names come back.

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use gaze_app::NewRegion;
use gaze_domain::Image;
use gaze_testkit::World;

use crate::cloud;

/// The tenant's and its neighbours' images on one service.
struct Cloud {
    world: World,
    images: Vec<Image>,
}

impl Cloud {
    async fn new() -> Self {
        let world = World::new().await;
        let images = cloud::images(&world).await;
        Self { world, images }
    }

    fn id(&self, name: &str) -> String {
        let image = self.images.iter().find(|image| image.name == name);
        image.unwrap().id.hyphenated()
    }

    /// The names on a page, in its order.
    async fn names(&self, token: &str, region: &str, query: &str) -> Vec<String> {
        let request = Request::get(format!("/v1/cloudimages/{region}?{query}"))
            .header("x-auth-token", token)
            .body(Body::empty())
            .unwrap();
        let response = cloud::router(&self.world).oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200, "{query}");
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap();
        body["images"]
            .as_array()
            .unwrap()
            .iter()
            .map(|image| image["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// What the tenant sees.
    async fn seen(&self, query: &str) -> Vec<String> {
        let token = &self.world.tenant.login;
        self.names(token, &self.world.region.name, query).await
    }

    async fn check(&self, query: &str, expected: &[&str]) {
        assert_eq!(self.seen(query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn every_filter_finds_exactly_the_images_that_show_its_value() {
    let cloud = Cloud::new().await;
    let ascending = "sort_key=created_at&sort_dir=asc";
    let all = ["ces", "win", "disk", "gold", "empty", "lent"];
    cloud.check(ascending, &all).await;
    let id = cloud.id("win");
    for (filter, expected) in [
        (format!("id={id}"), &["win"][..]),
        (format!("id={}", cloud.id("theirs")), &[]),
        ("name=ces".to_owned(), &["ces"]),
        ("name=CES".to_owned(), &[]),
        ("name=ce".to_owned(), &[]),
        ("name=%25".to_owned(), &[]),
        (
            format!("owner={}", cloud.world.tenant.project.id),
            &["ces", "win", "disk", "empty"],
        ),
        ("protected=true".to_owned(), &["win", "gold"]),
        (
            "protected=false".to_owned(),
            &["ces", "disk", "empty", "lent"],
        ),
        (
            "status=active".to_owned(),
            &["ces", "win", "disk", "gold", "lent"],
        ),
        ("status=deleted".to_owned(), &["gone"]),
        ("status=saving".to_owned(), &[]),
        ("status=killed".to_owned(), &[]),
        ("visibility=public".to_owned(), &["gold"]),
        (
            "visibility=private".to_owned(),
            &["ces", "win", "disk", "empty", "lent"],
        ),
        ("__imagetype=gold".to_owned(), &["gold"]),
        (
            "__imagetype=private".to_owned(),
            &["ces", "win", "disk", "empty"],
        ),
        (
            "__os_type=Linux".to_owned(),
            &["ces", "disk", "empty", "lent"],
        ),
        ("__os_type=Windows".to_owned(), &["win"]),
        ("__os_type=Other".to_owned(), &["gold"]),
        (
            "virtual_env_type=FusionCompute".to_owned(),
            &["ces", "win", "gold", "empty", "lent"],
        ),
        // Public images pass, switched on or off.
        ("__isregistered=false".to_owned(), &["win", "gold"]),
        (
            "__isregistered=true".to_owned(),
            &["ces", "disk", "gold", "empty", "lent"],
        ),
        ("__support_kvm=true".to_owned(), &["ces"]),
        ("__support_xen=true".to_owned(), &["win"]),
        ("__support_xen_hana=true".to_owned(), &[]),
        ("__support_diskintensive=true".to_owned(), &["disk"]),
        ("__support_highperformance=true".to_owned(), &["disk"]),
        ("__support_largememory=true".to_owned(), &["disk"]),
        ("__support_kvm_infiniband=true".to_owned(), &["disk"]),
        ("__support_kvm_gpu_type=RTX5000".to_owned(), &["gold"]),
        ("__support_kvm_gpu_type=V100_vGPU".to_owned(), &[]),
        ("__support_xen_gpu_type=M60_vGPU".to_owned(), &["gold"]),
        (
            "__os_type=Linux&status=active&__imagetype=private".to_owned(),
            &["ces", "disk"],
        ),
    ] {
        cloud
            .check(&format!("{filter}&{ascending}"), expected)
            .await;
    }
}

#[tokio::test]
async fn pages_follow_each_order_in_both_directions() {
    let cloud = Cloud::new().await;
    for key in ["name", "status", "disk_format", "created_at"] {
        let up = cloud.seen(&format!("sort_key={key}&sort_dir=asc")).await;
        let mut down = cloud.seen(&format!("sort_key={key}")).await;
        down.reverse();
        assert_eq!(up, down, "{key}");
        let mut walked = Vec::new();
        let mut marker = String::new();
        loop {
            let query = format!("sort_key={key}&sort_dir=asc&limit=2{marker}");
            let page = cloud.seen(&query).await;
            let Some(last) = page.last() else {
                break;
            };
            marker = format!("&marker={}", cloud.id(last));
            walked.extend(page);
            assert!(walked.len() <= up.len(), "{key}: the pages do not end");
        }
        assert_eq!(walked, up, "{key}");
    }
    let by_name = cloud.seen("sort_key=name&sort_dir=asc").await;
    assert_eq!(by_name, ["ces", "disk", "empty", "gold", "lent", "win"]);
}

#[tokio::test]
async fn an_administrator_sees_every_tenants_images() {
    let cloud = Cloud::new().await;
    let (token, region) = (&cloud.world.admin.login, &cloud.world.region.name);
    let seen = cloud
        .names(token, region, "sort_key=name&sort_dir=asc")
        .await;
    let expected = [
        "ces", "disk", "empty", "gold", "lent", "offered", "theirs", "win",
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn an_image_is_in_the_regions_of_its_copies() {
    let cloud = Cloud::new().await;
    let new = NewRegion {
        name: "cn-south-1".into(),
        title: None,
    };
    let (app, admin) = (&cloud.world.app, &cloud.world.admin.caller);
    app.create_region(admin, new).await.unwrap();
    // What has no copy anywhere yet shows everywhere.
    let token = &cloud.world.tenant.login;
    assert_eq!(cloud.names(token, "cn-south-1", "").await, ["empty"]);
}
