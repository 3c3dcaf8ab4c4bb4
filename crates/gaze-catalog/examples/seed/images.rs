//! Which images there are, and their rows.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use gaze_catalog::{Failure, Tx, image, member};
use gaze_domain::image::{Checksums, Os};
use gaze_domain::{
    Architecture, ByteCount, DiskFormat, Error, Image, ImageId, Media, Member, MemberState,
    Platform, ProjectId, Status, Timestamp, Visibility,
};
use gaze_sql::Value;
use uuid::Uuid;

use crate::people::{self, Places};

/// What a project is to the measurements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Owns [`OF_TENANT`] images, half of them root disks, and is a member of some others.
    Tenant,
    /// Owns most images.
    Owner,
    /// Owns a fifth of the images, all public; some of them are root disks.
    Library,
    /// One of many small projects, by number.
    Other(usize),
}

/// Images of the small tenant.
const OF_TENANT: usize = 100;
/// Public root disks: with the tenant's own and those that are shared with it, a list of candidates
/// is as long as [`OF_TENANT`], however large the catalogue is.
const PUBLIC_ROOTS: usize = 25;
/// Images that the tenant is an accepted member of.
const SHARED: usize = 25;
/// One image in so many is shared with somebody.
const SHARED_IN: usize = 40;
/// The first image was made in January 2024, another each minute.
const BEGIN: i64 = 1_704_067_200;
const STEP: i64 = 60;

/// All images, by the order of their ids.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    ids: Arc<[u128]>,
    /// Coprime to the number of images: how ids are spread over time.
    stride: usize,
}

