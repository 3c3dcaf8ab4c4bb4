//! Callers for whom an external Keystone vouches.

mod desk;
mod trouble;

use futures_util::future::join_all;
use gaze_app::{NewAccessKey, NewImage, ProjectPatch, ScopeWish};
use gaze_domain::access::AuthFailure;
use gaze_domain::quota::{DEFAULT_IMAGE_BYTES, DEFAULT_IMAGE_COUNT};
use gaze_domain::{MemberState, ProjectId, Role};
use serde_json::json;

use crate::harness::assert_refused;
use crate::identity::assert_failure;
use desk::{ALICE, Desk, SHOP, WEB};

#[tokio::test(flavor = "multi_thread")]
async fn a_project_gets_its_row_when_it_is_first_seen_and_the_name_that_it_has_there() {
    for database in gaze_sql::testing::databases().await {
        let desk = Desk::open();
        let world = desk.world(database).await;
        let app = &world.app;
        desk.issue("t1", WEB, "web", &["member", "reader"]);
        let caller = app.authenticate_token("t1").await.unwrap();
        assert_eq!(
            (caller.project.hex(), caller.user.hex()),
            (WEB.into(), ALICE.into())
        );
        assert_eq!(
            (caller.role, caller.project_name.as_str()),
            (Role::Member, "web")
        );
        let admin = &world.admin.caller;
        let row = app.get_project(admin, caller.project).await.unwrap();
        assert_eq!((row.name.as_str(), row.enabled), ("web", true));
        assert_eq!(row.max_image_count, Some(DEFAULT_IMAGE_COUNT));
        assert_eq!(row.max_image_bytes, Some(DEFAULT_IMAGE_BYTES));
        let image = app
            .create_image(&caller, NewImage::named("i"))
            .await
            .unwrap();
        assert_eq!(image.owner, caller.project);

        desk.issue("t2", WEB, "web-2", &["member"]);
        app.authenticate_token("t2").await.unwrap();
        let row = app.get_project(admin, caller.project).await.unwrap();
        assert_eq!((row.name.as_str(), row.image_count), ("web-2", 1));
        // An administrator's change of the limits leaves the name alone.
        let patch = ProjectPatch {
            max_image_count: Some(Some(3)),
            ..ProjectPatch::default()
        };
        app.update_project(admin, row.id, patch).await.unwrap();
        let row = app.get_project(admin, row.id).await.unwrap();
        assert_eq!((row.name.as_str(), row.max_image_count), ("web-2", Some(3)));
        let patch = ProjectPatch {
            name: Some("mine".into()),
            ..ProjectPatch::default()
        };
        let renamed = app.update_project(admin, row.id, patch).await;
        assert_refused(renamed, "WrongState");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_may_be_swapped_and_be_those_of_our_own_projects() {
    for database in gaze_sql::testing::databases().await {
        let desk = Desk::open();
        let world = desk.world(database).await;
        let app = &world.app;
        // `tenant` and `admin` are projects of the service's own, in the same domain.
        desk.issue("t1", WEB, "tenant", &["member"]);
        desk.issue("t2", SHOP, "admin", &["member"]);
        for token in ["t1", "t2"] {
            app.authenticate_token(token).await.unwrap();
        }
        desk.issue("t3", WEB, "admin", &["member"]);
        desk.issue("t4", SHOP, "tenant", &["member"]);
        for token in ["t3", "t4"] {
            app.authenticate_token(token).await.unwrap();
        }
        let listed = app.list_projects(&world.admin.caller).await.unwrap();
        let mut names: Vec<&str> = listed.iter().map(|it| it.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["admin", "admin", "stranger", "tenant", "tenant"]);
        // Our own users still find our own project by its name.
        let wish = ScopeWish::Project {
            id: None,
            name: Some("tenant".into()),
            domain: None,
        };
        let own = app.exchange_token(&world.tenant.login, wish).await.unwrap();
        assert_eq!(own.caller.project, world.tenant.project.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keystone_said_is_believed_for_a_while_and_no_longer() {
    let desk = Desk::open();
    let world = desk.world(gaze_sql::testing::sqlite().await).await;
    let app = &world.app;
    desk.issue("good", WEB, "web", &["member"]);
    for _ in 0..3 {
        app.authenticate_token("good").await.unwrap();
    }
    assert_eq!(desk.asked(), ["good"]);
    desk.revoke("good");
    world.runtime.advance(59);
    app.authenticate_token("good").await.unwrap();
    world.runtime.advance(1);
    let late = app.authenticate_token("good").await;
    assert_failure(late, &AuthFailure::InvalidToken);
    assert_eq!(desk.asked(), ["good", "good"]);
    // That is remembered as well, for a shorter while.
    let again = app.authenticate_token("good").await;
    assert_failure(again, &AuthFailure::InvalidToken);
    assert_eq!(desk.asked().len(), 2);
    desk.issue("good", WEB, "web", &["member"]);
    world.runtime.advance(10);
    app.authenticate_token("good").await.unwrap();
    let counts = app.keystone_counts();
    assert_eq!(
        (
            counts.accepted,
            counts.refused,
            counts.remembered,
            counts.unanswered
        ),
        (2, 1, 4, 0)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_is_refused_although_it_is_remembered() {
    let desk = Desk::open();
    let world = desk.world(gaze_sql::testing::sqlite().await).await;
    desk.issue("short", WEB, "web", &["member"]);
    // Half a minute from the beginning of the world.
    let end = serde_json::json!("2026-01-02T03:04:35.000000Z");
    desk.state().tokens.get_mut("short").unwrap()["expires_at"] = end;
    world.app.authenticate_token("short").await.unwrap();
    world.runtime.advance(31);
    let late = world.app.authenticate_token("short").await;
    assert_failure(late, &AuthFailure::InvalidToken);
    assert_eq!(desk.asked().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_who_bring_the_same_token_wait_for_one_answer() {
    let desk = Desk::open();
    let world = desk.world(gaze_sql::testing::sqlite().await).await;
    desk.issue("same", WEB, "web", &["member"]);
    desk.shut();
    let calls = join_all((0..20).map(|_| world.app.authenticate_token("same")));
    // Each of the twenty is polled once before the door opens.
    let open = async { desk.unlock() };
    let (answers, ()) = tokio::join!(calls, open);
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(desk.asked(), ["same"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn if_the_one_who_asks_goes_away_another_asks() {
    let desk = Desk::open();
    let world = desk.world(gaze_sql::testing::sqlite().await).await;
    desk.issue("same", WEB, "web", &["member"]);
    let mut first = Box::pin(world.app.authenticate_token("same"));
    let mut second = Box::pin(world.app.authenticate_token("same"));
    desk.shut();
    assert!(futures_util::poll!(&mut first).is_pending());
    assert!(futures_util::poll!(&mut second).is_pending());
    drop(first);
    desk.unlock();
    second.await.unwrap();
    world.app.authenticate_token("same").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_of_our_own_form_are_not_keystones() {
    let desk = Desk::open();
    let world = desk.world(gaze_sql::testing::sqlite().await).await;
    let app = &world.app;
    app.revoke_token(&world.tenant.login).await.unwrap();
    for text in [
        world.tenant.login.clone(),
        "0".repeat(32),
        "0".repeat(64),
        String::new(),
        // No token of Keystone's is as long as this.
        "x".repeat(5000),
    ] {
        let tried = app.authenticate_token(&text).await;
        assert_failure(tried, &AuthFailure::InvalidToken);
    }
    assert!(desk.asked().is_empty());
    app.authenticate_token(&world.tenant.session).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_decide_what_a_guest_may_do() {
    let desk = Desk::open();
    let world = desk.world(gaze_sql::testing::sqlite().await).await;
    let app = &world.app;
    desk.issue("reader", WEB, "web", &["reader"]);
    desk.issue(
        "admin",
        WEB,
        "web",
        &["admin", "manager", "member", "reader"],
    );
    desk.issue("nobody", WEB, "web", &["auditor"]);
    let reader = app.authenticate_token("reader").await.unwrap();
    let made = app.create_image(&reader, NewImage::named("i")).await;
    assert_refused(made, "Forbidden");
    let admin = app.authenticate_token("admin").await.unwrap();
    let image = app
        .create_image(&world.tenant.caller, NewImage::named("i"))
        .await;
    app.get_image(&admin, image.unwrap().id).await.unwrap();
    assert_refused(app.authenticate_token("nobody").await, "Forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_gets_no_credentials_that_would_outlive_its_token() {
    let desk = Desk::open();
    let world = desk.world(gaze_sql::testing::sqlite().await).await;
    let app = &world.app;
    desk.issue("admin", WEB, "web", &["admin"]);
    let guest = app.authenticate_token("admin").await.unwrap();
    assert_refused(app.create_api_token(&guest, None).await, "Forbidden");
    let key = app.create_access_key(&guest, NewAccessKey::default()).await;
    assert_refused(key, "Forbidden");
    let exchanged = app.exchange_token("admin", ScopeWish::Default).await;
    assert_refused(exchanged, "Forbidden");
    let renewed = app
        .renew_token("admin", std::time::Duration::from_hours(1))
        .await;
    assert_refused(renewed, "Forbidden");
    // For what is the service's own, it is an administrator like any other, wherever it is from.
    let elsewhere = json!({"id": "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "name": "Elsewhere"});
    desk.state().tokens.get_mut("admin").unwrap()["user"]["domain"] = elsewhere;
    world.runtime.advance(61);
    let guest = app.authenticate_token("admin").await.unwrap();
    let project = gaze_app::NewProject {
        name: "new".into(),
        description: None,
        password: None,
    };
    let (made, _, _) = app.create_project(&guest, project).await.unwrap();
    assert_eq!(made.domain, world.admin.caller.domain);
    app.create_api_token(&guest, Some(world.tenant.user.id))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_here_may_shut_a_project_of_keystones_out() {
    let desk = Desk::open();
    let world = desk.world(gaze_sql::testing::sqlite().await).await;
    let app = &world.app;
    desk.issue("t", WEB, "web", &["member"]);
    let guest = app.authenticate_token("t").await.unwrap();
    let patch = ProjectPatch {
        enabled: Some(false),
        ..ProjectPatch::default()
    };
    let shut = app.update_project(&world.admin.caller, guest.project, patch);
    shut.await.unwrap();
    let tried = app.authenticate_token("t").await;
    assert_failure(tried, &AuthFailure::Disabled);
    // One that was deleted here comes back empty.
    let gone = app.delete_project(&world.admin.caller, guest.project);
    gone.await.unwrap();
    app.authenticate_token("t").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_of_our_own_is_never_taken_for_keystones() {
    let desk = Desk::open();
    let world = desk.world(gaze_sql::testing::sqlite().await).await;
    let own = world.tenant.project.id.hex();
    desk.issue("t", &own, "tenant", &["member"]);
    assert_refused(world.app.authenticate_token("t").await, "Forbidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn images_are_shared_with_projects_that_were_never_here() {
    for database in gaze_sql::testing::databases().await {
        let desk = Desk::open();
        let world = desk.world(database).await;
        let app = &world.app;
        desk.state().projects.insert(SHOP.into(), "shop".into());
        desk.issue("t", WEB, "web", &["member"]);
        let guest = app.authenticate_token("t").await.unwrap();
        let image = app
            .create_image(&guest, NewImage::named("i"))
            .await
            .unwrap();
        let shop = ProjectId::parse(SHOP).unwrap();
        let pending = MemberState::Pending;
        app.add_member(&guest, image.id, shop, pending)
            .await
            .unwrap();
        let row = app.get_project(&world.admin.caller, shop).await.unwrap();
        assert_eq!(row.name, "shop");
        let nobody = ProjectId::new(uuid::Uuid::from_u128(7));
        let tried = app.add_member(&guest, image.id, nobody, pending).await;
        assert_refused(tried, "NotFound");
    }
}
