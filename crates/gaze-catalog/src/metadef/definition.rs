//! Definitions as JSON texts of rows.

use std::collections::BTreeMap;

use gaze_domain::Error;
use gaze_domain::json::Json;
use gaze_domain::metadef::{Definition, Definitions};
use serde_json::{Map, Value};

use crate::columns::corrupt;
use crate::{Failure, json};

pub(super) fn text(definition: &Definition) -> gaze_sql::Value {
    Value::Object(written(definition.facts()))
        .to_string()
        .into()
}

pub(super) fn texts(definitions: &Definitions) -> gaze_sql::Value {
    let all = definitions
        .iter()
        .map(|(name, one)| (name.clone(), Value::Object(written(one.facts()))));
    Value::Object(all.collect()).to_string().into()
}

pub(super) fn read(text: &str) -> Result<Definition, Failure> {
    definition(members(text)?)
}

pub(super) fn read_all(text: &str) -> Result<Definitions, Failure> {
    let mut all = Definitions::new();
    for (name, value) in members(text)? {
        let Value::Object(facts) = value else {
            return Err(corrupt(&Error::invalid(name, "is no definition")));
        };
        all.insert(name, definition(facts)?);
    }
    Ok(all)
}

pub(super) fn names(names: &[String]) -> gaze_sql::Value {
    let all = names.iter().map(|name| Value::String(name.clone()));
    Value::Array(all.collect()).to_string().into()
}

pub(super) fn read_names(text: &str) -> Result<Vec<String>, Failure> {
    serde_json::from_str(text).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> Failure {
    corrupt(&Error::invalid("metadata definition", error.to_string()))
}

fn members(text: &str) -> Result<Map<String, Value>, Failure> {
    serde_json::from_str(text).map_err(|error| unreadable(&error))
}

fn definition(facts: Map<String, Value>) -> Result<Definition, Failure> {
    let facts = facts
        .into_iter()
        .map(|(name, value)| (name, json::read(value)));
    Definition::new(facts.collect()).map_err(|error| corrupt(&error))
}

fn written(facts: &BTreeMap<String, Json>) -> Map<String, Value> {
    facts
        .iter()
        .map(|(name, fact)| (name.clone(), json::written(fact)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back_as_it_went() {
        let text = r#"{"default":null,"enum":[1,-2,18446744073709551615,0.5,"a",[true],{"b":[]}],"title":"T","type":"array"}"#;
        let read = read(text).unwrap();
        assert_eq!(super::text(&read), gaze_sql::Value::from(text));
    }

    #[test]
    fn a_row_that_is_no_definition_is_a_fault_of_the_service() {
        for text in ["", "[]", "{}", r#"{"title":"T","type":"float"}"#] {
            let error = gaze_domain::Error::from(read(text).unwrap_err());
            assert!(matches!(error, Error::Internal { .. }), "{text}: {error}");
        }
    }
}
