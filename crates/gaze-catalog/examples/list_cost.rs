//! What reading and writing the catalogue costs on SQLite, printed in microseconds.
//!
//! `cargo run --release -p gaze-catalog --example list_cost -- 100000`

#![expect(clippy::print_stdout, reason = "the table is what this program is for")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::time::Instant;

use gaze_catalog::{Catalog, Failure, Tx, domain, image, location, project, region, store};
use gaze_domain::image::{Checksums, Os};
use gaze_domain::list::{Condition, Field, ImageList, Scope, Sort, Start, Test};
use gaze_domain::{
    Architecture, ByteCount, Domain, DomainId, Image, ImageId, LocationId, Media, MemberState,
    Platform, Project, ProjectId, Region, RegionId, Status, Store, StoreId, StoreKind, StoreState,
    StoreStatus, Timestamp, Visibility,
};
use gaze_sql::{Db, Target};
use uuid::Uuid;

/// Images of one transaction.
const BATCH: u128 = 5000;
/// Each measurement is the mean of as many runs as fit, within these bounds.
const RUNS: u32 = 200;
const BUDGET_SECONDS: f64 = 1.0;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Outcome<()> {
    let images = std::env::args()
        .nth(1)
        .map_or(Ok(100_000), |text| text.parse())?;
    let folder = tempfile::TempDir::new()?;
    let path = folder.path().join("list_cost.db");
    let catalog = Catalog::open(Db::open(&Target::Sqlite { path }).await?).await?;
    catalog.write(|tx| Box::pin(seed_places(tx))).await?;
    let begun = Instant::now();
    for first in (1..=images).step_by(usize::try_from(BATCH)?) {
        let last = (first + BATCH - 1).min(images);
        catalog
            .write(move |tx| Box::pin(seed_images(tx, first, last)))
            .await?;
    }
    let rate = images * 1000 / begun.elapsed().as_millis().max(1);
    println!("insert, 2 or 3 tags and 3 properties each: {rate} images/s");
    catalog
        .write(move |tx| Box::pin(seed_copies(tx, images)))
        .await?;
    pages(&catalog, images).await?;
    candidates(&catalog).await
}

fn project_id(n: u128) -> ProjectId {
    ProjectId::new(Uuid::from_u128(n))
}

/// Image ids are random to the database, as real ones are.
fn image_id(n: u128) -> ImageId {
    ImageId::new(Uuid::from_u128(
        n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835),
    ))
}

fn store_id(n: u128) -> StoreId {
    StoreId::new(Uuid::from_u128(n))
}

fn at(second: u128) -> Result<Timestamp, Failure> {
    i64::try_from(second)
        .ok()
        .and_then(|second| Timestamp::from_second(second).ok())
        .ok_or_else(|| gaze_domain::Error::invalid("time", "out of range").into())
}

async fn seed_places(tx: &mut Tx) -> Result<(), Failure> {
    let (now, domain_id) = (Timestamp::UNIX_EPOCH, DomainId::new(Uuid::from_u128(1)));
    let (name, created_at, updated_at) = ("one".to_owned(), now, now);
    domain::insert(
        tx,
        &Domain {
            id: domain_id,
            name: name.clone(),
            created_at,
        },
    )
    .await?;
    for n in 0..=3 {
        let project = Project {
            id: project_id(n),
            domain: domain_id,
            name: format!("project-{n}"),
            description: None,
            enabled: true,
            max_image_count: None,
            max_image_bytes: None,
            image_count: 0,
            image_bytes: 0,
            created_at,
            updated_at,
        };
        project::insert(tx, &project).await?;
    }
    let region_id = RegionId::new(Uuid::from_u128(1));
    let region = Region {
        id: region_id,
        name: name.clone(),
        title: name,
        created_at,
    };
    region::insert(tx, &region).await?;
    for n in 1..=2 {
        let store = Store {
            id: store_id(n),
            region: region_id,
            name: format!("store-{n}"),
            description: None,
            kind: StoreKind::Fs,
            url: format!("/{n}"),
            host: None,
            fsid: None,
            medium: None,
            state: StoreState::Enabled,
            status: StoreStatus::Connected,
            limit: None,
            capacity: ByteCount(1 << 50),
            used: ByteCount(0),
            reserved: ByteCount(0),
            zones: Vec::new(),
            created_at,
            updated_at,
        };
        store::insert(tx, &store).await?;
    }
    Ok(())
}

async fn seed_images(tx: &mut Tx, first: u128, last: u128) -> Result<(), Failure> {
    for n in first..=last {
        image::insert(tx, &nth(n)?).await?;
    }
    Ok(())
}

/// Project 1 owns most, 10,000 of them root disks, and 10,000 others public; project 2 owns 25 root
/// disks, project 3 nothing.
fn nth(n: u128) -> Result<Image, Failure> {
    let mut tags = BTreeSet::from(["common".to_owned()]);
    tags.insert(format!("group-{}", n / 50));
    let mut properties = BTreeMap::from([("__isregistered".to_owned(), "true".to_owned())]);
    properties.insert("group".into(), (n / 50).to_string());
    properties.insert("half".into(), (n % 2).to_string());
    let visibility = if n > 25 && n <= 10_025 {
        Visibility::Public
    } else {
        tags.insert("private".to_owned());
        Visibility::Private
    };
    Ok(Image {
        id: image_id(n),
        owner: project_id(if n <= 25 { 2 } else { 1 }),
        name: format!("image-{n}"),
        description: Some("an image like many others".into()),
        status: Status::Active,
        enabled: true,
        visibility,
        protected: false,
        hidden: false,
        media: if n <= 25 || (10_026..=20_025).contains(&n) {
            Media::RootDisk
        } else {
            Media::DataDisk
        },
        system: false,
        virtio: true,
        platform: Platform::Linux,
        architecture: Some(Architecture::X86_64),
        firmware: None,
        os: Os {
            distro: Some("Debian".into()),
            version: Some("13".into()),
            guest_type: None,
        },
        format: None,
        size: Some(ByteCount(u64::try_from(n % 1_000_003).unwrap_or(0))),
        virtual_size: None,
        checksums: Checksums {
            md5: Some(format!("{n:032x}")),
            ..Checksums::default()
        },
        min_disk_gib: 1,
        min_ram_mib: 0,
        source: String::new(),
        failure: None,
        tags,
        properties,
        locations: Vec::new(),
        created_at: at(n)?,
        updated_at: at(n)?,
        deleted_at: None,
    })
}

