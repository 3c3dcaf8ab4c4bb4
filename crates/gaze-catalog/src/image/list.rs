//! Lists of images: one page, one statement, whose cost does not depend on how many images there
//! are beyond the page.
//!
//! What a tenant sees is the union of what it owns, what is public and what is shared with it.
//! Written as one `WHERE` with `OR`, no index serves the order. So each way of being visible is a
//! branch of its own that reads its head, as long as the page, in order from its own index; the
//! statement merges the heads of at most four branches. A branch may find what another finds as
//! well: to leave that out, it would have to pass over all the images of a tenant who publishes.

use gaze_domain::list::{Condition, Field, ImageList, Operand, Scope, Start, Test};
use gaze_domain::{Image, ProjectId, Status, Visibility};
use gaze_sql::Value;

use super::conditions::Writer;
use super::driver::{Driver, choose};
use super::order::{Order, first_field};
use super::read::{self, Read};
use super::revision::{HEAD, Head, decode_head};
use crate::columns::{Columns, all};
use crate::{Failure, Rows};

/// Which images are on a page, in the order that was asked for, and at which revision each met the
/// conditions. Fails with [`gaze_domain::Error::NotFound`] if the image to start after does not
/// exist.
///
/// One statement, a second to start after an image, and one more if a tag, property or store is
/// asked for.
pub async fn heads(rows: &mut impl Rows, query: &ImageList) -> Result<Vec<Head>, Failure> {
    let (sql, args) = statement_of_list(rows, query).await?;
    all(rows, &sql, &args, decode_head).await
}

/// A page with its rows: as [`heads`], and one statement more.
pub async fn read_list(rows: &mut impl Rows, query: &ImageList) -> Result<Vec<Read>, Failure> {
    let (sql, args) = statement(rows, query, Wanted::Rows).await?;
    read::page(rows, &sql, &args).await
}

/// [`read_list`] for those who keep nothing.
pub async fn list(rows: &mut impl Rows, query: &ImageList) -> Result<Vec<Image>, Failure> {
    let found = read_list(rows, query).await?;
    Ok(found.into_iter().map(|read| read.image).collect())
}

/// The statement that finds the page, for tests that look at its plan.
pub async fn statement_of_list(
    rows: &mut impl Rows,
    query: &ImageList,
) -> Result<(String, Vec<Value>), Failure> {
    statement(rows, query, Wanted::Heads).await
}

/// What is selected of each image on a page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Heads,
    Rows,
}

async fn statement(
    rows: &mut impl Rows,
    query: &ImageList,
    wanted: Wanted,
) -> Result<(String, Vec<Value>), Failure> {
    let order = Order::new(&query.sort)?;
    let after = match query.start {
        Start::After(id) => Some(order.values_of(rows, id).await?),
        Start::First | Start::Offset(_) => None,
    };
    let driver = choose(rows, &query.conditions).await?;
    let mut writer = writer(rows, query);
    let branches = branches(&mut writer, query, driver.as_ref(), Overlap::Allowed);
    let driving = driver.as_ref().map(|driver| driver.at);
    let mut conditions = writer.all(&query.conditions, driving)?;
    if let Some(values) = after {
        conditions.push_str(" AND ");
        conditions.push_str(&order.behind(&mut writer, &values));
    }
    let sql = page(&mut writer, query, &order, &branches, &conditions, wanted);
    Ok((sql, writer.into_args()?))
}

/// How many images meet the conditions, wherever the page starts. Costs as much as it counts.
pub async fn count(rows: &mut impl Rows, query: &ImageList) -> Result<u64, Failure> {
    let driver = choose(rows, &query.conditions).await?;
    let mut writer = writer(rows, query);
    let branches = branches(&mut writer, query, driver.as_ref(), Overlap::None);
    let driving = driver.as_ref().map(|driver| driver.at);
    let conditions = writer.all(&query.conditions, driving)?;
    let counts: Vec<String> = branches
        .iter()
        .map(|branch| format!("(SELECT COUNT(*) FROM {branch}{conditions})"))
        .collect();
    let sql = format!("SELECT {}", counts.join(" + "));
    let counted = rows.rows(&sql, &writer.into_args()?).await?;
    counted
        .first()
        .map_or(Ok(0), |row| Columns::new(row).unsigned())
}

fn writer<'l>(rows: &impl Rows, query: &'l ImageList) -> Writer<'l> {
    let pinned = match query.scope {
        Scope::All => false,
        Scope::Owned(_) | Scope::Visible { .. } | Scope::Usable { .. } | Scope::Community => true,
    };
    Writer::new(rows.kind(), Some(first_field(&query.sort)), pinned)
}

