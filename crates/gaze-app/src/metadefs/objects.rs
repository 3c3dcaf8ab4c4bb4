//! Objects of namespaces.

use gaze_catalog::metadef::object;
use gaze_domain::metadef::{Dated, MAX_OF_A_KIND, Object, check_room, must_be_unprotected};
use gaze_domain::{Caller, Error, Noun, Result};

use crate::App;

impl App {
    pub async fn list_metadef_objects(
        &self,
        caller: &Caller,
        namespace: &str,
    ) -> Result<Vec<Dated<Object>>> {
        let known = self.known_namespace(caller, namespace).await?;
        Ok(object::list(&mut self.catalog().read(), known.id).await?)
    }

    pub async fn get_metadef_object(
        &self,
        caller: &Caller,
        namespace: &str,
        name: &str,
    ) -> Result<Dated<Object>> {
        let known = self.known_namespace(caller, namespace).await?;
        object::find(&mut self.catalog().read(), known.id, name)
            .await?
            .ok_or_else(|| Error::not_found(Noun::MetadefObject, name))
    }

    pub async fn create_metadef_object(
        &self,
        caller: &Caller,
        namespace: &str,
        new: Object,
    ) -> Result<Dated<Object>> {
        new.check()?;
        self.change_in(
            caller,
            namespace,
            "add a metadata object",
            move |tx, held, now| {
                Box::pin(async move {
                    let have = object::count(tx, held.id).await?;
                    check_room("objects", have, 1, MAX_OF_A_KIND)?;
                    object::insert(tx, held.id, &new, now).await?;
                    Ok(Dated::new(new, now))
                })
            },
        )
        .await
    }

    /// Replaces an object, which may get another name.
    pub async fn update_metadef_object(
        &self,
        caller: &Caller,
        namespace: &str,
        name: &str,
        new: Object,
    ) -> Result<Dated<Object>> {
        new.check()?;
        let name = name.to_owned();
        self.change_in(
            caller,
            namespace,
            "change the metadata object",
            move |tx, held, now| {
                Box::pin(async move {
                    let before = object::find(tx, held.id, &name).await?;
                    let before =
                        before.ok_or_else(|| Error::not_found(Noun::MetadefObject, &name))?;
                    object::update(tx, held.id, &name, &new, now).await?;
                    Ok(Dated {
                        created_at: before.created_at,
                        ..Dated::new(new, now)
                    })
                })
            },
        )
        .await
    }

    pub async fn delete_metadef_object(
        &self,
        caller: &Caller,
        namespace: &str,
        name: &str,
    ) -> Result<()> {
        let name = name.to_owned();
        self.change_in(
            caller,
            namespace,
            "delete the metadata object",
            move |tx, held, _now| {
                Box::pin(async move {
                    if object::find(tx, held.id, &name).await?.is_some() {
                        must_be_unprotected(&held, Noun::MetadefObject, &name)?;
                    }
                    object::remove(tx, held.id, &name).await
                })
            },
        )
        .await
    }

    pub async fn delete_metadef_objects(&self, caller: &Caller, namespace: &str) -> Result<()> {
        self.change_in(
            caller,
            namespace,
            "delete the metadata objects",
            |tx, held, _now| {
                Box::pin(async move {
                    must_be_unprotected(&held, Noun::Namespace, &held.name)?;
                    object::clear(tx, held.id).await
                })
            },
        )
        .await
    }
}
