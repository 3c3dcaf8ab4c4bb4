//! JSON values as the domain keeps them, and as serde_json reads and writes their text.

use gaze_domain::json::Json;
use serde_json::{Map, Number, Value};

pub fn read(value: Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => Json::Flag(flag),
        Value::Number(number) => {
            let whole = number.as_i64().map(i128::from);
            match whole.or_else(|| number.as_u64().map(i128::from)) {
                Some(whole) => Json::Integer(whole),
                // Whatever serde_json reads is one of the three.
                None => number.as_f64().map_or(Json::Null, Json::Decimal),
            }
        }
        Value::String(text) => Json::Text(text),
        Value::Array(items) => Json::List(items.into_iter().map(read).collect()),
        Value::Object(members) => {
            let members = members.into_iter();
            Json::Map(members.map(|(name, it)| (name, read(it))).collect())
        }
    }
}

pub fn written(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Flag(flag) => Value::Bool(*flag),
        Json::Integer(whole) => Number::from_i128(*whole).map_or(Value::Null, Value::Number),
        Json::Decimal(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        Json::Text(text) => Value::String(text.clone()),
        Json::List(items) => Value::Array(items.iter().map(written).collect()),
        Json::Map(members) => {
            let members = members.iter().map(|(name, it)| (name.clone(), written(it)));
            Value::Object(members.collect::<Map<_, _>>())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_value_comes_back_as_it_went() {
        let value = json!({"a": [null, true, -1, u64::MAX, 0.5, "b", {}]});
        assert_eq!(written(&read(value.clone())), value);
    }
}
