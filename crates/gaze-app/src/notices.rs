//! Notices: the answer of a call, posted to where its maker listens.
//!
//! The address is a tenant's word, so it passes the policy of imports when it is given, and again
//! when it is connected to. No redirect is followed, and nothing of the other side's answer is
//! read but its status.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gaze_catalog::{Failure as TxFailure, Tx, call};
use gaze_domain::{Error, JobId, Result};
use gaze_jobs::{BoxFuture, Class, Ctx, Failure, Handler, Jobs, NewJob};
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::{Value, json};

use crate::ingest::redacted;
use crate::work::enqueue_failure;
use crate::{App, errors};

/// The kind of the jobs that post notices. They are nobody's work and are not shown as such.
pub(crate) const KIND: &str = "notice";
/// Longest time that one try takes.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest URL of a hook, in bytes.
const MAX_URL: usize = 2048;

/// What became of notices since the process began.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    delivered: AtomicU64,
    retried: AtomicU64,
    given_up: AtomicU64,
}

/// What became of notices since the process began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoticeCounts {
    /// Received by whom they were for.
    pub delivered: u64,
    /// Tries that failed and were followed by another.
    pub retried: u64,
    /// Never received.
    pub given_up: u64,
}

/// Enqueues the notice of a call's answer.
pub(crate) async fn enqueue(
    tx: &mut Tx,
    jobs: &Jobs,
    id: JobId,
    call: JobId,
    tries: u32,
) -> std::result::Result<(), TxFailure> {
    let new = NewJob {
        id: id.hex(),
        kind: KIND,
        class: Class::Notice,
        payload: json!({}),
        subject: call.hex(),
        owner: String::new(),
        max_attempts: tries,
        delay: Duration::ZERO,
    };
    jobs.enqueue(tx, new).await.map_err(enqueue_failure)
}

impl App {
    /// Refuses, with [`Error::SourceRefused`], a URL to which no notice may be posted: one of
    /// another scheme than HTTP, with a password, or of an address that imports may not reach
    /// either.
    pub fn check_hook(&self, url: &str) -> Result<()> {
        let odd = |reason: &str| {
            Err(Error::SourceRefused {
                source_url: redacted(url),
                reason: reason.to_owned(),
            })
        };
        if url.len() > MAX_URL {
            return odd("it is too long");
        }
        let Ok(parsed) = reqwest::Url::parse(url) else {
            return odd("it is not a URL");
        };
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return odd("it must not hold a user or a password");
        }
        self.fetcher()
            .allows(&parsed)
            .or_else(|reason| odd(&reason))
    }

    /// What became of notices since the process began.
    pub fn notice_counts(&self) -> NoticeCounts {
        let Counters {
            delivered,
            retried,
            given_up,
        } = self.notices();
        NoticeCounts {
            delivered: delivered.load(Ordering::Relaxed),
            retried: retried.load(Ordering::Relaxed),
            given_up: given_up.load(Ordering::Relaxed),
        }
    }

    async fn run_notice(&self, ctx: &Ctx) -> Result<()> {
        let id: JobId = ctx.job.subject.parse()?;
        let found = call::find(&mut self.catalog().read(), id).await?;
        // A call that was forgotten in the meantime has nothing to tell.
        if let Some((hook, (status, body))) = found.and_then(|call| call.hook.zip(call.answer)) {
            let success = (200..300).contains(&status);
            let received = self.post(&hook, id, success, body).await?;
            self.notices().delivered.fetch_add(1, Ordering::Relaxed);
            tracing::info!(call = %id, hook = %redacted(&hook), status = received, attempt = ctx.job.attempt, "notice delivered");
        }
        let ctx = ctx.clone();
        self.catalog()
            .write(move |tx| Box::pin(async move { Ok(ctx.succeed(tx, json!({})).await?) }))
            .await
    }

    /// Posts an answer with the headers of ZStack's web hooks. Returns the status, which is 2xx.
    async fn post(&self, hook: &str, call: JobId, success: bool, body: String) -> Result<u16> {
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/json;charset=utf-8"),
        );
        let id = HeaderValue::from_str(&call.hex())
            .map_err(|error| Error::internal("naming a call", error))?;
        headers.insert("x-job-uuid", id);
        let success = if success { "true" } else { "false" };
        headers.insert("x-job-success", HeaderValue::from_static(success));
        self.fetcher().post(hook, headers, body, PATIENCE).await
    }
}

/// Posts notices.
#[derive(Debug)]
pub(crate) struct NoticeHandler(pub(crate) App);

impl Handler for NoticeHandler {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, std::result::Result<(), Failure>> {
        Box::pin(async move {
            let Err(error) = self.0.run_notice(ctx).await else {
                return Ok(());
            };
            let reason = errors::with_causes(&error);
            let told = json!({"kind": "notice", "reason": reason});
            if matches!(error, Error::SourceRefused { .. }) {
                return Err(Failure::Fatal { error: told });
            }
            if ctx.job.attempt < ctx.job.max_attempts {
                self.0.notices().retried.fetch_add(1, Ordering::Relaxed);
            }
            Err(Failure::RetryAfter {
                error: told,
                pause: self.0.settings().notice_pause,
            })
        })
    }

    fn rollback<'a>(
        &'a self,
        ctx: &'a Ctx,
        error: &'a Value,
    ) -> BoxFuture<'a, std::result::Result<(), Failure>> {
        Box::pin(async move {
            self.0.notices().given_up.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(call = %ctx.job.subject, attempts = ctx.job.attempt, %error, "notice given up");
            let (ctx, error) = (ctx.clone(), error.clone());
            self.0
                .catalog()
                .write(move |tx| Box::pin(async move { Ok(ctx.fail(tx, error).await?) }))
                .await
                .map_err(|error| crate::images::retry(&error))
        })
    }
}
