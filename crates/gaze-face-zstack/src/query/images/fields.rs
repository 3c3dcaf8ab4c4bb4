//! Fields of images and of their copies, as the catalogue compares them.

use gaze_domain::list::{Condition as Ours, Field, Operand, Test as Asked};
use gaze_domain::{Architecture, DiskFormat, LocationState, Media, Platform, Status};

use super::tags;
use crate::errors::{Code, Failure, api};
use crate::map::image::IMAGE_TYPE;
use crate::map::words;
use crate::query::{Comparison, Condition, Test};
use crate::wire::{Inventory, date, image};

/// What a field of ZStack's is, here.
pub(super) enum Kind {
    Text(Field),
    Number(Field),
    Size,
    Time(Field),
    /// A value whose words differ: the domain's operands with ZStack's word for each.
    Words(Field, Vec<(Operand, &'static str)>),
    /// The same word for every image.
    Constant(&'static str),
    SystemTag,
    UserTag,
}

/// Refusal of a field that images do not have.
pub(super) fn unknown(name: &str) -> Failure {
    api(
        Code::Internal,
        format!(
            "inventory class[{}] has no field[{name}]",
            image::Image::CLASS
        ),
    )
}

pub(super) fn kind(name: &str) -> Result<Kind, Failure> {
    Ok(match name {
        "uuid" => Kind::Text(Field::Id),
        "name" => Kind::Text(Field::Name),
        "description" => Kind::Text(Field::Description),
        "url" => Kind::Text(Field::Source),
        "md5Sum" => Kind::Text(Field::Md5),
        "guestOsType" => Kind::Text(Field::GuestType),
        "size" => Kind::Size,
        "actualSize" => Kind::Number(Field::Size),
        "createDate" => Kind::Time(Field::CreatedAt),
        "lastOpDate" => Kind::Time(Field::UpdatedAt),
        "state" => flags(Field::Enabled, "Enabled", "Disabled"),
        "system" => flags(Field::System, "true", "false"),
        "virtio" => flags(Field::Virtio, "true", "false"),
        "status" => words_of(Field::Status, Status::ALL, Status::as_str, words::status),
        "mediaType" => words_of(Field::Media, Media::ALL, Media::as_str, words::media),
        "platform" => words_of(
            Field::Platform,
            Platform::ALL,
            Platform::as_str,
            words::platform,
        ),
        "architecture" => words_of(
            Field::Architecture,
            Architecture::ALL,
            Architecture::as_str,
            words::architecture,
        ),
        "format" => words_of(
            Field::Format,
            DiskFormat::ALL,
            DiskFormat::as_str,
            words::format,
        ),
        "type" => Kind::Constant(IMAGE_TYPE),
        "__systemTag__" => Kind::SystemTag,
        "__userTag__" => Kind::UserTag,
        "backupStorage.uuid" => Kind::Text(Field::LocationStore),
        "backupStorage.name" => Kind::Text(Field::LocationStoreName),
        _ => match name.split_once('.') {
            Some(("backupStorageRef" | "backupStorageRefs", field)) => copy(name, field)?,
            _ => return Err(unknown(name)),
        },
    })
}

/// Fields of the copies.
fn copy(name: &str, field: &str) -> Result<Kind, Failure> {
    Ok(match field {
        "id" => Kind::Number(Field::LocationOrdinal),
        "imageUuid" => Kind::Text(Field::Id),
        "backupStorageUuid" => Kind::Text(Field::LocationStore),
        "createDate" => Kind::Time(Field::LocationCreatedAt),
        "lastOpDate" => Kind::Time(Field::LocationUpdatedAt),
        "status" => words_of(
            Field::LocationState,
            LocationState::ALL,
            LocationState::as_str,
            |state| words::location_status(Status::Importing, state),
        ),
        _ => return Err(unknown(name)),
    })
}

fn flags(field: Field, yes: &'static str, no: &'static str) -> Kind {
    Kind::Words(field, vec![(true.into(), yes), (false.into(), no)])
}

fn words_of<T: Copy>(
    field: Field,
    all: &[T],
    ours: fn(T) -> &'static str,
    theirs: impl Fn(T) -> &'static str,
) -> Kind {
    let pairs = all
        .iter()
        .map(|value| (ours(*value).into(), theirs(*value)))
        .collect();
    Kind::Words(field, pairs)
}

/// The condition on a field that the catalogue has.
pub(super) fn translate(condition: &Condition) -> Result<Ours, Failure> {
    let test = &condition.test;
    Ok(match kind(&condition.field)? {
        Kind::Text(field) => Ours::Field(field, operands(test, |value| Ok(value.into()))?),
        Kind::Size => size(condition)?,
        Kind::Number(field) => {
            Ours::Field(field, operands(test, |value| number(condition, value))?)
        }
        Kind::Time(field) => Ours::Field(field, operands(test, |value| time(condition, value))?),
        Kind::Words(field, pairs) => Ours::Field(field, among(test, &pairs)),
        Kind::Constant(word) => constant(word, test),
        Kind::SystemTag => tags::system(test),
        Kind::UserTag => tags::user(test),
    })
}

/// The test with its values turned into operands.
pub(super) fn operands(
    test: &Test,
    read: impl Fn(&str) -> Result<Operand, Failure>,
) -> Result<Asked, Failure> {
    Ok(match test {
        Test::Compare(comparison, value) => {
            let value = read(value)?;
            match comparison {
                Comparison::Equal => Asked::Eq(value),
                Comparison::NotEqual => Asked::NotEq(value),
                Comparison::Less => Asked::Lt(value),
                Comparison::LessOrEqual => Asked::Le(value),
                Comparison::Greater => Asked::Gt(value),
                Comparison::GreaterOrEqual => Asked::Ge(value),
            }
        }
        Test::OneOf(values) => Asked::In(each(values, read)?),
        Test::NoneOf(values) => Asked::NotIn(each(values, read)?),
        Test::Like(pattern) => Asked::Like(pattern.clone()),
        Test::NotLike(pattern) => Asked::NotLike(pattern.clone()),
        Test::Null => Asked::IsNull,
        Test::NotNull => Asked::NotNull,
    })
}

fn each(
    values: &[String],
    read: impl Fn(&str) -> Result<Operand, Failure>,
) -> Result<Vec<Operand>, Failure> {
    values.iter().map(|value| read(value)).collect()
}

/// The test on ZStack's words as a set of the domain's values.
fn among(test: &Test, pairs: &[(Operand, &'static str)]) -> Asked {
    match test {
        Test::Null => Asked::IsNull,
        Test::NotNull => Asked::NotNull,
        Test::Compare(..) | Test::OneOf(_) | Test::NoneOf(_) | Test::Like(_) | Test::NotLike(_) => {
            Asked::In(
                pairs
                    .iter()
                    .filter(|(_, word)| test.accepts(word))
                    .map(|(operand, _)| operand.clone())
                    .collect(),
            )
        }
    }
}

/// True of every image or of none.
fn constant(word: &str, test: &Test) -> Ours {
    let field = Field::Id;
    if test.accepts(word) {
        Ours::Field(field, Asked::NotNull)
    } else {
        Ours::Field(field, Asked::In(Vec::new()))
    }
}

/// What is shown as the size: what a guest sees, and what is stored while that is not known.
fn size(condition: &Condition) -> Result<Ours, Failure> {
    let asked = operands(&condition.test, |value| number(condition, value))?;
    let seen = Ours::Field(Field::VirtualSize, asked.clone());
    let unknown = Ours::Field(Field::VirtualSize, Asked::IsNull);
    let stored = Ours::Field(Field::Size, asked.clone());
    Ok(if asked == Asked::IsNull {
        Ours::AnyOf(vec![vec![unknown, stored]])
    } else {
        Ours::AnyOf(vec![vec![seen], vec![unknown, stored]])
    })
}

fn number(condition: &Condition, value: &str) -> Result<Operand, Failure> {
    value
        .trim()
        .parse::<i64>()
        .map(Operand::Int)
        .map_err(|_not_a_number| bad_value(condition, value))
}

fn time(condition: &Condition, value: &str) -> Result<Operand, Failure> {
    date::read(value.trim())
        .map(Operand::Time)
        .ok_or_else(|| bad_value(condition, value))
}

fn bad_value(condition: &Condition, value: &str) -> Failure {
    api(
        Code::Internal,
        format!("invalid value[{value}] of query field[{}]", condition.field),
    )
}

/// The field that the catalogue orders by.
pub(super) fn sort_field(name: &str) -> Result<Field, Failure> {
    match kind(name)? {
        Kind::Text(field) | Kind::Number(field) | Kind::Time(field) | Kind::Words(field, _)
            if !name.contains('.') =>
        {
            Ok(field)
        }
        Kind::Size => Ok(Field::VirtualSize),
        Kind::Constant(_) => Ok(Field::Id),
        _ => Err(unknown(name)),
    }
}
