//! ZStack's query language: `q` conditions, paging, order and choice of fields.
//!
//! Images are queried in the catalogue ([`images`]); the nouns of which there are few are filtered
//! here ([`rows`]). A condition may be on a field of another noun, behind a dot ([`tables`]).

pub(crate) mod images;
pub(crate) mod reach;
pub(crate) mod rows;
pub(crate) mod tables;
pub(crate) mod tags;
mod test;

pub(crate) use tables::Table;
pub(crate) use test::{Comparison, Test};

use gaze_domain::list::Direction;

use crate::errors::{Code, Failure, api};

/// Rows of an answer when `limit` is not given (`RestServer`'s own default).
const DEFAULT_LIMIT: u32 = 1000;
/// Most rows of one answer, whatever `limit` says. ZStack has no such bound.
pub(crate) const MAX_LIMIT: u32 = 10_000;
/// Most conditions of one query.
const MAX_CONDITIONS: usize = 64;

/// What a query asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    /// All are to be true.
    pub(crate) conditions: Vec<Condition>,
    pub(crate) limit: u32,
    pub(crate) start: u64,
    /// The number of rows, and no rows.
    pub(crate) count: bool,
    /// The rows and their number without `limit`.
    pub(crate) with_total: bool,
    pub(crate) sort: Option<Sort>,
    /// Keys to be shown; all if absent.
    pub(crate) fields: Option<Vec<String>>,
    /// A key of which every value is shown once, by the first row that has it.
    pub(crate) group_by: Option<String>,
}

/// A test on a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) field: String,
    pub(crate) test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sort {
    pub(crate) field: String,
    pub(crate) direction: Direction,
}

impl Query {
    /// Reads decoded query parameters. Of a parameter other than `q` the first value counts;
    /// unknown ones are ignored, as ZStack does. `filterName` names an extension of the server,
    /// of which there are none.
    pub(crate) fn read(pairs: &[(String, String)]) -> Result<Self, Failure> {
        let first = |wanted: &str| {
            pairs
                .iter()
                .find_map(|(name, value)| (name == wanted).then_some(value.trim()))
        };
        let flag = |name| first(name).is_some_and(|word| word.eq_ignore_ascii_case("true"));
        let mut query = Self {
            limit: first("limit")
                .map_or(Ok(DEFAULT_LIMIT), |value| number("limit", value))?
                .min(MAX_LIMIT),
            start: first("start").map_or(Ok(0), |value| number("start", value))?,
            count: flag("count"),
            with_total: flag("replyWithCount"),
            sort: first("sort").map(Sort::read).transpose()?,
            fields: first("fields").map(|names| {
                let names = names.split(',').map(|key| key.trim().to_owned());
                names.collect()
            }),
            group_by: first("groupBy").map(str::to_owned),
            ..Self::default()
        };
        if let Some(filter) = first("filterName") {
            return Err(api(
                Code::Internal,
                format!("cannot find the filter[{filter}] of the query parameter[filterName]"),
            ));
        }
        for (_, condition) in pairs.iter().filter(|(name, _)| name == "q") {
            query.conditions.push(Condition::read(condition)?);
        }
        if query.conditions.len() > MAX_CONDITIONS {
            return Err(Failure::bad_request(format!(
                "Invalid query parameter. A query has at most {MAX_CONDITIONS} conditions"
            )));
        }
        Ok(query)
    }

    /// Narrows the query to one thing, as the paths that end in a uuid do.
    pub(crate) fn only(&mut self, uuid: &str) {
        self.conditions.push(Condition {
            field: "uuid".to_owned(),
            test: Test::one(Comparison::Equal, uuid),
        });
    }
}

impl Condition {
    fn read(text: &str) -> Result<Self, Failure> {
        test::split(text).ok_or_else(|| {
            Failure::bad_request(format!(
                "Invalid query parameter. The '{text}' in the parameter[q] doesn't contain any \
                 query operator. Valid query operators are {}",
                test::OPERATORS
            ))
        })
    }
}

impl Sort {
    /// `+field`, `-field` or `field`; a plus that arrives unescaped is a blank.
    fn read(text: &str) -> Result<Self, Failure> {
        let text = text.trim();
        let (direction, field) = match text.strip_prefix('-') {
            Some(field) => (Direction::Descending, field),
            None => (Direction::Ascending, text.strip_prefix('+').unwrap_or(text)),
        };
        if field.is_empty() {
            return Err(Failure::bad_request(
                "Invalid query parameter. The parameter[sort] names no field",
            ));
        }
        Ok(Self {
            field: field.to_owned(),
            direction,
        })
    }
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, Failure> {
    value.parse().map_err(|_not_a_number| {
        Failure::bad_request(format!(
            "Invalid query parameter. '{name}' must be an integer"
        ))
    })
}

#[cfg(test)]
mod tests;
