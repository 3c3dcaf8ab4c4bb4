//! Images: saving, changing, the life cycle, members.

use gaze_catalog::{image, member};
use gaze_domain::{Error, Image, MemberState, Noun, Status, Transition};

use crate::world::{
    World, assert_error, at, bare_image, full_image, image_id, member_, project_id, ready_image,
    small, write,
};

async fn side_tables(world: &World) -> (Vec<String>, Vec<String>) {
    let tags = "SELECT tag FROM image_tag ORDER BY tag";
    let properties = "SELECT name || '=' || value FROM image_property ORDER BY name";
    (world.texts(tags).await, world.texts(properties).await)
}

fn expected_side_tables(image: &Image) -> (Vec<String>, Vec<String>) {
    let properties = image.properties.iter();
    (
        image.tags.iter().cloned().collect(),
        properties
            .map(|(name, value)| format!("{name}={value}"))
            .collect(),
    )
}

#[tokio::test]
async fn an_image_comes_back_as_it_was_saved() {
    for world in small().await {
        for image in [bare_image(1), full_image(2)] {
            world.add(&image).await.unwrap();
            assert_eq!(world.image(image.id).await, image, "{}", world.name);
            let mut again = bare_image(3);
            again.id = image.id;
            assert_error!(
                world.add(&again).await,
                Error::AlreadyExists {
                    noun: Noun::Image,
                    ..
                }
            );
        }
        assert_eq!(
            side_tables(&world).await,
            expected_side_tables(&full_image(2))
        );
        let absent = image::find(&mut world.catalog.read(), image_id(9))
            .await
            .unwrap();
        assert_eq!(absent, None);
    }
}

#[tokio::test]
async fn an_update_saves_all_but_status_and_owner_and_keeps_the_side_tables_in_step() {
    for world in small().await {
        for (before, after) in [
            (bare_image(1), full_image(1)),
            (full_image(2), bare_image(2)),
            (full_image(3), full_image(3)),
        ] {
            world.add(&before).await.unwrap();
            let mut changed = after.clone();
            changed.owner = project_id(2);
            let old = before.clone();
            write!(world, |tx| image::update(tx, &old, &changed)).unwrap();
            let expected = Image {
                status: before.status,
                created_at: before.created_at,
                ..after.clone()
            };
            assert_eq!(world.image(before.id).await, expected, "{}", world.name);
            assert_eq!(side_tables(&world).await, expected_side_tables(&after));
            write!(world, |tx| image::delete(tx, before.id)).unwrap();
            assert_eq!(side_tables(&world).await, (vec![], vec![]));
        }
        assert_error!(
            write!(world, |tx| image::update(
                tx,
                &bare_image(9),
                &bare_image(9)
            )),
            Error::NotFound {
                noun: Noun::Image,
                ..
            }
        );
        assert_error!(
            write!(world, |tx| image::delete(tx, image_id(9))),
            Error::NotFound {
                noun: Noun::Image,
                ..
            }
        );
    }
}

