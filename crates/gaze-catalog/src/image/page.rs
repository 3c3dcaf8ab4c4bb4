//! The statement of a page: the heads of its branches, merged.

use gaze_domain::list::{ImageList, Start};

use super::class::OF_MEMBER;
use super::conditions::Writer;
use super::order::Order;
use super::read;
use super::revision::HEAD;

/// What is selected of each image on a page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Heads,
    Rows,
}

/// What heads do not have, because it stands in no index.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lacking {
    Nothing,
    Revision,
}

/// A page of what a single branch finds.
pub(super) fn of_branch(
    writer: &mut Writer<'_>,
    query: &ImageList,
    order: &Order,
    branch: &str,
    wanted: Wanted,
) -> String {
    let columns = match wanted {
        Wanted::Heads => HEAD.to_owned(),
        Wanted::Rows => read::columns(),
    };
    let (page, skip) = limits(writer, query);
    format!(
        "SELECT {columns} FROM {branch} ORDER BY {} LIMIT {page} OFFSET {skip}",
        order.text()
    )
}

/// A page of what some heads hold, which have the columns [`columns_of_head`].
pub(super) fn merged(
    writer: &mut Writer<'_>,
    query: &ImageList,
    order: &Order,
    heads: &[String],
    lacking: Lacking,
    wanted: Wanted,
) -> String {
    let (page, skip) = limits(writer, query);
    let heads = heads.join(" UNION ");
    let id = order.id_of_heads();
    let first = order.of_heads("heads");
    let columns = match (wanted, lacking) {
        (Wanted::Heads, Lacking::Nothing) => {
            return format!(
                "SELECT heads.{id}, heads.revision FROM ({heads}) AS heads ORDER BY {first} \
                 LIMIT {page} OFFSET {skip}"
            );
        }
        (Wanted::Heads, Lacking::Revision) => HEAD.to_owned(),
        (Wanted::Rows, _) => read::columns(),
    };
    format!(
        "SELECT {columns} FROM (SELECT * FROM ({heads}) AS heads ORDER BY {first} LIMIT {page} \
         OFFSET {skip}) AS page CROSS JOIN image i WHERE i.id = page.{id} ORDER BY {}",
        order.of_heads("page")
    )
}

/// As much of a branch as the page may need: `head`, an argument. The branch is read in the order
/// `over`, which is that of the page.
pub(super) fn head_of(
    order: &Order,
    over: &Order,
    branch: &str,
    head: &str,
    lacking: Lacking,
) -> String {
    format!(
        "SELECT * FROM (SELECT {} FROM {branch} ORDER BY {} LIMIT {head}) AS head",
        columns_of_head(order, lacking),
        over.text()
    )
}

/// The same of a branch of members, which know their image's class and age: no more images are looked
/// at than the head has.
pub(super) fn head_of_members(order: &Order, over: &Order, branch: &str, head: &str) -> String {
    format!(
        "SELECT {} FROM (SELECT m.class_id, m.image_created_at, m.image_id FROM {branch} \
         ORDER BY {} LIMIT {head}) AS m CROSS JOIN image i WHERE {OF_MEMBER}",
        columns_of_head(order, Lacking::Nothing),
        over.text()
    )
}

pub(super) fn columns_of_head(order: &Order, lacking: Lacking) -> String {
    match lacking {
        Lacking::Nothing => format!("{}, i.revision AS revision", order.selected()),
        Lacking::Revision => order.selected(),
    }
}

/// How many rows of each branch the page may need.
pub(super) fn most_of_head(query: &ImageList) -> i64 {
    i64::from(query.limit).saturating_add(skipped(query))
}

/// How many images stand before the page, where they are counted.
fn skipped(query: &ImageList) -> i64 {
    match query.start {
        Start::Offset(rows) => i64::try_from(rows).unwrap_or(i64::MAX - i64::from(query.limit)),
        Start::First | Start::After(_) => 0,
    }
}

/// The arguments of the page's own `LIMIT` and `OFFSET`.
fn limits(writer: &mut Writer<'_>, query: &ImageList) -> (String, String) {
    let page = writer.add(i64::from(query.limit).into());
    let skip = writer.add(skipped(query).into());
    (page, skip)
}
