//! Projects that ask too much, and passwords that are guessed.

use std::net::IpAddr;
use std::time::Duration;

use gaze_app::{App, Issued, Login, Rates, ScopeWish, Secret, ThrottleCounts, UserName};
use gaze_domain::access::TokenKind;
use gaze_domain::{Error, Result};
use gaze_testkit::World;

use crate::harness::worlds_with;

const RATES: Rates = Rates {
    requests_per_second: 2,
    requests_burst: 5,
    wrong_passwords: 3,
    wrong_password_pause: Duration::from_mins(1),
};

async fn limited() -> Vec<World> {
    let worlds = worlds_with(|settings| settings.rates = RATES).await;
    for world in &worlds {
        // What the making of the world used up is there again.
        world.runtime.advance(1000);
    }
    worlds
}

async fn log_in(app: &App, from: &str, user: UserName, password: &str) -> Result<Issued> {
    let login = Login {
        user,
        secret: Secret::Clear(password.into()),
        kind: TokenKind::Login,
        scope: ScopeWish::Default,
    };
    let from: IpAddr = from.parse().unwrap();
    app.login_from(Some(from), login).await
}

fn named(name: &str) -> UserName {
    UserName::Name {
        name: name.into(),
        domain: None,
    }
}

/// The seconds after which to come again; `None` for whoever was let through or was wrong.
fn told_to_wait<T>(outcome: &Result<T>) -> Option<u64> {
    match outcome {
        Err(Error::Throttled {
            retry_after_seconds,
        }) => Some(*retry_after_seconds),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_at_its_limit_waits_and_no_other_does() {
    for world in limited().await {
        let ask = async |token: &str| told_to_wait(&world.app.authenticate_token(token).await);
        let tenant = &world.tenant;
        // Whatever token the project's users come with, and whatever signature.
        for _ in 0..2 {
            assert_eq!(ask(&tenant.api_token).await, None);
            assert_eq!(ask(&tenant.login).await, None);
        }
        let signer = world.app.signer(&tenant.key.access).await.unwrap();
        assert_eq!(told_to_wait(&signer.clone().admitted()), None);
        assert_eq!(ask(&tenant.api_token).await, Some(1));
        assert_eq!(told_to_wait(&signer.admitted()), Some(1));
        // Who only names the key, or asks about the token, uses nothing up.
        for _ in 0..10 {
            world.app.signer(&tenant.key.access).await.unwrap();
            world
                .app
                .token_holder(&world.stranger.api_token)
                .await
                .unwrap();
        }
        for _ in 0..5 {
            assert_eq!(ask(&world.stranger.api_token).await, None);
        }
        for _ in 0..50 {
            assert_eq!(ask(&world.admin.api_token).await, None);
        }
        assert_eq!(world.app.throttle_counts().requests, 2);
        world.runtime.advance(1);
        for expected in [None, None, Some(1)] {
            assert_eq!(ask(&tenant.api_token).await, expected);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_limit_nobody_waits() {
    for world in worlds_with(|_| ()).await {
        for _ in 0..2000 {
            let token = &world.tenant.api_token;
            world.app.authenticate_token(token).await.unwrap();
        }
        assert_eq!(world.app.throttle_counts(), ThrottleCounts::default());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_are_slow_and_lock_nobody_out() {
    const HERE: &str = "192.0.2.1";
    const THERE: &str = "192.0.2.2";
    for world in limited().await {
        let app = &world.app;
        let right = world.tenant.password;
        // Right passwords cost nothing.
        for _ in 0..10 {
            log_in(app, HERE, named("tenant"), right).await.unwrap();
        }
        for at in 0..3 {
            // By the id or by the name, it is one user.
            let user = match at {
                0 => UserName::Id(world.tenant.user.id),
                _ => named("tenant"),
            };
            let tried = log_in(app, HERE, user, "wrong").await;
            assert!(matches!(tried, Err(Error::Unauthenticated(_))), "{tried:?}");
        }
        // Also the right one: who guesses does not learn which it is.
        for password in ["wrong", right] {
            let tried = log_in(app, HERE, named("tenant"), password).await;
            assert_eq!(told_to_wait(&tried), Some(60), "{tried:?}");
        }
        log_in(app, THERE, named("tenant"), right).await.unwrap();
        let other = world.stranger.password;
        log_in(app, HERE, named("stranger"), other).await.unwrap();
        assert_eq!(app.throttle_counts().logins, 2);
        world.runtime.advance(60);
        log_in(app, HERE, named("tenant"), right).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_tries_many_users_is_slowed_for_all() {
    for world in limited().await {
        let app = &world.app;
        for at in 0..15 {
            let user = named(&format!("nobody {at}"));
            let tried = log_in(app, "2001:db8::1", user, "wrong").await;
            assert!(matches!(tried, Err(Error::Unauthenticated(_))), "{tried:?}");
        }
        // A host may choose among all addresses of its network.
        let tried = log_in(app, "2001:db8::2", named("tenant"), world.tenant.password).await;
        assert_eq!(told_to_wait(&tried), Some(12), "{tried:?}");
        let elsewhere = log_in(
            app,
            "2001:db8:0:1::1",
            named("tenant"),
            world.tenant.password,
        );
        elsewhere.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_token_is_no_way_to_guess_the_password() {
    for world in limited().await {
        let (app, tenant) = (&world.app, &world.tenant);
        let change = async |old: &str| {
            let old = Secret::Clear(old.into());
            let new = "another password".to_owned();
            app.change_password(&tenant.caller, tenant.user.id, old, new)
                .await
        };
        for _ in 0..3 {
            let tried = change("wrong").await;
            assert!(matches!(tried, Err(Error::Unauthenticated(_))), "{tried:?}");
        }
        assert_eq!(told_to_wait(&change(tenant.password).await), Some(60));
    }
}
