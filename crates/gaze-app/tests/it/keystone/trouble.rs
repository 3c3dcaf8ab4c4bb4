//! When Keystone is away, slow, or not what it should be.

use std::time::Duration;

use gaze_domain::{Error, Result};
use gaze_testkit::World;

use super::desk::{Desk, WEB, settings};

/// Keystone could not be asked; why is for the log alone.
#[track_caller]
fn away<T: std::fmt::Debug>(outcome: Result<T>) {
    match outcome {
        Err(Error::Unavailable { what }) => assert_eq!(what, "Keystone cannot be asked"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_known_while_keystone_is_away_and_all_are_when_it_is_back() {
    let desk = Desk::open();
    let world = desk.world(gaze_sql::testing::sqlite().await).await;
    desk.issue("known", WEB, "web", &["member"]);
    world.app.authenticate_token("known").await.unwrap();
    let address = desk.server.address;
    drop(desk);
    // What it said before is believed as long as it would have been.
    world.app.authenticate_token("known").await.unwrap();
    away(world.app.authenticate_token("other").await);
    world.runtime.advance(61);
    away(world.app.authenticate_token("known").await);
    // The service's own users need no Keystone.
    world
        .app
        .authenticate_token(&world.tenant.api_token)
        .await
        .unwrap();
    assert_eq!(world.app.keystone_counts().unanswered, 2);

    let desk = Desk::at(&address.to_string());
    desk.issue("known", WEB, "web", &["member"]);
    // The new one does not know the token that the old one gave to the service.
    desk.state().oldest_own = 1;
    world.app.authenticate_token("known").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keystone_that_does_not_answer_is_not_waited_for_without_end() {
    let desk = Desk::open();
    let keystone = gaze_app::KeystoneSettings {
        patience: Duration::from_millis(300),
        ..desk.settings()
    };
    let database = gaze_sql::testing::sqlite().await;
    let world = World::with(database, |settings| settings.keystone = Some(keystone)).await;
    desk.state().is_silent = true;
    // More than are asked about at once: none of them waits for ever.
    let names: Vec<String> = (0..40).map(|number| format!("t{number}")).collect();
    let calls = names.iter().map(|name| world.app.authenticate_token(name));
    let answers = futures_util::future::join_all(calls).await;
    for answer in answers {
        away(answer);
    }
    assert!(desk.asked().len() <= 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_make_no_sense_are_no_verdict() {
    let desk = Desk::open();
    let world = desk.world(gaze_sql::testing::sqlite().await).await;
    desk.issue("t", WEB, "web", &["member"]);
    let huge = vec![b' '; 2 << 20];
    for (status, body) in [
        ("500 INTERNAL SERVER ERROR", &b"{}"[..]),
        ("429 TOO MANY REQUESTS", b""),
        ("301 MOVED PERMANENTLY", b""),
        ("403 FORBIDDEN", b"{}"),
        ("200 OK", b"<html>"),
        ("200 OK", b"{}"),
        ("200 OK", b"{\"token\": {}}"),
        ("200 OK", &huge),
    ] {
        desk.state().instead = Some((status, body.to_vec()));
        away(world.app.authenticate_token("t").await);
    }
    desk.state().instead = None;
    world.app.authenticate_token("t").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_services_own_token_is_renewed_before_it_ends_and_when_it_is_taken_no_more() {
    let desk = Desk::open();
    // Ten minutes from the beginning of the world.
    desk.state().own_end = Some("2026-01-02T03:14:05.000000Z".into());
    let world = desk.world(gaze_sql::testing::sqlite().await).await;
    for token in ["a", "b", "c", "d"] {
        desk.issue(token, WEB, "web", &["member"]);
    }
    world.app.authenticate_token("a").await.unwrap();
    assert_eq!(desk.logins(), 1);
    world.runtime.advance(575);
    desk.state().own_end = None;
    world.app.authenticate_token("b").await.unwrap();
    assert_eq!(desk.logins(), 2);
    desk.state().oldest_own = 3;
    world.app.authenticate_token("c").await.unwrap();
    assert_eq!(desk.logins(), 3);
    desk.state().oldest_own = 100;
    away(world.app.authenticate_token("d").await);
    assert_eq!(desk.logins(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_refused_is_not_tried_again_at_once() {
    let desk = Desk::open();
    desk.state().own_end = Some("2026-01-02T03:04:30.000000Z".into());
    let world = desk.world(gaze_sql::testing::sqlite().await).await;
    desk.issue("t", WEB, "web", &["member"]);
    desk.state().refuses_login = true;
    world.runtime.advance(60);
    for _ in 0..5 {
        away(world.app.authenticate_token("t").await);
    }
    assert_eq!(desk.logins(), 2);
    desk.state().refuses_login = false;
    world.runtime.advance(11);
    world.app.authenticate_token("t").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_starts_without_keystone() {
    let nowhere = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/v3", free.local_addr().unwrap())
    };
    let database = gaze_sql::testing::sqlite().await;
    let world = World::with(database, |it| it.keystone = Some(settings(&nowhere))).await;
    world
        .app
        .authenticate_token(&world.tenant.login)
        .await
        .unwrap();
    away(world.app.authenticate_token("t").await);
}
