//! Projects, their quota, and their users.

use gaze_catalog::{access_key, image, instance, member, project, token, user};
use gaze_domain::access::{TokenKind, TokenScope};
use gaze_domain::{
    AccessKey, AccessKeyId, Architecture, Error, Instance, InstanceId, Member, MemberState, Noun,
    Platform, Project, Quota, Role, User,
};
use uuid::Uuid;

use crate::world::{
    assert_error, at, bare_image, cluster_id, domain_id, image_id, project_, project_id, small,
    user_, user_id, write, zone_id,
};

#[tokio::test]
async fn a_project_is_saved_with_every_field_and_updated_but_for_its_use() {
    for world in small().await {
        let mut read = world.catalog.read();
        let full = Project {
            description: Some("d".into()),
            enabled: false,
            max_image_count: Some(0),
            max_image_bytes: Some(i64::MAX.unsigned_abs()),
            updated_at: at(5),
            ..project_(9)
        };
        let copy = full.clone();
        write!(world, |tx| project::insert(tx, &copy)).unwrap();
        assert_eq!(project::get(&mut read, full.id).await.unwrap(), full);
        let by_name = project::find_by_name(&mut read, domain_id(1), "project-9");
        assert_eq!(by_name.await.unwrap(), Some(full.clone()));
        let elsewhere = project::find_by_name(&mut read, domain_id(2), "project-9");
        assert_eq!(elsewhere.await.unwrap(), None);
        assert_eq!(project::list(&mut read).await.unwrap().len(), 4);

        let changed = Project {
            name: "renamed".into(),
            image_count: 77,
            updated_at: at(6),
            ..project_(9)
        };
        let copy = changed.clone();
        write!(world, |tx| project::update(tx, &copy)).unwrap();
        let expected = Project {
            image_count: 0,
            ..changed
        };
        assert_eq!(project::get(&mut read, full.id).await.unwrap(), expected);

        let taken = Project {
            id: project_id(10),
            ..project_(1)
        };
        assert_error!(
            write!(world, |tx| project::insert(tx, &taken)),
            Error::AlreadyExists {
                noun: Noun::Project,
                ..
            }
        );
        let taken = Project {
            name: "project-1".into(),
            ..expected
        };
        assert_error!(
            write!(world, |tx| project::update(tx, &taken)),
            Error::AlreadyExists {
                noun: Noun::Project,
                ..
            }
        );
        assert_error!(
            write!(world, |tx| project::update(tx, &project_(11))),
            Error::NotFound {
                noun: Noun::Project,
                ..
            }
        );
    }
}

#[tokio::test]
async fn a_charge_beyond_the_quota_is_refused_and_takes_nothing() {
    for world in small().await {
        let limited = Project {
            max_image_count: Some(2),
            max_image_bytes: Some(100),
            ..project_(1)
        };
        write!(world, |tx| project::update(tx, &limited)).unwrap();
        let charge = async |images, bytes| {
            write!(world, |tx| project::charge(
                tx,
                project_id(1),
                images,
                bytes
            ))
        };
        charge(1, 60).await.unwrap();
        assert_error!(
            charge(2, 0).await,
            Error::QuotaExceeded {
                quota: Quota::ImageCount,
                limit: 2,
                used: 1,
                requested: 2,
                ..
            }
        );
        assert_error!(
            charge(1, 41).await,
            Error::QuotaExceeded {
                quota: Quota::ImageBytes,
                limit: 100,
                used: 60,
                requested: 41,
                ..
            }
        );
        let used = world.project(1).await;
        assert_eq!((used.image_count, used.image_bytes), (1, 60));
        charge(1, 40).await.unwrap();
        write!(world, |tx| project::refund(tx, project_id(1), 1, 60)).unwrap();
        let used = world.project(1).await;
        assert_eq!((used.image_count, used.image_bytes), (1, 40));
        assert!(write!(world, |tx| project::refund(tx, project_id(1), 2, 0)).is_err());

        // A quota lowered below the use refuses only what would add to that use.
        let lowered = Project {
            max_image_count: Some(0),
            max_image_bytes: Some(41),
            ..project_(1)
        };
        write!(world, |tx| project::update(tx, &lowered)).unwrap();
        charge(0, 1).await.unwrap();
        assert_error!(
            charge(1, 0).await,
            Error::QuotaExceeded {
                quota: Quota::ImageCount,
                ..
            }
        );
        assert_error!(
            write!(world, |tx| project::charge(tx, project_id(8), 1, 1)),
            Error::NotFound {
                noun: Noun::Project,
                ..
            }
        );
    }
}

