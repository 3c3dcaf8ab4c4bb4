//! What an import may reach, and how much it may bring.

use gaze_app::{ProjectPatch, StoreChoice};
use gaze_domain::Error;

use crate::accounts::check;
use crate::harness::{assert_refused, import, noise, worlds, worlds_with};
use crate::import::{not_fetched, web_worlds};
use crate::web::{Server, answer, chunk, head};

#[tokio::test(flavor = "multi_thread")]
async fn private_addresses_are_not_reached() {
    let inner = Server::on("127.0.0.2:0", |_, _, stream| {
        answer(stream, "200 OK", &[], &noise(1000));
    });
    let port = inner.address.port();
    let outer = Server::start(move |_, request, stream| {
        let host = request.path.trim_start_matches('/').to_owned();
        let target = format!("Location: http://{host}:{port}/");
        answer(stream, "302 Found", &[&target], b"");
    });
    for world in web_worlds().await {
        for url in [
            inner.url("/"),
            format!("http://localhost:{port}/"),
            format!("http://[::1]:{port}/"),
            format!("http://[::ffff:127.0.0.2]:{port}/"),
            format!("http://0x7f000002:{port}/"),
            format!("http://0:{port}/"),
            "http://169.254.169.254/latest/meta-data/".into(),
            outer.url("/127.0.0.2"),
            outer.url("/[::1]"),
            outer.url("/localhost"),
        ] {
            // The first world's import of `localhost` would reach 127.0.0.1, which is allowed, so
            // it is tried below in a world that allows nothing.
            if url.contains("localhost") {
                continue;
            }
            not_fetched(&world, &url, "SourceRefused").await;
        }
    }
    for world in worlds().await {
        not_fetched(
            &world,
            &format!("http://localhost:{port}/"),
            "SourceRefused",
        )
        .await;
        not_fetched(&world, &outer.url("/127.0.0.2"), "SourceRefused").await;
    }
    assert!(inner.seen().is_empty(), "{:?}", inner.seen());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_reached_by_the_name_that_the_operator_allows() {
    let server = Server::start(|_, _, stream| {
        answer(stream, "200 OK", &[], &noise(1000));
    });
    let url = format!("http://localhost:{}/", server.address.port());
    for world in worlds_with(|settings| settings.private_sources = vec!["localhost".into()]).await {
        let started = import(&world, &url, StoreChoice::Auto).await.unwrap();
        let work = crate::harness::finished(&world.app, started.job).await;
        assert!(work.failure.is_none(), "{:?}", work.failure);
        not_fetched(&world, &server.url("/"), "SourceRefused").await;
    }
}

/// A server whose body never ends.
fn endless() -> Server {
    Server::start(|_, _, stream| {
        let part = noise(50_000);
        head(stream, "200 OK", &["Transfer-Encoding: chunked"], None);
        while chunk(stream, &part) {}
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_body_ends_at_the_limit() {
    let server = endless();
    let limited = |settings: &mut gaze_app::Settings| {
        settings.private_sources = vec!["127.0.0.0/8".into()];
        settings.max_image_bytes = 1_000_000;
    };
    for world in worlds_with(limited).await {
        not_fetched(&world, &server.url("/"), "TooLarge").await;
        let url = world.import_file("big.raw", &noise(1_000_001));
        not_fetched(&world, &url, "TooLarge").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_past_the_quota_ends_there() {
    let server = endless();
    let announcing = Server::start(|_, _, stream| {
        head(stream, "200 OK", &[], Some(700_001));
        crate::web::until_gone(stream);
    });
    for world in web_worlds().await {
        let patch = ProjectPatch {
            max_image_bytes: Some(Some(700_000)),
            max_image_count: Some(Some(1)),
            ..ProjectPatch::default()
        };
        let project = world.tenant.project.id;
        world
            .app
            .update_project(&world.admin.caller, project, patch)
            .await
            .unwrap();
        not_fetched(&world, &server.url("/"), "QuotaExceeded").await;
        // What is announced is refused before it comes.
        not_fetched(&world, &announcing.url("/"), "QuotaExceeded").await;
        let url = world.import_file("big.raw", &noise(700_001));
        assert_refused(
            import(&world, &url, StoreChoice::Auto).await,
            "QuotaExceeded",
        );
        let url = world.import_file("fits.raw", &noise(700_000));
        let started = import(&world, &url, StoreChoice::Auto).await.unwrap();
        let work = crate::harness::finished(&world.app, started.job).await;
        assert!(work.failure.is_none(), "{:?}", work.failure);
        match assert_refused(
            import(&world, &url, StoreChoice::Auto).await,
            "QuotaExceeded",
        ) {
            Error::QuotaExceeded { limit, used, .. } => assert_eq!((limit, used), (1, 1)),
            other => panic!("{other}"),
        }
        check(&world).await;
    }
}
