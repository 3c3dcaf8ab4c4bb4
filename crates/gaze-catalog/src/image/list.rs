//! Lists of images: one page, one statement, whose cost does not depend on how many images there
//! are beyond the page.
//!
//! What a tenant sees is the union of what it owns, what is public and what is shared with it.
//! Written as one `WHERE` with `OR`, no index serves the order. So each way of being visible is a
//! branch of its own that reads its head, as long as the page, in order from its own index; the
//! statement merges the heads of at most four branches. A branch may find what another finds as
//! well: to leave that out, it would have to pass over all the images of a tenant who publishes.
//!
//! Where conditions may leave few of the images, or an index of classes has all that is asked of
//! them, classes take the place of what is owned and what is public: see `by_class.rs`.

use gaze_domain::list::{Condition, Field, ImageList, Operand, Scope, Start, Test};
use gaze_domain::{Image, MemberState, ProjectId, Status, Visibility};
use gaze_sql::{Kind, Value};

use super::by_class::{self, Classes};
use super::conditions::Writer;
use super::driver::{Choice, Driver, FEW, SELECTIVE, choose};
use super::order::{Order, first_field};
use super::page::{Lacking, Wanted, head_of, head_of_members, merged, most_of_head, of_branch};
use super::read::{self, Read};
use super::revision::{Head, decode_head};
use crate::columns::{Columns, all};
use crate::{Failure, Rows};

/// Which images are on a page, in the order that was asked for, and at which revision each met the
/// conditions. Fails with [`gaze_domain::Error::NotFound`] if the image to start after does not
/// exist.
///
/// One statement, a second to start after an image, one more if a tag, property or store is asked for,
/// one more where it may be read by classes, and one more if it is not read so although a tag or
/// property is asked for.
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
    let mut choice = choose(rows, &query.conditions, FEW).await?;
    let by_class = choice.driver.is_none() && {
        let (writer, common) = (writer(rows.kind(), query), choice.common.as_ref());
        by_class::is_better(rows, writer, query, &order, common).await?
    };
    if !by_class && choice.common.is_some() {
        choice = choose(rows, &query.conditions, SELECTIVE).await?;
    }
    let Choice { driver, common } = choice;
    let mut writer = writer(rows.kind(), query);
    let after = after.as_deref();
    let sql = if by_class {
        let classes = Classes::new(&mut writer, query, common)?;
        let head = writer.add(most_of_head(query).into());
        let lacking = classes.lacks(rows.kind());
        let mut heads = vec![classes.heads(&mut writer, &order, after, &head)];
        if let Some(shared) = shared_beside(&mut writer, query, &classes)? {
            let over = order.over(["m.image_created_at", "m.image_id"]);
            let behind = behind(&mut writer, &over, after);
            let shared = format!("{shared}{behind}");
            heads.push(if classes.decide_all() {
                head_of_members(&order, &over, &shared, &head)
            } else {
                head_of(&order, &over, &shared, &head, lacking)
            });
        }
        merged(&mut writer, query, &order, &heads, lacking, wanted)
    } else {
        let mut branches = branches(&mut writer, query, driver.as_ref(), Overlap::Allowed);
        let driving = driver.as_ref().map(|driver| driver.at);
        let conditions = writer.all(&query.conditions, |at, _| Some(at) != driving)?;
        let behind = if driving.is_some() && rows.kind() == Kind::Sqlite {
            behind(&mut writer, &order.by_hand(), after)
        } else {
            behind(&mut writer, &order, after)
        };
        for branch in &mut branches {
            branch.push_str(&conditions);
            branch.push_str(&behind);
        }
        if let [branch] = branches.as_slice() {
            of_branch(&mut writer, query, &order, branch, wanted)
        } else {
            let head = writer.add(most_of_head(query).into());
            let lacking = Lacking::Nothing;
            let heads = branches.iter();
            let heads = heads.map(|branch| head_of(&order, &order, branch, &head, lacking));
            let heads: Vec<String> = heads.collect();
            merged(&mut writer, query, &order, &heads, lacking, wanted)
        }
    };
    Ok((sql, writer.into_args()?))
}

fn behind(writer: &mut Writer<'_>, order: &Order, after: Option<&[Value]>) -> String {
    after.map_or(String::new(), |values| {
        format!(" AND {}", order.behind(writer, values))
    })
}

