//! The query of a list of images.
//!
//! Source: Image API v2, "Show images" (filters, sorting, paging).

use gaze_domain::list::{
    Condition, Direction, Field, ImageList, Operand, Scope, Sort, Start, Test,
};
use gaze_domain::{Caller, ImageId, MemberState, ProjectId, Status, Visibility};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::image::visibility;
use super::{extras, filter, member, words};
use crate::Vendor;
use crate::errors::Refusal;

pub(crate) const DEFAULT_PAGE: u32 = 25;
/// Longest page (Glance, `api_limit_max`).
pub(crate) const MAX_PAGE: u32 = 1000;

/// A list, and the addresses of its pages.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) list: ImageList,
    pairs: Vec<(String, String)>,
}

#[derive(Default)]
struct Reading {
    conditions: Vec<Condition>,
    keys: Vec<String>,
    directions: Vec<Direction>,
    sort: Vec<(String, Option<Direction>)>,
    visible: Option<Visibility>,
    hidden: bool,
    member_states: Option<Vec<MemberState>>,
    limit: Option<u32>,
    marker: Option<ImageId>,
}

impl Query {
    pub(crate) fn parse(
        caller: &Caller,
        pairs: Vec<(String, String)>,
        vendor: Option<&Vendor>,
    ) -> Result<Self, Refusal> {
        let mut reading = Reading::default();
        for (name, value) in &pairs {
            match vendor.and_then(|vendor| (vendor.condition)(name, value)) {
                Some(condition) => reading.conditions.push(condition),
                None => reading.take(name, value)?,
            }
        }
        let list = reading.finish(caller)?;
        Ok(Self { list, pairs })
    }

    /// Address of the first page.
    pub(crate) fn first(&self) -> String {
        self.address(None)
    }

    /// Address of the page behind that image.
    pub(crate) fn behind(&self, last: ImageId) -> String {
        self.address(Some(last))
    }

    fn address(&self, marker: Option<ImageId>) -> String {
        let mut address = String::from("/v2/images");
        let kept = self.pairs.iter().filter(|(name, _)| name != "marker");
        let kept = kept.map(|(name, value)| (name.as_str(), value.clone()));
        let marker = marker.map(|id| ("marker", id.hyphenated()));
        for (at, (name, value)) in kept.chain(marker).enumerate() {
            address.push(if at == 0 { '?' } else { '&' });
            address.extend(utf8_percent_encode(name, RESERVED));
            address.push('=');
            address.extend(utf8_percent_encode(&value, RESERVED));
        }
        address
    }
}

/// All but the unreserved characters of RFC 3986.
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

impl Reading {
    fn take(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        match name {
            "limit" => self.limit = Some(limit(value)?),
            "marker" => self.marker = Some(marker(value)?),
            "sort_key" => self.keys.push(value.to_owned()),
            "sort_dir" => self.directions.push(direction(value)?),
            "sort" => self.sort = sort(value)?,
            "visibility" => self.visible = visible(value)?,
            "member_status" => self.member_states = Some(member_states(value)?),
            "os_hidden" => self.hidden = flag(name, value)?,
            "changes-since" => {
                return Err(Refusal::bad_request(
                    "The \"changes-since\" filter is no longer available on v2.",
                ));
            }
            _ => {
                let condition = condition(name, value)?;
                self.conditions.extend(condition);
            }
        }
        Ok(())
    }

