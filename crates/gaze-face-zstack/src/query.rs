//! ZStack's query language: `q` conditions, paging, order and choice of fields.
//!
//! Images are queried in the catalogue ([`images`]); the nouns of which there are few are filtered
//! here ([`rows`]).

pub(crate) mod images;
pub(crate) mod rows;
mod test;

pub(crate) use test::{Comparison, Test};

use gaze_domain::list::Direction;

use crate::errors::Failure;

/// Rows of an answer when `limit` is not given (`RestServer`'s own default).
const DEFAULT_LIMIT: u32 = 1000;
/// Most rows of one answer, whatever `limit` says. ZStack has no such bound.
pub(crate) const MAX_LIMIT: u32 = 1000;
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
    /// A parameter that changes the answer and is not served.
    pub(crate) unsupported: Option<&'static str>,
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
    /// Reads decoded query parameters. Unknown ones are ignored, as ZStack does.
    pub(crate) fn read(pairs: &[(String, String)]) -> Result<Self, Failure> {
        let mut query = Self {
            limit: DEFAULT_LIMIT,
            ..Self::default()
        };
        for (name, value) in pairs {
            match name.as_str() {
                "q" => query.conditions.push(Condition::read(value)?),
                "limit" => query.limit = number::<u32>(name, value)?.min(MAX_LIMIT),
                "start" => query.start = number(name, value)?,
                "count" => query.count = value.trim().eq_ignore_ascii_case("true"),
                "replyWithCount" => query.with_total = value.trim().eq_ignore_ascii_case("true"),
                "sort" => query.sort = Some(Sort::read(value)?),
                "fields" if query.fields.is_none() => {
                    query.fields =
                        Some(value.split(',').map(|key| key.trim().to_owned()).collect());
                }
                "groupBy" => query.unsupported = Some("groupBy"),
                "filterName" => query.unsupported = Some("filterName"),
                _ => {}
            }
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
    value.trim().parse().map_err(|_not_a_number| {
        Failure::bad_request(format!(
            "Invalid query parameter. The parameter[{name}] must be an integer, but was {value}"
        ))
    })
}

#[cfg(test)]
mod tests;
