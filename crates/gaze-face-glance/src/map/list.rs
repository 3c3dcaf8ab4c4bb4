//! The query of a list of images.
//!
//! Source: Image API v2, "Show images" (filters, sorting, paging).

use gaze_domain::list::{
    Condition, Direction, Field, ImageList, Operand, Scope, Sort, Start, Test,
};
use gaze_domain::{Caller, ImageId, MemberState, ProjectId, Status, Visibility};

use super::image::visibility;
use super::page::{self, direction, limit};
use super::{extras, filter, member, words};
use crate::Vendor;
use crate::errors::Refusal;

const IMAGES: &str = "/v2/images";

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
    visible: Visible,
    hidden: bool,
    member_states: Option<Vec<MemberState>>,
    limit: Option<u32>,
    marker: Option<ImageId>,
}

/// What the filter `visibility` says.
#[derive(Clone, Copy, Default)]
enum Visible {
    /// It is absent: community images of others are then left out, even for an administrator.
    #[default]
    Ordinary,
    All,
    Only(Visibility),
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
        page::address(IMAGES, &self.pairs, None)
    }

    /// Address of the page behind that image.
    pub(crate) fn behind(&self, last: ImageId) -> String {
        page::address(IMAGES, &self.pairs, Some(last.hyphenated()))
    }
}

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
            Visible::Only(Visibility::Community) => Scope::Community,
            _ if caller.is_admin() => Scope::All,
            Visible::Only(Visibility::Private) => Scope::Owned(project),
            Visible::Only(Visibility::Public | Visibility::Shared) | Visible::Ordinary => {
                Scope::Visible { project, shared }
            }
            Visible::All => Scope::Usable { project, shared },
        };
        match self.visible {
            Visible::Only(visible) => {
                self.conditions
                    .push(Condition::eq(Field::Visibility, visible));
            }
            Visible::Ordinary if caller.is_admin() => {
                self.conditions.push(Condition::AnyOf(vec![
                    vec![Condition::eq(Field::Owner, project)],
                    vec![Condition::not_eq(Field::Visibility, Visibility::Community)],
                ]));
            }
            Visible::Ordinary | Visible::All => {}
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
            limit: self.limit.unwrap_or(page::DEFAULT_PAGE),
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

/// `key[:direction],…`
fn sort(text: &str) -> Result<Vec<(String, Option<Direction>)>, Refusal> {
    text.split(',')
        .map(|part| match part.trim().split_once(':') {
            None => Ok((part.trim().to_owned(), None)),
            Some((key, word)) => Ok((key.to_owned(), Some(direction(word)?))),
        })
        .collect()
}

fn marker(text: &str) -> Result<ImageId, Refusal> {
    ImageId::parse(text).ok_or_else(|| no_marker(text))
}

/// The image to start after is not there, or not for this caller.
pub(crate) fn no_marker(text: &str) -> Refusal {
    Refusal::bad_request(&format!("No image found with ID {text} to start after."))
}

fn visible(word: &str) -> Result<Visible, Refusal> {
    if word == "all" {
        return Ok(Visible::All);
    }
    let known = Visibility::ALL.iter().find(|it| visibility(**it) == word);
    known
        .copied()
        .map(Visible::Only)
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
        "size" => vec![Condition::eq(Field::Size, number(name, value)?)],
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
