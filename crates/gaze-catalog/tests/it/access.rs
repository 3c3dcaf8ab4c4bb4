//! Tokens and access keys, and who stands behind them.

use gaze_catalog::token::Token;
use gaze_catalog::{access_key, project, token, user};
use gaze_domain::access::{TokenKind, TokenScope};
use gaze_domain::{AccessKey, AccessKeyId, Error, Noun, Project, Role, Timestamp};
use uuid::Uuid;

use crate::world::{assert_error, at, project_, project_id, small, user_id, write};

fn token_(hash: &str, kind: TokenKind, expires_at: Option<Timestamp>) -> Token {
    Token {
        hash: hash.into(),
        user: user_id(1),
        project: project_id(1),
        kind,
        scope: TokenScope::Project,
        issued_at: at(10),
        expires_at,
        credential: None,
    }
}

fn key(n: u128, of: u128) -> AccessKey {
    AccessKey {
        id: AccessKeyId::new(Uuid::from_u128(n)),
        user: user_id(of),
        project: project_id(of),
        access: format!("access-{n}"),
        secret: format!("secret-{n}"),
        description: None,
        enabled: true,
        created_at: at(i64::try_from(n).unwrap()),
    }
}

#[tokio::test]
async fn a_token_leads_to_the_whole_caller() {
    for world in small().await {
        let mut read = world.catalog.read();
        let lasting = Token {
            // Scoped to a project that is not the user's own.
            project: project_id(2),
            scope: TokenScope::Domain,
            ..token_("lasting", TokenKind::Api, None)
        };
        write!(world, |tx| token::insert(tx, &lasting)).unwrap();
        let holder = token::find_holder(&mut read, "lasting")
            .await
            .unwrap()
            .unwrap();
        assert!(holder.enabled);
        let caller = holder.caller;
        assert_eq!(
            (caller.user, caller.user_name.as_str()),
            (user_id(1), "user-1")
        );
        assert_eq!(
            (caller.project, caller.project_name.as_str()),
            (project_id(2), "project-2")
        );
        assert_eq!(
            (caller.domain_name.as_str(), caller.role),
            ("domain-1", Role::Member)
        );
        let used = caller.token.unwrap();
        assert_eq!((used.hash.as_str(), used.kind), ("lasting", TokenKind::Api));
        assert_eq!((used.scope, used.issued_at), (TokenScope::Domain, at(10)));
        assert_eq!(used.expires_at, None);
        assert_eq!(token::find_holder(&mut read, "other").await.unwrap(), None);

        let off = Project {
            enabled: false,
            ..project_(2)
        };
        write!(world, |tx| project::update(tx, &off)).unwrap();
        let holder = token::find_holder(&mut read, "lasting")
            .await
            .unwrap()
            .unwrap();
        assert!(!holder.enabled, "{}", world.name);

        let own = token::find_caller(&mut read, user_id(1))
            .await
            .unwrap()
            .unwrap();
        assert_eq!((own.caller.project, own.enabled), (project_id(1), true));
        assert_eq!(own.caller.token, None);
        assert_eq!(
            token::find_caller(&mut read, user_id(9)).await.unwrap(),
            None
        );
    }
}

