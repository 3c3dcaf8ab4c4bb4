//! Reading images by their classes: what the classes decide need not be asked of any image, and the
//! newest of each class stand together in an index, of all or of those with a tag or property. So a
//! page is merged from the heads of its classes, and no image is passed over for what they decide.

use gaze_domain::list::{Condition, Field, ImageList, Operand, Scope, Test};
use gaze_sql::{Kind, Value};

use super::conditions::Writer;
use super::driver::Common;
use super::order::Order;
use super::page::{Lacking, columns_of_head, most_of_head};
use crate::columns::one;
use crate::{Failure, Rows};

/// Most classes that a page is merged from. A project has a handful; what everybody publishes has
/// as many as there are publishers. With more, the page is read by walking the list's order.
const MAX_CLASSES: i64 = 64;
/// Most rows in the heads of all classes: what merging may cost, at about a microsecond each. 64
/// pages of 256, or 16 of 1,000.
const MAX_HEADS: i64 = 16_384;

/// The classes that a list's scope shows and its conditions leave, and the rest of the conditions.
pub(super) struct Classes {
    /// What is true of these classes, under the name `i`.
    seen: String,
    /// The conditions that classes decide, of an image `i` or a class `i`.
    pub(super) decided: String,
    /// The others, but for that of `common`.
    pub(super) left: String,
    pub(super) common: Option<Common>,
}

impl Classes {
    pub(super) fn new(
        writer: &mut Writer<'_>,
        query: &ImageList,
        common: Option<Common>,
    ) -> Result<Self, Failure> {
        let seen = seen(writer, &query.scope);
        let at = common.as_ref().map(|common| common.at);
        let decided = writer.all(&query.conditions, |_, it| decides(it))?;
        let left = writer.all(&query.conditions, |n, it| Some(n) != at && !decides(it))?;
        Ok(Self {
            seen: format!("{seen}{decided}"),
            decided,
            left,
            common,
        })
    }

    fn table(&self, column: &str) -> String {
        let seen = &self.seen;
        format!("(SELECT i.{column} FROM image_class i WHERE {seen}) AS class")
    }

    /// `… WHERE …` of the images of one class that meet the conditions.
    fn images(&self, writer: &mut Writer<'_>) -> String {
        let Some(common) = &self.common else {
            return format!("image i WHERE i.class_id = class.id{}", self.left);
        };
        let rows = common.rows(writer);
        if self.left.is_empty() {
            return format!("{rows} WHERE f.class_id = class.id");
        }
        format!(
            "{rows} CROSS JOIN image i WHERE f.class_id = class.id AND i.id = f.image_id{}",
            self.left
        )
    }

    /// The heads of all classes, each as long as `head` says, an argument, behind the image of those
    /// values.
    pub(super) fn heads(
        &self,
        writer: &mut Writer<'_>,
        order: &Order,
        after: Option<&[Value]>,
        head: &str,
    ) -> String {
        let images = self.images(writer);
        let over = self
            .common
            .as_ref()
            .map(|_| order.over(["f.created_at", "f.image_id"]));
        let over = over.as_ref().unwrap_or(order);
        let behind = after.map_or(String::new(), |values| {
            format!(" AND {}", over.behind(writer, values))
        });
        if self.are_covered(writer.kind()) {
            return self.covered(&format!("{images}{behind}"), over, head);
        }
        let (id, column) = match (writer.kind(), &self.common) {
            (_, Some(_)) => ("i.id", "f.image_id"),
            (Kind::Sqlite, None) => ("i.rowid", "i.rowid"),
            (Kind::Postgres, None) => ("i.id", "i.id"),
        };
        let of_class = format!(
            "SELECT {column} AS id FROM {images}{behind} ORDER BY {} LIMIT {head}",
            over.text()
        );
        let (columns, table) = (
            columns_of_head(order, self.lacks(writer.kind())),
            self.table("id"),
        );
        match writer.kind() {
            // SQLite has no lateral join, but the list of an `IN` may depend on the class.
            Kind::Sqlite => format!(
                "SELECT {columns} FROM {table} CROSS JOIN image i WHERE {id} IN ({of_class})"
            ),
            Kind::Postgres => format!(
                "SELECT {columns} FROM {table} CROSS JOIN LATERAL ({of_class}) AS head \
                 CROSS JOIN image i WHERE {id} = head.id"
            ),
        }
    }

