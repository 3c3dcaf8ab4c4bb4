//! Lists of images: one page, one statement, whose cost does not depend on how many images there
//! are beyond the page.
//!
//! What a tenant sees is the union of what it owns, what is public and what is shared with it.
//! Written as one `WHERE` with `OR`, no index serves the order. So each way of being visible is a
//! branch of its own that reads its page in order from its own index, and the statement merges
//! the heads of at most three ordered branches. The branches do not overlap.

use gaze_domain::list::{Direction, Field, ImageList, Scope, Sort, Start};
use gaze_domain::{Error, Image, ImageId, Noun};
use gaze_sql::Value;

use super::conditions::{Arguments, all};
use super::fields::{Place, Type, place};
use super::{COLUMNS, decode_page};
use crate::columns::Columns;
use crate::{Failure, Rows};

/// One key of the order, as SQL over the image's row.
struct Key {
    expression: String,
    of: Type,
    direction: Direction,
}

/// A page of images in the order that was asked for. Fails with [`Error::NotFound`] if the image
/// to start after does not exist.
pub async fn list(rows: &mut impl Rows, query: &ImageList) -> Result<Vec<Image>, Failure> {
    let after = match query.start {
        Start::After(id) => Some(marker(rows, query, id).await?),
        Start::First | Start::Offset(_) => None,
    };
    let (sql, args) = statement(query, after.as_deref())?;
    decode_page(rows, &sql, &args).await
}

/// How many images meet the conditions, wherever the page starts. Costs as much as it counts.
pub async fn count(rows: &mut impl Rows, query: &ImageList) -> Result<u64, Failure> {
    let mut args = Arguments::default();
    let branches = branches(&mut args, &query.scope);
    let conditions = all(&mut args, &query.conditions)?;
    let counts: Vec<String> = branches
        .iter()
        .map(|branch| format!("(SELECT COUNT(*) FROM {branch}{conditions})"))
        .collect();
    let sql = format!("SELECT {}", counts.join(" + "));
    let counted = rows.rows(&sql, &args.0).await?;
    counted
        .first()
        .map_or(Ok(0), |row| Columns::new(row).unsigned())
}

/// The statement that a first page runs, for tests that look at its plan.
pub fn statement_of_list(query: &ImageList) -> Result<(String, Vec<Value>), Error> {
    statement(query, None).map_err(Error::from)
}

fn keys(sort: &[Sort]) -> Result<Vec<Key>, Failure> {
    let mut keys = Vec::with_capacity(sort.len() + 2);
    for sort in sort {
        if sort.field == Field::Id {
            break;
        }
        keys.push(key(sort)?);
    }
    if keys.is_empty() && sort.is_empty() {
        let newest = Sort {
            field: Field::CreatedAt,
            direction: Direction::Descending,
        };
        keys.push(key(&newest)?);
    }
    let last = sort
        .iter()
        .find(|sort| sort.field == Field::Id)
        .map(|sort| sort.direction)
        .or(keys.last().map(|key| key.direction))
        .unwrap_or(Direction::Ascending);
    keys.push(Key {
        expression: "i.id".into(),
        of: Type::Text,
        direction: last,
    });
    Ok(keys)
}

fn key(sort: &Sort) -> Result<Key, Failure> {
    let unsortable = || Error::invalid("sort", format!("{:?} has no order", sort.field));
    match place(&sort.field, &mut |_| String::new()) {
        Place::Column { name, of, nullable } => {
            // Both databases must agree on where absent values stand: before all others.
            let expression = match (nullable, of) {
                (false, _) => name.to_owned(),
                (true, Type::Text) => format!("COALESCE({name}, '')"),
                (true, Type::Int | Type::Flag | Type::Time) => format!("COALESCE({name}, -1)"),
            };
            Ok(Key {
                expression,
                of,
                direction: sort.direction,
            })
        }
        Place::Row { .. } => Err(unsortable().into()),
    }
}

/// The sort values of the image to start after.
async fn marker(
    rows: &mut impl Rows,
    query: &ImageList,
    id: ImageId,
) -> Result<Vec<Value>, Failure> {
    let keys = keys(&query.sort)?;
    let expressions: Vec<&str> = keys.iter().map(|key| key.expression.as_str()).collect();
    let sql = format!(
        "SELECT {} FROM image i WHERE i.id = $1",
        expressions.join(", ")
    );
    let found = rows.rows(&sql, &[id.hex().into()]).await?;
    let row = found
        .first()
        .ok_or_else(|| Error::not_found(Noun::Image, id))?;
    let mut values = Vec::with_capacity(keys.len());
    for (at, key) in keys.iter().enumerate() {
        values.push(match key.of {
            Type::Text => row.text(at)?.into(),
            Type::Int | Type::Flag | Type::Time => row.int(at)?.into(),
        });
    }
    Ok(values)
}

