//! Whatever a reader sees of an image, its revision tells when it is no longer so.

use std::collections::BTreeMap;

use gaze_catalog::image::{self, Read, Revision};
use gaze_catalog::{Tx, export, location, ownership, placing};
use gaze_domain::{
    ByteCount, DiskFormat, Error, Export, ExportId, ExportState, ImageId, LocationId, Transition,
};
use gaze_sql::BoxFuture;
use uuid::Uuid;

use crate::world::{
    World, at, bare_image, full_image, image_id, project_id, ready_image, small, store_id, write,
};

/// What was read of each image under each of its revisions, so far.
#[derive(Default)]
struct Kept(BTreeMap<(ImageId, Revision), Read>);

impl Kept {
    /// Reads all images, and holds what is read against what was kept under the same revision.
    /// Returns how many revisions are new.
    async fn look(&mut self, world: &World) -> usize {
        let ids: Vec<ImageId> = (1..=3).map(image_id).collect();
        let mut read = world.catalog.read();
        let mut fresh = 0;
        for found in image::read(&mut read, &ids).await.unwrap() {
            let id = found.image.id;
            let head = image::head(&mut read, id).await.unwrap().unwrap();
            assert_eq!(head.revision, found.revision);
            assert_eq!(world.image(id).await, found.image);
            match self.0.get(&(id, found.revision)) {
                Some(kept) => assert_eq!(*kept, found, "{}", world.name),
                None => fresh += 1,
            }
            self.0.insert((id, found.revision), found);
        }
        fresh
    }
}

fn copy(n: u128) -> LocationId {
    LocationId::new(Uuid::from_u128(n))
}

/// One that is to be converted.
fn export_of(image: ImageId) -> Export {
    Export {
        id: ExportId::new(Uuid::from_u128(1)),
        image,
        store: store_id(1),
        format: DiskFormat::Raw,
        key: Some("exported".into()),
        size: ByteCount(0),
        md5: None,
        sha256: None,
        state: ExportState::Writing,
        job: None,
        created_at: at(7),
        updated_at: at(7),
    }
}

type Step = (
    &'static str,
    for<'t> fn(&'t mut Tx) -> BoxFuture<'t, Result<(), gaze_catalog::Failure>>,
);

/// Every function of the catalogue that writes what is read of an image.
const STEPS: &[Step] = &[
    ("image::update", |tx| {
        Box::pin(async {
            let before = image::lock(tx, image_id(1)).await?;
            let mut after = full_image(1);
            after.name = "another".into();
            image::update(tx, &before, &after).await
        })
    }),
    ("image::apply", |tx| {
        Box::pin(image::apply(
            tx,
            image_id(2),
            Transition::BEGIN_UPLOAD,
            at(7),
        ))
    }),
    ("location::begin", |tx| {
        Box::pin(async {
            for n in [1, 2, 3] {
                let (to, key) = (store_id(1), format!("key-{n}"));
                location::begin(tx, copy(n), image_id(2), to, &key, ByteCount(9), at(7)).await?;
            }
            Ok(())
        })
    }),
    ("location::grow", |tx| {
        Box::pin(async { location::grow(tx, copy(1), ByteCount(20)).await.map(drop) })
    }),
    ("location::empty", |tx| {
        Box::pin(location::empty(tx, copy(2)))
    }),
    ("location::abandon", |tx| {
        Box::pin(location::abandon(tx, copy(2)))
    }),
    ("location::complete", |tx| {
        Box::pin(location::complete(tx, copy(1), ByteCount(5), at(8)))
    }),
    ("location::mark_deleted", |tx| {
        Box::pin(location::mark_deleted(tx, copy(1), at(9)))
    }),
    ("location::recover", |tx| {
        Box::pin(location::recover(tx, copy(1), at(10)))
    }),
    ("location::mark_deleting", |tx| {
        Box::pin(async { location::mark_deleting(tx, copy(1), at(11)).await.map(drop) })
    }),
    ("location::forget", |tx| {
        Box::pin(location::forget(tx, copy(1)))
    }),
    ("placing::set", |tx| {
        Box::pin(async { placing::set(tx, image_id(3), &[store_id(1)]).await })
    }),
    ("placing::miss", |tx| {
        Box::pin(async { placing::miss(tx, image_id(3), &[store_id(2)]).await })
    }),
    ("export::insert", |tx| {
        Box::pin(async { export::insert(tx, &export_of(image_id(3))).await })
    }),
    ("export::abandon", |tx| {
        Box::pin(export::abandon(tx, export_of(image_id(3)).id))
    }),
    ("ownership::give_image", |tx| {
        Box::pin(ownership::give_image(
            tx,
            image_id(3),
            project_id(2),
            at(12),
        ))
    }),
    ("ownership::give_all", |tx| {
        Box::pin(ownership::give_all(
            tx,
            project_id(1),
            project_id(3),
            at(13),
        ))
    }),
];