    fn finish(mut self, caller: &Caller) -> Result<ImageList, Refusal> {
        let sort = self.order()?;
        let shared = self
            .member_states
            .unwrap_or_else(|| vec![MemberState::Accepted]);
        let project = caller.project;
        let scope = match self.visible {
            // Nobody sees another's private images in a list, except in the list of everything.
            Some(Visibility::Private) => Scope::Owned(project),
            Some(Visibility::Public) | None if caller.is_admin() => Scope::All,
            Some(Visibility::Public | Visibility::Shared) | None => {
                Scope::Visible { project, shared }
            }
        };
        if let Some(visible) = self.visible {
            self.conditions
                .push(Condition::eq(Field::Visibility, visible));
        }
        self.conditions
            .push(Condition::eq(Field::Hidden, self.hidden));
        self.conditions
            .push(Condition::not_eq(Field::Status, Status::Deleted));
        Ok(ImageList {
            scope,
            conditions: self.conditions,
            sort,
            start: self.marker.map_or(Start::First, Start::After),
            limit: self.limit.unwrap_or(DEFAULT_PAGE),
        })
    }

    fn order(&self) -> Result<Vec<Sort>, Refusal> {
        if !self.sort.is_empty() {
            if !self.keys.is_empty() || !self.directions.is_empty() {
                return Err(Refusal::bad_request(
                    "Old and new sorting syntax cannot be combined",
                ));
            }
            let keys = self.sort.iter();
            return keys
                .filter_map(|(key, direction)| by(key, direction.unwrap_or(DEFAULT_DIRECTION)))
                .collect();
        }
        let directions = match self.directions.as_slice() {
            [] => vec![DEFAULT_DIRECTION; self.keys.len()],
            [all] => vec![*all; self.keys.len().max(1)],
            each if each.len() == self.keys.len() => each.to_vec(),
            _ => {
                return Err(Refusal::bad_request(
                    "Number of sort dirs does not match the number of sort keys",
                ));
            }
        };
        if self.keys.is_empty() {
            let newest = directions.first().filter(|it| **it != DEFAULT_DIRECTION);
            return newest
                .into_iter()
                .filter_map(|direction| by("created_at", *direction))
                .collect();
        }
        let keys = self.keys.iter().zip(directions);
        keys.filter_map(|(key, direction)| by(key, direction))
            .collect()
    }
}

const DEFAULT_DIRECTION: Direction = Direction::Descending;

/// One key of an order; `None` for the container, which is the same for all that is listed in
/// practice and has no column.
fn by(key: &str, direction: Direction) -> Option<Result<Sort, Refusal>> {
    let field = match key {
        "name" => Field::Name,
        "status" => Field::Status,
        "disk_format" => Field::Format,
        "size" => Field::Size,
        "id" => Field::Id,
        "created_at" => Field::CreatedAt,
        "updated_at" => Field::UpdatedAt,
        "container_format" => return None,
        _ => {
            return Some(Err(Refusal::bad_request(&format!(
                "Invalid sort key: {key}. It must be one of the following: name, status, \
                 container_format, disk_format, size, id, created_at, updated_at."
            ))));
        }
    };
    Some(Ok(Sort { field, direction }))
}

pub(crate) fn direction(word: &str) -> Result<Direction, Refusal> {
    match word {
        "asc" => Ok(Direction::Ascending),
        "desc" => Ok(Direction::Descending),
        _ => Err(Refusal::bad_request(&format!(
            "Invalid sort direction: {word}. It must be one of the following: asc, desc."
        ))),
    }
}

/// `key[:direction],…`
fn sort(text: &str) -> Result<Vec<(String, Option<Direction>)>, Refusal> {
    text.split(',')
        .map(|part| match part.trim().split_once(':') {
            None => Ok((part.trim().to_owned(), None)),
            Some((key, word)) => Ok((key.to_owned(), Some(direction(word)?))),
        })
        .collect()
}

pub(crate) fn limit(text: &str) -> Result<u32, Refusal> {
    let number: i64 = text
        .parse()
        .map_err(|_no_number| Refusal::bad_request("limit param must be an integer"))?;
    let number = u64::try_from(number)
        .map_err(|_negative| Refusal::bad_request("limit param must be positive"))?;
    Ok(u32::try_from(number).unwrap_or(MAX_PAGE).min(MAX_PAGE))
}

fn marker(text: &str) -> Result<ImageId, Refusal> {
    ImageId::parse(text).ok_or_else(|| no_marker(text))
}

