//! JSON schemas of metadata definitions. python-glanceclient builds its models from them, and
//! checks with them what it sends and what it is answered.

use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::auth::Known;
use crate::ops::Answer;

const NAMESPACE: &str = include_str!("../../schemas/metadefs/namespace.json");
const OBJECT: &str = include_str!("../../schemas/metadefs/object.json");
const RESOURCE_TYPE: &str = include_str!("../../schemas/metadefs/resource_type.json");
const TAG: &str = include_str!("../../schemas/metadefs/tag.json");
/// What a definition may state, by name.
const FACTS: &str = include_str!("../../schemas/metadefs/facts.json");
/// What those refer to.
const COUNTS: &str = include_str!("../../schemas/metadefs/counts.json");

pub(crate) async fn namespace(_caller: Known) -> Answer {
    Ok(document(with(NAMESPACE, "definitions", &definitions())))
}

pub(crate) async fn namespaces(_caller: Known) -> Answer {
    let list = collection("namespaces", &array(NAMESPACE));
    Ok(document(with(&list, "definitions", &definitions())))
}

pub(crate) async fn object(_caller: Known) -> Answer {
    Ok(document(with(OBJECT, "definitions", &definitions())))
}

pub(crate) async fn objects(_caller: Known) -> Answer {
    let list = collection("objects", &array(OBJECT));
    Ok(document(with(&list, "definitions", &definitions())))
}

pub(crate) async fn property(_caller: Known) -> Answer {
    let named = with(
        &property_schema(),
        "required",
        r#"["type", "title", "name"]"#,
    );
    Ok(document(with(&named, "definitions", COUNTS)))
}

/// In a list, the name of a property is the name of a member.
pub(crate) async fn properties(_caller: Known) -> Answer {
    let item = with(&property_schema(), "required", r#"["type", "title"]"#);
    let members = format!(r#"{{"type": "object", "additionalProperties": {item}}}"#);
    let list = collection("properties", &members);
    Ok(document(with(&list, "definitions", COUNTS)))
}

pub(crate) async fn resource_type(_caller: Known) -> Answer {
    Ok(document(RESOURCE_TYPE.to_owned()))
}

pub(crate) async fn resource_types(_caller: Known) -> Answer {
    let list = collection("resource_type_associations", &array(RESOURCE_TYPE));
    Ok(document(list))
}

pub(crate) async fn tag(_caller: Known) -> Answer {
    Ok(document(TAG.to_owned()))
}

pub(crate) async fn tags(_caller: Known) -> Answer {
    Ok(document(collection("tags", &array(TAG))))
}

fn property_schema() -> String {
    format!(r#"{{"name": "property", "properties": {FACTS}, "additionalProperties": false}}"#)
}

/// What schemas of namespaces and objects refer to.
fn definitions() -> String {
    let property = format!(
        r#"{{"type": "object", "additionalProperties":
            {{"type": "object", "required": ["title", "type"], "properties": {FACTS}}}}}"#
    );
    with(COUNTS, "property", &property)
}

fn array(item: &str) -> String {
    format!(r#"{{"type": "array", "items": {item}}}"#)
}

/// The schema of a list.
fn collection(name: &str, items: &str) -> String {
    format!(
        r#"{{"name": "{name}",
            "properties": {{"{name}": {items},
                "first": {{"type": "string"}},
                "next": {{"type": "string"}},
                "schema": {{"type": "string"}}}},
            "links": [{{"rel": "first", "href": "{{first}}"}},
                {{"rel": "next", "href": "{{next}}"}},
                {{"rel": "describedby", "href": "{{schema}}"}}]}}"#
    )
}

/// The object with one more member.
fn with(object: &str, name: &str, value: &str) -> String {
    let object = object.trim_end();
    let open = object.strip_suffix('}').unwrap_or(object);
    format!("{open}, \"{name}\": {value}}}")
}

fn document(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::*;
    use crate::map::metadefs::read;

    fn parsed(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    fn names(schema: &Value) -> BTreeSet<String> {
        schema.as_object().unwrap().keys().cloned().collect()
    }

    /// Every `$ref` of a schema.
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match value {
                        Value::String(text) if name == "$ref" => {
                            found.insert(text.clone());
                        }
                        value => references(value, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }

    #[test]
    fn what_a_schema_refers_to_is_in_it() {
        let namespace = with(NAMESPACE, "definitions", &definitions());
        let property = with(&property_schema(), "definitions", COUNTS);
        for text in [
            namespace,
            with(OBJECT, "definitions", &definitions()),
            property,
        ] {
            let schema = parsed(&text);
            let mut found = BTreeSet::new();
            references(&schema, &mut found);
            assert!(found.len() > 2);
            for reference in found {
                let path = reference.strip_prefix('#').unwrap();
                assert!(schema.pointer(path).is_some(), "{reference}");
            }
        }
    }

    /// What the schema allows is read, and nothing else.
    #[test]
    fn the_schema_of_a_property_names_every_fact() {
        let sample = |fact: &Value| match (&fact["type"], &fact["$ref"]) {
            (Value::String(kind), _) => match kind.as_str() {
                "string" if fact["enum"].is_array() => json!("integer"),
                "string" => json!("x"),
                "boolean" => json!(true),
                "number" => json!(0.5),
                "array" => json!(["x"]),
                _ => json!({"type": "string"}),
            },
            (_, Value::String(to)) if to.ends_with("stringArray") => json!(["x"]),
            (_, Value::String(_)) => json!(1),
            _ => json!(null),
        };
        let facts = parsed(FACTS);
        let document: serde_json::Map<_, _> = facts
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, fact)| (name.clone(), sample(fact)))
            .collect();
        let read = read::property(Value::Object(document)).unwrap();
        let mut known = names(&facts);
        known.remove("name");
        let said: BTreeSet<String> = read.definition.facts().keys().cloned().collect();
        assert_eq!(said, known);
    }

    #[test]
    fn lists_hold_the_schema_of_their_items() {
        for (name, item) in [
            ("namespaces", NAMESPACE),
            ("objects", OBJECT),
            ("tags", TAG),
        ] {
            let list = parsed(&collection(name, &array(item)));
            assert_eq!(list["properties"][name]["items"], parsed(item));
        }
    }
}
