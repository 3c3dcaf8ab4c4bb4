//! Conditions of a list into SQL.

use gaze_domain::Error;
use gaze_domain::list::{Condition, Field, Operand, Test};
use gaze_sql::{Kind, Value};

use super::fields::{Place, Type, coerce, literal, name, place, plain_text};
use crate::Failure;
use crate::columns::padded;

/// Deepest nesting of `AnyOf`, since faces build it from what clients send.
const MAX_DEPTH: usize = 4;
/// Most conditions of one list, counted through `AnyOf`. SQLite refuses expressions deeper than
/// 1000 (<https://www.sqlite.org/limits.html>), and a chain of `AND` is as deep as it is long.
const MAX_CONDITIONS: usize = 256;
/// Most values of one `In`.
pub(super) const MAX_VALUES: usize = 1000;
/// Most arguments of one statement; SQLite takes 32,766, PostgreSQL 65,535.
const MAX_ARGUMENTS: usize = 16_384;
/// Longest pattern in bytes; SQLite refuses those beyond 50,000.
const MAX_PATTERN: usize = 4096;

/// The conditions and arguments of a statement as it is being written.
pub(super) struct Writer<'l> {
    kind: Kind,
    args: Vec<Value>,
    /// The first field of the order.
    order: Option<&'l Field>,
    /// Whether the scope already names the index that the images are read from.
    pinned: bool,
    conditions: usize,
}

