//! What a face wrote of a whole list, until something changes that the list depends on.

use std::sync::Arc;

use bytes::Bytes;
use gaze_catalog::watched;
use gaze_domain::{Caller, InstanceId, Result};
use gaze_sql::Db;

use crate::App;
use crate::kept::Kept;
use crate::shelf::{KeptImage, Rendering};

/// Bytes in which such texts are kept.
const MOST: usize = 8 << 20;

/// The images of a list, as a face tells them.
#[derive(Clone, Debug)]
pub struct Told {
    /// What it has written of them.
    pub text: Bytes,
    /// How many copies each of them has.
    pub copies: Vec<usize>,
}

/// `None` for lists that are not to be told again.
#[derive(Debug)]
pub(crate) struct Tellings(Kept<String, Option<Told>>);

impl Tellings {
    /// Where no images are to be kept, no texts are.
    pub(crate) fn new(db: &Db, images: usize) -> Self {
        let most = images.min(MOST);
        Self(Kept::weighed(db, watched::LISTS, most, |asked, told| {
            let told = told.as_ref();
            let parts = told.map_or(0, |told| told.text.len() + size_of_val(&*told.copies));
            size_of::<Told>() + asked.len() + parts
        }))
    }
}

impl App {
    /// [`App::candidates`] in one of a face's forms: looked up, judged and written only if something
    /// has changed since it was written last. `None` if one of them is exported: where an export is
    /// to be had is for its owner alone.
    pub async fn told_candidates(
        &self,
        caller: &Caller,
        id: InstanceId,
        form: Rendering,
        write: impl Fn(&[Arc<KeptImage>]) -> Result<Bytes>,
    ) -> Result<Option<Told>> {
        let machine = self.known_instance(caller, id).await?;
        let root = self.root_of(&machine).await?;
        let (target, fit) = self.candidate_target(&machine, &root).await?;
        // All that the rule asks for beside the images, as it was before they are read.
        let tenant = (!caller.is_admin()).then_some(caller.project);
        let key = format!("{form:?} {tenant:?} {target:?} {fit:?}");
        let read = |_key| async {
            let found = self.judged_candidates(caller, &target, &fit).await?;
            if found.iter().any(|image| image.is_exported()) {
                return Ok(Some(None));
            }
            Ok(Some(Some(Told {
                text: write(&found)?,
                copies: found.iter().map(|image| image.locations.len()).collect(),
            })))
        };
        let kept = self.tellings().0.get(key, read).await?;
        Ok(kept.and_then(|told| told.as_ref().clone()))
    }
}
