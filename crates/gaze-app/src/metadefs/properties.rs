//! Propertys of namespaces.

use gaze_catalog::metadef::{association, property};
use gaze_domain::metadef::{Dated, MAX_OF_A_KIND, Property, check_room, must_be_unprotected};
use gaze_domain::{Caller, Error, Noun, Result};

use crate::App;

impl App {
    pub async fn list_metadef_properties(
        &self,
        caller: &Caller,
        namespace: &str,
    ) -> Result<Vec<Dated<Property>>> {
        let known = self.known_namespace(caller, namespace).await?;
        Ok(property::list(&mut self.catalog().read(), known.id).await?)
    }

    /// A property; by its name on a type of things, if one is given: there its name begins with
    /// the prefix of the namespace's association with the type.
    pub async fn get_metadef_property(
        &self,
        caller: &Caller,
        namespace: &str,
        name: &str,
        on: Option<&str>,
    ) -> Result<Dated<Property>> {
        let known = self.known_namespace(caller, namespace).await?;
        let mut read = self.catalog().read();
        let not_found = || Error::not_found(Noun::MetadefProperty, name);
        let mut plain = name;
        if let Some(resource_type) = on {
            let found = association::find(&mut read, known.id, resource_type).await?;
            let found = found.ok_or_else(|| Error::not_found(Noun::ResourceType, resource_type))?;
            let prefix = found.thing.prefix.as_deref();
            plain = prefix
                .filter(|prefix| !prefix.is_empty())
                .and_then(|prefix| name.strip_prefix(prefix))
                .ok_or_else(not_found)?;
        }
        let found = property::find(&mut read, known.id, plain).await?;
        found.ok_or_else(not_found)
    }

    pub async fn create_metadef_property(
        &self,
        caller: &Caller,
        namespace: &str,
        new: Property,
    ) -> Result<Dated<Property>> {
        new.check()?;
        self.change_in(
            caller,
            namespace,
            "add a metadata property",
            move |tx, held, now| {
                Box::pin(async move {
                    let have = property::count(tx, held.id).await?;
                    check_room("properties", have, 1, MAX_OF_A_KIND)?;
                    property::insert(tx, held.id, &new, now).await?;
                    Ok(Dated::new(new, now))
                })
            },
        )
        .await
    }

    /// Replaces a property, which may get another name.
    pub async fn update_metadef_property(
        &self,
        caller: &Caller,
        namespace: &str,
        name: &str,
        new: Property,
    ) -> Result<Dated<Property>> {
        new.check()?;
        let name = name.to_owned();
        self.change_in(
            caller,
            namespace,
            "change the metadata property",
            move |tx, held, now| {
                Box::pin(async move {
                    let before = property::find(tx, held.id, &name).await?;
                    let before =
                        before.ok_or_else(|| Error::not_found(Noun::MetadefProperty, &name))?;
                    property::update(tx, held.id, &name, &new, now).await?;
                    Ok(Dated {
                        created_at: before.created_at,
                        ..Dated::new(new, now)
                    })
                })
            },
        )
        .await
    }

    pub async fn delete_metadef_property(
        &self,
        caller: &Caller,
        namespace: &str,
        name: &str,
    ) -> Result<()> {
        let name = name.to_owned();
        self.change_in(
            caller,
            namespace,
            "delete the metadata property",
            move |tx, held, _now| {
                Box::pin(async move {
                    if property::find(tx, held.id, &name).await?.is_some() {
                        must_be_unprotected(&held, Noun::MetadefProperty, &name)?;
                    }
                    property::remove(tx, held.id, &name).await
                })
            },
        )
        .await
    }

    pub async fn delete_metadef_properties(&self, caller: &Caller, namespace: &str) -> Result<()> {
        self.change_in(
            caller,
            namespace,
            "delete the metadata properties",
            |tx, held, _now| {
                Box::pin(async move {
                    must_be_unprotected(&held, Noun::Namespace, &held.name)?;
                    property::clear(tx, held.id).await
                })
            },
        )
        .await
    }
}
