//! The accounts: what the catalogue says of room and quota, against what there is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gaze_app::App;
use gaze_domain::list::{ImageList, Scope};
use gaze_domain::{Caller, Export, ExportState, Image, LocationState, ProjectId};
use gaze_testkit::World;

/// Holds the accounts of a world to the truth. Nothing may be at work in it.
pub(crate) async fn check(world: &World) {
    check_app(&world.app, &world.admin.caller).await;
}

/// Of each store: bytes used and reserved are the sums of its copies and converted exports, and its
/// folder holds their blobs and nothing else. Of each project: images and bytes are those it owns.
pub(crate) async fn check_app(app: &App, admin: &Caller) {
    let all = ImageList::new(Scope::All, 1000);
    let images = app.list_images(admin, all).await.unwrap();
    let mut exports: Vec<(ProjectId, Export)> = Vec::new();
    for image in &images {
        let of_it = app.list_exports(admin, image.id).await.unwrap();
        exports.extend(of_it.into_iter().map(|told| (image.owner, told.export)));
    }
    for store in app.list_stores(admin).await.unwrap() {
        let (mut used, mut reserved) = (0, 0);
        let mut known = BTreeMap::new();
        for copy in images.iter().flat_map(|image| &image.locations) {
            if copy.store != store.id {
                continue;
            }
            match copy.state {
                LocationState::Writing => reserved += copy.size.0,
                LocationState::Ready | LocationState::Deleted | LocationState::Deleting => {
                    used += copy.size.0;
                }
            }
            if matches!(copy.state, LocationState::Ready | LocationState::Deleted) {
                known.insert(copy.key.clone(), copy.size.0);
            }
        }
        for (_, export) in exports.iter().filter(|(_, one)| one.store == store.id) {
            assert_eq!(export.state, ExportState::Ready, "{export:?}");
            used += export.extra();
            let key = export.key.clone();
            known.extend(key.map(|key| (key, export.size.0)));
        }
        assert_eq!(store.used.0, used, "used of {}", store.name);
        assert_eq!(store.reserved.0, reserved, "reserved of {}", store.name);
        assert!(
            used + reserved <= store.capacity.0,
            "{} is overbooked",
            store.name
        );
        let root = Path::new(&store.url);
        assert_eq!(files(&root.join("blobs")), known, "blobs of {}", store.name);
        let temporary = files(&root.join("tmp"));
        assert!(
            temporary.is_empty(),
            "left in {}: {temporary:?}",
            store.name
        );
    }
    for project in app.list_projects(admin).await.unwrap() {
        let owned: Vec<&Image> = images
            .iter()
            .filter(|image| image.owner == project.id)
            .map(|kept| kept.image())
            .collect();
        let bytes: u64 = owned.iter().map(|image| paid(image)).sum();
        let extra = exports.iter().filter(|(owner, _)| *owner == project.id);
        let extra: u64 = extra.map(|(_, export)| export.extra()).sum();
        assert_eq!(project.image_count, owned.len() as u64, "{}", project.name);
        assert_eq!(
            project.image_bytes,
            bytes + extra,
            "bytes of {}",
            project.name
        );
    }
    let taken: BTreeSet<&str> = images
        .iter()
        .flat_map(|image| &image.locations)
        .map(|copy| copy.key.as_str())
        .collect();
    let copies: usize = images.iter().map(|image| image.locations.len()).sum();
    assert_eq!(taken.len(), copies, "two copies share a key");
}

/// An owner pays once, however many copies there are.
fn paid(image: &Image) -> u64 {
    let writing = image
        .locations
        .iter()
        .filter(|copy| copy.state == LocationState::Writing)
        .map(|copy| copy.size.0)
        .max();
    writing.or(image.size.map(|size| size.0)).unwrap_or(0)
}

/// The files below a folder by their path in it, with their lengths.
fn files(folder: &Path) -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for item in std::fs::read_dir(next).unwrap() {
            let item = item.unwrap();
            let meta = item.metadata().unwrap();
            if meta.is_dir() {
                folders.push(item.path());
            } else {
                let path = item.path();
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.insert(name, meta.len());
            }
        }
    }
    found
}
