//! What programs log in with in a user's place.

use gaze_app::{
    Account, AccountPatch, ApplicationLogin, Assignment, CredentialName, Issued, NewAccessKey,
    NewApplicationCredential, NewImage, ScopeWish, Secret, UserName, UserPatch,
};
use gaze_domain::access::{AuthFailure, TokenKind};
use gaze_domain::application_credential::MAX_APPLICATION_CREDENTIALS;
use gaze_domain::{ApplicationCredential, Caller, Noun, Result, Role, Timestamp};
use gaze_testkit::World;

use crate::harness::{assert_refused, worlds};
use crate::identity::{assert_failure, login};

fn named(caller: &Caller, name: &str) -> NewApplicationCredential {
    NewApplicationCredential {
        user: caller.user,
        name: name.into(),
        description: None,
        secret: None,
        role: None,
        expires_at: None,
        unrestricted: false,
    }
}

async fn made(
    world: &World,
    by: &Caller,
    new: NewApplicationCredential,
) -> (ApplicationCredential, String) {
    let made = world.app.create_application_credential(by, new).await;
    made.unwrap()
}

async fn log_in(world: &World, of: &ApplicationCredential, secret: &str) -> Result<Issued> {
    let login = ApplicationLogin {
        credential: CredentialName::Id(of.id),
        secret: Secret::Clear(secret.into()),
    };
    world.app.login_application(None, login).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_acts_as_its_user_in_one_project() {
    for world in worlds().await {
        let (app, tenant) = (&world.app, &world.tenant.caller);
        let (credential, secret) = made(&world, tenant, named(tenant, "builds")).await;
        let issued = log_in(&world, &credential, &secret).await.unwrap();
        let caller = app.authenticate_token(&issued.token).await.unwrap();
        assert_eq!(caller, issued.caller);
        assert_eq!(
            (caller.user, caller.project, caller.role),
            (tenant.user, tenant.project, Role::Member)
        );
        let found = app.credential_behind(&caller).await.unwrap();
        assert_eq!(found, Some(credential.clone()));
        app.create_image(&caller, NewImage::named("built"))
            .await
            .unwrap();
        // By its name, which is its user's alone.
        let (_, others) = made(
            &world,
            &world.stranger.caller,
            named(&world.stranger.caller, "builds"),
        )
        .await;
        for (secret, opens) in [(&secret, true), (&others, false)] {
            let login = ApplicationLogin {
                credential: CredentialName::Name {
                    name: "builds".into(),
                    user: UserName::Id(tenant.user),
                },
                secret: Secret::Clear(secret.clone()),
            };
            assert_eq!(app.login_application(None, login).await.is_ok(), opens);
        }
        assert_failure(
            log_in(&world, &credential, "another").await,
            &AuthFailure::WrongPassword,
        );
        // An administrator's is for the project that its token is for, and for no other.
        let elsewhere = ScopeWish::Project {
            id: Some(tenant.project),
            name: None,
            domain: None,
        };
        let visiting = app.exchange_token(&world.admin.login, elsewhere);
        let visiting = visiting.await.unwrap().caller;
        let (visitor, secret) = made(&world, &visiting, named(&visiting, "visits")).await;
        let issued = log_in(&world, &visitor, &secret).await.unwrap();
        assert_eq!(issued.caller.project, tenant.project);
        assert_eq!(issued.caller.role, Role::Admin);
        let own = ScopeWish::Project {
            id: Some(world.admin.project.id),
            name: None,
            domain: None,
        };
        for wish in [own, ScopeWish::System, ScopeWish::Unscoped] {
            let exchanged = app.exchange_token(&issued.token, wish).await;
            assert_failure(exchanged, &AuthFailure::WrongPassword);
        }
        let same = app.exchange_token(&issued.token, ScopeWish::Default).await;
        assert_eq!(same.unwrap().caller.project, tenant.project);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_may_do_no_more_than_its_credential_says() {
    for world in worlds().await {
        let (app, tenant) = (&world.app, &world.tenant.caller);
        let viewing = NewApplicationCredential {
            role: Some(Role::Reader),
            unrestricted: true,
            ..named(tenant, "views")
        };
        let (viewer, secret) = made(&world, tenant, viewing).await;
        let issued = log_in(&world, &viewer, &secret).await.unwrap();
        let again = app.exchange_token(&issued.token, ScopeWish::Default);
        for caller in [&issued.caller, &again.await.unwrap().caller] {
            assert_eq!(caller.role, Role::Reader);
            let image = app.create_image(caller, NewImage::named("built")).await;
            assert_refused(image, "Forbidden");
            let greater = NewApplicationCredential {
                role: Some(Role::Member),
                ..named(caller, "more")
            };
            let greater = app.create_application_credential(caller, greater).await;
            assert_refused(greater, "Invalid");
            let key = app.create_access_key(caller, NewAccessKey::default()).await;
            assert_refused(key, "Forbidden");
            assert_refused(app.create_api_token(caller, None).await, "Forbidden");
            let chosen = Some("a new password".to_owned());
            let set = app.set_password(caller, tenant.user, chosen).await;
            assert_refused(set, "Forbidden");
            let patch = AccountPatch {
                password: Some(Secret::Clear("a new password".into())),
                ..AccountPatch::default()
            };
            let set: Result<Account> = app.update_account(caller, tenant.project, patch).await;
            assert_refused(set, "Forbidden");
        }
        let (restricted, secret) = made(&world, tenant, named(tenant, "builds")).await;
        let caller = log_in(&world, &restricted, &secret).await.unwrap().caller;
        let another = app.create_application_credential(&caller, named(&caller, "more"));
        assert_refused(another.await, "Forbidden");
        let deleted = app.delete_application_credential(&caller, tenant.user, viewer.id);
        assert_refused(deleted.await, "Forbidden");
        // An administrator's program sets no password of the administrator's.
        let admin = &world.admin.caller;
        let (credential, secret) = made(&world, admin, named(admin, "runs")).await;
        let caller = log_in(&world, &credential, &secret).await.unwrap().caller;
        let patch = UserPatch {
            password: Some("a new password".into()),
            ..UserPatch::default()
        };
        let set = app.update_user(&caller, admin.user, patch.clone()).await;
        assert_refused(set, "Forbidden");
        app.update_user(&caller, tenant.user, patch).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_ends_with_what_it_stands_on() {
    for world in worlds().await {
        let (app, admin, tenant) = (&world.app, &world.admin.caller, &world.tenant.caller);
        let (first, secret) = made(&world, tenant, named(tenant, "first")).await;
        let issued = log_in(&world, &first, &secret).await.unwrap();
        // A new password of the user's is no business of its programs.
        app.set_password(tenant, tenant.user, Some("a new password".into()))
            .await
            .unwrap();
        app.authenticate_token(&issued.token).await.unwrap();
        let foreign =
            app.delete_application_credential(&world.stranger.caller, tenant.user, first.id);
        assert_refused(foreign.await, "Forbidden");
        app.delete_application_credential(tenant, tenant.user, first.id)
            .await
            .unwrap();
        let gone = app.authenticate_token(&issued.token).await;
        assert_failure(gone, &AuthFailure::InvalidToken);
        let gone = log_in(&world, &first, &secret).await;
        assert_failure(gone, &AuthFailure::WrongPassword);

        let (second, secret) = made(&world, tenant, named(tenant, "second")).await;
        let issued = log_in(&world, &second, &secret).await.unwrap();
        let role = Assignment {
            project: tenant.project,
            user: tenant.user,
            role: Role::Member,
        };
        assert!(app.withdraw_role(admin, role).await.unwrap());
        app.assign_role(admin, role).await.unwrap();
        let gone = app.authenticate_token(&issued.token).await;
        assert_failure(gone, &AuthFailure::InvalidToken);
        let gone = log_in(&world, &second, &secret).await;
        assert_failure(gone, &AuthFailure::WrongPassword);

        let anew = login(app, "tenant", "a new password", TokenKind::Login);
        let tenant = anew.await.unwrap().caller;
        let (third, secret) = made(&world, &tenant, named(&tenant, "third")).await;
        let disabled = |enabled| UserPatch {
            enabled: Some(enabled),
            ..UserPatch::default()
        };
        app.update_user(admin, tenant.user, disabled(false))
            .await
            .unwrap();
        let refused = log_in(&world, &third, &secret).await;
        assert_failure(refused, &AuthFailure::Disabled);
        app.update_user(admin, tenant.user, disabled(true))
            .await
            .unwrap();
        log_in(&world, &third, &secret).await.unwrap();
        app.delete_user(admin, tenant.user).await.unwrap();
        let gone = log_in(&world, &third, &secret).await;
        assert_failure(gone, &AuthFailure::WrongPassword);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_has_an_end_and_so_have_its_tokens() {
    for world in worlds().await {
        let (app, tenant) = (&world.app, &world.tenant.caller);
        let now = app.now().as_second();
        let ending = |seconds: i64| NewApplicationCredential {
            expires_at: Some(Timestamp::from_second(now + seconds).unwrap()),
            ..named(tenant, "ends")
        };
        let past = app.create_application_credential(tenant, ending(0)).await;
        assert_refused(past, "Invalid");
        let (credential, secret) = made(&world, tenant, ending(60)).await;
        let issued = log_in(&world, &credential, &secret).await.unwrap();
        let token = issued.caller.token.unwrap();
        assert_eq!(token.expires_at, credential.expires_at);
        world.runtime.advance(61);
        assert_failure(
            app.authenticate_token(&issued.token).await,
            &AuthFailure::InvalidToken,
        );
        assert_failure(
            log_in(&world, &credential, &secret).await,
            &AuthFailure::WrongPassword,
        );
    }
}

/// Writes so many more of the same user's, past the hashing of as many secrets.
async fn fill(world: &World, like: &ApplicationCredential, many: u64) {
    let id = like.id.hex();
    let written = world.database().db.write(move |tx| {
        Box::pin(async move {
            for n in 0..many {
                let sql = "INSERT INTO application_credential (id, user_id, project_id, name, role,
                           secret, unrestricted, created_at)
                           SELECT $1, user_id, project_id, $2, role, secret, 0, created_at
                           FROM application_credential WHERE id = $3";
                let name = format!("{n}");
                let args = [format!("{n:032x}").into(), name.into(), (&id).into()];
                tx.execute(sql, &args).await?;
            }
            Ok::<(), gaze_sql::SqlError>(())
        })
    });
    written.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_names_and_room_for_so_many() {
    for world in worlds().await {
        let (app, tenant) = (&world.app, &world.tenant.caller);
        let (first, _) = made(&world, tenant, named(tenant, "twice")).await;
        let twice = app.create_application_credential(tenant, named(tenant, "twice"));
        assert_refused(twice.await, "AlreadyExists");
        for (field, new) in [
            ("name", named(tenant, " ")),
            (
                "secret",
                NewApplicationCredential {
                    secret: Some("seven77".into()),
                    ..named(tenant, "short")
                },
            ),
        ] {
            let refused = app.create_application_credential(tenant, new).await;
            let error = assert_refused(refused, "Invalid");
            assert!(error.to_string().starts_with(field), "{error}");
        }
        let foreign = named(&world.stranger.caller, "theirs");
        let foreign = app.create_application_credential(&world.admin.caller, foreign);
        assert_refused(foreign.await, "Forbidden");
        let listed = app.list_application_credentials(&world.stranger.caller, tenant.user);
        assert_refused(listed.await, "Forbidden");
        let listed = app.list_application_credentials(&world.admin.caller, tenant.user);
        assert_eq!(listed.await.unwrap(), std::slice::from_ref(&first));
        let mistaken =
            app.get_application_credential(&world.admin.caller, world.admin.user.id, first.id);
        let error = assert_refused(mistaken.await, "NotFound");
        assert!(matches!(
            error,
            gaze_domain::Error::NotFound {
                noun: Noun::ApplicationCredential,
                ..
            }
        ));
        fill(&world, &first, MAX_APPLICATION_CREDENTIALS - 1).await;
        let beyond = app.create_application_credential(tenant, named(tenant, "one more"));
        assert_refused(beyond.await, "InUse");
    }
}
