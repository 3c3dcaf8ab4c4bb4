//! Comparison of bodies.

use std::collections::BTreeSet;

use serde_json::Value;

use super::pattern::{self, Bindings, Hole, Piece};

/// Marks a placeholder that stood outside of quotes. No JSON text holds it unescaped.
const BARE: char = '\u{0}';

/// The differences between a response's body and what was expected of it, one a line.
pub(super) fn body(expected: &str, actual: &[u8], bindings: &mut Bindings) -> Vec<String> {
    if expected == "{{any}}" {
        return Vec::new();
    }
    let Ok(actual) = std::str::from_utf8(actual) else {
        return vec!["the body is not text".to_owned()];
    };
    if !expected.starts_with(['{', '[']) || expected.starts_with("{{") {
        let actual = actual.trim_end_matches('\n');
        return pattern::matches(expected, actual, bindings)
            .err()
            .into_iter()
            .collect();
    }
    let wanted: Value = match serde_json::from_str(&quote_bare(expected)) {
        Ok(value) => value,
        Err(error) => return vec![format!("the expected body is not JSON: {error}")],
    };
    let found: Value = match serde_json::from_str(actual) {
        Ok(value) => value,
        Err(error) => return vec![format!("the body is not JSON ({error}): {actual}")],
    };
    let mut differences = Vec::new();
    json("$", &wanted, &found, bindings, &mut differences);
    differences
}

/// Puts placeholders outside of quotes into quotes, marked.
fn quote_bare(text: &str) -> String {
    let mut quoted = String::new();
    let mut rest = text;
    let mut in_string = false;
    while let Some(next) = rest.chars().next() {
        let mut taken = next.len_utf8();
        match next {
            '"' => in_string = !in_string,
            '\\' if in_string => taken += rest[1..].chars().next().map_or(0, char::len_utf8),
            '{' if !in_string && rest.starts_with("{{") => {
                if let Some(end) = rest.find("}}") {
                    quoted.push_str("\"\\u0000");
                    quoted.push_str(&rest[..end + 2]);
                    quoted.push('"');
                    rest = &rest[end + 2..];
                    continue;
                }
            }
            _ => {}
        }
        quoted.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    quoted
}

fn json(
    path: &str,
    wanted: &Value,
    found: &Value,
    bindings: &mut Bindings,
    differences: &mut Vec<String>,
) {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            let keys: BTreeSet<&String> = wanted.keys().chain(found.keys()).collect();
            for key in keys {
                let path = format!("{path}.{key}");
                match (wanted.get(key), found.get(key)) {
                    (Some(wanted), Some(found)) => {
                        json(&path, wanted, found, bindings, differences);
                    }
                    (Some(_), None) => differences.push(format!("{path}: is missing")),
                    (None, Some(found)) => {
                        differences.push(format!("{path}: unexpected, with value {found}"));
                    }
                    (None, None) => {}
                }
            }
        }
        (Value::Array(wanted), Value::Array(found)) => {
            if wanted.len() != found.len() {
                differences.push(format!(
                    "{path}: expected {} elements, got {}",
                    wanted.len(),
                    found.len()
                ));
            }
            for (index, (wanted, found)) in wanted.iter().zip(found).enumerate() {
                json(
                    &format!("{path}[{index}]"),
                    wanted,
                    found,
                    bindings,
                    differences,
                );
            }
        }
        (Value::String(wanted), found) => {
            let outcome = match (wanted.strip_prefix(BARE), found) {
                (Some(placeholder), found) => bare(placeholder, found, bindings),
                (None, Value::String(found)) => pattern::matches(wanted, found, bindings),
                (None, found) => Err(format!("expected the string {wanted:?}, got {found}")),
            };
            if let Err(why) = outcome {
                differences.push(format!("{path}: {why}"));
            }
        }
        (wanted, found) if wanted == found => {}
        (wanted, found) => differences.push(format!("{path}: expected {wanted}, got {found}")),
    }
}

