//! How each field of a list's conditions and order is spelled in SQL.

use std::str::FromStr;

use gaze_domain::list::{Field, Operand};
use gaze_domain::{
    Architecture, DiskFormat, Error, Firmware, Media, Platform, Status, Timestamp, Visibility,
};
use gaze_sql::Value;

use crate::Failure;

/// What a field is compared as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Text,
    Int,
    Flag,
    Time,
}

/// Where a field is found.
pub(super) enum Place {
    /// A column of the image's own row.
    Column {
        name: &'static str,
        of: Type,
        nullable: bool,
    },
    /// A row of another table that belongs to the image: the table and its condition, and the
    /// expression to compare.
    Row {
        from: String,
        value: &'static str,
        of: Type,
    },
}

const fn column(name: &'static str, of: Type) -> Place {
    Place::Column {
        name,
        of,
        nullable: false,
    }
}

const fn nullable(name: &'static str, of: Type) -> Place {
    Place::Column {
        name,
        of,
        nullable: true,
    }
}

fn row(from: &str, value: &'static str) -> Place {
    row_of(from, value, Type::Text)
}

fn row_of(from: &str, value: &'static str, of: Type) -> Place {
    Place::Row {
        from: from.to_owned(),
        value,
        of,
    }
}

/// `argument` adds an argument and returns its placeholder.
pub(super) fn place(field: &Field, argument: &mut dyn FnMut(Value) -> String) -> Place {
    const LOCATIONS: &str = "image_location l WHERE l.image_id = i.id";
    const STORES: &str =
        "image_location l JOIN store s ON s.id = l.store_id WHERE l.image_id = i.id";
    const ZONES: &str = "image_location l JOIN store_zone sz ON sz.store_id = l.store_id \
                         JOIN zone z ON z.id = sz.zone_id WHERE l.image_id = i.id";
    match field {
        Field::Id => column("i.id", Type::Text),
        Field::Name => column("i.name", Type::Text),
        Field::Description => nullable("i.description", Type::Text),
        Field::Owner => column("i.owner_id", Type::Text),
        Field::Status => column("i.status", Type::Text),
        Field::Enabled => column("i.enabled", Type::Flag),
        Field::Visibility => column("i.visibility", Type::Text),
        Field::Protected => column("i.protected", Type::Flag),
        Field::Hidden => column("i.hidden", Type::Flag),
        Field::Media => column("i.media", Type::Text),
        Field::System => column("i.system", Type::Flag),
        Field::Virtio => column("i.virtio", Type::Flag),
        Field::Platform => column("i.platform", Type::Text),
        Field::Architecture => nullable("i.architecture", Type::Text),
        Field::Firmware => nullable("i.firmware", Type::Text),
        Field::OsDistro => nullable("i.os_distro", Type::Text),
        Field::OsVersion => nullable("i.os_version", Type::Text),
        Field::GuestType => nullable("i.guest_type", Type::Text),
        Field::Format => nullable("i.format", Type::Text),
        Field::Size => nullable("i.size", Type::Int),
        Field::VirtualSize => nullable("i.virtual_size", Type::Int),
        Field::Md5 => nullable("i.md5", Type::Text),
        Field::MinDiskGib => column("i.min_disk_gib", Type::Int),
        Field::MinRamMib => column("i.min_ram_mib", Type::Int),
        Field::Source => column("i.source", Type::Text),
        Field::CreatedAt => column("i.created_at", Type::Time),
        Field::UpdatedAt => column("i.updated_at", Type::Time),
        Field::Property(name) => Place::Row {
            from: format!(
                "image_property p WHERE p.image_id = i.id AND p.name = {}",
                argument(name.into())
            ),
            value: "p.value",
            of: Type::Text,
        },
        Field::Tag => row("image_tag t WHERE t.image_id = i.id", "t.tag"),
        Field::LocationStore => row(LOCATIONS, "l.store_id"),
        Field::LocationState => row(LOCATIONS, "l.state"),
        Field::LocationKey => row(LOCATIONS, "l.blob_key"),
        Field::LocationStoreName => row(STORES, "s.name"),
        Field::LocationZone => row(ZONES, "z.id"),
        Field::LocationZoneName => row(ZONES, "z.name"),
        Field::LocationOrdinal => row_of(LOCATIONS, "l.ordinal", Type::Int),
        Field::LocationCreatedAt => row_of(LOCATIONS, "l.created_at", Type::Time),
        Field::LocationUpdatedAt => row_of(LOCATIONS, "l.updated_at", Type::Time),
    }
}

