//! Projects, users, passwords and access keys.

use std::time::Duration;

use gaze_app::{NewAccessKey, NewImage, NewProject, NewUser, ProjectPatch};
use gaze_domain::access::{AuthFailure, TokenKind};
use gaze_domain::{Error, Role};

use crate::accounts::check;
use crate::harness::{assert_refused, worlds};
use crate::identity::{assert_failure, login};

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_project_opens_nothing() {
    for world in worlds().await {
        let admin = &world.admin.caller;
        let enabled = |enabled| ProjectPatch {
            enabled: Some(enabled),
            ..ProjectPatch::default()
        };
        let id = world.tenant.project.id;
        world
            .app
            .update_project(admin, id, enabled(false))
            .await
            .unwrap();
        for token in [
            &world.tenant.session,
            &world.tenant.login,
            &world.tenant.api_token,
        ] {
            let tried = world.app.authenticate_token(token).await;
            assert_failure(tried, &AuthFailure::Disabled);
        }
        let tried = login(&world.app, "tenant", "correct horse", TokenKind::Session).await;
        assert_failure(tried, &AuthFailure::Disabled);
        let tried = login(&world.app, "tenant", "wrong", TokenKind::Session).await;
        assert_failure(tried, &AuthFailure::WrongPassword);
        let tried = world.app.signer(&world.tenant.key.access).await;
        assert!(matches!(
            tried,
            Err(Error::Unauthenticated(AuthFailure::UnknownAccessKey(_)))
        ));
        world
            .app
            .update_project(admin, id, enabled(true))
            .await
            .unwrap();
        world
            .app
            .authenticate_token(&world.tenant.session)
            .await
            .unwrap();
        world.app.signer(&world.tenant.key.access).await.unwrap();
        // Nobody saws off the branch.
        let own = world
            .app
            .update_project(admin, world.admin.project.id, enabled(false))
            .await;
        assert_refused(own, "InUse");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_the_logins_of_the_old() {
    for world in worlds().await {
        let (tenant, app) = (&world.tenant, &world.app);
        assert_refused(
            app.set_password(&world.stranger.caller, tenant.user.id, None)
                .await,
            "Forbidden",
        );
        let short = app
            .set_password(&tenant.caller, tenant.user.id, Some("1234567".into()))
            .await;
        assert_refused(short, "Invalid");
        app.authenticate_token(&tenant.session).await.unwrap();
        let fresh = app
            .set_password(&tenant.caller, tenant.user.id, None)
            .await
            .unwrap();
        for token in [&tenant.session, &tenant.login] {
            assert_failure(
                app.authenticate_token(token).await,
                &AuthFailure::InvalidToken,
            );
        }
        app.authenticate_token(&tenant.api_token).await.unwrap();
        let old = login(app, "tenant", "correct horse", TokenKind::Login).await;
        assert_failure(old, &AuthFailure::WrongPassword);
        login(app, "tenant", &fresh, TokenKind::Login)
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn access_keys_sign_until_they_are_disabled_or_deleted() {
    for world in worlds().await {
        let (tenant, stranger, app) = (&world.tenant.caller, &world.stranger.caller, &world.app);
        let new = NewAccessKey {
            access: Some("AKIDEXAMPLE12345".into()),
            secret: Some("abcdefghijklmnop".into()),
            ..NewAccessKey::default()
        };
        let key = app.create_access_key(tenant, new.clone()).await.unwrap();
        assert_refused(app.create_access_key(stranger, new).await, "AlreadyExists");
        let signer = app.signer("AKIDEXAMPLE12345").await.unwrap();
        assert_eq!(signer.secret, "abcdefghijklmnop");
        assert_eq!(&signer.caller, tenant);
        for (access, secret) in [("short", None), ("with-hyphen-123", None), ("x", Some("y"))] {
            let bad = NewAccessKey {
                access: Some(access.into()),
                secret: secret.map(str::to_owned),
                ..NewAccessKey::default()
            };
            assert_refused(app.create_access_key(tenant, bad).await, "Invalid");
        }
        assert_refused(
            app.set_access_key_enabled(stranger, key.id, false).await,
            "NotFound",
        );
        assert_refused(app.delete_access_key(stranger, key.id).await, "NotFound");
        let foreign = NewAccessKey {
            user: Some(world.tenant.user.id),
            ..NewAccessKey::default()
        };
        assert_refused(app.create_access_key(stranger, foreign).await, "Forbidden");
        assert_eq!(app.list_access_keys(tenant, None).await.unwrap().len(), 2);
        let theirs = app
            .list_access_keys(stranger, Some(world.tenant.user.id))
            .await
            .unwrap();
        assert!(theirs.is_empty());
        app.set_access_key_enabled(tenant, key.id, false)
            .await
            .unwrap();
        assert!(app.signer(&key.access).await.is_err());
        app.set_access_key_enabled(tenant, key.id, true)
            .await
            .unwrap();
        app.signer(&key.access).await.unwrap();
        app.delete_access_key(tenant, key.id).await.unwrap();
        assert!(app.signer(&key.access).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_changes_nothing() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let new = NewUser {
            name: "reader".into(),
            project: world.tenant.project.id,
            role: Role::Reader,
            password: Some("read only".into()),
        };
        app.create_user(admin, new).await.unwrap();
        let reader = login(app, "reader", "read only", TokenKind::Login)
            .await
            .unwrap()
            .caller;
        let image = world.image("one").await;
        assert_eq!(app.get_image(&reader, image.id).await.unwrap(), image);
        app.read_image(&reader, image.id, None).await.unwrap();
        assert_refused(
            app.create_image(&reader, NewImage::named("x")).await,
            "Forbidden",
        );
        let now = gaze_app::DeleteMode::Now;
        assert_refused(app.delete_image(&reader, image.id, now).await, "Forbidden");
        assert_refused(
            app.change_image_state(&reader, image.id, false).await,
            "Forbidden",
        );
        let patch = gaze_app::ImagePatch::default();
        assert_refused(
            app.update_image(&reader, image.id, patch).await,
            "Forbidden",
        );
        let key = world.tenant.key.id;
        assert_refused(
            app.set_access_key_enabled(&reader, key, false).await,
            "Forbidden",
        );
        assert_refused(app.delete_access_key(&reader, key).await, "Forbidden");
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn projects_and_users_are_the_administrator_s() {
    for world in worlds().await {
        let (app, admin, tenant) = (&world.app, &world.admin.caller, &world.tenant.caller);
        let new = |name: &str| NewProject {
            name: name.into(),
            description: None,
            password: None,
        };
        assert_refused(app.create_project(tenant, new("mine")).await, "Forbidden");
        assert_refused(
            app.create_project(admin, new("tenant")).await,
            "AlreadyExists",
        );
        assert_refused(app.create_project(admin, new(" ")).await, "Invalid");
        let (made, user, password) = app.create_project(admin, new("third")).await.unwrap();
        login(app, "third", &password, TokenKind::Login)
            .await
            .unwrap();
        assert_eq!(app.list_projects(tenant).await.unwrap().len(), 1);
        assert_eq!(app.list_users(tenant).await.unwrap().len(), 1);
        assert_refused(app.get_project(tenant, made.id).await, "NotFound");
        assert_refused(app.delete_user(admin, world.admin.user.id).await, "InUse");
        assert_refused(
            app.delete_project(admin, world.admin.project.id).await,
            "InUse",
        );
        // The tenant's project owns a machine.
        assert_refused(
            app.delete_project(admin, world.tenant.project.id).await,
            "InUse",
        );
        app.delete_project(admin, made.id).await.unwrap();
        assert_refused(app.get_project(admin, made.id).await, "NotFound");
        let gone = login(app, "third", &password, TokenKind::Login).await;
        assert_failure(gone, &AuthFailure::WrongPassword);
        assert_refused(app.delete_user(admin, user.id).await, "NotFound");
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_holds_500_sessions_at_most() {
    use gaze_catalog::token::{self, Token};
    for world in worlds().await {
        let (user, project) = (world.tenant.user.id, world.tenant.project.id);
        let now = world.app.now();
        let catalog = gaze_catalog::Catalog::open(world.database().db.clone())
            .await
            .unwrap();
        // One session came with the world, and one more is made below.
        let fill = catalog.write(move |tx| {
            Box::pin(async move {
                for number in 0..498 {
                    let row = Token {
                        hash: format!("hash-{number}"),
                        user,
                        project,
                        kind: TokenKind::Session,
                        scope: gaze_domain::access::TokenScope::Project,
                        issued_at: now,
                        expires_at: Some(now + Duration::from_hours(2)),
                        credential: None,
                    };
                    token::insert(tx, &row).await?;
                }
                Ok(())
            })
        });
        fill.await.unwrap();
        let session = || login(&world.app, "tenant", "correct horse", TokenKind::Session);
        let last = session().await.unwrap();
        assert_refused(session().await, "InUse");
        login(&world.app, "tenant", "correct horse", TokenKind::Login)
            .await
            .unwrap();
        world.app.revoke_token(&last.token).await.unwrap();
        session().await.unwrap();
        assert_refused(session().await, "InUse");
        // Those that have expired do not count.
        world.runtime.advance(3 * 3600);
        session().await.unwrap();
    }
}