/// Whether a value that is not a string is what the placeholder stands for.
fn bare(placeholder: &str, found: &Value, bindings: &mut Bindings) -> Result<(), String> {
    let pieces = pattern::pieces(placeholder)?;
    match (pieces.as_slice(), found) {
        ([Piece::Hole(Hole::Any)], _) => Ok(()),
        ([Piece::Hole(Hole::Int | Hole::Timestamp)], Value::Number(number))
            if number.is_i64() || number.is_u64() =>
        {
            Ok(())
        }
        ([Piece::Hole(Hole::Given(_))], Value::Number(_) | Value::Bool(_)) => {
            pattern::matches(placeholder, &found.to_string(), bindings)
        }
        _ => Err(format!(
            "expected {placeholder} outside of quotes, got {found}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn check(expected: &str, actual: &str, differences: &[&str]) {
        let given = BTreeMap::from([("n".to_owned(), "7".to_owned())]);
        let found = body(expected, actual.as_bytes(), &mut Bindings::new(&given));
        assert_eq!(found, differences, "{expected} against {actual}");
    }

    #[test]
    fn json_is_compared_by_structure() {
        check(
            r#"{"a":1,"b":[true,null]}"#,
            r#" {"b":[true,null], "a":1}"#,
            &[],
        );
        check(
            r#"{"a":1}"#,
            r#"{"a":1,"b":2}"#,
            &["$.b: unexpected, with value 2"],
        );
        check(r#"{"a":1,"b":2}"#, r#"{"a":1}"#, &["$.b: is missing"]);
        check(r#"{"a":null}"#, "{}", &["$.a: is missing"]);
        check(
            r#"{"a":1}"#,
            r#"{"a":"1"}"#,
            &["$.a: expected 1, got \"1\""],
        );
        check(
            r#"{"a":"1"}"#,
            r#"{"a":1}"#,
            &["$.a: expected the string \"1\", got 1"],
        );
        check(r#"{"a":1}"#, r#"{"a":1.0}"#, &["$.a: expected 1, got 1.0"]);
        check("[1]", "[1,2]", &["$: expected 1 elements, got 2"]);
        check(
            "[1,2]",
            "[2,1]",
            &["$[0]: expected 1, got 2", "$[1]: expected 2, got 1"],
        );
        check(
            r#"{"a":{"b":"x"}}"#,
            r#"{"a":{"b":"y"}}"#,
            &[r#"$.a.b: expected "x", got "y""#],
        );
    }

    #[test]
    fn placeholders_outside_of_quotes_are_no_strings() {
        check(r#"{"a":{{int}}}"#, r#"{"a":5}"#, &[]);
        check(r#"{"a":{{any}}}"#, r#"{"a":{"b":[]}}"#, &[]);
        check(r#"{"a":{{given:n}}}"#, r#"{"a":7}"#, &[]);
        check(r#"{"a":"{{int}}"}"#, r#"{"a":"5"}"#, &[]);
        check(r#"["\"{{int}}\\",{{int}}]"#, r#"["\"5\\",5]"#, &[]);
        for (expected, actual) in [
            (r#"{"a":{{int}}}"#, r#"{"a":"5"}"#),
            (r#"{"a":{{int}}}"#, r#"{"a":5.5}"#),
            (r#"{"a":"{{int}}"}"#, r#"{"a":5}"#),
            (r#"{"a":"{{any}}"}"#, r#"{"a":5}"#),
            (r#"{"a":{{given:n}}}"#, r#"{"a":8}"#),
        ] {
            let found = body(
                expected,
                actual.as_bytes(),
                &mut Bindings::new(&BTreeMap::from([("n".to_owned(), "7".to_owned())])),
            );
            assert_eq!(found.len(), 1, "{expected} against {actual}");
        }
    }

    #[test]
    fn other_bodies_are_compared_exactly() {
        check("ok", "ok\n", &[]);
        check("", "", &[]);
        check("{{any}}", "\u{1}whatever", &[]);
        check("a {{int}}", "a 5", &[]);
        check("ok", "ok ", &[r#"expected "ok", got "ok ""#]);
        check("", "x", &[r#"expected "", got "x""#]);
    }
}