/// The operand as the type that the field is compared as. Text is parsed where a number, flag or
/// time is due, since most faces hand over text.
pub(super) fn coerce(field: &Field, of: Type, operand: &Operand) -> Result<Value, Failure> {
    let wrong = |what: &str| {
        let given = match operand {
            Operand::Text(text) => format!("{text:?}"),
            Operand::Int(number) => number.to_string(),
            Operand::Bool(flag) => flag.to_string(),
            Operand::Time(time) => time.to_string(),
        };
        Failure::Domain(Error::invalid(
            name(field),
            format!("{given} is not {what}"),
        ))
    };
    match (of, operand) {
        (Type::Text, Operand::Text(text)) => {
            plain_text(field, text)?;
            Ok(text.into())
        }
        (Type::Text, Operand::Int(number)) => Ok(number.to_string().into()),
        (Type::Text, Operand::Bool(flag)) => Ok(flag.to_string().into()),
        (Type::Int, Operand::Int(number)) | (Type::Flag, Operand::Int(number @ (0 | 1))) => {
            Ok((*number).into())
        }
        (Type::Int, Operand::Text(text)) => text
            .trim()
            .parse::<i64>()
            .map(Value::Int)
            .map_err(|_not_a_number| wrong("an integer")),
        (Type::Flag, Operand::Bool(flag)) => Ok((*flag).into()),
        (Type::Flag, Operand::Text(text)) => match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(true.into()),
            "false" | "0" => Ok(false.into()),
            _ => Err(wrong("true or false")),
        },
        (Type::Time, Operand::Time(time)) => Ok(time.as_microsecond().into()),
        (Type::Time, Operand::Text(text)) => text
            .parse::<Timestamp>()
            .map(|time| time.as_microsecond().into())
            .map_err(|_not_a_time| wrong("a time")),
        (Type::Text, Operand::Time(_)) => Err(wrong("text")),
        (Type::Int, Operand::Bool(_) | Operand::Time(_)) => Err(wrong("an integer")),
        (Type::Flag, Operand::Int(_) | Operand::Time(_)) => Err(wrong("true or false")),
        (Type::Time, Operand::Int(_) | Operand::Bool(_)) => Err(wrong("a time")),
    }
}

/// The value as it stands in SQL, if it is a flag or one of our own few words for the field.
pub(super) fn literal(field: &Field, value: &Value) -> Option<String> {
    fn known<T: FromStr>(text: &str, word: fn(T) -> &'static str) -> Option<&'static str> {
        text.parse().ok().map(word).filter(|word| *word == text)
    }
    let text = match value {
        Value::Int(flag @ (0 | 1)) => {
            return match field {
                Field::Enabled
                | Field::Protected
                | Field::Hidden
                | Field::System
                | Field::Virtio => Some(flag.to_string()),
                _ => None,
            };
        }
        Value::Text(text) => text,
        Value::Int(_) | Value::Bytes(_) | Value::Null => return None,
    };
    let word = match field {
        Field::Status => known(text, Status::as_str),
        Field::Visibility => known(text, Visibility::as_str),
        Field::Media => known(text, Media::as_str),
        Field::Platform => known(text, Platform::as_str),
        Field::Architecture => known(text, Architecture::as_str),
        Field::Firmware => known(text, Firmware::as_str),
        Field::Format => known(text, DiskFormat::as_str),
        _ => None,
    };
    word.map(|word| format!("'{word}'"))
}

/// Refuses NUL, which PostgreSQL's text cannot hold.
pub(super) fn plain_text(field: &Field, text: &str) -> Result<(), Failure> {
    if text.contains('\0') {
        let field = name(field).replace('\0', "");
        return Err(Error::invalid(field, "must not contain NUL").into());
    }
    Ok(())
}

/// The field's name for people.
pub(super) fn name(field: &Field) -> String {
    match field {
        Field::Property(name) => name.clone(),
        other => format!("{other:?}").to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_of_ours_stand_in_sql_as_they_are() {
        let check = |field: Field, value: Value, expected: Option<&str>| {
            assert_eq!(literal(&field, &value).as_deref(), expected, "{value:?}");
        };
        check(Field::Status, "deleted".into(), Some("'deleted'"));
        check(Field::Visibility, "public".into(), Some("'public'"));
        check(Field::Hidden, true.into(), Some("1"));
        check(Field::Status, "Deleted".into(), None);
        check(Field::Status, "deleted' OR '1'='1".into(), None);
        check(Field::Visibility, "deleted".into(), None);
        check(Field::Name, "deleted".into(), None);
        check(Field::MinRamMib, 1_i64.into(), None);
        check(Field::Hidden, 2_i64.into(), None);
    }
}
