//! Conditions of a list into SQL.

use gaze_domain::Error;
use gaze_domain::list::{Condition, Field, Test};
use gaze_sql::Value;

use super::fields::{Place, Type, coerce, name, place};
use crate::Failure;

/// Deepest nesting of `AnyOf`, since faces build it from what clients send.
const MAX_DEPTH: usize = 4;
/// Most values of one `In`.
const MAX_VALUES: usize = 1000;

/// Arguments of a statement as it is being written.
#[derive(Default)]
pub(super) struct Arguments(pub(super) Vec<Value>);

impl Arguments {
    pub(super) fn add(&mut self, value: Value) -> String {
        self.0.push(value);
        format!("${}", self.0.len())
    }
}

/// ` AND …` for each condition; empty if there is none.
pub(super) fn all(args: &mut Arguments, conditions: &[Condition]) -> Result<String, Failure> {
    let mut text = String::new();
    for condition in conditions {
        text.push_str(" AND ");
        text.push_str(&one(args, condition, 0)?);
    }
    Ok(text)
}

fn one(args: &mut Arguments, condition: &Condition, depth: usize) -> Result<String, Failure> {
    match condition {
        Condition::Field(field, test) => on_field(args, field, test),
        Condition::InRegion(region) => {
            let region = args.add(region.hex().into());
            Ok(format!(
                "(EXISTS (SELECT 1 FROM image_location l JOIN store s ON s.id = l.store_id \
                 WHERE l.image_id = i.id AND s.region_id = {region}) \
                 OR NOT EXISTS (SELECT 1 FROM image_location l WHERE l.image_id = i.id))"
            ))
        }
        Condition::AnyOf(groups) => {
            if depth == MAX_DEPTH {
                return Err(Error::invalid("condition", "is nested too deeply").into());
            }
            let mut choices = Vec::with_capacity(groups.len());
            for group in groups {
                let mut parts = Vec::with_capacity(group.len());
                for condition in group {
                    parts.push(one(args, condition, depth + 1)?);
                }
                choices.push(join(&parts, " AND ", "1 = 1"));
            }
            Ok(join(&choices, " OR ", "1 = 0"))
        }
    }
}

fn join(parts: &[String], with: &str, empty: &str) -> String {
    if parts.is_empty() {
        empty.to_owned()
    } else {
        format!("({})", parts.join(with))
    }
}

fn on_field(args: &mut Arguments, field: &Field, test: &Test) -> Result<String, Failure> {
    match place(field, &mut |value| args.add(value)) {
        Place::Column { name, of, .. } => compare(args, field, name, of, test),
        Place::Row { from, value, of } => match test {
            Test::IsNull => Ok(format!("NOT EXISTS (SELECT 1 FROM {from})")),
            Test::NotNull => Ok(format!("EXISTS (SELECT 1 FROM {from})")),
            _ => {
                let comparison = compare(args, field, value, of, test)?;
                Ok(format!("EXISTS (SELECT 1 FROM {from} AND {comparison})"))
            }
        },
    }
}

fn compare(
    args: &mut Arguments,
    field: &Field,
    expression: &str,
    of: Type,
    test: &Test,
) -> Result<String, Failure> {
    let (operator, operand) = match test {
        Test::Eq(operand) => ("=", operand),
        Test::NotEq(operand) => ("<>", operand),
        Test::Lt(operand) => ("<", operand),
        Test::Le(operand) => ("<=", operand),
        Test::Gt(operand) => (">", operand),
        Test::Ge(operand) => (">=", operand),
        Test::IsNull => return Ok(format!("{expression} IS NULL")),
        Test::NotNull => return Ok(format!("{expression} IS NOT NULL")),
        Test::Like(pattern) => return like(args, field, expression, of, "LIKE", pattern),
        Test::NotLike(pattern) => return like(args, field, expression, of, "NOT LIKE", pattern),
        Test::In(operands) | Test::NotIn(operands) => {
            if operands.len() > MAX_VALUES {
                let reason = format!("has {} values; at most {MAX_VALUES}", operands.len());
                return Err(Error::invalid(name(field), reason).into());
            }
            let is_in = matches!(test, Test::In(_));
            if operands.is_empty() {
                return Ok(if is_in { "1 = 0" } else { "1 = 1" }.to_owned());
            }
            let mut places = Vec::with_capacity(operands.len());
            for operand in operands {
                places.push(args.add(coerce(field, of, operand)?));
            }
            let word = if is_in { "IN" } else { "NOT IN" };
            return Ok(format!("{expression} {word} ({})", places.join(", ")));
        }
    };
    let value = args.add(coerce(field, of, operand)?);
    Ok(format!("{expression} {operator} {value}"))
}

fn like(
    args: &mut Arguments,
    field: &Field,
    expression: &str,
    of: Type,
    operator: &str,
    pattern: &str,
) -> Result<String, Failure> {
    if of != Type::Text {
        return Err(Error::invalid(name(field), "only text is compared with a pattern").into());
    }
    let pattern = args.add(pattern.to_ascii_lowercase().into());
    Ok(format!(
        "lower({expression}) {operator} {pattern} ESCAPE '\\'"
    ))
}
