//! Metadata definitions. An administrator keeps them; everybody reads the public ones and its own.

mod load;
mod namespaces;
mod objects;
mod properties;
mod resource_types;
mod tags;

use gaze_catalog::metadef::namespace;
use gaze_catalog::{Failure, Tx};
use gaze_domain::metadef::{Namespace, can_see};
use gaze_domain::{Caller, Error, Noun, Result, Timestamp};
use gaze_sql::BoxFuture;

use crate::App;

impl App {
    /// The namespace, if the caller may know of it.
    async fn known_namespace(&self, caller: &Caller, name: &str) -> Result<Namespace> {
        namespace::find(&mut self.catalog().read(), name)
            .await?
            .filter(|namespace| can_see(caller, namespace))
            .ok_or_else(|| Error::not_found(Noun::Namespace, name))
    }

    /// Changes something in a namespace, which nobody else changes meanwhile.
    async fn change_in<T, F>(
        &self,
        caller: &Caller,
        name: &str,
        action: &'static str,
        body: F,
    ) -> Result<T>
    where
        F: for<'t> FnOnce(&'t mut Tx, Namespace, Timestamp) -> BoxFuture<'t, Result<T, Failure>>
            + Send
            + 'static,
        T: Send + 'static,
    {
        if !caller.is_admin() {
            self.known_namespace(caller, name).await?;
            return Err(Error::forbidden(action, Noun::Namespace, name));
        }
        let now = self.now();
        let name = name.to_owned();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let held = namespace::hold(tx, &name).await?;
                    let held = held.ok_or_else(|| Error::not_found(Noun::Namespace, &name))?;
                    body(tx, held, now).await
                })
            })
            .await
    }
}
