//! Namespaces of metadata definitions.

use gaze_domain::list::Direction;
use gaze_domain::metadef::{Namespace, NamespaceKey, NamespaceList};
use gaze_domain::{Error, NamespaceId, Noun, ProjectId};
use gaze_sql::{Kind, Tx, Value};

use crate::columns::{Columns, all, micros, one, padded, places};
use crate::failure::refused;
use crate::{Failure, Rows};

const SELECT: &str = "SELECT n.id, n.name, n.title, n.description, n.visibility, n.protected, \
                      n.owner_id, n.created_at, n.updated_at FROM metadef_namespace n";

fn decode(c: &mut Columns<'_>) -> Result<Namespace, Failure> {
    Ok(Namespace {
        id: c.parse()?,
        name: c.text()?,
        title: c.opt_text()?,
        description: c.opt_text()?,
        visibility: c.parse()?,
        protected: c.flag()?,
        owner: c.parse()?,
        created_at: c.time()?,
        updated_at: c.time()?,
    })
}

fn changeable(namespace: &Namespace) -> [Value; 8] {
    [
        namespace.id.hex().into(),
        (&namespace.name).into(),
        namespace.title.clone().into(),
        namespace.description.clone().into(),
        namespace.visibility.as_str().into(),
        namespace.protected.into(),
        namespace.owner.hex().into(),
        micros(namespace.updated_at),
    ]
}

/// Saves a new namespace. Its owner must exist.
pub async fn insert(tx: &mut Tx, namespace: &Namespace) -> Result<(), Failure> {
    let sql = "INSERT INTO metadef_namespace (id, name, title, description, visibility, protected,
               owner_id, updated_at, created_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (name) DO NOTHING";
    let mut args = changeable(namespace).to_vec();
    args.push(micros(namespace.created_at));
    let no_owner = || Error::not_found(Noun::Project, namespace.owner);
    let inserted = tx.execute(sql, &args).await;
    match inserted.map_err(|error| refused(error, no_owner))? {
        0 => Err(Error::exists(Noun::Namespace, &namespace.name).into()),
        _ => Ok(()),
    }
}

/// Saves everything but when it was made. Its owner must exist.
pub async fn update(tx: &mut Tx, namespace: &Namespace) -> Result<(), Failure> {
    let sql = "UPDATE metadef_namespace SET name = $2, title = $3, description = $4,
               visibility = $5, protected = $6, owner_id = $7, updated_at = $8 WHERE id = $1";
    let taken = || Error::exists(Noun::Namespace, &namespace.name);
    let changed = tx.execute(sql, &changeable(namespace)).await;
    match changed.map_err(|error| refused(error, taken))? {
        0 => Err(Error::not_found(Noun::Namespace, &namespace.name).into()),
        _ => Ok(()),
    }
}

pub async fn find(rows: &mut impl Rows, name: &str) -> Result<Option<Namespace>, Failure> {
    let sql = format!("{SELECT} WHERE n.name = $1");
    one(rows, &sql, &[name.into()], decode).await
}

/// The namespace of that name, held against other writers until the transaction ends, so that what
/// is known of its contents stays true.
pub async fn hold(tx: &mut Tx, name: &str) -> Result<Option<Namespace>, Failure> {
    let hold = match tx.kind() {
        Kind::Sqlite => "",
        Kind::Postgres => " FOR UPDATE",
    };
    let sql = format!("{SELECT} WHERE n.name = $1{hold}");
    one(tx, &sql, &[name.into()], decode).await
}

/// Removes a namespace and everything in it.
pub async fn delete(tx: &mut Tx, id: NamespaceId) -> Result<(), Failure> {
    tx.execute(
        "DELETE FROM metadef_namespace WHERE id = $1",
        &[id.hex().into()],
    )
    .await?;
    Ok(())
}

const fn column(key: NamespaceKey) -> &'static str {
    match key {
        NamespaceKey::CreatedAt => "n.created_at",
        NamespaceKey::UpdatedAt => "n.updated_at",
        NamespaceKey::Name => "n.name",
        // One without a title stands where an empty one would, on both databases.
        NamespaceKey::Title => "COALESCE(n.title, '')",
        NamespaceKey::Visibility => "n.visibility",
        NamespaceKey::Protected => "n.protected",
        NamespaceKey::Owner => "n.owner_id",
    }
}

fn value(key: NamespaceKey, of: &Namespace) -> Value {
    match key {
        NamespaceKey::CreatedAt => micros(of.created_at),
        NamespaceKey::UpdatedAt => micros(of.updated_at),
        NamespaceKey::Name => (&of.name).into(),
        NamespaceKey::Title => of.title.clone().unwrap_or_default().into(),
        NamespaceKey::Visibility => of.visibility.as_str().into(),
        NamespaceKey::Protected => of.protected.into(),
        NamespaceKey::Owner => of.owner.hex().into(),
    }
}

/// A page of a list: of all namespaces, or of those that the project may see. `after` is the
/// namespace that the list names as the one before the page.
pub async fn list(
    rows: &mut impl Rows,
    list: &NamespaceList,
    seen_by: Option<ProjectId>,
    after: Option<&Namespace>,
) -> Result<Vec<Namespace>, Failure> {
    let mut args: Vec<Value> = Vec::new();
    let mut conditions = Vec::new();
    if let Some(project) = seen_by {
        args.push(project.hex().into());
        conditions.push("(n.owner_id = $1 OR n.visibility = 'public')".to_owned());
    }
    if let Some(visibility) = list.visibility {
        args.push(visibility.as_str().into());
        conditions.push(format!("n.visibility = ${}", args.len()));
    }
    if !list.resource_types.is_empty() {
        let types = padded(list.resource_types.iter().map(Value::from).collect());
        conditions.push(format!(
            "EXISTS (SELECT 1 FROM metadef_association a WHERE a.namespace_id = n.id \
             AND a.resource_type IN ({}))",
            places(args.len() + 1, types.len())
        ));
        args.extend(types);
    }
    let key = column(list.key);
    let (direction, behind) = match list.direction {
        Direction::Ascending => ("", ">"),
        Direction::Descending => (" DESC", "<"),
    };
    if let Some(after) = after {
        let first = args.len() + 1;
        args.extend([
            value(list.key, after),
            micros(after.created_at),
            after.id.hex().into(),
        ]);
        conditions.push(format!(
            "({key}, n.created_at, n.id) {behind} ({})",
            places(first, 3)
        ));
    }
    let conditions = match conditions.as_slice() {
        [] => String::new(),
        all => format!(" WHERE {}", all.join(" AND ")),
    };
    args.push(list.limit.into());
    let sql = format!(
        "{SELECT}{conditions} ORDER BY {key}{direction}, n.created_at{direction}, n.id{direction} \
         LIMIT ${}",
        args.len()
    );
    all(rows, &sql, &args, decode).await
}
