//! Random clouds and lists, the same for the same seed.

use gaze_domain::list::{
    Condition, Direction, Field, ImageList, Operand, Scope, Sort, Start, Test,
};
use gaze_domain::{
    Architecture, ByteCount, DiskFormat, Firmware, Image, Location, LocationId, LocationState,
    Media, Member, MemberState, Platform, Status, Timestamp, Visibility,
};
use uuid::Uuid;

use super::model::{Cloud, Scalar};
use crate::world::{at, bare_image, image_id, project_id, store_, store_id};

/// A small generator of good numbers: SplitMix64.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).unwrap()
    }

    fn coin(&mut self) -> bool {
        self.roll(2) == 0
    }

    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.roll(choices.len())].clone()
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.coin() { Some(make(self)) } else { None }
    }

    fn number(&mut self, below: usize) -> u64 {
        self.roll(below) as u64
    }
}

const NAMES: [&str; 9] = ["a", "A", "b", "É", "é", "a%b", "a_b\\", "中文", "Z"];
const TEXTS: [&str; 5] = ["", "x", "X", "xy", "100%"];
const TAGS: [&str; 4] = ["blue", "Blue", "red", "1"];
const PROPERTIES: [&str; 3] = ["p", "q", "__isregistered"];
const PATTERNS: [&str; 12] = [
    "%",
    "a%",
    "%B",
    "_",
    "É",
    "%\\%%",
    "a\\_b\\\\",
    "x",
    "",
    "%中%",
    "\\a",
    "%b_",
];

/// Three projects, two regions with a zone each, three stores (the third serves both zones, the
/// second none), and a few dozen images.
pub(crate) fn cloud(dice: &mut Dice) -> Cloud {
    let mut stores = vec![store_(1, 1, &[1]), store_(2, 2, &[]), store_(3, 2, &[1, 2])];
    for store in &mut stores {
        store.capacity = ByteCount(1 << 40);
    }
    let mut cloud = Cloud {
        stores,
        images: Vec::new(),
        members: Vec::new(),
    };
    let mut copies = 0;
    for n in 0..20 + dice.roll(30) {
        let image = image(dice, 1 + (n as u128 * 7919) % 997, &mut copies);
        for project in 1..=3 {
            if dice.roll(3) == 0 {
                cloud.members.push(Member {
                    image: image.id,
                    project: project_id(project),
                    state: dice.of(MemberState::ALL),
                    created_at: at(1),
                    updated_at: at(1),
                });
            }
        }
        cloud.images.push(image);
    }
    cloud
}

fn image(dice: &mut Dice, n: u128, copies: &mut u128) -> Image {
    let text = |dice: &mut Dice| dice.of(&TEXTS).to_owned();
    let mut image = Image {
        owner: project_id(1 + u128::from(dice.number(3))),
        name: dice.of(&NAMES).to_owned(),
        description: dice.maybe(text),
        status: dice.of(Status::ALL),
        enabled: dice.coin(),
        visibility: dice.of(Visibility::ALL),
        protected: dice.coin(),
        hidden: dice.coin(),
        media: dice.of(Media::ALL),
        system: dice.coin(),
        virtio: dice.coin(),
        platform: dice.of(Platform::ALL),
        architecture: dice.maybe(|dice| dice.of(Architecture::ALL)),
        firmware: dice.maybe(|dice| dice.of(Firmware::ALL)),
        format: dice.maybe(|dice| dice.of(DiskFormat::ALL)),
        size: dice.maybe(|dice| ByteCount(dice.number(4))),
        virtual_size: dice.maybe(|dice| ByteCount(dice.number(4))),
        min_disk_gib: dice.number(3),
        min_ram_mib: dice.number(3),
        source: text(dice),
        created_at: at(i64::try_from(dice.roll(6)).unwrap()),
        updated_at: Timestamp::from_microsecond(i64::try_from(dice.roll(4)).unwrap()).unwrap(),
        ..bare_image(n)
    };
    image.os.distro = dice.maybe(text);
    image.os.version = dice.maybe(text);
    image.os.guest_type = dice.maybe(text);
    image.checksums.md5 = dice.maybe(text);
    for tag in TAGS {
        if dice.roll(4) == 0 {
            image.tags.insert(tag.to_owned());
        }
    }
    for name in PROPERTIES {
        if dice.coin() {
            image.properties.insert(name.to_owned(), text(dice));
        }
    }
    for store in 1..=3 {
        if dice.roll(3) == 0 {
            *copies += 1;
            image.locations.push(Location {
                id: LocationId::new(Uuid::from_u128(*copies)),
                image: image.id,
                store: store_id(store),
                key: format!("key{copies}"),
                state: dice.of(LocationState::ALL),
                size: ByteCount(1),
                ordinal: i64::try_from(*copies).unwrap(),
                created_at: at(1),
                updated_at: at(1),
            });
        }
    }
    image
}

fn fields() -> Vec<Field> {
    let mut fields = columns();
    fields.extend(PROPERTIES.map(|name| Field::Property(name.to_owned())));
    fields.extend([
        Field::Property("unknown".to_owned()),
        Field::Tag,
        Field::LocationStore,
        Field::LocationStoreName,
        Field::LocationState,
        Field::LocationKey,
        Field::LocationZone,
        Field::LocationZoneName,
        Field::LocationOrdinal,
        Field::LocationCreatedAt,
        Field::LocationUpdatedAt,
    ]);
    fields
}

