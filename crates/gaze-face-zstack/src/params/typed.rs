//! Values in the kind that their parameter declares; those of another are refused with 400 and text,
//! as ZStack's REST layer does.

use serde_json::{Map, Value};

use super::{Field, Kind};
use crate::errors::Failure;

/// The value in the field's kind, `None` if it counts as absent.
pub(super) fn typed(field: &Field, value: &Value) -> Result<Option<Value>, Failure> {
    match (field.kind, value) {
        (_, Value::Null) => Ok(None),
        (Kind::Text, Value::String(text)) => Ok(Some(text.trim().into())),
        // gson takes numbers and booleans for strings.
        (Kind::Text, Value::Number(_) | Value::Bool(_)) => Ok(Some(value.to_string().into())),
        (Kind::Flag | Kind::FlagOrList, Value::Bool(_)) => Ok(Some(value.clone())),
        (Kind::Flag | Kind::FlagOrList, Value::String(text)) => {
            match text.trim().to_ascii_lowercase().as_str() {
                "true" => Ok(Some(true.into())),
                "false" => Ok(Some(false.into())),
                _ => Err(not_boolean(field, value)),
            }
        }
        (Kind::FlagOrList, Value::Array(items)) => Ok((!items.is_empty()).then_some(true.into())),
        (Kind::Flag | Kind::FlagOrList, _) => Err(not_boolean(field, value)),
        (Kind::Int, Value::Number(number)) if number.is_i64() => Ok(Some(value.clone())),
        (Kind::Int, Value::String(text)) => match text.trim().parse::<i64>() {
            Ok(number) => Ok(Some(number.into())),
            Err(_not_a_number) => Err(not_integral(field, value)),
        },
        (Kind::Int, _) => Err(not_integral(field, value)),
        (Kind::List, Value::Array(items))
            if items.iter().all(|item| item.is_string() || item.is_null()) =>
        {
            Ok(Some(value.clone()))
        }
        (Kind::Text, Value::Array(_) | Value::Object(_)) => Err(wrong_type(field, "string", value)),
        (Kind::List, _) => Err(wrong_type(field, "list of strings", value)),
        (Kind::Map, Value::Object(map)) => {
            let mut texts = Map::new();
            for (key, value) in map {
                let text = match value {
                    Value::String(text) => text.clone(),
                    Value::Number(_) | Value::Bool(_) => value.to_string(),
                    Value::Null => continue,
                    Value::Array(_) | Value::Object(_) => {
                        return Err(wrong_type(
                            field,
                            "map of strings",
                            &Value::Object(map.clone()),
                        ));
                    }
                };
                texts.insert(key.clone(), text.into());
            }
            Ok(Some(Value::Object(texts)))
        }
        (Kind::Map, _) => Err(wrong_type(field, "map of strings", value)),
    }
}

fn not_boolean(field: &Field, value: &Value) -> Failure {
    Failure::bad_request(format!(
        "Invalid value for boolean field [{}], [{}] is not a valid boolean string[true, false].",
        field.name,
        java_text(value)
    ))
}

fn not_integral(field: &Field, value: &Value) -> Failure {
    Failure::bad_request(format!(
        "[{}] field is excepted an int or long, but was [{}].",
        field.name,
        java_text(value)
    ))
}

fn wrong_type(field: &Field, expected: &str, value: &Value) -> Failure {
    Failure::bad_request(format!(
        "Invalid value for field [{}], [{}] is not a {expected}.",
        field.name,
        java_text(value)
    ))
}

/// A value as Java's `toString` shows it: texts without quotes, lists in brackets.
fn java_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(java_text).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(map) => {
            let pairs: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{key}={}", java_text(value)))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}
