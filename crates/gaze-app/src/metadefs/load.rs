//! Loading whole namespaces, such as those that Glance comes with.

use gaze_catalog::metadef::{self, association, namespace, object, property, tag};
use gaze_catalog::{Failure, Tx};
use gaze_domain::metadef::{
    Contents, Existing, Loaded, MAX_ASSOCIATIONS, MAX_OF_A_KIND, Namespace, NamespaceFacts,
    check_room,
};
use gaze_domain::{Caller, Error, NamespaceId, Noun, Result, Timestamp};

use crate::App;

impl App {
    /// Loads namespaces: all of them, or none. They belong to the caller's project.
    pub async fn load_namespaces(
        &self,
        caller: &Caller,
        new: Vec<(NamespaceFacts, Contents)>,
        existing: Existing,
    ) -> Result<Vec<(String, Loaded)>> {
        caller.must_admin("load metadata namespaces", Noun::Namespace)?;
        for (at, (facts, contents)) in new.iter().enumerate() {
            let checked = facts.check().and_then(|()| contents.check());
            checked.map_err(|error| blamed(at, error))?;
        }
        let now = self.now();
        let new: Vec<(Namespace, Contents)> = new
            .into_iter()
            .map(|(facts, contents)| (self.new_namespace(caller, facts), contents))
            .collect();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let mut loaded = Vec::with_capacity(new.len());
                    for (namespace, contents) in new {
                        let outcome = load(tx, &namespace, &contents, existing, now).await?;
                        loaded.push((namespace.name, outcome));
                    }
                    Ok(loaded)
                })
            })
            .await
    }
}

/// Says which of the namespaces is to blame.
fn blamed(at: usize, error: Error) -> Error {
    match error {
        Error::Invalid { field, reason } => {
            Error::invalid(format!("namespaces.{at}.{field}"), reason)
        }
        other => other,
    }
}

async fn load(
    tx: &mut Tx,
    new: &Namespace,
    contents: &Contents,
    existing: Existing,
    now: Timestamp,
) -> Result<Loaded, Failure> {
    let Some(held) = namespace::hold(tx, &new.name).await? else {
        namespace::insert(tx, new).await?;
        metadef::fill(tx, new.id, contents, now).await?;
        return Ok(Loaded::Created);
    };
    Ok(match existing {
        Existing::Keep => Loaded::Kept,
        Existing::Merge => {
            merge(tx, held.id, contents, false, now).await?;
            Loaded::Merged
        }
        Existing::Update => {
            renew(tx, &held, new).await?;
            merge(tx, held.id, contents, true, now).await?;
            Loaded::Updated
        }
        Existing::Replace => {
            renew(tx, &held, new).await?;
            metadef::empty(tx, held.id).await?;
            metadef::fill(tx, held.id, contents, now).await?;
            Loaded::Replaced
        }
    })
}

/// Says everything about the namespace anew, except whose it is and since when.
async fn renew(tx: &mut Tx, held: &Namespace, new: &Namespace) -> Result<(), Failure> {
    let changed = Namespace {
        id: held.id,
        owner: held.owner,
        created_at: held.created_at,
        ..new.clone()
    };
    namespace::update(tx, &changed).await
}

/// Adds what the namespace lacks, and brings what it has up to date if that is wished.
async fn merge(
    tx: &mut Tx,
    of: NamespaceId,
    contents: &Contents,
    update: bool,
    now: Timestamp,
) -> Result<(), Failure> {
    for one in &contents.associations {
        if association::find(tx, of, &one.resource_type)
            .await?
            .is_none()
        {
            association::insert(tx, of, one, now).await?;
        } else if update {
            association::update(tx, of, one, now).await?;
        }
    }
    for one in &contents.properties {
        if property::find(tx, of, &one.name).await?.is_none() {
            property::insert(tx, of, one, now).await?;
        } else if update {
            property::update(tx, of, &one.name, one, now).await?;
        }
    }
    for one in &contents.objects {
        if object::find(tx, of, &one.name).await?.is_none() {
            object::insert(tx, of, one, now).await?;
        } else if update {
            object::update(tx, of, &one.name, one, now).await?;
        }
    }
    for name in &contents.tags {
        if tag::find(tx, of, name).await?.is_none() {
            tag::insert(tx, of, name, now).await?;
        }
    }
    let have = association::count(tx, of).await?;
    check_room("resource_type_associations", have, 0, MAX_ASSOCIATIONS)?;
    check_room(
        "properties",
        property::count(tx, of).await?,
        0,
        MAX_OF_A_KIND,
    )?;
    check_room("objects", object::count(tx, of).await?, 0, MAX_OF_A_KIND)?;
    check_room("tags", tag::count(tx, of).await?, 0, MAX_OF_A_KIND)?;
    Ok(())
}