    /// Whether classes decide all that is asked of the images.
    pub(super) fn decide_all(&self) -> bool {
        self.common.is_none() && self.left.is_empty()
    }

    /// Whether an index has all that is asked of the images. PostgreSQL would have to look at them
    /// all the same where they have been changed lately.
    fn are_covered(&self, kind: Kind) -> bool {
        kind == Kind::Sqlite && self.left.is_empty()
    }

    /// What [`Classes::heads`] are without.
    pub(super) fn lacks(&self, kind: Kind) -> Lacking {
        if self.common.is_some() && self.are_covered(kind) {
            Lacking::Revision
        } else {
            Lacking::Nothing
        }
    }

    /// The heads, read from the index alone: the images themselves are scattered over the file. Each
    /// full head ends with some image, and a page cannot reach behind the first of these ends, so no
    /// head is read further than that. The ends are found beforehand: SQLite would find them anew for
    /// each image if it were not told otherwise.
    fn covered(&self, images: &str, over: &Order, head: &str) -> String {
        let (id, columns) = match &self.common {
            Some(_) => ("f.image_id", over.selected()),
            None => ("i.id", columns_of_head(over, Lacking::Nothing)),
        };
        format!(
            "WITH ends AS MATERIALIZED (SELECT last.created_at AS at, last.id AS id FROM {class} \
             CROSS JOIN image AS last WHERE last.id = (SELECT {id} FROM {images} ORDER BY {} LIMIT 1 \
             OFFSET {head} - 1) ORDER BY {} LIMIT 1) \
             SELECT {columns} FROM (SELECT at, id FROM ends UNION ALL SELECT {} WHERE NOT EXISTS \
             (SELECT 1 FROM ends)) AS last CROSS JOIN {class} CROSS JOIN {images} AND {}",
            over.text(),
            over.over(["last.created_at", "last.id"]).text(),
            over.behind_all(),
            over.up_to("last.at, last.id"),
            class = self.table("id"),
        )
    }

    /// The number of images of all classes that meet the conditions.
    pub(super) fn count(&self, writer: &mut Writer<'_>) -> String {
        if writer.kind() == Kind::Sqlite && self.decide_all() {
            let table = self.table("images");
            return format!("(SELECT COALESCE(SUM(class.images), 0) FROM {table})");
        }
        let (table, images) = (self.table("id"), self.images(writer));
        format!("(SELECT COUNT(*) FROM {table} CROSS JOIN {images})")
    }
}

/// Whether to read the page by classes: if the order is that of age, there is a condition that may
/// leave few of the images or an index that has all that is asked of them, and the classes are few.
/// One statement if the first two are so.
pub(super) async fn is_better(
    rows: &mut impl Rows,
    mut writer: Writer<'_>,
    query: &ImageList,
    order: &Order,
    common: Option<&Common>,
) -> Result<bool, Failure> {
    let kind = rows.kind();
    let covered = kind == Kind::Sqlite && query.conditions.iter().all(decides);
    if !order.is_by_age() || !(covered || may_leave_few(query, common)) {
        return Ok(false);
    }
    let most = MAX_CLASSES.min(MAX_HEADS / most_of_head(query).max(1));
    let seen = seen(&mut writer, &query.scope);
    let decided = writer.all(&query.conditions, |_, it| decides(it))?;
    let enough = writer.add((most + 1).into());
    let used = match kind {
        Kind::Sqlite => "i.images > 0",
        Kind::Postgres => "EXISTS (SELECT 1 FROM image WHERE image.class_id = i.id)",
    };
    let sql = format!(
        "SELECT COUNT(*) FROM (SELECT 1 FROM image_class i WHERE {seen}{decided} AND {used} \
         LIMIT {enough}) AS counted"
    );
    let many = one(rows, &sql, &writer.into_args()?, |c| c.int()).await?;
    Ok(many.unwrap_or_default() <= most)
}

