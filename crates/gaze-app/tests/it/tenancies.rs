//! Accounts and projects that come, change and go, with what they own.

use gaze_app::{
    ADMIN_PROJECT, Account, AccountPatch, BareProject, DeleteMode, NewAccount, NewExport, NewImage,
    NewUser, ProjectPatch, Secret,
};
use gaze_domain::access::{AuthFailure, TokenKind};
use gaze_domain::{Caller, DiskFormat, Error, ProjectId, Quota, Role, Status};
use gaze_testkit::World;
use sha2::{Digest as _, Sha512};

use crate::accounts::check;
use crate::harness::{assert_gone, assert_refused, download, noise, worlds};
use crate::identity::{assert_failure, login};

fn sha(password: &str) -> Secret {
    Secret::Sha512Hex(hex::encode(Sha512::digest(password.as_bytes())))
}

fn account(name: &str) -> NewAccount {
    NewAccount {
        id: None,
        name: name.into(),
        description: None,
        password: sha("a password"),
        role: Role::Member,
    }
}

async fn caller(world: &World, name: &str) -> Caller {
    let opened = login(&world.app, name, "a password", TokenKind::Session).await;
    opened.unwrap().caller
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_a_project_with_a_user_who_logs_in() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let id = ProjectId::parse("6f1dc5f0e6a44b6e9d3a1b2c3d4e5f60").unwrap();
        let new = NewAccount {
            id: Some(id),
            description: Some("for tests".into()),
            ..account("newcomer")
        };
        assert_refused(
            app.create_account(&world.tenant.caller, new.clone()).await,
            "Forbidden",
        );
        let made = app.create_account(admin, new.clone()).await.unwrap();
        assert_eq!((made.project.id, made.is_admin), (id, false));
        assert_eq!(made.project.max_image_count, Some(20));
        let newcomer = caller(&world, "newcomer").await;
        assert_eq!((newcomer.project, newcomer.role), (id, Role::Member));
        assert_eq!(app.list_accounts(&newcomer).await.unwrap(), [made]);
        // Neither the id nor the name is given twice.
        let other_name = NewAccount {
            name: "other".into(),
            ..new
        };
        for taken in [other_name, account("newcomer"), account("tenant")] {
            assert_refused(app.create_account(admin, taken).await, "AlreadyExists");
        }
        for wrong in ["", "  ", "with\u{0}"] {
            assert_refused(app.create_account(admin, account(wrong)).await, "Invalid");
        }
        let short = NewAccount {
            password: Secret::Clear("short".into()),
            ..account("short")
        };
        assert_refused(app.create_account(admin, short).await, "Invalid");
        let runner = NewAccount {
            role: Role::Admin,
            ..account("runner")
        };
        let runner = app.create_account(admin, runner).await.unwrap();
        assert_eq!(
            (runner.is_admin, runner.project.max_image_count),
            (true, None)
        );
        let everybody = app.list_accounts(&caller(&world, "runner").await).await;
        let admins: Vec<String> = everybody
            .unwrap()
            .into_iter()
            .filter(|account| account.is_admin)
            .map(|account| account.project.name)
            .collect();
        assert_eq!(admins, ["admin", "runner"]);
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_changes_itself_and_an_administrator_anybody() {
    for world in worlds().await {
        let (app, admin, tenant) = (&world.app, &world.admin.caller, &world.tenant);
        let id = tenant.project.id;
        let named = |name: &str| AccountPatch {
            name: Some(name.into()),
            ..AccountPatch::default()
        };
        let password = |old: Option<&str>, new: &str| AccountPatch {
            password: Some(sha(new)),
            old_password: old.map(sha),
            ..AccountPatch::default()
        };
        let stranger = &world.stranger.caller;
        assert_refused(
            app.update_account(stranger, id, named("x")).await,
            "NotFound",
        );
        assert_refused(
            app.update_account(admin, id, named("stranger")).await,
            "AlreadyExists",
        );
        assert_refused(
            app.update_account(admin, ADMIN_PROJECT, named("root"))
                .await,
            "Forbidden",
        );
        let patch = AccountPatch {
            description: Some("renamed".into()),
            ..named("tenant-two")
        };
        let Account { project, .. } = app.update_account(admin, id, patch).await.unwrap();
        assert_eq!(
            (project.name.as_str(), project.description.as_deref()),
            ("tenant-two", Some("renamed"))
        );
        let own = login(app, "tenant-two", "correct horse", TokenKind::Session).await;
        let own = own.unwrap();
        let gone = login(app, "tenant", "correct horse", TokenKind::Login).await;
        assert_failure(gone, &AuthFailure::WrongPassword);

        let wrong = app.update_account(&own.caller, id, password(Some("wrong"), "new secret"));
        assert_failure(wrong.await, &AuthFailure::WrongPassword);
        let right = password(Some("correct horse"), "new secret");
        app.update_account(&own.caller, id, right).await.unwrap();
        // The session that changed it goes on; the others have ended.
        app.authenticate_token(&own.token).await.unwrap();
        for ended in [&tenant.session, &tenant.login] {
            let tried = app.authenticate_token(ended).await;
            assert_failure(tried, &AuthFailure::InvalidToken);
        }
        login(app, "tenant-two", "new secret", TokenKind::Login)
            .await
            .unwrap();
        app.update_account(&own.caller, id, password(None, "newer secret"))
            .await
            .unwrap();
        login(app, "tenant-two", "newer secret", TokenKind::Login)
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_user_of_a_project_does_not_change_its_account() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let new = NewUser {
            name: "clerk".into(),
            project: ADMIN_PROJECT,
            role: Role::Member,
            password: Some("a password".into()),
        };
        app.create_user(admin, new).await.unwrap();
        let clerk = caller(&world, "clerk").await;
        let patch = AccountPatch {
            password: Some(sha("taken over")),
            ..AccountPatch::default()
        };
        assert_refused(
            app.update_account(&clerk, ADMIN_PROJECT, patch).await,
            "Forbidden",
        );
        login(app, "admin", "correct horse", TokenKind::Login)
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_leaves_its_images_to_the_administrators() {
    for world in worlds().await {
        let (app, admin, tenant) = (&world.app, &world.admin.caller, &world.tenant);
        let image = world.image("kept").await;
        let url = world.import_file("deleted.raw", &noise(64 << 10));
        let deleted = world.import(tenant, NewImage::named("deleted"), url).await;
        let deleted = deleted.image.unwrap();
        app.delete_image(&tenant.caller, deleted, DeleteMode::Delay)
            .await
            .unwrap();
        let export = NewExport {
            image: image.id,
            store: None,
            format: Some(DiskFormat::Qcow2),
            origin: None,
            job: None,
        };
        let export = app.export_image(&tenant.caller, export).await.unwrap();
        crate::harness::finished(app, export.job.unwrap()).await;
        let waiting = app
            .create_image(&tenant.caller, NewImage::named("waiting"))
            .await
            .unwrap();
        let stranger = world.stranger.caller.project;
        let accepted = gaze_domain::MemberState::Accepted;
        app.add_member(&tenant.caller, image.id, stranger, accepted)
            .await
            .unwrap();
        let before = app.get_project(admin, tenant.project.id).await.unwrap();
        assert_eq!(before.image_count, 3);
        check(&world).await;

        let id = tenant.project.id;
        assert_refused(app.delete_account(&tenant.caller, id).await, "Forbidden");
        assert_refused(app.delete_account(admin, ADMIN_PROJECT).await, "InUse");
        app.delete_account(admin, id).await.unwrap();
        assert_refused(app.delete_account(admin, id).await, "NotFound");
        for token in [&tenant.session, &tenant.login, &tenant.api_token] {
            let tried = app.authenticate_token(token).await;
            assert_failure(tried, &AuthFailure::InvalidToken);
        }
        let tried = app.signer(&tenant.key.access).await;
        assert!(matches!(
            tried.map(|signer| signer.caller),
            Err(Error::Unauthenticated(AuthFailure::UnknownAccessKey(_)))
        ));
        for left in [image.id, deleted, waiting.id] {
            let left = app.get_image(admin, left).await.unwrap();
            assert_eq!(left.owner, ADMIN_PROJECT);
        }
        let after = app.get_project(admin, ADMIN_PROJECT).await.unwrap();
        assert_eq!(after.image_count, 3);
        assert_eq!(after.image_bytes, before.image_bytes);
        // With whom it was shared, it is shared still.
        download(app, &world.stranger.caller, image.id).await;
        let machine = app.get_instance(admin, world.machine.id).await.unwrap();
        assert_eq!(machine.instance.owner, ADMIN_PROJECT);
        check(&world).await;

        app.delete_image(admin, image.id, DeleteMode::Now)
            .await
            .unwrap();
        app.purge_image(admin, deleted).await.unwrap();
        app.delete_image(admin, waiting.id, DeleteMode::Now)
            .await
            .unwrap();
        crate::harness::at_rest(app, image.id).await;
        assert_gone(&world, image.id).await;
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_when_its_account_is_deleted() {
    for world in worlds().await {
        let (app, admin, tenant) = (&world.app, &world.admin.caller, &world.tenant);
        let queued = crate::harness::queued(&world, None).await;
        let (sender, body) = crate::harness::fed();
        let upload = gaze_app::Upload {
            declared_len: None,
            stores: gaze_app::StoreChoice::Auto,
            body,
        };
        let (uploader, from) = (app.clone(), tenant.caller.clone());
        let uploading =
            tokio::spawn(async move { uploader.upload_image(&from, queued.id, upload).await });
        let chunk = bytes::Bytes::from(noise(64 << 10));
        sender.send(Ok(chunk.clone())).await.unwrap();
        crate::harness::busy(app, queued.id, 1).await;
        app.delete_account(admin, tenant.project.id).await.unwrap();
        sender.send(Ok(chunk)).await.unwrap();
        drop(sender);
        uploading.await.unwrap().unwrap();
        let done = app.get_image(admin, queued.id).await.unwrap();
        assert_eq!((done.status, done.owner), (Status::Active, ADMIN_PROJECT));
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_without_users_outlives_those_it_is_given() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let new = |name: &str| BareProject {
            name: name.into(),
            domain: None,
            description: None,
            enabled: true,
        };
        let tenant = &world.tenant.caller;
        assert_refused(app.create_bare_project(tenant, new("p")).await, "Forbidden");
        assert_refused(
            app.create_bare_project(admin, new("tenant")).await,
            "AlreadyExists",
        );
        let elsewhere = BareProject {
            domain: Some(gaze_app::DomainName::Name("nowhere".into())),
            ..new("p")
        };
        assert_refused(app.create_bare_project(admin, elsewhere).await, "NotFound");
        let made = app.create_bare_project(admin, new("p")).await.unwrap();
        let renamed = |name: &str| ProjectPatch {
            name: Some(name.into()),
            ..ProjectPatch::default()
        };
        assert_refused(
            app.update_project(admin, made.id, renamed("tenant")).await,
            "AlreadyExists",
        );
        assert_refused(
            app.update_project(admin, ADMIN_PROJECT, renamed("q")).await,
            "Forbidden",
        );
        let made = app
            .update_project(admin, made.id, renamed("q"))
            .await
            .unwrap();
        assert_eq!(made.name, "q");

        let user = NewUser {
            name: "worker".into(),
            project: made.id,
            role: Role::Member,
            password: Some("a password".into()),
        };
        let (user, _) = app.create_user(admin, user).await.unwrap();
        let opened = login(app, "worker", "a password", TokenKind::Session)
            .await
            .unwrap();
        app.dissolve_project(admin, made.id).await.unwrap();
        assert_refused(app.get_project(admin, made.id).await, "NotFound");
        let tried = app.authenticate_token(&opened.token).await;
        assert_failure(tried, &AuthFailure::InvalidToken);
        let users = app.list_users(admin).await.unwrap();
        let left = users.iter().find(|left| left.id == user.id).unwrap();
        assert_eq!((left.role, left.project), (Role::Unassigned, ADMIN_PROJECT));
        let tried = login(app, "worker", "a password", TokenKind::Login).await;
        assert_failure(tried, &AuthFailure::Disabled);
        // The tenant's owns a machine.
        assert_refused(
            app.dissolve_project(admin, world.tenant.project.id).await,
            "InUse",
        );
        check(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_not_set_below_what_is_used() {
    for world in worlds().await {
        let (app, admin, tenant) = (&world.app, &world.admin.caller, &world.tenant);
        world.image("one").await;
        let id = tenant.project.id;
        let count = Quota::ImageCount;
        assert_refused(
            app.limit_project(&tenant.caller, id, count, Some(5)).await,
            "Forbidden",
        );
        assert_refused(
            app.limit_project(admin, id, count, Some(0)).await,
            "QuotaExceeded",
        );
        assert_refused(
            app.limit_project(admin, id, Quota::ImageBytes, Some(1))
                .await,
            "QuotaExceeded",
        );
        let kept = app.get_project(admin, id).await.unwrap();
        assert_eq!(kept.max_image_count, Some(20));
        let full = app.limit_project(admin, id, count, Some(1)).await.unwrap();
        assert_eq!(full.max_image_count, Some(1));
        let refused = app
            .create_image(&tenant.caller, NewImage::named("two"))
            .await;
        assert_refused(refused, "QuotaExceeded");
        app.limit_project(admin, id, count, None).await.unwrap();
        app.create_image(&tenant.caller, NewImage::named("two"))
            .await
            .unwrap();
        check(&world).await;
    }
}
