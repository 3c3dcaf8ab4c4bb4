//! Tags of namespaces.

use gaze_catalog::metadef::tag;
use gaze_domain::metadef::{
    Dated, MAX_OF_A_KIND, TagList, check_name, check_room, check_tags, must_be_unprotected,
};
use gaze_domain::{Caller, Error, Noun, Result};

use crate::App;

impl App {
    pub async fn list_metadef_tags(
        &self,
        caller: &Caller,
        namespace: &str,
        list: TagList,
    ) -> Result<Vec<Dated<String>>> {
        let known = self.known_namespace(caller, namespace).await?;
        let tags = tag::list(&mut self.catalog().read(), known.id).await?;
        list.cut(tags)
    }

    pub async fn get_metadef_tag(
        &self,
        caller: &Caller,
        namespace: &str,
        name: &str,
    ) -> Result<Dated<String>> {
        let known = self.known_namespace(caller, namespace).await?;
        tag::find(&mut self.catalog().read(), known.id, name)
            .await?
            .ok_or_else(|| Error::not_found(Noun::MetadefTag, name))
    }

    pub async fn create_metadef_tag(
        &self,
        caller: &Caller,
        namespace: &str,
        name: String,
    ) -> Result<Dated<String>> {
        check_name("name", &name)?;
        self.change_in(
            caller,
            namespace,
            "add a metadata tag",
            move |tx, held, now| {
                Box::pin(async move {
                    let have = tag::count(tx, held.id).await?;
                    check_room("tags", have, 1, MAX_OF_A_KIND)?;
                    tag::insert(tx, held.id, &name, now).await?;
                    Ok(Dated::new(name, now))
                })
            },
        )
        .await
    }

    /// Gives a namespace several tags, in place of those that it has or beside them. An empty list
    /// changes nothing, as in Glance.
    pub async fn set_metadef_tags(
        &self,
        caller: &Caller,
        namespace: &str,
        names: Vec<String>,
        append: bool,
    ) -> Result<Vec<String>> {
        check_tags(&names)?;
        self.change_in(
            caller,
            namespace,
            "add metadata tags",
            move |tx, held, now| {
                Box::pin(async move {
                    if !append && !names.is_empty() {
                        tag::clear(tx, held.id).await?;
                    }
                    let have = tag::count(tx, held.id).await?;
                    check_room("tags", have, names.len(), MAX_OF_A_KIND)?;
                    for name in &names {
                        tag::insert(tx, held.id, name, now).await?;
                    }
                    Ok(names)
                })
            },
        )
        .await
    }

    pub async fn rename_metadef_tag(
        &self,
        caller: &Caller,
        namespace: &str,
        from: &str,
        to: String,
    ) -> Result<Dated<String>> {
        check_name("name", &to)?;
        let from = from.to_owned();
        self.change_in(
            caller,
            namespace,
            "change the metadata tag",
            move |tx, held, now| {
                Box::pin(async move {
                    let before = tag::find(tx, held.id, &from).await?;
                    let before = before.ok_or_else(|| Error::not_found(Noun::MetadefTag, &from))?;
                    tag::rename(tx, held.id, &from, &to, now).await?;
                    Ok(Dated {
                        created_at: before.created_at,
                        ..Dated::new(to, now)
                    })
                })
            },
        )
        .await
    }

    pub async fn delete_metadef_tag(
        &self,
        caller: &Caller,
        namespace: &str,
        name: &str,
    ) -> Result<()> {
        let name = name.to_owned();
        self.change_in(
            caller,
            namespace,
            "delete the metadata tag",
            move |tx, held, _now| {
                Box::pin(async move {
                    if tag::find(tx, held.id, &name).await?.is_some() {
                        must_be_unprotected(&held, Noun::MetadefTag, &name)?;
                    }
                    tag::remove(tx, held.id, &name).await
                })
            },
        )
        .await
    }

    pub async fn delete_metadef_tags(&self, caller: &Caller, namespace: &str) -> Result<()> {
        self.change_in(
            caller,
            namespace,
            "delete the metadata tags",
            |tx, held, _now| {
                Box::pin(async move {
                    must_be_unprotected(&held, Noun::Namespace, &held.name)?;
                    tag::clear(tx, held.id).await
                })
            },
        )
        .await
    }
}