#[tokio::test]
async fn without_a_quota_the_largest_number_is_the_limit() {
    for world in small().await {
        let most = i64::MAX.unsigned_abs();
        write!(world, |tx| project::charge(tx, project_id(1), 0, most - 1)).unwrap();
        assert_error!(
            write!(world, |tx| project::charge(tx, project_id(1), 0, 2)),
            Error::QuotaExceeded {
                quota: Quota::ImageBytes,
                ..
            }
        );
        write!(world, |tx| project::charge(tx, project_id(1), 0, 1)).unwrap();
        assert_eq!(world.project(1).await.image_bytes, most);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_charges_at_once_exactly_those_within_the_quota_succeed() {
    for world in small().await {
        let limited = Project {
            max_image_count: Some(7),
            ..project_(1)
        };
        write!(world, |tx| project::update(tx, &limited)).unwrap();
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let catalog = world.catalog.clone();
                tokio::spawn(async move {
                    catalog
                        .write(|tx| Box::pin(project::charge(tx, project_id(1), 1, 10)))
                        .await
                })
            })
            .collect();
        let mut succeeded = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(()) => succeeded += 1,
                Err(Error::QuotaExceeded { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        let used = world.project(1).await;
        assert_eq!(
            (succeeded, used.image_count, used.image_bytes),
            (7, 7, 70),
            "{}",
            world.name
        );
    }
}

#[tokio::test]
async fn images_beyond_the_quota_are_not_made() {
    for world in small().await {
        let limited = Project {
            max_image_count: Some(2),
            ..project_(1)
        };
        write!(world, |tx| project::update(tx, &limited)).unwrap();
        let make = async |n, images| {
            let image = bare_image(n);
            let made = world.catalog.write_charged(image.owner, images, move |tx| {
                Box::pin(async move { image::insert(tx, &image).await })
            });
            made.await
        };
        make(1, 1).await.unwrap();
        assert_error!(make(1, 1).await, Error::AlreadyExists { .. });
        assert_error!(
            make(2, 2).await,
            Error::QuotaExceeded {
                quota: Quota::ImageCount,
                limit: 2,
                used: 1,
                requested: 2,
                ..
            }
        );
        assert_eq!(world.project(1).await.image_count, 1);
        let gone = image::get(&mut world.catalog.read(), image_id(2)).await;
        assert!(gone.is_err(), "{}", world.name);
        make(2, 1).await.unwrap();
        assert_error!(make(3, 1).await, Error::QuotaExceeded { used: 2, .. });
        assert_eq!(world.project(1).await.image_count, 2);
    }
}

#[tokio::test]
async fn a_project_that_owns_something_stays_and_takes_all_else_with_it() {
    for world in small().await {
        world.add(&bare_image(1)).await.unwrap();
        assert_error!(
            write!(world, |tx| project::delete(tx, project_id(1))),
            Error::InUse {
                noun: Noun::Project,
                ..
            }
        );
        let machine = Instance {
            id: InstanceId::new(Uuid::from_u128(1)),
            owner: project_id(3),
            zone: zone_id(1),
            cluster: cluster_id(1),
            name: "m".into(),
            description: None,
            image: None,
            root_volume: None,
            platform: Platform::Linux,
            architecture: Architecture::X86_64,
            guest_os: None,
            firmware: None,
            virtio: false,
            created_at: at(1),
            updated_at: at(1),
        };
        write!(world, |tx| instance::insert(tx, &machine)).unwrap();
        assert_error!(
            write!(world, |tx| project::delete(tx, project_id(3))),
            Error::InUse {
                noun: Noun::Project,
                ..
            }
        );

        let membership = Member {
            image: image_id(1),
            project: project_id(2),
            state: MemberState::Accepted,
            created_at: at(1),
            updated_at: at(1),
        };
        write!(world, |tx| member::insert(tx, &membership)).unwrap();
        let given = token::Token {
            hash: "h".into(),
            user: user_id(2),
            project: project_id(2),
            kind: TokenKind::Api,
            scope: TokenScope::Project,
            issued_at: at(1),
            expires_at: None,
            credential: None,
        };
        write!(world, |tx| token::insert(tx, &given)).unwrap();
        let key = AccessKey {
            id: AccessKeyId::new(Uuid::from_u128(1)),
            user: user_id(2),
            project: project_id(2),
            access: "a".into(),
            secret: "s".into(),
            description: None,
            enabled: true,
            created_at: at(1),
        };
        write!(world, |tx| access_key::insert(tx, &key)).unwrap();
        write!(world, |tx| project::delete(tx, project_id(2))).unwrap();
        let mut read = world.catalog.read();
        assert_eq!(user::find(&mut read, user_id(2)).await.unwrap(), None);
        assert_eq!(token::find_holder(&mut read, "h").await.unwrap(), None);
        assert_eq!(access_key::list(&mut read).await.unwrap(), []);
        assert_eq!(member::list(&mut read, image_id(1)).await.unwrap(), []);
        assert_error!(
            write!(world, |tx| project::delete(tx, project_id(2))),
            Error::NotFound {
                noun: Noun::Project,
                ..
            }
        );
    }
}

#[tokio::test]
async fn users_are_found_by_id_and_name_with_the_hash_of_their_password() {
    for world in small().await {
        let mut read = world.catalog.read();
        let admin = User {
            role: Role::Admin,
            enabled: false,
            created_at: at(7),
            updated_at: at(8),
            project: project_id(1),
            ..user_(9)
        };
        let copy = admin.clone();
        write!(world, |tx| user::insert(tx, &copy, "secret hash")).unwrap();
        assert_eq!(user::get(&mut read, admin.id).await.unwrap(), admin);
        let found = user::find_with_password(&mut read, admin.id).await.unwrap();
        assert_eq!(found, Some((admin.clone(), "secret hash".into())));
        let found = user::find_by_name_with_password(&mut read, domain_id(1), "user-9");
        assert_eq!(
            found.await.unwrap().map(|found| found.0),
            Some(admin.clone())
        );
        let found = user::find_by_name_with_password(&mut read, domain_id(2), "user-9");
        assert_eq!(found.await.unwrap(), None);
        let of_project = user::list_of(&mut read, project_id(1)).await.unwrap();
        assert_eq!(of_project, [user_(1), admin.clone()]);
        assert_eq!(user::list(&mut read).await.unwrap().len(), 4);
        let taken = User {
            name: "user-1".into(),
            ..user_(10)
        };
        assert_error!(
            write!(world, |tx| user::insert(tx, &taken, "")),
            Error::AlreadyExists {
                noun: Noun::User,
                ..
            }
        );

        write!(world, |tx| user::delete(tx, user_id(9))).unwrap();
        assert_error!(
            user::get(&mut read, admin.id).await.map_err(Error::from),
            Error::NotFound {
                noun: Noun::User,
                ..
            }
        );
        assert_error!(
            write!(world, |tx| user::delete(tx, user_id(9))),
            Error::NotFound {
                noun: Noun::User,
                ..
            }
        );
        assert_error!(
            write!(world, |tx| user::set_password(
                tx,
                user_id(9),
                "p",
                None,
                at(9)
            )),
            Error::NotFound {
                noun: Noun::User,
                ..
            }
        );
    }
}