/// How many images meet the conditions, wherever the page starts. Costs as much as it counts; where
/// classes decide the conditions, on SQLite, as much as there are classes.
pub async fn count(rows: &mut impl Rows, query: &ImageList) -> Result<u64, Failure> {
    let Choice { driver, common } = choose(rows, &query.conditions, FEW).await?;
    let mut writer = writer(rows.kind(), query);
    let counts: Vec<String> =
        if driver.is_none() && by_class::is_better_count(rows.kind(), query, common.as_ref()) {
            let classes = Classes::new(&mut writer, query, common)?;
            let mut counts = vec![classes.count(&mut writer)];
            if let Some(shared) = shared_beside(&mut writer, query, &classes)? {
                counts.push(format!("(SELECT COUNT(*) FROM {shared})"));
            }
            counts
        } else {
            let branches = branches(&mut writer, query, driver.as_ref(), Overlap::None);
            let driving = driver.as_ref().map(|driver| driver.at);
            let conditions = writer.all(&query.conditions, |at, _| Some(at) != driving)?;
            let branches = branches.iter();
            branches
                .map(|branch| format!("(SELECT COUNT(*) FROM {branch}{conditions})"))
                .collect()
        };
    let sql = format!("SELECT {}", counts.join(" + "));
    let counted = rows.rows(&sql, &writer.into_args()?).await?;
    counted
        .first()
        .map_or(Ok(0), |row| Columns::new(row).unsigned())
}

fn writer(kind: Kind, query: &ImageList) -> Writer<'_> {
    let pinned = match query.scope {
        Scope::All => false,
        Scope::Owned(_) | Scope::Visible { .. } | Scope::Usable { .. } | Scope::Community => true,
    };
    Writer::new(kind, Some(first_field(&query.sort)), pinned)
}

/// What others have shared with the project and none of its classes has, if the scope and the
/// conditions allow any: members `m` with their image `i`, or with its class if that decides all.
fn shared_beside(
    writer: &mut Writer<'_>,
    query: &ImageList,
    classes: &Classes,
) -> Result<Option<String>, Failure> {
    let (Scope::Visible { project, shared } | Scope::Usable { project, shared }) = &query.scope
    else {
        return Ok(None);
    };
    if shared.is_empty() || !Ways::of(&query.conditions).shared {
        return Ok(None);
    }
    let project = add(writer, *project);
    let of_others = format!(" AND (i.owner_id || '') <> {project}");
    let (tables, tie) = if classes.decide_all() {
        (
            "image_member m CROSS JOIN image_class i",
            "i.id = m.class_id",
        )
    } else {
        (SHARED, OF_IMAGE)
    };
    let further = format!(" AND {tie}{of_others}");
    let branch = shared_branch(writer, tables, &project, shared, &further);
    let at = classes.common.as_ref().map(|common| common.at);
    let common = writer.all(&query.conditions, |n, _| Some(n) == at)?;
    let (decided, left) = (&classes.decided, &classes.left);
    Ok(Some(format!("{branch}{decided}{left}{common}")))
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
                let tables = match driver {
                    None => SHARED.to_owned(),
                    Some(_) => format!("{table} CROSS JOIN image_member m"),
                };
                let further = format!(" AND {OF_IMAGE}{others}{tie}");
                branches.push(shared_branch(writer, &tables, &project, shared, &further));
            }
            branches
        }
    }
}

/// Members with their images.
const SHARED: &str = "image_member m CROSS JOIN image i";
const OF_IMAGE: &str = "i.id = m.image_id";

/// The images that were shared with a project, as far as it is in one of those states; what ties
/// them to the members is among the further conditions.
fn shared_branch(
    writer: &mut Writer<'_>,
    tables: &str,
    project: &str,
    states: &[MemberState],
    further: &str,
) -> String {
    let states: Vec<String> = states
        .iter()
        .map(|state| writer.add(state.as_str().into()))
        .collect();
    format!(
        "{tables} WHERE m.project_id = {project} AND m.state IN ({}) \
         AND (i.visibility || '') = 'shared' AND i.status <> 'deleted'{further}",
        states.join(", ")
    )
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