impl Plan {
    pub(crate) fn new(many: usize) -> Self {
        let mut ids: Vec<u128> = (0..many).map(random).collect();
        ids.sort_unstable();
        let many = many.max(1);
        let coprime = |stride: &usize| gcd(*stride, many) == 1;
        let stride = (many * 6 / 10 + 1..=many).find(coprime).unwrap_or(1);
        Self {
            ids: ids.into(),
            stride,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// How many projects beside the three there are.
    pub(crate) fn others(&self) -> usize {
        (self.len() / 1000).max(1)
    }

    fn id(&self, at: usize) -> ImageId {
        ImageId::new(Uuid::from_u128(self.ids[at]))
    }

    /// When the image was made: its place among all by age, the oldest first.
    fn age(&self, at: usize) -> usize {
        at * self.stride % self.len()
    }

    fn role(&self, age: usize) -> Role {
        if age.is_multiple_of((self.len() / OF_TENANT).max(1)) {
            Role::Tenant
        } else if age % 5 == 1 {
            Role::Library
        } else if age % 10 == 2 {
            Role::Other(age / 10 % self.others())
        } else {
            Role::Owner
        }
    }

    /// The image of that role next to the middle of the list.
    pub(crate) fn one_of(&self, role: Role) -> ImageId {
        let middle = self.len() / 2;
        let distance = |at: &usize| self.age(*at).abs_diff(middle);
        let of_role = (0..self.len()).filter(|at| self.role(self.age(*at)) == role);
        self.id(of_role.min_by_key(distance).unwrap_or(0))
    }

    /// An image in the middle of the list that everybody sees.
    pub(crate) fn middle(&self) -> ImageId {
        self.one_of(Role::Library)
    }
}

const fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// A number of 128 bits that looks random and is the same in every run (SplitMix64, twice).
fn random(n: usize) -> u128 {
    let mix = |mut z: u64| {
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let seed = (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (u128::from(mix(seed)) << 64) | u128::from(mix(!seed))
}

fn at(age: usize) -> Result<Timestamp, Failure> {
    i64::try_from(age)
        .ok()
        .and_then(|age| Timestamp::from_second(BEGIN + STEP * age).ok())
        .ok_or_else(|| Error::invalid("time", "out of range").into())
}

/// The images of a part of the plan, with tags, properties, one copy each, and members.
pub(crate) async fn seed(
    tx: &mut Tx,
    plan: &Plan,
    places: &Places,
    part: Range<usize>,
) -> Result<(), Failure> {
    let mut copies = Vec::new();
    for n in part.clone() {
        let made = nth(plan, n)?;
        image::insert(tx, &made).await?;
        copies.extend([
            Value::from(format!("{:032x}", plan.ids[n])),
            format!("images/{}/{}", made.id, made.id).into(),
            i64::try_from(n + 1).unwrap_or(i64::MAX).into(),
            made.created_at.as_microsecond().into(),
        ]);
    }
    let store = Value::from(places.store.hex());
    for rows in copies.chunks(4 * 256) {
        let mut args = vec![store.clone()];
        args.extend_from_slice(rows);
        let places: Vec<String> = (0..rows.len() / 4)
            .map(|row| {
                let [id, key, ordinal, time] = [2, 3, 4, 5].map(|column| column + 4 * row);
                format!("(${id}, ${id}, $1, ${key}, 'ready', {SIZE}, ${ordinal}, ${time}, ${time})")
            })
            .collect();
        let sql = format!(
            "INSERT INTO image_location (id, image_id, store_id, blob_key, state, size, ordinal, \
             created_at, updated_at) VALUES {}",
            places.join(", ")
        );
        tx.execute(&sql, &args).await?;
    }
    for n in part {
        let age = plan.age(n);
        if is_shared(plan, age) {
            let tenants = (plan.len() / SHARED_IN / SHARED).max(1);
            let tenant = (age / SHARED_IN).is_multiple_of(tenants);
            let (project, state) = if tenant {
                (people::TENANT, MemberState::Accepted)
            } else {
                (people::other(age % plan.others()), MemberState::Pending)
            };
            let member = Member {
                image: plan.id(n),
                project,
                state,
                created_at: at(age)?,
                updated_at: at(age)?,
            };
            member::insert(tx, &member).await?;
        }
    }
    Ok(())
}

const SIZE: u64 = 1 << 30;

fn is_shared(plan: &Plan, age: usize) -> bool {
    age % SHARED_IN == 3 && plan.role(age) == Role::Owner
}

fn nth(plan: &Plan, n: usize) -> Result<Image, Failure> {
    let age = plan.age(n);
    let role = plan.role(age);
    let tenants = age / (plan.len() / OF_TENANT).max(1);
    let root = match role {
        Role::Tenant => tenants.is_multiple_of(2),
        Role::Library => age / 5 < PUBLIC_ROOTS,
        Role::Owner | Role::Other(_) => true,
    };
    let visibility = match role {
        Role::Library => Visibility::Public,
        Role::Owner if is_shared(plan, age) => Visibility::Shared,
        Role::Owner | Role::Tenant | Role::Other(_) => Visibility::Private,
    };
    let property = |name: &str, value: String| (name.to_owned(), value);
    Ok(Image {
        id: plan.id(n),
        owner: owner(role),
        name: format!("image-{age}"),
        description: Some("an image like many others".into()),
        status: Status::Active,
        enabled: true,
        visibility,
        protected: age.is_multiple_of(20),
        hidden: false,
        media: if root {
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
            distro: Some("debian".into()),
            version: Some("12".into()),
            guest_type: None,
        },
        format: Some(DiskFormat::Qcow2),
        size: Some(ByteCount(SIZE)),
        virtual_size: Some(ByteCount(10 * SIZE)),
        checksums: Checksums {
            md5: Some(format!("{:032x}", random(n))),
            sha256: Some(format!("{:032x}{:032x}", random(n + 1), random(n + 2))),
            sha512: None,
        },
        min_disk_gib: 10,
        min_ram_mib: 512,
        source: String::new(),
        failure: None,
        tags: BTreeSet::from([format!("tag-{}", age % 10), format!("group-{}", age / 50)]),
        properties: BTreeMap::from([
            property("build", (age / 50).to_string()),
            property("hw_disk_bus", "virtio".into()),
            property("hw_scsi_model", "virtio-scsi".into()),
            property("kernel", format!("6.1.{}", age % 50)),
            property("team", format!("team-{}", age / 7 % 5)),
            property("__support_kvm", "true".into()),
        ]),
        locations: Vec::new(),
        created_at: at(age)?,
        updated_at: at(age)?,
        deleted_at: None,
    })
}

fn owner(role: Role) -> ProjectId {
    match role {
        Role::Tenant => people::TENANT,
        Role::Owner => people::OWNER,
        Role::Library => people::LIBRARY,
        Role::Other(n) => people::other(n),
    }
}

/// What the rows of images say of stores, projects and counters, in one go.
pub(crate) async fn settle(tx: &mut Tx, plan: &Plan, places: &Places) -> Result<(), Failure> {
    let many = i64::try_from(plan.len()).unwrap_or(i64::MAX);
    let size = i64::try_from(SIZE).unwrap_or(i64::MAX);
    let used = many.saturating_mul(size);
    tx.execute(
        "UPDATE counter SET value = value + $1 WHERE name = 'location'",
        &[many.into()],
    )
    .await?;
    tx.execute(
        "UPDATE store SET used = used + $1, capacity = capacity + $1 WHERE id = $2",
        &[used.into(), places.store.hex().into()],
    )
    .await?;
    tx.execute(
        "UPDATE project SET
         image_count = (SELECT COUNT(*) FROM image WHERE owner_id = project.id),
         image_bytes = (SELECT COUNT(*) FROM image WHERE owner_id = project.id) * $1",
        &[size.into()],
    )
    .await?;
    Ok(())
}