/// The image to start after is not there, or not for this caller.
pub(crate) fn no_marker(text: &str) -> Refusal {
    Refusal::bad_request(&format!("No image found with ID {text} to start after."))
}

/// `None` for `all`.
fn visible(word: &str) -> Result<Option<Visibility>, Refusal> {
    if word == "all" {
        return Ok(None);
    }
    let known = Visibility::ALL.iter().find(|it| visibility(**it) == word);
    known
        .copied()
        .map(Some)
        .ok_or_else(|| Refusal::bad_request(&format!("Invalid visibility value: {word}")))
}

fn member_states(word: &str) -> Result<Vec<MemberState>, Refusal> {
    if word == "all" {
        return Ok(MemberState::ALL.to_vec());
    }
    match member::state(word) {
        Some(state) => Ok(vec![state]),
        None => Err(Refusal::bad_request(&format!("Invalid status: {word}"))),
    }
}

fn flag(name: &str, word: &str) -> Result<bool, Refusal> {
    match word.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Refusal::bad_request(&format!(
            "Invalid value '{word}' for '{name}' filter. Valid values are case insensitive \
             'true' or 'false'."
        ))),
    }
}

fn number(name: &str, text: &str) -> Result<i64, Refusal> {
    let number: Option<i64> = text.parse().ok();
    number
        .filter(|number| *number >= 0)
        .ok_or_else(|| Refusal::bad_request(&format!("Invalid filter value for {name}: {text:?}")))
}

fn condition(name: &str, value: &str) -> Result<Vec<Condition>, Refusal> {
    let any = |field: Field, values: Vec<String>| {
        vec![match values.as_slice() {
            [one] => Condition::eq(field, one.as_str()),
            _ => Condition::any(field, values),
        }]
    };
    Ok(match name {
        "id" => {
            let ids = filter::values(value)?;
            let known: Vec<ImageId> = ids.iter().filter_map(|id| ImageId::parse(id)).collect();
            vec![Condition::any(Field::Id, known)]
        }
        "name" => any(Field::Name, filter::values(value)?),
        "disk_format" => any(Field::Format, filter::values(value)?),
        "status" => status(&filter::values(value)?),
        "container_format" => {
            let words = filter::values(value)?;
            let choices = words.iter().map(|it| vec![extras::container_condition(it)]);
            vec![Condition::AnyOf(choices.collect())]
        }
        "owner" => {
            let none = || Condition::AnyOf(Vec::new());
            let owner = ProjectId::parse(value);
            vec![owner.map_or_else(none, |id| Condition::eq(Field::Owner, id))]
        }
        "tag" => vec![Condition::eq(Field::Tag, value)],
        "checksum" => vec![Condition::eq(Field::Md5, value)],
        "protected" => vec![Condition::eq(Field::Protected, flag(name, value)?)],
        "min_ram" => vec![Condition::eq(Field::MinRamMib, number(name, value)?)],
        "min_disk" => vec![Condition::eq(Field::MinDiskGib, number(name, value)?)],
        "size_min" => {
            let least = Operand::Int(number(name, value)?);
            vec![Condition::Field(Field::Size, Test::Ge(least))]
        }
        "size_max" => {
            let most = Operand::Int(number(name, value)?);
            vec![Condition::Field(Field::Size, Test::Le(most))]
        }
        "created_at" => vec![filter::time(&Field::CreatedAt, value)?],
        "updated_at" => vec![filter::time(&Field::UpdatedAt, value)?],
        _ => vec![extras::condition(name, value)],
    })
}

fn status(words: &[String]) -> Vec<Condition> {
    let mut choices: Vec<_> = words
        .iter()
        .filter_map(|word| words::status_conditions(word))
        .collect();
    match choices.len() {
        1 => choices.remove(0),
        _ => vec![Condition::AnyOf(choices)],
    }
}

#[cfg(test)]
mod tests;
