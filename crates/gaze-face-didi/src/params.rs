//! Parameters of a call: a JSON object in the body of a POST, the query of a GET.
//!
//! Source: DiDi Cloud, Open API documents, "Quick start: request structure". Unknown parameters
//! are ignored, since clients send the common `zoneId` and others everywhere; `null` and, for
//! texts, `""` count as absent, since Go's clients write unused ones so.

use axum::extract::{Query, Request};
use gaze_domain::Error;
use gaze_http::{BodyError, read_body};
use http::Method;
use serde_json::{Map, Value};

use crate::errors::Failure;

/// Longest body in bytes. The largest that makes sense holds a few hundred names.
const MAX_BODY: usize = 256 << 10;

/// The parameters of one call, or an object among them.
#[derive(Debug)]
pub(crate) struct Params(Map<String, Value>);

impl Params {
    pub(crate) async fn read(request: Request) -> Result<Self, Failure> {
        if request.method() == Method::GET {
            let Ok(Query(pairs)) = Query::<Vec<(String, String)>>::try_from_uri(request.uri())
            else {
                return Err(Failure::wrong_call("the query is malformed"));
            };
            return Ok(Self::from_query(pairs));
        }
        let body = match read_body(request.into_body(), MAX_BODY).await {
            Ok(body) => body,
            Err(
                error @ (BodyError::TooLarge { .. } | BodyError::Broken(_) | BodyError::Idle(_)),
            ) => {
                return Err(Failure::wrong_call(error.to_string()));
            }
        };
        Self::from_body(&body)
    }

    /// A name that recurs gives a comma list, which is how lists are written in queries.
    fn from_query(pairs: Vec<(String, String)>) -> Self {
        let mut values = Map::new();
        for (name, value) in pairs {
            match values.get_mut(&name) {
                Some(Value::String(known)) => {
                    known.push(',');
                    known.push_str(&value);
                }
                _ => {
                    values.insert(name, Value::String(value));
                }
            }
        }
        Self(values)
    }

    pub(crate) fn from_body(body: &[u8]) -> Result<Self, Failure> {
        if body.trim_ascii().is_empty() {
            return Ok(Self(Map::new()));
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(values)) => Ok(Self(values)),
            Ok(_other) => Err(Failure::wrong_call("the body has to be a JSON object")),
            Err(error) => Err(Failure::wrong_call(format!(
                "the body is not JSON: {error}"
            ))),
        }
    }

    /// A text that may be left out.
    pub(crate) fn find_text(&self, name: &str) -> Result<Option<&str>, Error> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_other) => Err(Error::invalid(name, "has to be a string")),
        }
    }

    pub(crate) fn text(&self, name: &str) -> Result<&str, Error> {
        self.find_text(name)?
            .ok_or_else(|| Error::invalid(name, "is missing"))
    }

    /// A whole number that may be left out.
    pub(crate) fn find_number(&self, name: &str) -> Result<Option<u64>, Error> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => value
                .as_u64()
                .map(Some)
                .ok_or_else(|| Error::invalid(name, "has to be a whole number from 0")),
        }
    }

    /// An object that may be left out; empty if so.
    pub(crate) fn object(&self, name: &str) -> Result<Self, Error> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(Self(Map::new())),
            Some(Value::Object(values)) => Ok(Self(values.clone())),
            Some(_other) => Err(Error::invalid(name, "has to be an object")),
        }
    }

    /// An array of strings that may be left out; empty if so.
    pub(crate) fn texts(&self, name: &str) -> Result<Vec<&str>, Error> {
        let wrong = || Error::invalid(name, "has to be an array of strings");
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(values)) => values
                .iter()
                .map(|value| value.as_str().ok_or_else(wrong))
                .collect(),
            Some(_other) => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(body: &str) -> Params {
        Params::from_body(body.as_bytes()).unwrap()
    }

    #[test]
    fn parameters_are_read_by_type() {
        let all = params(r#"{"s":"a","e":"","n":3,"o":{"l":["x","y"]},"z":null}"#);
        assert_eq!(all.text("s").unwrap(), "a");
        assert_eq!(all.find_text("e").unwrap(), None);
        assert_eq!(all.find_text("z").unwrap(), None);
        assert_eq!(all.find_number("n").unwrap(), Some(3));
        assert_eq!(all.find_number("z").unwrap(), None);
        assert_eq!(all.object("o").unwrap().texts("l").unwrap(), ["x", "y"]);
        assert!(all.object("z").unwrap().texts("l").unwrap().is_empty());
    }

    #[test]
    fn a_parameter_of_another_type_is_named() {
        let all = params(r#"{"a":5,"b":-1,"c":1.5,"d":"1","e":[1],"f":"x"}"#);
        let says = |outcome: Result<(), Error>| outcome.unwrap_err().to_string();
        for (found, expected) in [
            (says(all.text("a").map(drop)), "a: has to be a string"),
            (says(all.text("x").map(drop)), "x: is missing"),
            (
                says(all.find_number("b").map(drop)),
                "b: has to be a whole number from 0",
            ),
            (
                says(all.find_number("c").map(drop)),
                "c: has to be a whole number from 0",
            ),
            (
                says(all.find_number("d").map(drop)),
                "d: has to be a whole number from 0",
            ),
            (
                says(all.texts("e").map(drop)),
                "e: has to be an array of strings",
            ),
            (
                says(all.texts("f").map(drop)),
                "f: has to be an array of strings",
            ),
            (says(all.object("f").map(drop)), "f: has to be an object"),
        ] {
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_body_that_is_no_object_is_a_wrong_call() {
        for body in ["[]", "5", "{", "\u{feff}{}", "a=b"] {
            let failure = Params::from_body(body.as_bytes()).unwrap_err();
            assert_eq!(failure.errno, 13, "{body}");
        }
    }

    #[test]
    fn a_recurring_name_of_a_query_is_a_list() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let query = Params::from_query(vec![pair("j", "a,b"), pair("r", "gz"), pair("j", "c")]);
        assert_eq!(query.text("j").unwrap(), "a,b,c");
        assert_eq!(query.text("r").unwrap(), "gz");
    }
}