fn statement(query: &ImageList, after: Option<&[Value]>) -> Result<(String, Vec<Value>), Failure> {
    let keys = keys(&query.sort)?;
    let mut args = Arguments::default();
    let branches = branches(&mut args, &query.scope);
    let mut conditions = all(&mut args, &query.conditions)?;
    if let Some(values) = after {
        conditions.push_str(" AND ");
        conditions.push_str(&behind(&mut args, &keys, values));
    }
    let order = order(&keys);
    let limit = i64::from(query.limit);
    let offset = match query.start {
        Start::Offset(rows) => i64::try_from(rows).unwrap_or(i64::MAX - limit),
        Start::First | Start::After(_) => 0,
    };
    let head = args.add(limit.saturating_add(offset).into());
    let sql = if let [branch] = branches.as_slice() {
        let skip = if offset > 0 {
            args.add(offset.into())
        } else {
            String::from("0")
        };
        format!(
            "SELECT {COLUMNS} FROM {branch}{conditions} ORDER BY {order} \
             LIMIT {head} - {skip} OFFSET {skip}"
        )
    } else {
        let heads: Vec<String> = branches
            .iter()
            .map(|branch| {
                format!(
                    "SELECT * FROM (SELECT i.* FROM {branch}{conditions} ORDER BY {order} \
                     LIMIT {head}) AS head"
                )
            })
            .collect();
        let page = args.add(limit.into());
        let skip = args.add(offset.into());
        format!(
            "SELECT {COLUMNS} FROM ({}) AS i ORDER BY {order} LIMIT {page} OFFSET {skip}",
            heads.join(" UNION ALL ")
        )
    };
    Ok((sql, args.0))
}

/// `image i … WHERE …` for each way in which the scope lets an image be seen.
fn branches(args: &mut Arguments, scope: &Scope) -> Vec<String> {
    match scope {
        Scope::All => vec!["image i WHERE 1 = 1".into()],
        Scope::Owned(project) => {
            vec![format!(
                "image i WHERE i.owner_id = {}",
                args.add(project.hex().into())
            )]
        }
        Scope::Visible { project, shared } => {
            let project = args.add(project.hex().into());
            let mut branches = vec![
                format!("image i WHERE i.owner_id = {project}"),
                format!(
                    "image i WHERE i.visibility = 'public' AND i.owner_id <> {project} \
                     AND i.status <> 'deleted'"
                ),
            ];
            if !shared.is_empty() {
                let states: Vec<String> = shared
                    .iter()
                    .map(|state| args.add(state.as_str().into()))
                    .collect();
                branches.push(format!(
                    "image_member m JOIN image i ON i.id = m.image_id \
                     WHERE m.project_id = {project} AND m.state IN ({}) \
                     AND i.visibility = 'shared' AND i.owner_id <> {project} \
                     AND i.status <> 'deleted'",
                    states.join(", ")
                ));
            }
            branches
        }
    }
}

fn order(keys: &[Key]) -> String {
    let parts: Vec<String> = keys
        .iter()
        .map(|key| match key.direction {
            Direction::Ascending => format!("{} ASC", key.expression),
            Direction::Descending => format!("{} DESC", key.expression),
        })
        .collect();
    parts.join(", ")
}

/// The condition of lying behind the marker. Keys of one direction compare as a row value, which
/// an index serves; mixed directions are spelled out.
fn behind(args: &mut Arguments, keys: &[Key], values: &[Value]) -> String {
    let places: Vec<String> = values.iter().map(|value| args.add(value.clone())).collect();
    let uniform = keys
        .windows(2)
        .all(|pair| pair[0].direction == pair[1].direction);
    if uniform && let Some(first) = keys.first() {
        let columns: Vec<&str> = keys.iter().map(|key| key.expression.as_str()).collect();
        let operator = operator(first.direction);
        return format!(
            "({}) {operator} ({})",
            columns.join(", "),
            places.join(", ")
        );
    }
    let mut choices = Vec::with_capacity(keys.len());
    for (at, key) in keys.iter().enumerate() {
        let mut parts: Vec<String> = (0..at)
            .map(|before| format!("{} = {}", keys[before].expression, places[before]))
            .collect();
        parts.push(format!(
            "{} {} {}",
            key.expression,
            operator(key.direction),
            places[at]
        ));
        choices.push(format!("({})", parts.join(" AND ")));
    }
    format!("({})", choices.join(" OR "))
}

const fn operator(direction: Direction) -> &'static str {
    match direction {
        Direction::Ascending => ">",
        Direction::Descending => "<",
    }
}