#[tokio::test]
async fn tokens_end_by_time_by_word_and_by_a_new_password() {
    for world in small().await {
        let mut read = world.catalog.read();
        for (hash, kind, end) in [
            ("session", TokenKind::Session, Some(at(100))),
            ("second", TokenKind::Session, Some(at(50))),
            ("login", TokenKind::Login, Some(at(200))),
            ("api", TokenKind::Api, None),
        ] {
            write!(world, |tx| token::insert(tx, &token_(hash, kind, end))).unwrap();
        }
        let repeated = write!(world, |tx| token::insert(
            tx,
            &token_("api", TokenKind::Api, None)
        ));
        assert!(repeated.is_err());

        for (kind, now, expected) in [
            (TokenKind::Session, 49, 2),
            (TokenKind::Session, 50, 1),
            (TokenKind::Session, 100, 0),
            (TokenKind::Login, 199, 1),
            (TokenKind::Api, 1_000_000, 1),
        ] {
            let count = token::count_of(&mut read, user_id(1), kind, at(now)).await;
            assert_eq!(
                count.unwrap(),
                expected,
                "{kind} at {now} on {}",
                world.name
            );
        }
        let others = token::count_of(&mut read, user_id(2), TokenKind::Api, at(0)).await;
        assert_eq!(others.unwrap(), 0);

        write!(world, |tx| token::set_expiry(tx, "second", at(150))).unwrap();
        let holder = token::find_holder(&mut read, "second")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(holder.caller.token.unwrap().expires_at, Some(at(150)));
        assert_error!(
            write!(world, |tx| token::set_expiry(tx, "none", at(1))),
            Error::Unauthenticated(_)
        );

        assert_eq!(
            write!(world, |tx| token::delete_expired(tx, at(101))).unwrap(),
            1
        );
        assert_eq!(
            token::find_holder(&mut read, "session").await.unwrap(),
            None
        );
        assert!(write!(world, |tx| token::delete(tx, "second")).unwrap());
        assert!(!write!(world, |tx| token::delete(tx, "second")).unwrap());

        write!(world, |tx| user::set_password(
            tx,
            user_id(1),
            "new",
            Some("second"),
            at(20)
        ))
        .unwrap();
        assert_eq!(token::find_holder(&mut read, "login").await.unwrap(), None);
        assert!(
            token::find_holder(&mut read, "api")
                .await
                .unwrap()
                .is_some()
        );
        let (changed, password) = user::find_with_password(&mut read, user_id(1))
            .await
            .unwrap()
            .unwrap();
        assert_eq!((password.as_str(), changed.updated_at), ("new", at(20)));
        write!(world, |tx| user::delete(tx, user_id(1))).unwrap();
        assert_eq!(token::find_holder(&mut read, "api").await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_access_key_leads_to_its_signer_while_all_is_enabled() {
    for world in small().await {
        let mut read = world.catalog.read();
        let described = AccessKey {
            description: Some("ci".into()),
            ..key(2, 1)
        };
        let second = described.clone();
        write!(world, |tx| access_key::insert(tx, &key(1, 1))).unwrap();
        write!(world, |tx| access_key::insert(tx, &second)).unwrap();
        write!(world, |tx| access_key::insert(tx, &key(3, 2))).unwrap();
        let taken = AccessKey {
            access: "access-1".into(),
            ..key(4, 2)
        };
        assert_error!(
            write!(world, |tx| access_key::insert(tx, &taken)),
            Error::AlreadyExists {
                noun: Noun::AccessKey,
                ..
            }
        );
        let found = access_key::find(&mut read, described.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(&described));
        assert_eq!(access_key::list(&mut read).await.unwrap().len(), 3);
        let of_user = access_key::list_of_user(&mut read, user_id(1))
            .await
            .unwrap();
        assert_eq!(of_user, [key(1, 1), described]);
        let of_project = access_key::list_of_project(&mut read, project_id(2))
            .await
            .unwrap();
        assert_eq!(of_project, [key(3, 2)]);

        let signer = token::find_signer(&mut read, "access-3")
            .await
            .unwrap()
            .unwrap();
        assert_eq!((signer.0.caller.user, signer.0.enabled), (user_id(2), true));
        assert_eq!(
            (signer.0.caller.token, signer.1.as_str()),
            (None, "secret-3")
        );
        assert_eq!(token::find_signer(&mut read, "access").await.unwrap(), None);
        write!(world, |tx| access_key::set_enabled(tx, key(3, 2).id, false)).unwrap();
        let signer = token::find_signer(&mut read, "access-3")
            .await
            .unwrap()
            .unwrap();
        assert!(!signer.0.enabled, "{}", world.name);

        write!(world, |tx| access_key::delete(tx, key(3, 2).id)).unwrap();
        assert_error!(
            write!(world, |tx| access_key::delete(tx, key(3, 2).id)),
            Error::NotFound {
                noun: Noun::AccessKey,
                ..
            }
        );
        assert_error!(
            write!(world, |tx| access_key::set_enabled(tx, key(3, 2).id, true)),
            Error::NotFound {
                noun: Noun::AccessKey,
                ..
            }
        );
    }
}
