//! Lists of tags.

use gaze_domain::list::{Direction, Operand, Test};
use gaze_domain::tag::{TagCondition, TagField, TagList, TagScope};
use gaze_domain::{Error, Tag};
use gaze_sql::{Kind, Value};

use super::{SELECT, decode};
use crate::columns::{all, micros};
use crate::{Failure, Rows};

/// Most comparisons of one list, each value of an `In` being one.
const MAX_COMPARISONS: usize = 4096;
/// Deepest nesting of groups.
const MAX_DEPTH: usize = 4;
/// Longest text to compare with, in bytes; SQLite refuses patterns beyond 50,000.
const MAX_TEXT: usize = 4096;

pub async fn list(rows: &mut impl Rows, list: &TagList) -> Result<Vec<Tag>, Failure> {
    let mut writer = Writer::new(rows.kind());
    let conditions = writer.conditions(list)?;
    let (field, direction) = list
        .sort
        .unwrap_or((TagField::CreatedAt, Direction::Ascending));
    let direction = match direction {
        Direction::Ascending => "ASC",
        Direction::Descending => "DESC",
    };
    let limit = writer.add(list.limit.into());
    let start = writer.add(i64::try_from(list.start).unwrap_or(i64::MAX).into());
    let sql = format!(
        "{SELECT} WHERE {conditions} ORDER BY {} {direction}, t.id {direction} \
         LIMIT {limit} OFFSET {start}",
        column(field)
    );
    all(rows, &sql, &writer.args, decode).await
}

/// How many tags the list has without its page.
pub async fn count(rows: &mut impl Rows, list: &TagList) -> Result<u64, Failure> {
    let mut writer = Writer::new(rows.kind());
    let conditions = writer.conditions(list)?;
    let sql = format!("SELECT COUNT(*) FROM tag t WHERE {conditions}");
    let counted = all(rows, &sql, &writer.args, |c| c.unsigned()).await?;
    Ok(counted.first().copied().unwrap_or_default())
}

const fn column(field: TagField) -> &'static str {
    match field {
        TagField::Id => "t.id",
        TagField::Noun => "t.noun",
        TagField::Subject => "t.subject_id",
        TagField::Kind => "t.kind",
        TagField::Text => "t.text",
        TagField::Pattern => "t.pattern_id",
        TagField::CreatedAt => "t.created_at",
        TagField::UpdatedAt => "t.updated_at",
    }
}

struct Writer {
    kind: Kind,
    args: Vec<Value>,
    comparisons: usize,
}

