//! Remembered answers, for vendors whose clients name a call and ask for its outcome later.

use gaze_catalog::call::{self, Call};
use gaze_domain::{Error, JobId, Noun, Result};

use crate::App;

/// Longest answer that is remembered, in bytes.
const MAX_ANSWER: usize = 4 << 20;

impl App {
    /// Takes an id for a call. Fails with [`Error::AlreadyExists`] if a call or a job has it.
    pub async fn begin_call(&self, id: JobId, face: &'static str) -> Result<()> {
        if self.find_work(id).await?.is_some() {
            return Err(Error::exists(Noun::Job, id));
        }
        let now = self.now();
        self.catalog()
            .write(move |tx| Box::pin(async move { call::insert(tx, id, face, now).await }))
            .await
    }

    /// Remembers the answer of a call that has begun.
    pub async fn finish_call(&self, id: JobId, status: u16, body: String) -> Result<()> {
        if body.len() > MAX_ANSWER {
            return Err(Error::internal("remembering an answer", "it is too long"));
        }
        self.catalog()
            .write(move |tx| Box::pin(async move { call::set_answer(tx, id, status, &body).await }))
            .await
    }

    /// A call that has begun, with its answer once there is one.
    pub async fn find_call(&self, id: JobId) -> Result<Option<Call>> {
        Ok(call::find(&mut self.catalog().read(), id).await?)
    }
}