/// Whether to count by classes: whether that need not pass over images, or no more than otherwise.
pub(super) fn is_better_count(kind: Kind, query: &ImageList, common: Option<&Common>) -> bool {
    may_leave_few(query, common) || (kind == Kind::Sqlite && query.conditions.iter().all(decides))
}

fn may_leave_few(query: &ImageList, common: Option<&Common>) -> bool {
    common.is_some() || query.conditions.iter().any(narrows)
}

/// The classes whose images the scope shows, each of which is in one class. Those of shared images
/// of others are not among them.
fn seen(writer: &mut Writer<'_>, scope: &Scope) -> String {
    match scope {
        Scope::All => "1 = 1".to_owned(),
        Scope::Owned(project) => format!("i.owner_id = {}", writer.add(project.hex().into())),
        Scope::Community => "i.visibility = 'community' AND i.status <> 'deleted'".to_owned(),
        Scope::Visible { project, .. } => format!(
            "(i.owner_id = {} OR (i.visibility = 'public' AND i.status <> 'deleted'))",
            writer.add(project.hex().into())
        ),
        Scope::Usable { project, .. } => format!(
            "(i.owner_id = {} OR (i.visibility IN ('public', 'community') \
             AND i.status <> 'deleted'))",
            writer.add(project.hex().into())
        ),
    }
}

/// Whether images of a class all meet the condition, or none.
fn decides(condition: &Condition) -> bool {
    match condition {
        Condition::Field(field, _) | Condition::Without(field, _) => of_class(field),
        Condition::InRegion(_) => false,
        Condition::AnyOf(groups) => groups.iter().flatten().all(decides),
    }
}

/// Whether the condition, which the classes decide, may leave few of the images that a list shows.
/// Lists leave out unasked what is deleted or hidden, and what is so passes over few.
fn narrows(condition: &Condition) -> bool {
    match condition {
        Condition::Field(Field::Hidden, Test::Eq(Operand::Bool(false)))
        | Condition::Without(..)
        | Condition::InRegion(_) => false,
        Condition::Field(field, test) => {
            of_class(field) && !matches!(test, Test::NotEq(_) | Test::NotIn(_) | Test::NotLike(_))
        }
        Condition::AnyOf(groups) => {
            decides(condition) && groups.iter().all(|group| group.iter().any(narrows))
        }
    }
}

/// The fields that images of a class have in common.
const fn of_class(field: &Field) -> bool {
    match field {
        Field::Owner
        | Field::Visibility
        | Field::Status
        | Field::Enabled
        | Field::Protected
        | Field::Hidden
        | Field::Media
        | Field::System
        | Field::Virtio
        | Field::Platform
        | Field::Architecture
        | Field::Firmware
        | Field::Format => true,
        Field::Id
        | Field::Name
        | Field::Description
        | Field::OsDistro
        | Field::OsVersion
        | Field::GuestType
        | Field::Size
        | Field::VirtualSize
        | Field::Md5
        | Field::MinDiskGib
        | Field::MinRamMib
        | Field::Source
        | Field::CreatedAt
        | Field::UpdatedAt
        | Field::Property(_)
        | Field::Tag
        | Field::LocationStore
        | Field::LocationStoreName
        | Field::LocationState
        | Field::LocationKey
        | Field::LocationZone
        | Field::LocationZoneName
        | Field::LocationOrdinal
        | Field::LocationCreatedAt
        | Field::LocationUpdatedAt => false,
    }
}
