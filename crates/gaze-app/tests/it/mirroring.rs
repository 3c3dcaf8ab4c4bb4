//! Images of other services.

use std::sync::Arc;

use gaze_app::{App, Described, Mirror, NewImage, Original, StoreChoice, Work, WorkState};
use gaze_domain::{Caller, Error, Image, Result, Runtime, Status};
use gaze_testkit::World;

use crate::accounts::{check, check_app};
use crate::crash::{Later, ground, killed_during, only_image, open};
use crate::harness::{
    assert_refused, assert_still_queued, busy, download, finished, kind, noise, queued,
};
use crate::import::web_worlds;
use crate::web::{Request, Server, answer, chunk, head, send, until_gone};

const SIZE: usize = 2_000_000;
const SECRET: &str = "a token that nobody else may see";

/// What the other service says of its image: the number of its bytes, and a property.
fn read(document: &[u8]) -> Result<Described> {
    let text = String::from_utf8_lossy(document);
    let (size, word) = text.split_once(' ').ok_or_else(|| Error::refused("odd"))?;
    let word = word.to_owned();
    Ok(Described {
        size: size.parse().map_err(|_odd| Error::refused("no number"))?,
        edit: Box::new(move |image: &mut Image| {
            image.properties.insert("from".into(), word.clone());
            Ok(())
        }),
    })
}

fn mirror(url: &str) -> Mirror {
    Mirror {
        original: Ok(Original {
            document: format!("{url}/image"),
            data: format!("{url}/image/file"),
            header: ("x-auth-token", SECRET.to_owned()),
        }),
        read,
    }
}

async fn mirrored(world: &World, image: &Image, mirror: Mirror) -> Work {
    let caller = &world.tenant.caller;
    let begun = world
        .app
        .mirror_image(caller, image.id, StoreChoice::Auto, mirror);
    let begun = begun.await.unwrap();
    assert_eq!(begun.image.status, Status::Importing);
    finished(&world.app, begun.job).await
}

