//! What a request carries: a query string or a JSON body, and where in them an operation's
//! parameters and tags are.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value};

use crate::call::Tags;
use crate::errors::Failure;
use crate::params::Kind;
use crate::route::{Route, Verb};

/// The key that holds the parameters of everything that is not an action.
pub(super) const PARAMS: &str = "params";

/// Most parameters in a query string.
const MAX_PAIRS: usize = 1000;

/// A request's content, read but not yet understood.
#[derive(Debug, PartialEq)]
pub(super) struct Given {
    /// Decoded pairs of the query string, in their order.
    pub(super) query: Vec<(String, String)>,
    /// The body of a request that has one; `None` if it is empty or `null`.
    pub(super) body: Option<Map<String, Value>>,
    reads_query: bool,
}

impl Given {
    /// GET and DELETE are read from the query string, everything else from the body.
    pub(super) fn read(method: &Method, query: Option<&str>, body: &[u8]) -> Result<Self, Failure> {
        let reads_query = Verb::of(method).is_some_and(Verb::reads_query);
        let body = match body.trim_ascii() {
            _ if reads_query => None,
            // `null` is what the official Go client sends for a call without parameters.
            b"" | b"null" => None,
            body => Some(object(body)?),
        };
        Ok(Self {
            query: pairs(query.unwrap_or_default())?,
            body,
            reads_query,
        })
    }

    /// The raw parameters of a call: those under the operation's key or in the query string, with
    /// the variables of the path over them.
    pub(super) fn parameters(
        &self,
        route: &Route,
        key: &str,
        variables: &[(&'static str, String)],
    ) -> Result<Map<String, Value>, Failure> {
        let mut values = if self.reads_query {
            self.query_parameters(route)?
        } else {
            match self.body.as_ref().and_then(|body| body.get(key)) {
                None | Some(Value::Null) => Map::new(),
                Some(Value::Object(map)) => map.clone(),
                Some(_) => {
                    return Err(malformed(format!("the value of '{key}' is not an object")));
                }
            }
        };
        for (name, value) in variables {
            values.insert((*name).to_owned(), Value::String(value.clone()));
        }
        Ok(values)
    }

    /// A repeated key is a list, as are `key.0`, `key.1`; a second value of anything else is
    /// refused. What a path holds is not looked for here: a query for all images may well have a
    /// parameter named like the variable of a query for one.
    fn query_parameters(&self, route: &Route) -> Result<Map<String, Value>, Failure> {
        let mut values = Map::new();
        for field in route
            .fields
            .iter()
            .filter(|field| !route.has_variable(field.name))
        {
            if field.kind == Kind::Map {
                if let Some(map) = self.query_map(field.name)? {
                    values.insert(field.name.to_owned(), map);
                }
                continue;
            }
            let named = |name: &str| {
                name == field.name
                    || (field.kind == Kind::List
                        && name
                            .strip_prefix(field.name)
                            .and_then(|rest| rest.strip_prefix('.'))
                            .is_some_and(|index| index.parse::<u32>().is_ok()))
            };
            let mut given: Vec<Value> = self
                .query
                .iter()
                .filter(|(name, _)| named(name))
                .map(|(_, value)| Value::String(value.clone()))
                .collect();
            let value = match (field.kind, given.len()) {
                (_, 0) => continue,
                (Kind::List, _) => Value::Array(given),
                (_, 1) => given.remove(0),
                _ => {
                    return Err(Failure::bad_request(format!(
                        "Invalid query parameter[{}], only one value is allowed for the parameter \
                         but multiple values found",
                        field.name
                    )));
                }
            };
            values.insert(field.name.to_owned(), value);
        }
        Ok(values)
    }

    /// `field.key=value` of a query string, of each key once.
    fn query_map(&self, field: &str) -> Result<Option<Value>, Failure> {
        let mut map = Map::new();
        for (name, value) in &self.query {
            let behind = name.strip_prefix(field);
            let Some(key) = behind.and_then(|rest| rest.strip_prefix('.')) else {
                if name == field {
                    return Err(Failure::bad_request(format!(
                        "Invalid query parameter[{field}], a map is written as {field}.key=value"
                    )));
                }
                continue;
            };
            if map.insert(key.to_owned(), value.as_str().into()).is_some() {
                return Err(Failure::bad_request(format!(
                    "Invalid query parameter[{name}], only one value is allowed for the parameter \
                     but multiple values found"
                )));
            }
        }
        Ok((!map.is_empty()).then_some(Value::Object(map)))
    }

    /// `systemTags` and `userTags`, beside the operation's key or below it; the former wins.
    /// Those of a query string are accepted and mean nothing.
    pub(super) fn tags(&self, key: &str) -> Result<Tags, Failure> {
        let Some(body) = &self.body else {
            return Ok(Tags::default());
        };
        let find = |name: &str| {
            let inner = || body.get(key).and_then(|inner| inner.get(name));
            tag_list(name, body.get(name).or_else(inner))
        };
        Ok(Tags {
            system: find("systemTags")?,
            user: find("userTags")?,
        })
    }
}

fn tag_list(name: &str, value: Option<&Value>) -> Result<Vec<String>, Failure> {
    let odd = || {
        Failure::bad_request(format!(
            "Invalid value for field [{name}], it must be a list of strings."
        ))
    };
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(odd))
            .collect(),
        Some(_) => Err(odd()),
    }
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Failure> {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(malformed("the body is not a JSON object".to_owned())),
        Err(error) => Err(malformed(format!("malformed JSON: {error}"))),
    }
}

/// ZStack answers a body that it cannot read with 500 and its parser's text.
fn malformed(text: String) -> Failure {
    Failure::Text(StatusCode::INTERNAL_SERVER_ERROR, text)
}

fn pairs(query: &str) -> Result<Vec<(String, String)>, Failure> {
    let pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .take(MAX_PAIRS + 1)
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect();
    if pairs.len() > MAX_PAIRS {
        return Err(Failure::bad_request(format!(
            "Invalid query parameter. A request has at most {MAX_PAIRS} parameters"
        )));
    }
    Ok(pairs)
}

/// As HTML forms are encoded: a plus is a blank.
fn decode(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_encoding::percent_decode_str(&text)
        .decode_utf8_lossy()
        .into_owned()
}
