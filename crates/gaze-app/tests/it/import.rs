//! The service fetches an image.

use std::sync::atomic::{AtomicUsize, Ordering};

use gaze_app::{NewImage, StoreChoice, WorkState};
use gaze_domain::{DiskFormat, Error, Status};
use gaze_testkit::World;

use crate::accounts::check;
use crate::harness::{
    assert_gone, assert_refused, busy, download, finished, import, import_as, kind, named, noise,
    qcow2, store, worlds, worlds_with,
};
use crate::web::{Request, Server, answer, chunk, head, send, until_gone};

/// Worlds that may reach this machine's first loopback address.
pub(crate) async fn web_worlds() -> Vec<World> {
    worlds_with(|settings| settings.private_sources = vec!["127.0.0.1".into()]).await
}

/// Imports and expects success; answers what the image then holds.
async fn fetched(world: &World, url: &str) -> Vec<u8> {
    let started = import(world, url, StoreChoice::Auto).await.unwrap();
    assert_eq!(started.image.status, Status::Importing);
    let work = finished(&world.app, started.job).await;
    assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
    let caller = &world.tenant.caller;
    let image = world.app.get_image(caller, started.image.id).await.unwrap();
    assert_eq!(image.status, Status::Active);
    assert_eq!(work.done, image.size.unwrap().0);
    check(world).await;
    download(&world.app, caller, image.id).await
}