fn page(
    writer: &mut Writer<'_>,
    query: &ImageList,
    order: &Order,
    branches: &[String],
    conditions: &str,
    wanted: Wanted,
) -> String {
    let limit = i64::from(query.limit);
    let offset = match query.start {
        Start::Offset(rows) => i64::try_from(rows).unwrap_or(i64::MAX - limit),
        Start::First | Start::After(_) => 0,
    };
    let page = writer.add(limit.into());
    let skip = writer.add(offset.into());
    if let [branch] = branches {
        let columns = match wanted {
            Wanted::Heads => HEAD.to_owned(),
            Wanted::Rows => read::columns(),
        };
        return format!(
            "SELECT {columns} FROM {branch}{conditions} ORDER BY {} LIMIT {page} OFFSET {skip}",
            order.text()
        );
    }
    let head = writer.add(limit.saturating_add(offset).into());
    let heads: Vec<String> = branches
        .iter()
        .map(|branch| {
            format!(
                "SELECT * FROM (SELECT {}, i.revision AS revision FROM {branch}{conditions} \
                 ORDER BY {} LIMIT {head}) AS head",
                order.selected(),
                order.text()
            )
        })
        .collect();
    let heads = heads.join(" UNION ");
    let id = order.id_of_heads();
    let first = order.of_heads("heads");
    match wanted {
        Wanted::Heads => format!(
            "SELECT heads.{id}, heads.revision FROM ({heads}) AS heads ORDER BY {first} \
             LIMIT {page} OFFSET {skip}"
        ),
        Wanted::Rows => format!(
            "SELECT {} FROM (SELECT * FROM ({heads}) AS heads ORDER BY {first} LIMIT {page} \
             OFFSET {skip}) AS page CROSS JOIN image i WHERE i.id = page.{id} ORDER BY {}",
            read::columns(),
            order.of_heads("page")
        ),
    }
}

/// Whether two branches may find the same image.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Overlap {
    Allowed,
    None,
}

/// `image i … WHERE …` for each way in which the scope lets an image be seen that the conditions
/// allow: to pass over all public images in search of one that is not would cost as much as there
/// are.
fn branches(
    writer: &mut Writer<'_>,
    query: &ImageList,
    driver: Option<&Driver>,
    overlap: Overlap,
) -> Vec<String> {
    let table = driver.map_or("image i".to_owned(), |driver| driver.table(writer));
    let tie = driver.map_or(String::new(), |driver| {
        format!(" AND {} = driver.wanted", driver.tie())
    });
    match &query.scope {
        Scope::All => vec![format!("{table} WHERE 1 = 1{tie}")],
        Scope::Owned(project) => {
            let project = add(writer, *project);
            vec![format!("{table} WHERE i.owner_id = {project}{tie}")]
        }
        Scope::Community => vec![format!(
            "{table} WHERE i.visibility = 'community' AND i.status <> 'deleted'{tie}"
        )],
        Scope::Visible { project, shared } | Scope::Usable { project, shared } => {
            let ways = Ways::of(&query.conditions);
            let shares = ways.shared && !shared.is_empty();
            // PostgreSQL refuses a statement with an argument that nothing in it speaks of.
            let project = if ways.owned || shares {
                add(writer, *project)
            } else {
                String::new()
            };
            let others = match overlap {
                Overlap::None if ways.owned => format!(" AND (i.owner_id || '') <> {project}"),
                Overlap::None | Overlap::Allowed => String::new(),
            };
            let mut branches = Vec::new();
            if ways.owned {
                branches.push(format!("{table} WHERE i.owner_id = {project}{tie}"));
            }
            let community = matches!(query.scope, Scope::Usable { .. }) && ways.community;
            for (word, read) in [("public", ways.public), ("community", community)] {
                if read {
                    branches.push(format!(
                        "{table} WHERE i.visibility = '{word}' \
                         AND i.status <> 'deleted'{others}{tie}"
                    ));
                }
            }
            if shares {
                let states: Vec<String> = shared
                    .iter()
                    .map(|state| writer.add(state.as_str().into()))
                    .collect();
                let tables = match driver {
                    None => "image_member m CROSS JOIN image i".to_owned(),
                    Some(_) => format!("{table} CROSS JOIN image_member m"),
                };
                branches.push(format!(
                    "{tables} WHERE m.project_id = {project} AND m.state IN ({}) \
                     AND i.id = m.image_id AND (i.visibility || '') = 'shared' \
                     AND i.status <> 'deleted'{others}{tie}",
                    states.join(", ")
                ));
            }
            branches
        }
    }
}

/// By which ways an image that meets the conditions can be seen.
struct Ways {
    owned: bool,
    public: bool,
    community: bool,
    shared: bool,
}

impl Ways {
    fn of(conditions: &[Condition]) -> Self {
        let can_be =
            |field: &Field, word: &str| conditions.iter().all(|it| allows(it, field, word));
        let visible = |visibility: Visibility| can_be(&Field::Visibility, visibility.as_str());
        let public = visible(Visibility::Public);
        let shared = visible(Visibility::Shared);
        // A project's own public images are among the public ones, but for those that are deleted.
        let deleted = can_be(&Field::Status, Status::Deleted.as_str());
        let others = Visibility::ALL
            .iter()
            .filter(|it| **it != Visibility::Public);
        let owned = others.copied().any(visible) || (public && deleted);
        Self {
            // Something has to be asked, also if nothing can be found.
            owned: owned || !public,
            public,
            community: visible(Visibility::Community),
            shared,
        }
    }
}

/// Whether an image whose field has that value can meet the condition.
fn allows(condition: &Condition, field: &Field, word: &str) -> bool {
    let Condition::Field(named, test) = condition else {
        return true;
    };
    let is = |operand: &Operand| matches!(operand, Operand::Text(text) if text == word);
    if named != field {
        return true;
    }
    match test {
        Test::Eq(operand) => is(operand),
        Test::NotEq(operand) => !is(operand),
        Test::In(operands) => operands.iter().any(is),
        Test::NotIn(operands) => !operands.iter().any(is),
        Test::Lt(_)
        | Test::Le(_)
        | Test::Gt(_)
        | Test::Ge(_)
        | Test::Like(_)
        | Test::NotLike(_)
        | Test::IsNull
        | Test::NotNull => true,
    }
}

fn add(writer: &mut Writer<'_>, project: ProjectId) -> String {
    writer.add(project.hex().into())
}
