//! Limits of what a project may use up.

use gaze_catalog::project;
use gaze_domain::{Caller, Error, Noun, Project, ProjectId, Quota, Result};

use crate::App;

impl App {
    /// Sets one limit, which may not be lower than what is used already. Of that a refusal is
    /// [`Error::QuotaExceeded`] with the limit that was wanted.
    pub async fn limit_project(
        &self,
        caller: &Caller,
        id: ProjectId,
        quota: Quota,
        limit: Option<u64>,
    ) -> Result<Project> {
        caller.must_admin("change a quota", Noun::Project)?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    project::lock(tx, &[id]).await?;
                    let mut changed = project::get(tx, id).await?;
                    let (place, used) = match quota {
                        Quota::ImageCount => (&mut changed.max_image_count, changed.image_count),
                        Quota::ImageBytes => (&mut changed.max_image_bytes, changed.image_bytes),
                    };
                    *place = limit;
                    if let Some(limit) = limit.filter(|limit| *limit < used) {
                        return Err(Error::QuotaExceeded {
                            project: id,
                            project_name: changed.name,
                            quota,
                            limit,
                            used,
                            requested: 0,
                        }
                        .into());
                    }
                    changed.updated_at = now;
                    project::update(tx, &changed).await?;
                    Ok(changed)
                })
            })
            .await
    }
}