/// Imports and expects failure, which leaves nothing.
pub(crate) async fn not_fetched(world: &World, url: &str, expected: &str) -> Error {
    let started = import(world, url, StoreChoice::Auto).await.unwrap();
    let work = finished(&world.app, started.job).await;
    assert_eq!(work.state, WorkState::Failed);
    let error = work.failure.expect("a failed job tells why");
    assert_eq!(kind(&error), expected, "{error}");
    assert_gone(world, started.image.id).await;
    check(world).await;
    error
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_an_allowed_folder_is_imported() {
    for world in worlds().await {
        for bytes in [noise(2_500_000), qcow2("32M"), Vec::new()] {
            let url = world.import_file("disk.img", &bytes);
            assert_eq!(fetched(&world, &url).await, bytes);
        }
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_elsewhere_is_refused_at_once_whether_or_not_it_exists() {
    for world in worlds().await {
        let outside = world.data().join("secret.raw");
        std::fs::write(&outside, noise(1000)).unwrap();
        std::os::unix::fs::symlink(&outside, world.imports().join("link.raw")).unwrap();
        std::fs::create_dir(world.imports().join("folder")).unwrap();
        let inside = world.imports().display().to_string();
        for (url, expected) in [
            (format!("file://{}", outside.display()), "SourceRefused"),
            (
                format!("file://{}.none", outside.display()),
                "SourceRefused",
            ),
            (format!("file://{inside}/link.raw"), "SourceRefused"),
            (format!("file://{inside}/../secret.raw"), "SourceRefused"),
            (format!("file://{inside}/folder"), "SourceRefused"),
            (format!("file://{inside}/none.raw"), "SourceFailed"),
            ("file:///etc/passwd".into(), "SourceRefused"),
            ("file:///dev/zero".into(), "SourceRefused"),
            ("file://etc/passwd".into(), "SourceRefused"),
            ("ftp://127.0.0.1/x".into(), "SourceRefused"),
        ] {
            let tried = import(&world, &url, StoreChoice::Auto).await;
            let error = tried.expect_err(&url);
            assert_eq!(kind(&error), expected, "{url}: {error}");
        }
        let reader = gaze_domain::Caller {
            role: gaze_domain::Role::Reader,
            ..world.tenant.caller.clone()
        };
        let url = world.import_file("disk.img", &noise(10));
        let request = gaze_app::Import {
            url,
            stores: StoreChoice::Auto,
            job: None,
        };
        let tried = world
            .app
            .import_image(&reader, NewImage::named("x"), request)
            .await;
        assert_refused(tried, "Forbidden");
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_known_and_of_unknown_length_is_fetched() {
    let bytes = noise(1_000_000);
    let served = bytes.clone();
    let server = Server::start(move |_, request, stream| {
        match request.path.as_str() {
            "/plain" | "/plain?again" => answer(stream, "200 OK", &[], &served),
            "/chunked" => {
                head(stream, "200 OK", &["Transfer-Encoding: chunked"], None)
                    && served.chunks(77_777).all(|part| chunk(stream, part))
                    && chunk(stream, b"")
            }
            "/moved" => answer(stream, "302 Found", &["Location: plain?again"], b""),
            "/loop" => answer(stream, "301 Moved Permanently", &["Location: /loop"], b""),
            "/nowhere" => answer(stream, "302 Found", &[], b""),
            "/down" => answer(stream, "503 Service Unavailable", &[], b""),
            _ => answer(stream, "404 Not Found", &[], b"<html>"),
        };
    });
    for world in web_worlds().await {
        for path in ["/plain", "/chunked", "/moved"] {
            assert_eq!(fetched(&world, &server.url(path)).await, bytes, "{path}");
        }
        for path in ["/none", "/loop", "/nowhere", "/down"] {
            not_fetched(&world, &server.url(path), "SourceFailed").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_secret_in_a_url_is_not_shown() {
    let server = Server::start(|_, _, stream| {
        answer(stream, "404 Not Found", &[], b"");
    });
    for world in web_worlds().await {
        let url = format!("http://me:pass@{}/x?sig=hush", server.address);
        let started = import(&world, &url, StoreChoice::Auto).await.unwrap();
        let work = finished(&world.app, started.job).await;
        let shown = format!("{} {}", started.image.source, work.failure.unwrap());
        assert!(
            !shown.contains("pass") && !shown.contains("hush"),
            "{shown}"
        );
        assert!(shown.contains("404"), "{shown}");
        let seen = server.seen();
        assert_eq!(seen[0].path, "/x?sig=hush");
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_goes_on_where_the_connection_broke() {
    for (validator, chunked) in [
        ("ETag: \"one\"", false),
        ("ETag: \"one\"", true),
        ("Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT", false),
    ] {
        let bytes = noise(600_000);
        let served = bytes.clone();
        let server = Server::start(move |_, request, stream| {
            let start = request.from().unwrap_or(0);
            let end = (start + 200_000).min(served.len());
            let range = format!(
                "Content-Range: bytes {start}-{}/{}",
                served.len() - 1,
                served.len()
            );
            let (status, headers) = match start {
                0 => ("200 OK", vec![validator]),
                _ => ("206 Partial Content", vec![validator, &range]),
            };
            if chunked && start == 0 {
                let headers = [validator, "Transfer-Encoding: chunked"];
                head(stream, status, &headers, None);
                chunk(stream, &served[..end]);
            } else {
                head(stream, status, &headers, Some(served.len() - start));
                send(stream, &served[start..end]);
            }
        });
        for world in web_worlds().await {
            let before = server.seen().len();
            assert_eq!(fetched(&world, &server.url("/disk")).await, bytes);
            let seen = server.seen();
            let parts: Vec<_> = seen[before..].iter().map(Request::from).collect();
            assert_eq!(parts, [None, Some(200_000), Some(400_000)]);
            let value = validator.split_once(": ").unwrap().1;
            assert_eq!(seen[before + 1].header("if-range"), Some(value));
        }
    }
}

/// A server whose first answer breaks off after 1000 of 3000 bytes.
fn breaking(
    first: &'static [&'static str],
    then: impl Fn(&mut std::net::TcpStream) + Send + Sync + 'static,
) -> Server {
    let begun = AtomicUsize::new(0);
    Server::start(move |_, request, stream| {
        if request.from().is_none() && begun.fetch_add(1, Ordering::SeqCst).is_multiple_of(2) {
            head(stream, "200 OK", first, Some(3000));
            send(stream, &noise(1000));
        } else {
            begun.store(0, Ordering::SeqCst);
            then(stream);
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_that_cannot_go_on_truthfully_fails() {
    const TAG: &[&str] = &["ETag: \"one\""];
    let worlds = web_worlds().await;
    for (first, server) in [
        (
            "it has changed",
            breaking(TAG, |stream| {
                answer(stream, "200 OK", &["ETag: \"two\""], &noise(3000));
            }),
        ),
        (
            "it goes on elsewhere",
            breaking(TAG, |stream| {
                let range = "Content-Range: bytes 500-2999/3000";
                answer(stream, "206 Partial Content", &[range], &noise(2500));
            }),
        ),
        (
            "it has another length",
            breaking(TAG, |stream| {
                let range = "Content-Range: bytes 1000-3999/4000";
                answer(stream, "206 Partial Content", &[range], &noise(3000));
            }),
        ),
        (
            "it sends too much",
            breaking(TAG, |stream| {
                let range = "Content-Range: bytes 1000-2999/3000";
                answer(stream, "206 Partial Content", &[range], &noise(5000));
            }),
        ),
        (
            "it does not say where it goes on",
            breaking(TAG, |stream| {
                answer(stream, "206 Partial Content", &[], &noise(2000));
            }),
        ),
        (
            "it is gone",
            breaking(TAG, |stream| {
                answer(stream, "404 Not Found", &[], b"");
            }),
        ),
        (
            "it has no validator",
            breaking(&[], |stream| {
                answer(stream, "500 Internal Server Error", &[], b"");
            }),
        ),
        (
            "its validator is weak",
            breaking(&["ETag: W/\"one\""], |stream| {
                answer(stream, "500 Internal Server Error", &[], b"");
            }),
        ),
    ] {
        for world in &worlds {
            let error = not_fetched(world, &server.url("/disk"), "SourceFailed").await;
            assert!(!error.to_string().contains("internal"), "{first}: {error}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_fetched_must_be_an_image_that_is_accepted() {
    let backed = gaze_disk::create_overlay("/etc/passwd", gaze_disk::Format::Raw, 1 << 20);
    let backed = backed.unwrap();
    let good = qcow2("64M");
    for world in worlds().await {
        for (bytes, format) in [
            (&backed[..], None),
            (&good[..good.len() / 2], None),
            (&good[..], Some(DiskFormat::Raw)),
        ] {
            let url = world.import_file("bad.img", bytes);
            let new = NewImage {
                format,
                ..NewImage::named("bad")
            };
            let started = import_as(&world, &world.tenant, new, &url, StoreChoice::Auto).await;
            let started = started.unwrap();
            let work = finished(&world.app, started.job).await;
            assert_eq!(kind(&work.failure.unwrap()), "Refused");
            assert_gone(&world, started.image.id).await;
            check(&world).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_lands_in_all_of_its_stores_or_in_none() {
    let bytes = noise(500_000);
    let served = bytes.clone();
    let server = Server::start(move |_, _, stream| {
        head(stream, "200 OK", &["Transfer-Encoding: chunked"], None);
        served.chunks(10_000).all(|part| chunk(stream, part));
        chunk(stream, b"");
    });
    for world in web_worlds().await {
        let second = store(&world, "second", 10_000_000).await;
        let small = store(&world, "small", 400_000).await;
        let both = named(&[&world.store, &second]);
        let started = import(&world, &server.url("/"), both).await.unwrap();
        finished(&world.app, started.job).await;
        let image = world
            .app
            .get_image(&world.tenant.caller, started.image.id)
            .await
            .unwrap();
        assert_eq!(image.ready_locations().count(), 2);
        check(&world).await;
        for stores in [named(&[&world.store, &small]), named(&[&small, &second])] {
            let started = import(&world, &server.url("/"), stores.clone())
                .await
                .unwrap();
            let work = finished(&world.app, started.job).await;
            assert_eq!(kind(&work.failure.unwrap()), "NoSpace");
            assert_gone(&world, started.image.id).await;
            check(&world).await;
            // Of a file the size is known, so it is refused at once.
            let url = world.import_file("big.raw", &bytes);
            assert_refused(import(&world, &url, stores).await, "NoSpace");
            check(&world).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_import_leaves_nothing() {
    let server = Server::start(|_, _, stream| {
        head(stream, "200 OK", &[], Some(1_000_000));
        send(stream, &noise(300_000));
        until_gone(stream);
    });
    for world in web_worlds().await {
        let started = import(&world, &server.url("/"), StoreChoice::Auto)
            .await
            .unwrap();
        let work = busy(&world.app, started.image.id, 300_000).await;
        assert_eq!(work.total, Some(1_000_000));
        assert!(work.percent() > 29.0 && work.percent() < 31.0);
        world
            .app
            .cancel_work(&world.tenant.caller, started.job)
            .await
            .unwrap();
        let work = finished(&world.app, started.job).await;
        assert_eq!(work.state, WorkState::Cancelled);
        assert!(
            matches!(work.failure, Some(Error::Cancelled)),
            "{:?}",
            work.failure
        );
        assert_gone(&world, started.image.id).await;
        check(&world).await;
    }
}
