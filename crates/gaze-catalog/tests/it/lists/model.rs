//! What a list should answer, evaluated image by image over everything there is.

use std::cmp::Ordering;

use gaze_domain::list::{
    Condition, Direction, Field, ImageList, Operand, Scope, Sort, Start, Test,
};
use gaze_domain::{Image, Member, Status, Store, Visibility};

use crate::world::{region_, zone_};

/// Everything that lists look at. Regions and zones 1 and 2 are those of [`crate::world`], zone n
/// in region n.
#[derive(Clone, Debug)]
pub(crate) struct Cloud {
    pub(crate) stores: Vec<Store>,
    pub(crate) images: Vec<Image>,
    pub(crate) members: Vec<Member>,
}

/// A field's value. Flags are 0 and 1, times microseconds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scalar {
    Int(i64),
    Text(String),
}

impl Cloud {
    /// All images that the list holds, in order, wherever its page starts.
    pub(crate) fn whole(&self, query: &ImageList) -> Vec<Image> {
        let mut images: Vec<Image> = self
            .images
            .iter()
            .filter(|image| self.in_scope(image, &query.scope))
            .filter(|image| query.conditions.iter().all(|test| self.meets(image, test)))
            .cloned()
            .collect();
        images.sort_by(|a, b| self.compare(a, b, &query.sort));
        images
    }

    pub(crate) fn page(&self, query: &ImageList) -> Vec<Image> {
        let whole = self.whole(query).into_iter();
        let limit = usize::try_from(query.limit).unwrap();
        match query.start {
            Start::First => whole.take(limit).collect(),
            Start::Offset(rows) => whole
                .skip(usize::try_from(rows).unwrap())
                .take(limit)
                .collect(),
            Start::After(id) => {
                let marker = self.images.iter().find(|image| image.id == id).unwrap();
                whole
                    .filter(|image| self.compare(image, marker, &query.sort) == Ordering::Greater)
                    .take(limit)
                    .collect()
            }
        }
    }

    fn in_scope(&self, image: &Image, scope: &Scope) -> bool {
        match scope {
            Scope::All => true,
            Scope::Owned(project) => image.owner == *project,
            Scope::Community => {
                image.visibility == Visibility::Community && image.status != Status::Deleted
            }
            Scope::Visible { project, shared } | Scope::Usable { project, shared } => {
                let is_member = self.members.iter().any(|member| {
                    member.image == image.id
                        && member.project == *project
                        && shared.contains(&member.state)
                });
                image.owner == *project
                    || image.status != Status::Deleted
                        && match image.visibility {
                            Visibility::Public => true,
                            Visibility::Shared => is_member,
                            Visibility::Community => matches!(scope, Scope::Usable { .. }),
                            Visibility::Private => false,
                        }
            }
        }
    }

    fn meets(&self, image: &Image, condition: &Condition) -> bool {
        match condition {
            Condition::Field(field, test) => {
                let values = self.values(image, field);
                match test {
                    Test::IsNull => values.is_empty(),
                    _ => values.iter().any(|value| passes(value, test)),
                }
            }
            Condition::Without(field, test) => {
                !self.meets(image, &Condition::Field(field.clone(), test.clone()))
            }
            Condition::InRegion(region) => {
                image.locations.is_empty()
                    || image
                        .locations
                        .iter()
                        .any(|copy| self.store(copy.store).region == *region)
            }
            Condition::AnyOf(groups) => groups
                .iter()
                .any(|group| group.iter().all(|each| self.meets(image, each))),
        }
    }

    fn store(&self, id: gaze_domain::StoreId) -> &Store {
        self.stores.iter().find(|store| store.id == id).unwrap()
    }