/// Fields that have an order.
fn columns() -> Vec<Field> {
    use Field as F;
    vec![
        F::Id,
        F::Name,
        F::Description,
        F::Owner,
        F::Status,
        F::Enabled,
        F::Visibility,
        F::Protected,
        F::Hidden,
        F::Media,
        F::System,
        F::Virtio,
        F::Platform,
        F::Architecture,
        F::Firmware,
        F::OsDistro,
        F::OsVersion,
        F::GuestType,
        F::Format,
        F::Size,
        F::VirtualSize,
        F::Md5,
        F::MinDiskGib,
        F::MinRamMib,
        F::Source,
        F::CreatedAt,
        F::UpdatedAt,
    ]
}

pub(crate) fn list(dice: &mut Dice, cloud: &Cloud) -> ImageList {
    let project = project_id(1 + u128::from(dice.number(3)));
    let shared = (0..dice.roll(4))
        .map(|_| dice.of(MemberState::ALL))
        .collect();
    let scope = match dice.roll(7) {
        0 => Scope::All,
        1 => Scope::Owned(project),
        2 => Scope::Community,
        3 => Scope::Usable { project, shared },
        _ => Scope::Visible { project, shared },
    };
    let mut query = ImageList::new(scope, u32::try_from(dice.roll(12)).unwrap());
    query.conditions = (0..dice.roll(3))
        .map(|_| condition(dice, cloud, 0))
        .collect();
    let sorts = [Field::CreatedAt, Field::Name, Field::Id];
    for _ in 0..dice.roll(4) {
        let field = if dice.coin() {
            dice.of(&sorts)
        } else {
            dice.of(&columns())
        };
        let direction = dice.of(&[Direction::Ascending, Direction::Descending]);
        query.sort.push(Sort { field, direction });
    }
    query.start = match dice.roll(3) {
        0 => Start::First,
        1 => Start::After(dice.of(&cloud.images).id),
        _ => Start::Offset(dice.number(30)),
    };
    query
}

fn condition(dice: &mut Dice, cloud: &Cloud, depth: usize) -> Condition {
    match dice.roll(8) {
        0 => Condition::InRegion(dice.of(&Cloud::regions())),
        1 if depth < 3 => {
            let mut groups = Vec::new();
            for _ in 0..dice.roll(4) {
                let group = (0..dice.roll(3)).map(|_| condition(dice, cloud, depth + 1));
                groups.push(group.collect());
            }
            Condition::AnyOf(groups)
        }
        2 => {
            let driving = [
                Field::Id,
                Field::Name,
                Field::Tag,
                Field::LocationStore,
                Field::Property("p".to_owned()),
            ];
            let field = dice.of(&driving);
            let test = if dice.coin() {
                Test::Eq(operand(dice, cloud, &field))
            } else {
                Test::In((0..4).map(|_| operand(dice, cloud, &field)).collect())
            };
            Condition::Field(field, test)
        }
        3 => {
            let field = dice.of(&fields());
            let test = test(dice, cloud, &field);
            Condition::Without(field, test)
        }
        _ => {
            let field = dice.of(&fields());
            let test = test(dice, cloud, &field);
            Condition::Field(field, test)
        }
    }
}

fn is_text(field: &Field) -> bool {
    !matches!(
        field,
        Field::Enabled
            | Field::Protected
            | Field::Hidden
            | Field::System
            | Field::Virtio
            | Field::Size
            | Field::VirtualSize
            | Field::MinDiskGib
            | Field::MinRamMib
            | Field::CreatedAt
            | Field::UpdatedAt
            | Field::LocationOrdinal
            | Field::LocationCreatedAt
            | Field::LocationUpdatedAt
    )
}

fn test(dice: &mut Dice, cloud: &Cloud, field: &Field) -> Test {
    let several = |dice: &mut Dice| {
        let many = dice.roll(4);
        (0..many).map(|_| operand(dice, cloud, field)).collect()
    };
    match dice.roll(if is_text(field) { 12 } else { 10 }) {
        0 => Test::Eq(operand(dice, cloud, field)),
        1 => Test::NotEq(operand(dice, cloud, field)),
        2 => Test::Lt(operand(dice, cloud, field)),
        3 => Test::Le(operand(dice, cloud, field)),
        4 => Test::Gt(operand(dice, cloud, field)),
        5 => Test::Ge(operand(dice, cloud, field)),
        6 => Test::In(several(dice)),
        7 => Test::NotIn(several(dice)),
        8 => Test::IsNull,
        9 => Test::NotNull,
        10 => Test::Like(dice.of(&PATTERNS).to_owned()),
        _ => Test::NotLike(dice.of(&PATTERNS).to_owned()),
    }
}

/// A value that some image has, or one that none has, in one of the forms that faces send.
fn operand(dice: &mut Dice, cloud: &Cloud, field: &Field) -> Operand {
    let known = cloud
        .some_value(field, dice.roll(1000))
        .filter(|_| dice.roll(5) > 0);
    let is_time = matches!(
        field,
        Field::CreatedAt | Field::UpdatedAt | Field::LocationCreatedAt | Field::LocationUpdatedAt
    );
    match known {
        Some(Scalar::Text(text)) => Operand::Text(text),
        None if is_text(field) && *field == Field::Id => Operand::Text(image_id(5000).hex()),
        None if is_text(field) => Operand::Text("none".into()),
        Some(Scalar::Int(micros)) if is_time => {
            Operand::Time(Timestamp::from_microsecond(micros).unwrap())
        }
        None if is_time => Operand::Time(at(3)),
        Some(Scalar::Int(number @ (0 | 1))) if dice.coin() => match field {
            Field::Size
            | Field::VirtualSize
            | Field::MinDiskGib
            | Field::MinRamMib
            | Field::LocationOrdinal => Operand::Text(number.to_string()),
            _ => Operand::Bool(number == 1),
        },
        Some(Scalar::Int(number)) => Operand::Int(number),
        None => Operand::Int(1),
    }
}
