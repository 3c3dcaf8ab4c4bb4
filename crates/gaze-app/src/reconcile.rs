//! What keeps the service right by itself: the job runner, clean-up after a crash, and rounds of
//! small duties. None of it takes input.

use std::sync::Arc;
use std::time::Duration;

use gaze_blob::FsStore;
use gaze_catalog::{call, export, location, long_job, store, token};
use gaze_domain::{Error, Result, Store, StoreKind};
use gaze_jobs::{Handler, Runner};
use tokio_util::sync::CancellationToken;

use crate::calls::keep_looking;
use crate::images::{
    CaptureHandler, CopyHandler, ExportHandler, ImportHandler, PurgeHandler, UploadHandler,
    VerifyHandler,
};
use crate::machines::ReimageHandler;
use crate::notices::NoticeHandler;
use crate::work::sql;
use crate::{App, clock, errors};

/// Time between two rounds.
const ROUND: Duration = Duration::from_secs(30);
/// How long requests in flight and jobs may take to stop.
const STOP: Duration = Duration::from_secs(30);
/// Blobs whose rows are looked up by one statement.
const LOOK_UP: usize = 500;

/// A service at work.
#[derive(Debug)]
pub struct Running {
    app: App,
    runner: Runner,
    stop: CancellationToken,
    swept: CancellationToken,
}

impl App {
    /// Looks at the stores and pools, and starts the job runner, the rounds and the clean-up after
    /// the last process. That one lists every blob there is, so nobody waits for it: see
    /// [`Running::swept`].
    pub async fn run(&self) -> Result<Running> {
        self.observe_stores().await?;
        self.observe_pools().await?;
        let handlers: Vec<Arc<dyn Handler>> = vec![
            Arc::new(UploadHandler(self.clone())),
            Arc::new(ImportHandler(self.clone())),
            Arc::new(CaptureHandler(self.clone())),
            Arc::new(ExportHandler(self.clone())),
            Arc::new(PurgeHandler(self.clone())),
            Arc::new(ReimageHandler(self.clone())),
            Arc::new(VerifyHandler(self.clone())),
            Arc::new(CopyHandler(self.clone())),
            Arc::new(NoticeHandler(self.clone())),
        ];
        let runner = self.jobs().run(handlers).await.map_err(sql)?;
        let stop = CancellationToken::new();
        self.tasks().spawn(rounds(self.clone(), stop.clone()));
        self.tasks().spawn(keep_looking(self.clone(), stop.clone()));
        self.tasks().spawn(greet(self.clone(), stop.clone()));
        let swept = CancellationToken::new();
        self.tasks()
            .spawn(sweep(self.clone(), stop.clone(), swept.clone()));
        Ok(Running {
            app: self.clone(),
            runner,
            stop,
            swept,
        })
    }

    /// Removes temporary files and blobs that no row speaks of. A blob's row is there before the
    /// blob is begun, and goes after the blob has gone, so a blob without a row is an orphan.
    ///
    /// That holds while others write and delete, here or in another process: blobs are listed
    /// before rows are read, no key is used for another blob later, and temporary files that a
    /// writer holds are locked.
    pub async fn sweep_stores(&self) {
        let stores = match store::list(&mut self.catalog().read()).await {
            Ok(stores) => stores,
            Err(error) => {
                tracing::error!(reason = %errors::with_causes(&error), "stores cannot be swept");
                return;
            }
        };
        for store in stores
            .into_iter()
            .filter(|store| store.kind == StoreKind::Fs)
        {
            if let Err(error) = self.sweep(&store).await {
                tracing::error!(store = %store.name, reason = %errors::with_causes(&error), "store cannot be swept");
            }
        }
    }

    async fn sweep(&self, store: &Store) -> Result<()> {
        let failed = |error| errors::blob(store.id, error);
        let files = FsStore::open(&store.url, &store.id.hex())
            .await
            .map_err(failed)?;
        let swept = files.sweep_tmp(|_leftover| false).await.map_err(failed)?;
        let blobs = self.blobs(store.id).await?;
        let mut entries = blobs.list("images/").await.map_err(failed)?;
        entries.extend(blobs.list("exports/").await.map_err(failed)?);
        let mut orphans = 0_u64;
        for some in entries.chunks(LOOK_UP) {
            let keys: Vec<String> = some.iter().map(|entry| entry.key.to_string()).collect();
            let mut read = self.catalog().read();
            let mut known = location::known_keys(&mut read, store.id, &keys).await?;
            known.extend(export::known_keys(&mut read, store.id, &keys).await?);
            for entry in some {
                if !known.iter().any(|key| key == entry.key.as_str()) {
                    blobs.delete(&entry.key).await.map_err(failed)?;
                    orphans += 1;
                }
            }
        }
        if orphans > 0 || swept.removed > 0 {
            tracing::info!(store = %store.name, orphans, temporary = swept.removed, "swept what an earlier process left");
        }
        Ok(())
    }

    /// One round of small duties: looks after the stores and pools, removes images whose upload
    /// never came, purges what was deleted long enough ago, forgets expired tokens, old calls and
    /// old jobs. [`App::run`] makes one every half minute.
    pub async fn round(&self) -> Result<()> {
        self.observe_stores().await?;
        self.observe_pools().await?;
        self.end_expired_tickets().await?;
        self.purge_expired().await?;
        self.purge_expired_copies().await?;
        let now = self.now();
        let forget = clock::before(now, self.settings().keep_finished);
        let answered = clock::before(now, self.settings().keep_answers);
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    token::delete_expired(tx, now).await?;
                    long_job::delete_finished(tx, forget).await?;
                    call::delete_finished(tx, answered).await
                })
            })
            .await?;
        self.jobs()
            .purge_finished(forget.as_microsecond())
            .await
            .map_err(sql)?;
        Ok(())
    }
}

/// Keystone may come up later than this service, so nothing depends on it.
async fn greet(app: App, stop: CancellationToken) {
    if let Some(keystone) = app.keystone() {
        tokio::select! {
            () = stop.cancelled() => {}
            () = keystone.greet(app.now()) => {}
        }
    }
}

async fn sweep(app: App, stop: CancellationToken, swept: CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = app.sweep_stores() => {}
    }
    swept.cancel();
}

async fn rounds(app: App, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(ROUND) => {}
        }
        if let Err(error) = app.round().await {
            tracing::error!(reason = %errors::with_causes(&error), "a round of duties failed");
        }
    }
}

impl Running {
    /// Waits until what an earlier process left in the stores has been removed.
    pub async fn swept(&self) {
        self.swept.cancelled().await;
    }

    /// Stops in order: no new jobs, running ones end or give their lease back, tasks end, the
    /// database is closed.
    pub async fn stop(self) -> Result<()> {
        self.stop.cancel();
        self.app.inner.closing.cancel();
        self.runner.stop(STOP).await;
        self.app.tasks().close();
        let ended = tokio::time::timeout(STOP, self.app.tasks().wait()).await;
        self.app.catalog().db().close().await;
        ended.map_err(|_late| Error::Unavailable {
            what: "some work did not stop in time".into(),
        })
    }
}