impl Writer {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            args: Vec::new(),
            comparisons: 0,
        }
    }

    fn add(&mut self, value: Value) -> String {
        self.args.push(value);
        format!("${}", self.args.len())
    }

    fn conditions(&mut self, list: &TagList) -> Result<String, Failure> {
        let mut parts = vec![self.scope(list.scope)];
        for condition in &list.conditions {
            parts.push(self.one(condition, 0)?);
        }
        Ok(parts.join(" AND "))
    }

    fn scope(&mut self, scope: TagScope) -> String {
        let TagScope::Visible(project) = scope else {
            return "1 = 1".to_owned();
        };
        let own = self.add(project.hex().into());
        let owned = |noun: &str, table: &str| {
            format!(
                "(t.noun = '{noun}' AND EXISTS (SELECT 1 FROM {table} o \
                 WHERE o.id = t.subject_id AND o.owner_id = {own}))"
            )
        };
        let mut seen = vec![
            "t.noun IN ('store', 'pool', 'zone', 'cluster')".to_owned(),
            format!(
                "(t.noun = 'image' AND EXISTS (SELECT 1 FROM image i WHERE i.id = t.subject_id \
                 AND (i.owner_id = {own} OR (i.status <> 'deleted' AND (i.visibility = 'public' \
                 OR (i.visibility = 'shared' AND EXISTS (SELECT 1 FROM image_member m \
                 WHERE m.image_id = i.id AND m.project_id = {own} \
                 AND m.state = 'accepted')))))))"
            ),
        ];
        seen.extend([
            owned("instance", "instance"),
            owned("volume", "volume"),
            owned("snapshot", "snapshot"),
            owned("job", "long_job"),
        ]);
        format!("({})", seen.join(" OR "))
    }

    fn one(&mut self, condition: &TagCondition, depth: usize) -> Result<String, Failure> {
        match condition {
            TagCondition::Field(field, test) => self.compare(*field, test),
            TagCondition::AnyOf(_) if depth == MAX_DEPTH => {
                Err(Error::invalid("condition", "is nested too deeply").into())
            }
            TagCondition::AnyOf(groups) => {
                let mut choices = vec!["1 = 0".to_owned()];
                for group in groups {
                    let mut parts = vec!["1 = 1".to_owned()];
                    for condition in group {
                        parts.push(self.one(condition, depth + 1)?);
                    }
                    choices.push(format!("({})", parts.join(" AND ")));
                }
                Ok(format!("({})", choices.join(" OR ")))
            }
        }
    }

    fn compare(&mut self, field: TagField, test: &Test) -> Result<String, Failure> {
        let name = column(field);
        let (operator, operand) = match test {
            Test::Eq(operand) => ("=", operand),
            Test::NotEq(operand) => ("<>", operand),
            Test::Lt(operand) => ("<", operand),
            Test::Le(operand) => ("<=", operand),
            Test::Gt(operand) => (">", operand),
            Test::Ge(operand) => (">=", operand),
            Test::IsNull => return Ok(format!("{name} IS NULL")),
            Test::NotNull => return Ok(format!("{name} IS NOT NULL")),
            Test::Like(pattern) => return self.like(field, "LIKE", pattern),
            Test::NotLike(pattern) => return self.like(field, "NOT LIKE", pattern),
            Test::In(operands) if operands.is_empty() => return Ok("1 = 0".to_owned()),
            Test::NotIn(operands) if operands.is_empty() => {
                return Ok(format!("{name} IS NOT NULL"));
            }
            Test::In(operands) => return self.set(field, "IN", operands),
            Test::NotIn(operands) => return self.set(field, "NOT IN", operands),
        };
        let value = self.value(field, operand)?;
        Ok(format!("{name} {operator} {value}"))
    }

    fn set(
        &mut self,
        field: TagField,
        operator: &str,
        operands: &[Operand],
    ) -> Result<String, Failure> {
        let mut places = Vec::with_capacity(operands.len());
        for operand in operands {
            places.push(self.value(field, operand)?);
        }
        Ok(format!(
            "{} {operator} ({})",
            column(field),
            places.join(", ")
        ))
    }

    fn value(&mut self, field: TagField, operand: &Operand) -> Result<String, Failure> {
        self.comparisons += 1;
        if self.comparisons > MAX_COMPARISONS {
            let reason = format!("compare with more than {MAX_COMPARISONS} values");
            return Err(Error::invalid("conditions", reason).into());
        }
        let time = matches!(field, TagField::CreatedAt | TagField::UpdatedAt);
        let value = match operand {
            Operand::Time(instant) if time => micros(*instant),
            Operand::Text(text) if !time => plain(text)?.into(),
            Operand::Text(_) | Operand::Int(_) | Operand::Bool(_) | Operand::Time(_) => {
                return Err(Error::invalid("condition", "compares with another type").into());
            }
        };
        Ok(self.add(value))
    }

    fn like(&mut self, field: TagField, operator: &str, pattern: &str) -> Result<String, Failure> {
        if matches!(field, TagField::CreatedAt | TagField::UpdatedAt) {
            return Err(Error::invalid("condition", "only text is compared with a pattern").into());
        }
        // What a backslash escapes differs between the databases, and it stands in no tag that
        // anybody has a form for; so it is a letter.
        let pattern = plain(pattern)?.to_ascii_lowercase().replace('\\', "\\\\");
        let pattern = self.add(pattern.into());
        // PostgreSQL's `lower` knows more letters than ASCII's, but in the collation "C".
        let collation = match self.kind {
            Kind::Sqlite => "",
            Kind::Postgres => " COLLATE \"C\"",
        };
        Ok(format!(
            "lower({}{collation}) {operator} {pattern} ESCAPE '\\'",
            column(field)
        ))
    }
}

/// Refuses NUL, which PostgreSQL's text cannot hold, and what is longer than any tag.
fn plain(text: &str) -> Result<String, Failure> {
    if text.contains('\0') || text.len() > MAX_TEXT {
        let reason = format!("must be at most {MAX_TEXT} bytes without NUL");
        return Err(Error::invalid("condition", reason).into());
    }
    Ok(text.to_owned())
}