#[tokio::test]
async fn no_change_goes_without_a_new_revision() {
    for world in small().await {
        let mut kept = Kept::default();
        for n in 1..=3 {
            world.add(&ready_image(n)).await.unwrap();
        }
        world
            .catalog
            .db()
            .write::<_, gaze_sql::SqlError, _>(|tx| {
                let sql = "UPDATE image SET status = 'queued' WHERE id = $1";
                Box::pin(async move { tx.execute(sql, &[image_id(2).hex().into()]).await })
            })
            .await
            .unwrap();
        assert_eq!(kept.look(&world).await, 3);
        assert_eq!(kept.look(&world).await, 0);
        for (name, step) in STEPS {
            let before = kept.0.clone();
            world.write(*step).await.unwrap();
            // A step that changed nothing would show nothing.
            let fresh = kept.look(&world).await;
            assert!(fresh > 0, "{name} on {}", world.name);
            let newest = |kept: &BTreeMap<(ImageId, Revision), Read>| {
                let all = kept.values().map(|read| (read.image.id, read.clone()));
                all.collect::<BTreeMap<_, _>>()
            };
            assert_ne!(newest(&before), newest(&kept.0), "{name}");
        }
    }
}

#[tokio::test]
async fn a_change_that_is_undone_leaves_the_revision() {
    for world in small().await {
        let mut kept = Kept::default();
        for n in 1..=3 {
            world.add(&ready_image(n)).await.unwrap();
        }
        kept.look(&world).await;
        let undone: Result<(), Error> = world
            .write(|tx| {
                Box::pin(async move {
                    let before = image::lock(tx, image_id(1)).await?;
                    image::update(tx, &before, &full_image(1)).await?;
                    placing::set(tx, image_id(2), &[store_id(1)]).await?;
                    Err(Error::Cancelled.into())
                })
            })
            .await;
        assert!(undone.is_err());
        assert_eq!(kept.look(&world).await, 0, "{}", world.name);
    }
}

#[tokio::test]
async fn an_id_that_is_used_again_meets_no_former_revision() {
    for world in small().await {
        let mut kept = Kept::default();
        let mut image = bare_image(1);
        for round in 0..3 {
            image.created_at = at(100 + round);
            image.name = format!("round {round}");
            world.add(&image).await.unwrap();
            for _ in 0..20 {
                let (before, after) = (image.clone(), image.clone());
                assert_eq!(kept.look(&world).await, 1, "{}", world.name);
                write!(world, |tx| image::update(tx, &before, &after)).unwrap();
            }
            write!(world, |tx| image::delete(tx, image_id(1))).unwrap();
            let gone = image::head(&mut world.catalog.read(), image_id(1)).await;
            assert_eq!(gone.unwrap(), None);
        }
    }
}

/// The statements of the catalogue that write what is read of an image, by the functions that may
/// hold them: all others go through these.
#[test]
fn no_statement_writes_an_image_without_its_revision() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let words: Vec<&str> = text.split_whitespace().collect();
            for (at, pair) in words.windows(2).enumerate() {
                let table = pair[1].trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                let writes = pair[0].ends_with("UPDATE") || pair[0] == "INTO";
                let deletes = pair[0] == "FROM" && words[at.max(1) - 1].ends_with("DELETE");
                if !(writes || deletes) {
                    continue;
                }
                let place = format!(
                    "{}: {}",
                    path.display(),
                    words[at..words.len().min(at + 12)].join(" ")
                );
                match table {
                    // The class alone, of which nobody is told.
                    "image" if place.contains("SET class_id = $1 WHERE") => {
                        assert!(path.ends_with("class.rs"), "{place}");
                    }
                    "image" if writes => {
                        let statement = words[at..].iter().take(160);
                        let told = statement
                            .take_while(|word| !word.ends_with(';'))
                            .any(|word| word.starts_with("revision"));
                        assert!(told, "{place}");
                        seen += 1;
                    }
                    "image_location" => {
                        assert!(path.ends_with("location.rs"), "{place}");
                        seen += 1;
                    }
                    "image_placing" => {
                        assert!(path.ends_with("placing.rs"), "{place}");
                        seen += 1;
                    }
                    // Whether there are any: what they are is not part of the image.
                    "export" if !pair[0].ends_with("UPDATE") => {
                        assert!(path.ends_with("export.rs"), "{place}");
                        seen += 1;
                    }
                    _ => {}
                }
            }
        }
    }
    // Of `image` an insertion, an update, a transition, two touches and a gift; of copies nine; of
    // exports two.
    assert_eq!(seen, 6 + 9 + 1 + 2);
}