    /// The field's values: none if it is absent, several for tags and copies.
    pub(crate) fn values(&self, image: &Image, field: &Field) -> Vec<Scalar> {
        let text = |value: &str| vec![Scalar::Text(value.to_owned())];
        let maybe = |value: Option<&str>| value.map_or(Vec::new(), text);
        let flag = |value: bool| vec![Scalar::Int(i64::from(value))];
        let number = |value: u64| Scalar::Int(i64::try_from(value).unwrap());
        let stores = || image.locations.iter().map(|copy| self.store(copy.store));
        match field {
            Field::Id => text(&image.id.hex()),
            Field::Name => text(&image.name),
            Field::Description => maybe(image.description.as_deref()),
            Field::Owner => text(&image.owner.hex()),
            Field::Status => text(image.status.as_str()),
            Field::Enabled => flag(image.enabled),
            Field::Visibility => text(image.visibility.as_str()),
            Field::Protected => flag(image.protected),
            Field::Hidden => flag(image.hidden),
            Field::Media => text(image.media.as_str()),
            Field::System => flag(image.system),
            Field::Virtio => flag(image.virtio),
            Field::Platform => text(image.platform.as_str()),
            Field::Architecture => maybe(image.architecture.map(gaze_domain::Architecture::as_str)),
            Field::Firmware => maybe(image.firmware.map(gaze_domain::Firmware::as_str)),
            Field::OsDistro => maybe(image.os.distro.as_deref()),
            Field::OsVersion => maybe(image.os.version.as_deref()),
            Field::GuestType => maybe(image.os.guest_type.as_deref()),
            Field::Format => maybe(image.format.map(gaze_domain::DiskFormat::as_str)),
            Field::Size => image.size.map(|size| number(size.0)).into_iter().collect(),
            Field::VirtualSize => image
                .virtual_size
                .map(|size| number(size.0))
                .into_iter()
                .collect(),
            Field::Md5 => maybe(image.checksums.md5.as_deref()),
            Field::MinDiskGib => vec![number(image.min_disk_gib)],
            Field::MinRamMib => vec![number(image.min_ram_mib)],
            Field::Source => text(&image.source),
            Field::CreatedAt => vec![Scalar::Int(image.created_at.as_microsecond())],
            Field::UpdatedAt => vec![Scalar::Int(image.updated_at.as_microsecond())],
            Field::Property(name) => maybe(image.properties.get(name).map(String::as_str)),
            Field::Tag => image.tags.iter().cloned().map(Scalar::Text).collect(),
            Field::LocationStore => stores().map(|s| Scalar::Text(s.id.hex())).collect(),
            Field::LocationStoreName => stores().map(|s| Scalar::Text(s.name.clone())).collect(),
            Field::LocationState => {
                let copies = image.locations.iter();
                copies
                    .map(|copy| Scalar::Text(copy.state.to_string()))
                    .collect()
            }
            Field::LocationKey => {
                let copies = image.locations.iter();
                copies.map(|copy| Scalar::Text(copy.key.clone())).collect()
            }
            Field::LocationOrdinal => {
                let copies = image.locations.iter();
                copies.map(|copy| Scalar::Int(copy.ordinal)).collect()
            }
            Field::LocationCreatedAt | Field::LocationUpdatedAt => {
                let copies = image.locations.iter();
                copies
                    .map(|copy| match field {
                        Field::LocationCreatedAt => copy.created_at,
                        _ => copy.updated_at,
                    })
                    .map(|time| Scalar::Int(time.as_microsecond()))
                    .collect()
            }
            Field::LocationZone => stores()
                .flat_map(|s| &s.zones)
                .map(|id| Scalar::Text(id.hex()))
                .collect(),
            Field::LocationZoneName => stores()
                .flat_map(|s| &s.zones)
                .map(|id| {
                    (1..=2)
                        .map(|n| zone_(n, n))
                        .find(|zone| zone.id == *id)
                        .unwrap()
                })
                .map(|zone| Scalar::Text(zone.name))
                .collect(),
        }
    }

