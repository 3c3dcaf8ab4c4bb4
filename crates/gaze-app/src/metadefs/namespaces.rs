//! Namespaces as a whole.

use gaze_catalog::metadef::{self, association, namespace, object, property, tag};
use gaze_catalog::{Failure, Tx, project};
use gaze_domain::metadef::{
    Contents, Dated, Namespace, NamespaceFacts, NamespaceList, must_be_unprotected,
};
use gaze_domain::{Caller, Error, NamespaceId, Noun, ProjectId, Result, Timestamp};

use crate::App;
use crate::requests::{ListedNamespace, NamespaceView};

impl App {
    /// A page of the namespaces that the caller may see, with the types of things that each is for.
    pub async fn list_namespaces(
        &self,
        caller: &Caller,
        list: NamespaceList,
    ) -> Result<Vec<ListedNamespace>> {
        let after = match &list.after {
            Some(name) => Some(self.known_namespace(caller, name).await?),
            None => None,
        };
        let seen_by = (!caller.is_admin()).then_some(caller.project);
        let mut read = self.catalog().read();
        let found = namespace::list(&mut read, &list, seen_by, after.as_ref()).await?;
        let ids: Vec<NamespaceId> = found.iter().map(|namespace| namespace.id).collect();
        let mut associations = association::of_namespaces(&mut read, &ids).await?;
        let listed = found.into_iter().map(|namespace| ListedNamespace {
            associations: associations.remove(&namespace.id).unwrap_or_default(),
            namespace,
        });
        Ok(listed.collect())
    }

    /// A namespace and everything in it.
    pub async fn get_namespace(&self, caller: &Caller, name: &str) -> Result<NamespaceView> {
        let namespace = self.known_namespace(caller, name).await?;
        let mut read = self.catalog().read();
        Ok(NamespaceView {
            associations: association::list(&mut read, namespace.id).await?,
            properties: property::list(&mut read, namespace.id).await?,
            objects: object::list(&mut read, namespace.id).await?,
            tags: tag::list(&mut read, namespace.id).await?,
            namespace,
        })
    }

    /// Makes a namespace with what is to be in it: all of it, or nothing.
    pub async fn create_namespace(
        &self,
        caller: &Caller,
        facts: NamespaceFacts,
        contents: Contents,
    ) -> Result<NamespaceView> {
        caller.must_admin("add a metadata namespace", Noun::Namespace)?;
        facts.check()?;
        contents.check()?;
        let namespace = self.new_namespace(caller, facts);
        let now = namespace.created_at;
        let (row, inside) = (namespace.clone(), contents.clone());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    must_exist(tx, row.owner).await?;
                    namespace::insert(tx, &row).await?;
                    metadef::fill(tx, row.id, &inside, now).await
                })
            })
            .await?;
        let Contents {
            associations,
            properties,
            objects,
            tags,
        } = contents;
        Ok(NamespaceView {
            namespace,
            associations: dated(associations, now),
            properties: dated(properties, now),
            objects: dated(objects, now),
            tags: dated(tags, now),
        })
    }

    /// Says everything about a namespace anew; what is in it stays.
    pub async fn update_namespace(
        &self,
        caller: &Caller,
        name: &str,
        facts: NamespaceFacts,
    ) -> Result<Namespace> {
        facts.check()?;
        let project = caller.project;
        self.change_in(
            caller,
            name,
            "change the metadata namespace",
            move |tx, held, now| {
                Box::pin(async move {
                    let changed = Namespace {
                        id: held.id,
                        created_at: held.created_at,
                        updated_at: now,
                        ..namespace_of(held.id, facts, project, now)
                    };
                    must_exist(tx, changed.owner).await?;
                    namespace::update(tx, &changed).await?;
                    Ok(changed)
                })
            },
        )
        .await
    }

    /// Removes a namespace and everything in it, unless it is protected.
    pub async fn delete_namespace(&self, caller: &Caller, name: &str) -> Result<()> {
        self.change_in(
            caller,
            name,
            "delete the metadata namespace",
            |tx, held, _now| {
                Box::pin(async move {
                    must_be_unprotected(&held, Noun::Namespace, &held.name)?;
                    namespace::delete(tx, held.id).await
                })
            },
        )
        .await
    }

    pub(super) fn new_namespace(&self, caller: &Caller, facts: NamespaceFacts) -> Namespace {
        let id = NamespaceId::new(self.new_uuid());
        namespace_of(id, facts, caller.project, self.now())
    }
}

pub(super) fn namespace_of(
    id: NamespaceId,
    facts: NamespaceFacts,
    project: ProjectId,
    now: Timestamp,
) -> Namespace {
    Namespace {
        id,
        name: facts.name,
        title: facts.title,
        description: facts.description,
        visibility: facts.visibility,
        protected: facts.protected,
        owner: facts.owner.unwrap_or(project),
        created_at: now,
        updated_at: now,
    }
}

fn dated<T>(things: Vec<T>, now: Timestamp) -> Vec<Dated<T>> {
    let things = things.into_iter();
    things.map(|thing| Dated::new(thing, now)).collect()
}

/// A namespace belongs to a project that there is.
async fn must_exist(tx: &mut Tx, owner: ProjectId) -> Result<(), Failure> {
    if project::find(tx, owner).await?.is_some() {
        return Ok(());
    }
    Err(Error::invalid("owner", "is not the id of a project").into())
}
