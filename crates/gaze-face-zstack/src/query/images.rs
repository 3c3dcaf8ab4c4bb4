//! Queries of images, translated for the catalogue.

use gaze_domain::list::{
    Condition as Ours, Field, ImageList, Operand, Scope, Sort, Start, Test as Asked,
};
use gaze_domain::{Architecture, DiskFormat, Firmware, MemberState};
use gaze_domain::{LocationState, Media, Platform, Status};

use super::{Comparison, Condition, Query, Test};
use crate::errors::{Code, Failure, api};
use crate::map::image::IMAGE_TYPE;
use crate::map::words;
use crate::wire::Inventory;
use crate::wire::{date, image};

/// What a field of ZStack's is, here.
enum Kind {
    Text(Field),
    Number(Field),
    Time(Field),
    /// A value whose words differ: the domain's operands with ZStack's word for each.
    Words(Field, Vec<(Operand, &'static str)>),
    /// The same word for every image.
    Constant(&'static str),
    /// A tag. A system tag `bootMode::X` is kept as the firmware.
    Tag,
}

/// The list that a query asks for, of the images that `caller`'s project may see.
pub(crate) fn list(query: &Query, scope: Scope) -> Result<ImageList, Failure> {
    if let Some(parameter) = query.unsupported {
        return Err(api(
            Code::Unsupported,
            format!("the query parameter[{parameter}] is not supported yet"),
        ));
    }
    let mut list = ImageList::new(scope, query.limit);
    for condition in &query.conditions {
        list.conditions.push(translate(condition)?);
    }
    if let Some(sort) = &query.sort {
        list.sort.push(Sort {
            field: sort_field(&sort.field)?,
            direction: sort.direction,
        });
    }
    if query.start > 0 {
        list.start = Start::Offset(query.start);
    }
    Ok(list)
}

/// What an account sees: its own images, public ones, and those shared with it.
pub(crate) fn visible(caller: &gaze_domain::Caller) -> Scope {
    if caller.is_admin() {
        Scope::All
    } else {
        Scope::Visible {
            project: caller.project,
            shared: vec![MemberState::Accepted],
        }
    }
}

/// Refusal of a field that images do not have.
fn unknown(name: &str) -> Failure {
    api(
        Code::Internal,
        format!(
            "inventory class[{}] has no field[{name}]",
            image::Image::CLASS
        ),
    )
}

fn kind(name: &str) -> Result<Kind, Failure> {
    Ok(match name {
        "uuid" => Kind::Text(Field::Id),
        "name" => Kind::Text(Field::Name),
        "description" => Kind::Text(Field::Description),
        "url" => Kind::Text(Field::Source),
        "md5Sum" => Kind::Text(Field::Md5),
        "guestOsType" => Kind::Text(Field::GuestType),
        "size" => Kind::Number(Field::VirtualSize),
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
        "__systemTag__" | "__userTag__" => Kind::Tag,
        "backupStorage.uuid"
        | "backupStorageRef.backupStorageUuid"
        | "backupStorageRefs.backupStorageUuid" => Kind::Text(Field::LocationStore),
        "backupStorage.name" => Kind::Text(Field::LocationStoreName),
        "backupStorage.zone.uuid" => Kind::Text(Field::LocationZone),
        "backupStorage.zone.name" => Kind::Text(Field::LocationZoneName),
        "backupStorageRef.status" | "backupStorageRefs.status" => words_of(
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

fn translate(condition: &Condition) -> Result<Ours, Failure> {
    let test = &condition.test;
    Ok(match kind(&condition.field)? {
        Kind::Text(field) => Ours::Field(field, operands(test, |value| Ok(value.into()))?),
        Kind::Number(field) => {
            Ours::Field(field, operands(test, |value| number(condition, value))?)
        }
        Kind::Time(field) => Ours::Field(field, operands(test, |value| time(condition, value))?),
        Kind::Words(field, pairs) => Ours::Field(field, among(test, &pairs)),
        Kind::Constant(word) => constant(word, test),
        Kind::Tag => tag(test),
    })
}

/// The test with its values turned into operands.
fn operands(
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

fn tag(test: &Test) -> Ours {
    if let Test::Compare(Comparison::Equal, value) = test
        && let Some(firmware) = value
            .strip_prefix("bootMode::")
            .and_then(words::read_boot_mode)
    {
        return Ours::eq(Field::Firmware, firmware_word(firmware));
    }
    let field = Field::Tag;
    match operands(test, |value| Ok(value.into())) {
        Ok(asked) => Ours::Field(field, asked),
        Err(_infallible) => Ours::Field(field, Asked::IsNull),
    }
}

fn firmware_word(firmware: Firmware) -> &'static str {
    firmware.as_str()
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

fn sort_field(name: &str) -> Result<Field, Failure> {
    match kind(name)? {
        Kind::Text(field) | Kind::Number(field) | Kind::Time(field) | Kind::Words(field, _)
            if !name.contains('.') =>
        {
            Ok(field)
        }
        Kind::Constant(_) => Ok(Field::Id),
        _ => Err(unknown(name)),
    }
}

#[cfg(test)]
mod tests;