async fn seed_copies(tx: &mut Tx, images: u128) -> Result<(), Failure> {
    for n in 1..=images.min(20_025) {
        let id = LocationId::new(Uuid::from_u128(n));
        let (key, size) = (format!("key-{n}"), ByteCount(1));
        location::begin(tx, id, image_id(n), store_id(1), &key, size, at(n)?).await?;
        location::complete(tx, id, size, at(n)?).await?;
    }
    Ok(())
}

async fn pages(catalog: &Catalog, images: u128) -> Outcome<()> {
    let visible = |n| Scope::Visible {
        project: project_id(n),
        shared: vec![MemberState::Accepted],
    };
    let property = |name: &str, value: &str| Condition::eq(Field::Property(name.into()), value);
    let middle = Start::After(image_id(images / 2));
    let cases = [
        ("all", Scope::All),
        ("owned, nearly all", Scope::Owned(project_id(1))),
        ("visible to the owner of nearly all", visible(1)),
        ("visible to the owner of 25", visible(2)),
    ];
    for (scope_name, scope) in cases {
        println!("-- pages of 100, {scope_name}");
        let list = |conditions: &[Condition], start, by: Option<Field>| ImageList {
            conditions: conditions.to_vec(),
            start,
            sort: by
                .map(|field| Sort {
                    field,
                    direction: gaze_domain::list::Direction::Ascending,
                })
                .into_iter()
                .collect(),
            ..ImageList::new(scope.clone(), 100)
        };
        let like = Condition::Field(Field::Name, Test::Like("%no such name%".into()));
        let rows = [
            ("first page", list(&[], Start::First, None)),
            ("page after the middle", list(&[], middle, None)),
            (
                "first page by name",
                list(&[], Start::First, Some(Field::Name)),
            ),
            (
                "page after the middle by name",
                list(&[], middle, Some(Field::Name)),
            ),
            (
                "one name",
                list(
                    &[Condition::eq(Field::Name, "image-20")],
                    Start::First,
                    None,
                ),
            ),
            (
                "property of 50 images",
                list(&[property("group", "0")], Start::First, None),
            ),
            (
                "tag of 50 images",
                list(&[Condition::eq(Field::Tag, "group-0")], Start::First, None),
            ),
            (
                "property of half",
                list(&[property("half", "1")], middle, None),
            ),
            (
                "property of all",
                list(&[property("__isregistered", "true")], middle, None),
            ),
            (
                "tag of no public image",
                list(&[Condition::eq(Field::Tag, "private")], Start::First, None),
            ),
            (
                "state of none",
                list(
                    &[Condition::eq(Field::Status, "queued")],
                    Start::First,
                    None,
                ),
            ),
            (
                "by size (no index)",
                list(&[], Start::First, Some(Field::Size)),
            ),
            (
                "pattern that no name meets (no index)",
                list(&[like], Start::First, None),
            ),
        ];
        for (name, query) in rows {
            let (micros, found) =
                mean(async || Ok(image::heads(&mut catalog.read(), &query).await?.len())).await?;
            println!("{micros:>12.0} us  {name} ({found} images)");
        }
        let living = Condition::not_eq(Field::Status, "deleted");
        let query = list(&[living], Start::First, None);
        let (micros, count) = mean(async || {
            let count = image::count_list(&mut catalog.read(), &query).await?;
            Ok(usize::try_from(count)?)
        })
        .await?;
        println!("{micros:>12.0} us  count ({count})");
    }
    let id = image_id(images / 2);
    let (micros, _) =
        mean(async || Ok(image::get(&mut catalog.read(), id).await?.locations.len())).await?;
    println!("{micros:>12.0} us  show one");
    Ok(())
}

/// Only root disks, which all have a copy.
async fn candidates(catalog: &Catalog) -> Outcome<()> {
    println!("-- candidates");
    for (name, tenant) in [
        ("of the owner of 25", Some(project_id(2))),
        ("of a project without images", Some(project_id(3))),
        ("of the owner of nearly all", Some(project_id(1))),
        ("of everybody", None),
    ] {
        let (micros, found) = mean(async || {
            let (mut read, stores) = (catalog.read(), [store_id(1), store_id(2)]);
            let (media, x86) = (Media::RootDisk, Architecture::X86_64);
            let found =
                image::candidate_heads(&mut read, media, x86, Some(&stores), tenant).await?;
            Ok(found.len())
        })
        .await?;
        println!("{micros:>12.0} us  {name} ({found} images)");
    }
    Ok(())
}

/// Mean time of a run in microseconds, and what the last run returned.
async fn mean(run: impl AsyncFn() -> Outcome<usize>) -> Outcome<(f64, usize)> {
    let mut last = run().await?;
    let begun = Instant::now();
    let mut runs = 0;
    while runs < RUNS && begun.elapsed().as_secs_f64() < BUDGET_SECONDS {
        last = run().await?;
        runs += 1;
    }
    Ok((begun.elapsed().as_secs_f64() * 1e6 / f64::from(runs), last))
}