    fn compare(&self, a: &Image, b: &Image, sort: &[Sort]) -> Ordering {
        let newest = [Sort {
            field: Field::CreatedAt,
            direction: Direction::Descending,
        }];
        let sort = if sort.is_empty() { &newest } else { sort };
        // The id goes in the direction of the last key.
        let last = Sort {
            field: Field::Id,
            direction: sort[sort.len() - 1].direction,
        };
        for key in sort.iter().chain([&last]) {
            let order = self.key(a, &key.field).cmp(&self.key(b, &key.field));
            let order = match key.direction {
                Direction::Ascending => order,
                Direction::Descending => order.reverse(),
            };
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    }

    /// Absent values stand before all others, an absent text beside the empty one.
    fn key(&self, image: &Image, field: &Field) -> Option<Scalar> {
        let value = self.values(image, field).into_iter().next();
        value.filter(|value| *value != Scalar::Text(String::new()))
    }

    /// Something to compare a condition with: a present value of the field, from any image.
    pub(crate) fn some_value(&self, field: &Field, at: usize) -> Option<Scalar> {
        let mut values: Vec<Scalar> = self
            .images
            .iter()
            .flat_map(|image| self.values(image, field))
            .collect();
        values.sort();
        values.dedup();
        let at = at.checked_rem(values.len())?;
        Some(values[at].clone())
    }

    pub(crate) fn regions() -> [gaze_domain::RegionId; 2] {
        [region_(1).id, region_(2).id]
    }
}

fn passes(value: &Scalar, test: &Test) -> bool {
    let order = |operand: &Operand| value.cmp(&scalar(value, operand));
    match test {
        Test::Eq(operand) => order(operand).is_eq(),
        Test::NotEq(operand) => order(operand).is_ne(),
        Test::Lt(operand) => order(operand).is_lt(),
        Test::Le(operand) => order(operand).is_le(),
        Test::Gt(operand) => order(operand).is_gt(),
        Test::Ge(operand) => order(operand).is_ge(),
        Test::In(operands) => operands.iter().any(|each| order(each).is_eq()),
        Test::NotIn(operands) => operands.iter().all(|each| order(each).is_ne()),
        Test::Like(pattern) => like(pattern, value),
        Test::NotLike(pattern) => !like(pattern, value),
        Test::IsNull => false,
        Test::NotNull => true,
    }
}

/// The operand in the kind of the value that it is compared with.
fn scalar(value: &Scalar, operand: &Operand) -> Scalar {
    match (value, operand) {
        (Scalar::Int(_), Operand::Int(number)) => Scalar::Int(*number),
        (Scalar::Int(_), Operand::Bool(flag)) => Scalar::Int(i64::from(*flag)),
        (Scalar::Int(_), Operand::Time(time)) => Scalar::Int(time.as_microsecond()),
        (Scalar::Int(_), Operand::Text(text)) => Scalar::Int(match text.as_str() {
            "true" => 1,
            "false" => 0,
            other => other.trim().parse().unwrap(),
        }),
        (Scalar::Text(_), Operand::Text(text)) => Scalar::Text(text.clone()),
        (Scalar::Text(_), Operand::Int(number)) => Scalar::Text(number.to_string()),
        (Scalar::Text(_), Operand::Bool(flag)) => Scalar::Text(flag.to_string()),
        (Scalar::Text(_), Operand::Time(_)) => unreachable!("never made"),
    }
}

fn like(pattern: &str, value: &Scalar) -> bool {
    let Scalar::Text(value) = value else {
        unreachable!("patterns are for text");
    };
    let pattern: Vec<char> = pattern.to_ascii_lowercase().chars().collect();
    let text: Vec<char> = value.to_ascii_lowercase().chars().collect();
    matches(&pattern, &text)
}

fn matches(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['%', rest @ ..] => (0..=text.len()).any(|from| matches(rest, &text[from..])),
        ['_', rest @ ..] => !text.is_empty() && matches(rest, &text[1..]),
        ['\\', literal, rest @ ..] | [literal, rest @ ..] => {
            text.first() == Some(literal) && matches(rest, &text[1..])
        }
    }
}