fn authorised(request: &Request) -> bool {
    request.header("x-auth-token") == Some(SECRET)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_come_with_what_is_said_of_them() {
    let server = Server::start(|_, request, stream| {
        match (authorised(request), request.path.as_str()) {
            (true, "/image") => answer(stream, "200 OK", &[], format!("{SIZE} afar").as_bytes()),
            (true, "/image/file") => answer(stream, "200 OK", &[], &noise(SIZE)),
            _ => answer(stream, "401 Unauthorized", &[], b""),
        };
    });
    for world in web_worlds().await {
        let image = queued(&world, None).await;
        let work = mirrored(&world, &image, mirror(&server.url(""))).await;
        assert_eq!(work.state, WorkState::Succeeded, "{:?}", work.failure);
        assert_eq!((work.done, work.total), (SIZE as u64, Some(SIZE as u64)));
        let caller = &world.tenant.caller;
        let after = world.app.get_image(caller, image.id).await.unwrap();
        assert_eq!(after.status, Status::Active);
        assert_eq!(after.properties["from"], "afar");
        assert_eq!(download(&world.app, caller, image.id).await, noise(SIZE));
        let again =
            world
                .app
                .mirror_image(caller, image.id, StoreChoice::Auto, mirror(&server.url("")));
        assert_refused(again.await, "WrongState");
        let stranger = &world.stranger.caller;
        let foreign = world.app.mirror_image(
            stranger,
            image.id,
            StoreChoice::Auto,
            mirror(&server.url("")),
        );
        assert_refused(foreign.await, "NotFound");
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_there_leaves_the_image_as_it_was() {
    let server = Server::start(|_, request, stream| {
        let whole = format!("{SIZE} afar");
        let _sent = match request.path.as_str() {
            "/none/image" => answer(stream, "404 Not Found", &[], b""),
            "/odd/image" => answer(stream, "200 OK", &[], b"odd"),
            "/endless/image" => {
                head(stream, "200 OK", &["Transfer-Encoding: chunked"], None)
                    && (0..100).all(|_| chunk(stream, &vec![b'7'; 100_000]))
            }
            "/short/image/file" => answer(stream, "200 OK", &[], &noise(SIZE - 1)),
            "/long/image/file" => {
                head(stream, "200 OK", &["Transfer-Encoding: chunked"], None)
                    && chunk(stream, &noise(SIZE + 1))
                    && chunk(stream, b"")
            }
            "/damaged/image" => answer(stream, "200 OK", &[], b"8 afar"),
            "/damaged/image/file" => answer(stream, "200 OK", &[], b"QFI\xfb\0\0\0\x03"),
            _ => answer(stream, "200 OK", &[], whole.as_bytes()),
        };
    });
    for world in web_worlds().await {
        let image = queued(&world, None).await;
        for (path, expected) in [
            ("/none", "SourceFailed"),
            ("/odd", "Refused"),
            ("/endless", "SourceFailed"),
            ("/short", "SourceFailed"),
            ("/long", "SourceFailed"),
            ("/damaged", "Refused"),
        ] {
            let work = mirrored(&world, &image, mirror(&server.url(path))).await;
            assert_eq!(work.state, WorkState::Failed, "{path}");
            let error = work.failure.expect("a failed job tells why");
            assert_eq!(kind(&error), expected, "{path}: {error}");
            assert_still_queued(&world, image.id).await;
            let after = world.app.get_image(&world.tenant.caller, image.id).await;
            assert!(after.unwrap().properties.is_empty(), "{path}");
            check(&world).await;
        }
        let unknown = Mirror {
            original: Err(Error::SourceRefused {
                source_url: "three".into(),
                reason: "nobody knows it".into(),
            }),
            read,
        };
        let work = mirrored(&world, &image, unknown).await;
        assert!(
            matches!(work.failure, Some(Error::SourceRefused { .. })),
            "{work:?}"
        );
        assert_still_queued(&world, image.id).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_is_not_sent_where_a_redirect_leads() {
    let trap = Server::start(|_, _, stream| {
        answer(stream, "200 OK", &[], b"5 afar");
    });
    let aim = trap.url("/image");
    let server = Server::start(move |_, _, stream| {
        answer(stream, "302 Found", &[&format!("Location: {aim}")], b"");
    });
    for world in web_worlds().await {
        let image = queued(&world, None).await;
        let work = mirrored(&world, &image, mirror(&server.url(""))).await;
        assert!(
            matches!(work.failure, Some(Error::SourceFailed { .. })),
            "{work:?}"
        );
        assert_still_queued(&world, image.id).await;
    }
    assert!(trap.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirroring_can_be_cancelled() {
    let server = stalling();
    for world in web_worlds().await {
        let (app, caller) = (&world.app, &world.tenant.caller);
        let image = queued(&world, None).await;
        let begun = app
            .mirror_image(caller, image.id, StoreChoice::Auto, mirror(&server.url("")))
            .await
            .unwrap();
        busy(app, image.id, 1_000_000).await;
        app.cancel_work(caller, begun.job).await.unwrap();
        assert_eq!(finished(app, begun.job).await.state, WorkState::Cancelled);
        assert_still_queued(&world, image.id).await;
        check(&world).await;
    }
}

/// Another service that sends most of its image, and then nothing.
fn stalling() -> Server {
    Server::start(|_, request, stream| {
        if request.path == "/image" {
            answer(stream, "200 OK", &[], format!("{SIZE} afar").as_bytes());
        } else {
            head(stream, "200 OK", &[], Some(SIZE));
            send(stream, &noise(SIZE - 1000));
            until_gone(stream);
        }
    })
}

/// The part of the process that is killed: fetches from another service until bytes have come.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
pub(crate) async fn underway(task: &str, app: &App, caller: &Caller, url: &str) {
    if task != "mirror" {
        return;
    }
    let id = app.create_image(caller, NewImage::named("in")).await;
    let id = id.unwrap().id;
    let begun = app.mirror_image(caller, id, StoreChoice::Auto, mirror(url));
    let job = begun.await.unwrap().job;
    let work = busy(app, id, 1_000_000).await;
    println!("\njob {job} {}", work.done);
    std::future::pending::<()>().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirroring_whose_process_is_killed_is_taken_back_and_its_secret_is_gone() {
    for (database, folder) in ground().await {
        let server = stalling();
        let job = killed_during("mirror", folder.path(), &database.target, &server.url(""));
        drop(server);
        let later: Arc<dyn Runtime> = Arc::new(Later::default());
        let (app, caller) = open(folder.path(), &database.target, later).await;
        let before = only_image(&app, &caller).await.unwrap();
        assert_eq!(before.status, Status::Importing);
        let running = app.run().await.unwrap();
        running.swept().await;
        assert_eq!(finished(&app, job).await.state, WorkState::Failed);
        let image = only_image(&app, &caller).await.unwrap();
        assert_eq!((image.status, image.locations.len()), (Status::Queued, 0));
        check_app(&app, &caller).await;
        running.stop().await.unwrap();
        if let gaze_sql::Target::Sqlite { path } = &database.target {
            for name in [path.clone(), path.with_extension("db-wal")] {
                let bytes = std::fs::read(&name).unwrap_or_default();
                let found = bytes
                    .windows(SECRET.len())
                    .any(|part| part == SECRET.as_bytes());
                assert!(!found, "{}", name.display());
            }
        }
    }
}
