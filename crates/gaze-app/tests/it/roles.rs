//! Users who are registered, given roles and lose them.

use gaze_app::{ADMIN_PROJECT, Assignment, NewUser, Registration, Secret, UserPatch};
use gaze_domain::access::{AuthFailure, TokenKind};
use gaze_domain::{Error, Role, User, UserId};
use gaze_testkit::World;

use crate::harness::{assert_refused, worlds};
use crate::identity::{assert_failure, login};

fn new(name: &str) -> Registration {
    Registration {
        name: name.into(),
        domain: None,
        project: None,
        description: Some("of tests".into()),
        email: Some("worker@example.org".into()),
        enabled: true,
        password: Some("a password".into()),
    }
}

async fn registered(world: &World) -> User {
    let made = world.app.register_user(&world.admin.caller, new("worker"));
    made.await.unwrap()
}

fn tenant_s(world: &World, user: UserId, role: Role) -> Assignment {
    Assignment {
        project: world.tenant.project.id,
        user,
        role,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registered_user_can_do_nothing_before_it_has_a_role() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let tenant = &world.tenant.caller;
        assert_refused(app.register_user(tenant, new("worker")).await, "Forbidden");
        let user = registered(&world).await;
        assert_eq!((user.role, user.project), (Role::Unassigned, ADMIN_PROJECT));
        assert_refused(
            app.register_user(admin, new("worker")).await,
            "AlreadyExists",
        );
        let odd = Registration {
            email: Some("a\nb".into()),
            ..new("odd")
        };
        assert_refused(app.register_user(admin, odd).await, "Invalid");
        let nowhere = Registration {
            project: Some(gaze_domain::ProjectId::new(app.new_uuid())),
            ..new("odd")
        };
        assert_refused(app.register_user(admin, nowhere).await, "NotFound");

        let tried = login(app, "worker", "a password", TokenKind::Login).await;
        assert_failure(tried, &AuthFailure::Disabled);
        let assigned = tenant_s(&world, user.id, Role::Member);
        assert_refused(app.assign_role(tenant, assigned).await, "Forbidden");
        app.assign_role(admin, assigned).await.unwrap();
        let opened = login(app, "worker", "a password", TokenKind::Login)
            .await
            .unwrap();
        assert_eq!(opened.caller.project, world.tenant.project.id);
        assert_eq!(opened.caller.role, Role::Member);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_one_role_in_one_project() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let user = registered(&world).await;
        let of = |role| tenant_s(&world, user.id, role);
        let elsewhere = Assignment {
            project: world.stranger.project.id,
            ..of(Role::Member)
        };
        for (wanted, role) in [
            (Role::Reader, Role::Reader),
            (Role::Member, Role::Member),
            // What is implied changes nothing.
            (Role::Reader, Role::Member),
        ] {
            let assigned = app.assign_role(admin, of(wanted)).await.unwrap();
            assert_eq!(assigned.role, role);
        }
        assert_refused(app.assign_role(admin, elsewhere).await, "WrongState");
        let moved = UserPatch {
            project: Some(Some(elsewhere.project)),
            ..UserPatch::default()
        };
        let refused = app.update_user(admin, user.id, moved.clone()).await;
        assert_refused(refused, "WrongState");
        let found = app
            .role_in(admin, of(Role::Member).project, user.id)
            .await
            .unwrap();
        assert_eq!(found, Some(Role::Member));
        let found = app
            .role_in(admin, elsewhere.project, user.id)
            .await
            .unwrap();
        assert_eq!(found, None);

        // What it held for one project opens nothing in the next.
        let opened = login(app, "worker", "a password", TokenKind::Session)
            .await
            .unwrap();
        let api = app.create_api_token(&opened.caller, None).await.unwrap();
        let key = app.create_access_key(&opened.caller, gaze_app::NewAccessKey::default());
        let key = key.await.unwrap();
        assert!(!app.withdraw_role(admin, of(Role::Reader)).await.unwrap());
        assert!(!app.withdraw_role(admin, elsewhere).await.unwrap());
        assert!(app.withdraw_role(admin, of(Role::Member)).await.unwrap());
        assert!(!app.withdraw_role(admin, of(Role::Member)).await.unwrap());
        app.update_user(admin, user.id, moved).await.unwrap();
        app.assign_role(admin, elsewhere).await.unwrap();
        for token in [&opened.token, &api.token] {
            let tried = app.authenticate_token(token).await;
            assert_failure(tried, &AuthFailure::InvalidToken);
        }
        assert!(matches!(
            app.signer(&key.access).await.map(|signer| signer.caller),
            Err(Error::Unauthenticated(AuthFailure::UnknownAccessKey(_)))
        ));
        let opened = login(app, "worker", "a password", TokenKind::Login)
            .await
            .unwrap();
        assert_eq!(opened.caller.project, world.stranger.project.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_changed_by_administrators() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let user = registered(&world).await;
        app.assign_role(admin, tenant_s(&world, user.id, Role::Member))
            .await
            .unwrap();
        let patch = UserPatch {
            name: Some("renamed".into()),
            description: Some(None),
            email: Some(Some("other@example.org".into())),
            password: Some("another one".into()),
            ..UserPatch::default()
        };
        let opened = login(app, "worker", "a password", TokenKind::Session)
            .await
            .unwrap();
        assert_refused(
            app.update_user(&opened.caller, user.id, patch.clone())
                .await,
            "Forbidden",
        );
        let changed = app.update_user(admin, user.id, patch).await.unwrap();
        assert_eq!(changed.description, None);
        assert_eq!(changed.email.as_deref(), Some("other@example.org"));
        let users = app.list_users(admin).await.unwrap();
        assert!(users.contains(&changed), "{users:?}");
        let tried = app.authenticate_token(&opened.token).await;
        assert_failure(tried, &AuthFailure::InvalidToken);
        let own = login(app, "renamed", "another one", TokenKind::Session)
            .await
            .unwrap();

        let clear = |text: &str| Secret::Clear(text.into());
        let change = |old: &str, new: &str| {
            app.change_password(&own.caller, user.id, clear(old), new.into())
        };
        let wrong = change("wrong", "a third one").await;
        assert_failure(wrong, &AuthFailure::WrongPassword);
        let stranger = &world.stranger.caller;
        let other = app.change_password(stranger, user.id, clear("another one"), "x".into());
        assert_refused(other.await, "Forbidden");
        change("another one", "a third one").await.unwrap();
        login(app, "renamed", "a third one", TokenKind::Login)
            .await
            .unwrap();

        let switched = |enabled| UserPatch {
            enabled: Some(enabled),
            ..UserPatch::default()
        };
        app.update_user(admin, user.id, switched(false))
            .await
            .unwrap();
        let tried = login(app, "renamed", "a third one", TokenKind::Login).await;
        assert_failure(tried, &AuthFailure::Disabled);
        assert_refused(
            app.update_user(admin, admin.user, switched(false)).await,
            "InUse",
        );
        let taken = UserPatch {
            name: Some("tenant".into()),
            ..UserPatch::default()
        };
        assert_refused(
            app.update_user(admin, user.id, taken).await,
            "AlreadyExists",
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrator_stays() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let own = Assignment {
            project: ADMIN_PROJECT,
            user: admin.user,
            role: Role::Admin,
        };
        assert_refused(app.withdraw_role(admin, own).await, "WrongState");
        app.authenticate_token(&world.admin.session).await.unwrap();
        let second = NewUser {
            name: "second".into(),
            project: world.tenant.project.id,
            role: Role::Admin,
            password: Some("a password".into()),
        };
        let (second, _) = app.create_user(admin, second).await.unwrap();
        let other = login(app, "second", "a password", TokenKind::Login)
            .await
            .unwrap()
            .caller;
        assert!(app.withdraw_role(&other, own).await.unwrap());
        let tried = app.authenticate_token(&world.admin.session).await;
        assert_failure(tried, &AuthFailure::InvalidToken);
        // Now the second is the last, whoever asks and however.
        let off = UserPatch {
            enabled: Some(false),
            ..UserPatch::default()
        };
        assert_refused(app.update_user(admin, second.id, off).await, "WrongState");
        assert_refused(app.delete_user(admin, second.id).await, "WrongState");
        let project = world.tenant.project.id;
        assert_refused(app.delete_account(admin, project).await, "WrongState");
        let off = gaze_app::ProjectPatch {
            enabled: Some(false),
            ..gaze_app::ProjectPatch::default()
        };
        assert_refused(app.update_project(admin, project, off).await, "WrongState");
        app.get_project(&other, project).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_administrators_who_remove_each_other_one_stays() {
    for world in worlds().await {
        let app = &world.app;
        let mut both = vec![world.admin.caller.clone()];
        let second = NewUser {
            name: "second".into(),
            project: ADMIN_PROJECT,
            role: Role::Admin,
            password: Some("a password".into()),
        };
        app.create_user(&both[0], second).await.unwrap();
        let opened = login(app, "second", "a password", TokenKind::Login)
            .await
            .unwrap();
        both.push(opened.caller);
        let remove = |by: usize, whom: usize| {
            let (app, by, whom) = (app.clone(), both[by].clone(), both[whom].user);
            tokio::spawn(async move { app.delete_user(&by, whom).await })
        };
        let (one, other) = tokio::join!(remove(0, 1), remove(1, 0));
        let removed = [one.unwrap().is_ok(), other.unwrap().is_ok()];
        assert_eq!(
            removed.iter().filter(|done| **done).count(),
            1,
            "{removed:?}"
        );
    }
}