impl<'l> Writer<'l> {
    pub(super) fn new(kind: Kind, order: Option<&'l Field>, pinned: bool) -> Self {
        Self {
            kind,
            args: Vec::new(),
            order,
            pinned,
            conditions: 0,
        }
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    /// Adds an argument and returns its placeholder.
    pub(super) fn add(&mut self, value: Value) -> String {
        self.args.push(value);
        format!("${}", self.args.len())
    }

    /// Adds a list of arguments in which repetitions do not matter.
    pub(super) fn add_set(&mut self, values: Vec<Value>) -> Vec<String> {
        padded(values)
            .into_iter()
            .map(|value| self.add(value))
            .collect()
    }

    pub(super) fn into_args(self) -> Result<Vec<Value>, Failure> {
        if self.args.len() > MAX_ARGUMENTS {
            let reason = format!("compare with more than {MAX_ARGUMENTS} values");
            return Err(Error::invalid("conditions", reason).into());
        }
        Ok(self.args)
    }

    /// ` AND …` for each of the conditions that is wanted, by its place and what it is; empty if none
    /// is.
    pub(super) fn all(
        &mut self,
        conditions: &[Condition],
        wanted: impl Fn(usize, &Condition) -> bool,
    ) -> Result<String, Failure> {
        let mut text = String::new();
        for (at, condition) in conditions.iter().enumerate() {
            if wanted(at, condition) {
                text.push_str(" AND ");
                text.push_str(&self.one(condition, 0)?);
            }
        }
        Ok(text)
    }

    fn one(&mut self, condition: &Condition, depth: usize) -> Result<String, Failure> {
        self.conditions += 1;
        if self.conditions > MAX_CONDITIONS {
            let reason = format!("at most {MAX_CONDITIONS} are allowed");
            return Err(Error::invalid("conditions", reason).into());
        }
        match condition {
            Condition::Field(field, test) => self.on_field(field, test, depth),
            Condition::Without(field, test) => {
                // Compared below the top level, no index is mistaken for a way to the images.
                let met = self.on_field(field, test, depth + 1)?;
                Ok(format!("({met}) IS NOT TRUE"))
            }
            Condition::InRegion(region) => {
                let region = self.add(region.hex().into());
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
                        parts.push(self.one(condition, depth + 1)?);
                    }
                    choices.push(join(&parts, " AND ", "1 = 1"));
                }
                Ok(join(&choices, " OR ", "1 = 0"))
            }
        }
    }

    fn on_field(&mut self, field: &Field, test: &Test, depth: usize) -> Result<String, Failure> {
        if let Field::Property(name) = field {
            plain_text(field, name)?;
        }
        match place(field, &mut |value| self.add(value)) {
            Place::Column { name, of, .. } => {
                let expression = if self.would_mislead(field, test, depth) {
                    match of {
                        Type::Text => format!("({name} || '')"),
                        Type::Int | Type::Flag | Type::Time => format!("({name} + 0)"),
                    }
                } else {
                    name.to_owned()
                };
                self.compare(field, &expression, of, test)
            }
            Place::Row { from, value, of } => match test {
                Test::IsNull => Ok(format!("NOT EXISTS (SELECT 1 FROM {from})")),
                Test::NotNull => Ok(format!("EXISTS (SELECT 1 FROM {from})")),
                _ => {
                    // PostgreSQL, which plans for all values at once, would rather read all images
                    // of a value, were it common, than look at those of a page: joined with them,
                    // unless there is an `OFFSET`, and by the index that begins with the value.
                    let (value, offset) = match (self.kind, field) {
                        (Kind::Postgres, Field::Tag | Field::Property(_)) => {
                            (format!("({value} || '')"), " OFFSET 0")
                        }
                        _ => (value.to_owned(), ""),
                    };
                    let comparison = self.compare(field, &value, of, test)?;
                    Ok(format!(
                        "EXISTS (SELECT 1 FROM {from} AND {comparison}{offset})"
                    ))
                }
            },
        }
    }

    /// Whether SQLite, whose planner knows nothing of the data, might read from an index on this
    /// column, and so lose the order of the page, though the condition may be true of most images.
    /// Such a column is written as an expression, which no index serves. PostgreSQL has statistics
    /// of columns, and would be misled by the expression instead.
    fn would_mislead(&self, field: &Field, test: &Test, depth: usize) -> bool {
        let elsewhere = match field {
            Field::Owner | Field::Visibility => self.pinned || !matches!(test, Test::Eq(_)),
            Field::Id | Field::Name | Field::CreatedAt => self.order != Some(field),
            _ => return false,
        };
        self.kind == Kind::Sqlite && (elsewhere || depth > 0)
    }

    fn compare(
        &mut self,
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
            Test::Like(pattern) => return self.like(field, expression, of, "LIKE", pattern),
            Test::NotLike(pattern) => {
                return self.like(field, expression, of, "NOT LIKE", pattern);
            }
            Test::In(operands) => {
                if operands.is_empty() {
                    return Ok("1 = 0".into());
                }
                let places = self.set(field, of, operands)?;
                return Ok(format!("{expression} IN ({places})"));
            }
            Test::NotIn(operands) => {
                // An absent field is not in any list, not even in an empty one.
                if operands.is_empty() {
                    return Ok(format!("{expression} IS NOT NULL"));
                }
                let places = self.set(field, of, operands)?;
                return Ok(format!("{expression} NOT IN ({places})"));
            }
        };
        let value = self.operand(field, coerce(field, of, operand)?);
        Ok(format!("{expression} {operator} {value}"))
    }

    fn set(&mut self, field: &Field, of: Type, operands: &[Operand]) -> Result<String, Failure> {
        let values = set(field, of, operands)?;
        let places: Vec<String> = padded(values)
            .into_iter()
            .map(|value| self.operand(field, value))
            .collect();
        Ok(places.join(", "))
    }

    /// An argument, or on PostgreSQL the value itself where there are only a few that it can be. A
    /// statement is planned there once for all arguments, by how many values a column has: of one
    /// that nearly always has the same, `<> $1` would be taken to leave nothing.
    fn operand(&mut self, field: &Field, value: Value) -> String {
        match literal(field, &value) {
            Some(literal) if self.kind == Kind::Postgres => literal,
            _ => self.add(value),
        }
    }

    fn like(
        &mut self,
        field: &Field,
        expression: &str,
        of: Type,
        operator: &str,
        pattern: &str,
    ) -> Result<String, Failure> {
        if of != Type::Text {
            return Err(Error::invalid(name(field), "only text is compared with a pattern").into());
        }
        plain_text(field, pattern)?;
        if pattern.len() > MAX_PATTERN {
            let reason = format!("has a pattern longer than {MAX_PATTERN} bytes");
            return Err(Error::invalid(name(field), reason).into());
        }
        let mut pattern = pattern.to_ascii_lowercase();
        let escapes = pattern.len() - pattern.trim_end_matches('\\').len();
        if escapes % 2 == 1 {
            // PostgreSQL refuses a pattern that ends in the midst of an escape.
            pattern.push('\\');
        }
        let pattern = self.add(pattern.into());
        // PostgreSQL's `lower` knows more letters than ASCII's, but in the collation "C".
        let collation = match self.kind {
            Kind::Sqlite => "",
            Kind::Postgres => " COLLATE \"C\"",
        };
        Ok(format!(
            "lower({expression}{collation}) {operator} {pattern} ESCAPE '\\'"
        ))
    }
}

/// The values of an `In`, as the field is compared.
pub(super) fn set(field: &Field, of: Type, operands: &[Operand]) -> Result<Vec<Value>, Failure> {
    if operands.len() > MAX_VALUES {
        let reason = format!("has {} values; at most {MAX_VALUES}", operands.len());
        return Err(Error::invalid(name(field), reason).into());
    }
    operands
        .iter()
        .map(|operand| coerce(field, of, operand))
        .collect()
}

fn join(parts: &[String], with: &str, empty: &str) -> String {
    if parts.is_empty() {
        empty.to_owned()
    } else {
        format!("({})", parts.join(with))
    }
}