#[tokio::test]
async fn every_legal_move_is_made_and_every_other_refused() {
    for world in small().await {
        let mut n = 0;
        for status in Status::ALL {
            for transition in Transition::ALL {
                n += 1;
                let image = Image {
                    status: *status,
                    ..bare_image(n)
                };
                world.add(&image).await.unwrap();
                let moved = write!(world, |tx| image::apply(
                    tx,
                    image_id(n),
                    *transition,
                    at(7)
                ));
                let now = world.image(image.id).await;
                if transition.applies_to(*status) {
                    moved.unwrap();
                    assert_eq!((now.status, now.updated_at), (transition.to(), at(7)));
                } else {
                    assert_error!(
                        &moved,
                        Error::WrongState { noun: Noun::Image, state, .. } if *state == status.to_string()
                    );
                    assert_eq!(now, image);
                }
            }
        }
        assert_error!(
            write!(world, |tx| image::apply(
                tx,
                image_id(999),
                Transition::DELETE,
                at(7)
            )),
            Error::NotFound {
                noun: Noun::Image,
                ..
            }
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_that_race_for_a_move_one_wins() {
    for world in small().await {
        for n in 1..=10 {
            world.add(&bare_image(n)).await.unwrap();
            let moves = [Transition::BEGIN_UPLOAD, Transition::BEGIN_IMPORT];
            let tasks = moves.map(|transition| {
                let catalog = world.catalog.clone();
                tokio::spawn(async move {
                    catalog
                        .write(move |tx| Box::pin(image::apply(tx, image_id(n), transition, at(7))))
                        .await
                })
            });
            let mut won = Vec::new();
            for (task, transition) in tasks.into_iter().zip(moves) {
                match task.await.unwrap() {
                    Ok(()) => won.push(transition.to()),
                    Err(Error::WrongState { .. }) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
            assert_eq!(
                won,
                [world.image(image_id(n)).await.status],
                "{}",
                world.name
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_read_under_a_lock_is_still_true_when_it_is_written() {
    for world in small().await {
        world.add(&bare_image(1)).await.unwrap();
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let catalog = world.catalog.clone();
                tokio::spawn(async move {
                    catalog
                        .write(|tx| {
                            Box::pin(async move {
                                let before = image::lock(tx, image_id(1)).await?;
                                let mut after = before.clone();
                                after.min_disk_gib += 1;
                                image::update(tx, &before, &after).await
                            })
                        })
                        .await
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(
            world.image(image_id(1)).await.min_disk_gib,
            8,
            "{}",
            world.name
        );
        assert_error!(
            write!(world, |tx| image::lock(tx, image_id(9))),
            Error::NotFound {
                noun: Noun::Image,
                ..
            }
        );
    }
}

#[tokio::test]
async fn members_are_added_once_and_change_their_mind() {
    for world in small().await {
        let mut read = world.catalog.read();
        world.add(&bare_image(1)).await.unwrap();
        let (two, three) = (
            member_(1, 2, MemberState::Pending),
            member_(1, 3, MemberState::Accepted),
        );
        for new in [three.clone(), two.clone()] {
            write!(world, |tx| member::insert(tx, &new)).unwrap();
        }
        let again = member_(1, 2, MemberState::Accepted);
        assert_error!(
            write!(world, |tx| member::insert(tx, &again)),
            Error::AlreadyExists {
                noun: Noun::Member,
                ..
            }
        );
        assert_eq!(
            member::list(&mut read, image_id(1)).await.unwrap(),
            [two, three]
        );
        write!(world, |tx| member::set_state(
            tx,
            image_id(1),
            project_id(2),
            MemberState::Rejected,
            at(9)
        ))
        .unwrap();
        let found = member::find(&mut read, image_id(1), project_id(2))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (found.state, found.updated_at),
            (MemberState::Rejected, at(9))
        );
        for (project, expected) in [(2, Some(MemberState::Rejected)), (1, None)] {
            let state = image::membership(&mut read, image_id(1), project_id(project)).await;
            assert_eq!(state.unwrap(), expected);
        }
        write!(world, |tx| member::delete(tx, image_id(1), project_id(2))).unwrap();
        assert_error!(
            write!(world, |tx| member::delete(tx, image_id(1), project_id(2))),
            Error::NotFound {
                noun: Noun::Member,
                ..
            }
        );
        assert_error!(
            write!(world, |tx| member::set_state(
                tx,
                image_id(1),
                project_id(2),
                MemberState::Accepted,
                at(9)
            )),
            Error::NotFound {
                noun: Noun::Member,
                ..
            }
        );
        write!(world, |tx| image::delete(tx, image_id(1))).unwrap();
        assert_eq!(member::list(&mut read, image_id(1)).await.unwrap(), []);
    }
}

#[tokio::test]
async fn deleted_images_come_due_oldest_first_and_statuses_are_counted() {
    for world in small().await {
        let mut read = world.catalog.read();
        for (n, deleted_at) in [(1, 30), (2, 10), (3, 20), (4, 40)] {
            let image = Image {
                status: Status::Deleted,
                deleted_at: Some(at(deleted_at)),
                ..bare_image(n)
            };
            world.add(&image).await.unwrap();
        }
        let recovered = Image {
            deleted_at: Some(at(1)),
            ..ready_image(5)
        };
        world.add(&recovered).await.unwrap();
        let due = image::deleted_before(&mut read, at(40), 2).await.unwrap();
        assert_eq!(due, [image_id(2), image_id(3)]);
        let due = image::deleted_before(&mut read, at(40), 9).await.unwrap();
        assert_eq!(
            due,
            [image_id(2), image_id(3), image_id(1)],
            "{}",
            world.name
        );
        let counts = image::count_by_status(&mut read).await.unwrap();
        assert_eq!(counts, [(Status::Active, 1), (Status::Deleted, 4)]);
    }
}
