//! Types of things, and which namespaces are for them.

use gaze_catalog::metadef::association;
use gaze_domain::metadef::{Association, Dated, MAX_ASSOCIATIONS, check_room, must_be_unprotected};
use gaze_domain::{Caller, Noun, Result};

use crate::App;

impl App {
    /// All types of things that namespaces are, or were, for.
    pub async fn list_resource_types(&self, _caller: &Caller) -> Result<Vec<Dated<String>>> {
        Ok(association::resource_types(&mut self.catalog().read()).await?)
    }

    pub async fn list_associations(
        &self,
        caller: &Caller,
        namespace: &str,
    ) -> Result<Vec<Dated<Association>>> {
        let known = self.known_namespace(caller, namespace).await?;
        Ok(association::list(&mut self.catalog().read(), known.id).await?)
    }

    /// Makes the namespace one for that type of things, which need not have been known before.
    pub async fn associate(
        &self,
        caller: &Caller,
        namespace: &str,
        new: Association,
    ) -> Result<Dated<Association>> {
        new.check()?;
        self.change_in(
            caller,
            namespace,
            "associate a resource type",
            move |tx, held, now| {
                Box::pin(async move {
                    let have = association::count(tx, held.id).await?;
                    check_room("resource_type_associations", have, 1, MAX_ASSOCIATIONS)?;
                    association::insert(tx, held.id, &new, now).await?;
                    Ok(Dated::new(new, now))
                })
            },
        )
        .await
    }

    pub async fn dissociate(
        &self,
        caller: &Caller,
        namespace: &str,
        resource_type: &str,
    ) -> Result<()> {
        let name = resource_type.to_owned();
        self.change_in(
            caller,
            namespace,
            "dissociate the resource type",
            move |tx, held, _now| {
                Box::pin(async move {
                    if association::find(tx, held.id, &name).await?.is_some() {
                        must_be_unprotected(&held, Noun::ResourceType, &name)?;
                    }
                    association::remove(tx, held.id, &name).await
                })
            },
        )
        .await
    }
}
