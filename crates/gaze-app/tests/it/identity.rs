//! Logins and tokens.

use std::time::Duration;

use gaze_app::{App, DomainName, Login, ScopeWish, Secret, UserName};
use gaze_domain::access::{AuthFailure, TokenKind};
use gaze_domain::{Error, Result};
use gaze_testkit::World;

use crate::harness::{assert_refused, worlds, worlds_with};

pub(crate) async fn login(
    app: &App,
    name: &str,
    password: &str,
    kind: TokenKind,
) -> Result<gaze_app::Issued> {
    let login = Login {
        user: UserName::Name {
            name: name.into(),
            domain: None,
        },
        secret: Secret::Clear(password.into()),
        kind,
        scope: ScopeWish::Default,
    };
    app.login(login).await
}

#[track_caller]
pub(crate) fn assert_failure<T: std::fmt::Debug>(outcome: Result<T>, expected: &AuthFailure) {
    match outcome {
        Err(Error::Unauthenticated(failure)) => assert_eq!(&failure, expected),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_opens_in_clear_and_as_its_sha512() {
    for world in worlds().await {
        let sha = hex::encode(<sha2::Sha512 as sha2::Digest>::digest(b"correct horse"));
        for secret in [
            Secret::Clear("correct horse".into()),
            Secret::Sha512Hex(sha.clone()),
            Secret::Sha512Hex(sha.to_uppercase()),
        ] {
            for user in [
                UserName::Id(world.tenant.user.id),
                UserName::Name {
                    name: "tenant".into(),
                    domain: Some(DomainName::Name("Default".into())),
                },
                UserName::Name {
                    name: "tenant".into(),
                    domain: Some(DomainName::Id(world.tenant.caller.domain)),
                },
            ] {
                let login = Login {
                    user,
                    secret: secret.clone(),
                    kind: TokenKind::Login,
                    scope: ScopeWish::Default,
                };
                let issued = world.app.login(login).await.unwrap();
                assert_eq!(issued.caller.project, world.tenant.project.id);
                let caller = world.app.authenticate_token(&issued.token).await.unwrap();
                assert_eq!(caller, issued.caller);
            }
        }
        for (name, password) in [
            ("tenant", "correct hors"),
            ("tenant", ""),
            ("tenant", &sha),
            ("nobody", "correct horse"),
            ("", "correct horse"),
        ] {
            let tried = login(&world.app, name, password, TokenKind::Login).await;
            assert_failure(tried, &AuthFailure::WrongPassword);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_scoped_as_its_user_may() {
    let world = World::new().await;
    let wish = |id| ScopeWish::Project {
        id: Some(id),
        name: None,
        domain: None,
    };
    let (tenant, stranger) = (world.tenant.project.id, world.stranger.project.id);
    let old = &world.tenant.login;
    let own = world.app.exchange_token(old, wish(tenant)).await.unwrap();
    assert_eq!(own.caller.project, tenant);
    let named = ScopeWish::Project {
        id: None,
        name: Some("tenant".into()),
        domain: None,
    };
    assert_eq!(
        world
            .app
            .exchange_token(old, named)
            .await
            .unwrap()
            .caller
            .project,
        tenant
    );
    let foreign = world.app.exchange_token(old, wish(stranger)).await;
    assert_failure(foreign, &AuthFailure::WrongPassword);
    let unnamed = ScopeWish::Project {
        id: None,
        name: None,
        domain: None,
    };
    assert_refused(world.app.exchange_token(old, unnamed).await, "Invalid");
    let admin = world
        .app
        .exchange_token(&world.admin.login, wish(stranger))
        .await
        .unwrap();
    assert_eq!(admin.caller.project, stranger);
    assert!(admin.caller.is_admin());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_lives_on_by_use_and_a_login_does_not() {
    let lives = |settings: &mut gaze_app::Settings| {
        settings.session_life = Duration::from_hours(2);
        settings.login_life = Duration::from_hours(3);
    };
    for world in worlds_with(lives).await {
        let (session, fixed) = (&world.tenant.session, &world.tenant.login);
        world.runtime.advance(7000);
        world.app.authenticate_token(session).await.unwrap();
        world.runtime.advance(3700);
        // Three hours have not passed, and the session was used within two.
        world.app.authenticate_token(session).await.unwrap();
        world.app.authenticate_token(fixed).await.unwrap();
        world.runtime.advance(200);
        let late = world.app.authenticate_token(fixed).await;
        assert_failure(late, &AuthFailure::InvalidToken);
        world.app.authenticate_token(session).await.unwrap();
        world.runtime.advance(7300);
        let late = world.app.authenticate_token(session).await;
        assert_failure(late, &AuthFailure::InvalidToken);
        // A program's token has no end.
        world
            .app
            .authenticate_token(&world.tenant.api_token)
            .await
            .unwrap();
        world.app.round().await.unwrap();
        world
            .app
            .authenticate_token(&world.tenant.api_token)
            .await
            .unwrap();
        assert!(
            !world.app.revoke_token(session).await.unwrap(),
            "a round forgets it"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_alone_are_renewed_and_use_does_not_shorten_them() {
    for world in worlds().await {
        let session = &world.tenant.session;
        let caller = world
            .app
            .renew_token(session, Duration::from_hours(10))
            .await
            .unwrap();
        world.runtime.advance(600);
        world.app.authenticate_token(session).await.unwrap();
        world.runtime.advance(7 * 3600);
        let again = world.app.authenticate_token(session).await.unwrap();
        assert_eq!(
            again.token.unwrap().expires_at,
            caller.token.unwrap().expires_at
        );
        let fixed = login(&world.app, "tenant", "correct horse", TokenKind::Login)
            .await
            .unwrap();
        for token in [&fixed.token, &world.tenant.api_token] {
            let tried = world.app.renew_token(token, Duration::from_hours(10)).await;
            assert_refused(tried, "Forbidden");
        }
        let api = world
            .app
            .authenticate_token(&world.tenant.api_token)
            .await
            .unwrap();
        assert_eq!(api.token.unwrap().expires_at, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_made_from_another_ends_no_later() {
    for world in worlds().await {
        world.runtime.advance(3600);
        let issued = world
            .app
            .exchange_token(&world.tenant.login, ScopeWish::Default)
            .await
            .unwrap();
        let old = world
            .app
            .authenticate_token(&world.tenant.login)
            .await
            .unwrap();
        let end = |caller: gaze_domain::Caller| caller.token.unwrap().expires_at.unwrap();
        let new = world.app.authenticate_token(&issued.token).await.unwrap();
        assert_eq!(end(new), end(old));
        assert!(world.app.revoke_token(&issued.token).await.unwrap());
        assert!(!world.app.revoke_token(&issued.token).await.unwrap());
        for token in [issued.token.as_str(), "", "x", &"x".repeat(10_000)] {
            let tried = world.app.authenticate_token(token).await;
            assert_failure(tried, &AuthFailure::InvalidToken);
        }
        world
            .app
            .authenticate_token(&world.tenant.login)
            .await
            .unwrap();
    }
}
