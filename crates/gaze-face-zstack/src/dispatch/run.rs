//! Running calls to their end, whether or not the client stays for it, and leaving their answers
//! where they can be asked for.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use gaze_app::{Ended, NewCall, Work};
use gaze_domain::{Error, JobId, Timestamp};

use super::{Face, existence, respond, told};
use crate::answer::without_schema;
use crate::auth::Credentials;
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api};
use crate::jobs::{self, failed_body};
use crate::route::Flow;

/// How the answer is to be sent.
pub(super) struct Sent {
    /// The client listens elsewhere, or says that it does not wait.
    pub(super) at_once: bool,
    pub(super) schema: bool,
    pub(super) origin: String,
    pub(super) timeout_ms: u64,
    /// How long the client waits for a call that is over at once; it goes on to its end all the
    /// same.
    pub(super) limit: Option<Duration>,
    /// Where the answer is posted to.
    pub(super) hook: Option<String>,
    /// When work has had the time that the client gave it.
    pub(super) deadline: Option<Timestamp>,
}

impl Sent {
    fn accepted(&self, job: JobId) -> Response {
        respond::accepted(&self.origin, job, self.timeout_ms)
    }

    /// Whether this is a failure that the official Java client has to be told of by its job. It
    /// understands the error of a job only: of any other answer than 200 and 202 it makes an
    /// error `sdk.1000` of its own, whatever the body says (`ZSClient.java`, version 5.2.1).
    /// Nobody else asks for a schema.
    fn failed_for_java(&self, status: StatusCode) -> bool {
        self.schema && status == StatusCode::SERVICE_UNAVAILABLE
    }
}

impl Face {
    pub(super) async fn run(
        self: std::sync::Arc<Self>,
        mut call: Call,
        credentials: Option<Credentials>,
        sent: Sent,
    ) -> Result<Response, Failure> {
        if call.route.flow == Flow::Sync {
            prepare(&mut call, credentials).await?;
            let running = async { (call.route.run)(&call).await };
            return Ok(match in_time(sent.limit, running).await? {
                Outcome::Done(answer) => {
                    respond::json(StatusCode::OK, &answer.into_body(sent.schema))
                }
                Outcome::Listed(listing) => respond::list(&listing, sent.schema),
                Outcome::Started(job) => sent.accepted(job),
            });
        }
        let app = self.app.clone();
        let to_its_end = async move {
            let ready = prepare(&mut call, credentials).await;
            // What is refused as text is refused at once, and no job's business.
            if let Err(refusal @ Failure::Text(..)) = ready {
                return Err(refusal);
            }
            match call.route.flow {
                Flow::Long => self.long(call, ready, &sent).await,
                Flow::Sync | Flow::Quick => self.quick(call, ready, &sent).await,
            }
        };
        match app.keep_going(to_its_end).await {
            Ok(answer) => answer,
            Err(error) => Err(told(&Error::internal("running a call", error))),
        }
    }

    /// Runs a call that is over at once. If its outcome can be asked for later, it takes its id
    /// before it runs and leaves its answer under it.
    async fn quick(
        &self,
        mut call: Call,
        ready: Result<(), Failure>,
        sent: &Sent,
    ) -> Result<Response, Failure> {
        let job = self.job_of(&mut call, sent);
        if let Some(job) = job {
            self.begin(&call, job, None, sent).await?;
        }
        let outcome = match ready {
            Ok(()) => self.at_once(call, sent.limit).await,
            Err(refusal) => Err(refusal),
        };
        self.settle(job, outcome, sent).await
    }

    /// The outcome of a call that is over at once, if that is soon enough for the client.
    async fn at_once(&self, call: Call, limit: Option<Duration>) -> Result<Outcome, Failure> {
        if limit.is_none() {
            return (call.route.run)(&call).await;
        }
        let to_its_end = self
            .app
            .keep_going(async move { (call.route.run)(&call).await });
        let running = async {
            let kept = to_its_end.await;
            kept.unwrap_or_else(|error| Err(told(&Error::internal("running a call", error))))
        };
        in_time(limit, running).await
    }

    /// Runs a call that starts work. The work keeps the answer, unless somebody is to be told of
    /// it or the work has only so much time; a refusal, which leaves no work, is remembered.
    async fn long(
        &self,
        mut call: Call,
        ready: Result<(), Failure>,
        sent: &Sent,
    ) -> Result<Response, Failure> {
        let job = self.job_of(&mut call, sent);
        let followed = job.filter(|_| sent.hook.is_some() || sent.deadline.is_some());
        if let Some(job) = followed {
            self.begin(&call, job, Some(job), sent).await?;
        }
        let outcome = match ready {
            Ok(()) => (call.route.run)(&call).await,
            Err(refusal) => Err(refusal),
        };
        if let Ok(Outcome::Started(started)) = outcome {
            return self.await_work(&call, started, sent).await;
        }
        let refused_as_text = matches!(outcome, Err(Failure::Text(..)));
        if let Some(job) = job
            && followed.is_none()
            && !refused_as_text
        {
            self.begin(&call, job, None, sent).await?;
        }
        let job = job.filter(|_| followed.is_some() || !refused_as_text);
        self.settle(job, outcome, sent).await
    }

    async fn await_work(
        &self,
        call: &Call,
        started: JobId,
        sent: &Sent,
    ) -> Result<Response, Failure> {
        if sent.at_once {
            return Ok(sent.accepted(started));
        }
        let work = self
            .app
            .wait_for_work(started, self.config.sync_wait)
            .await
            .map_err(|error| call.failure(&error))?;
        let Some(work) = work.filter(Work::is_finished) else {
            return Ok(sent.accepted(started));
        };
        let outcome = jobs::end(
            &self.app,
            Ended::of(work, sent.deadline),
            Some(&sent.origin),
        )
        .await;
        if matches!(outcome, Err(Failure::Api(_)))
            && sent.failed_for_java(StatusCode::SERVICE_UNAVAILABLE)
        {
            return Ok(sent.accepted(started));
        }
        self.settle(None, outcome.map(Outcome::Done), sent).await
    }

    /// The id under which a call's outcome can be asked for: the client's, or a new one if the
    /// client does not wait, or if the call has to be followed.
    fn job_of(&self, call: &mut Call, sent: &Sent) -> Option<JobId> {
        if call.job.is_none() && (sent.at_once || sent.deadline.is_some()) {
            call.job = Some(JobId::new(self.app.new_uuid()));
        }
        call.job
    }

    /// Takes the id. Only callers who are known have their answers posted: nobody else makes the
    /// service speak to others.
    async fn begin(
        &self,
        call: &Call,
        id: JobId,
        work: Option<JobId>,
        sent: &Sent,
    ) -> Result<(), Failure> {
        let new = NewCall {
            id,
            face: jobs::FACE,
            work,
            hook: sent.hook.clone().filter(|_| call.caller.is_some()),
            classes: sent.schema,
            deadline: sent.deadline,
        };
        self.app.begin_call(new).await.map_err(|error| told(&error))
    }

    /// Remembers how a call ended, if it has an id, and responds.
    async fn settle(
        &self,
        job: Option<JobId>,
        outcome: Result<Outcome, Failure>,
        sent: &Sent,
    ) -> Result<Response, Failure> {
        let mut public = None;
        let (status, body) = match outcome {
            Ok(Outcome::Listed(listing)) => {
                (StatusCode::OK, listing.into_answer()?.into_body(true))
            }
            Ok(Outcome::Done(answer)) => {
                let without = answer.clone().without_secret();
                public = without.map(|answer| answer.into_body(true));
                (StatusCode::OK, answer.into_body(true))
            }
            Ok(Outcome::Started(started)) => return Ok(sent.accepted(started)),
            Err(Failure::Api(code)) => (StatusCode::SERVICE_UNAVAILABLE, failed_body(&code)),
            Err(text @ Failure::Text(..)) => {
                if let Some(job) = job {
                    let forgotten = self.app.forget_call(job).await;
                    forgotten.map_err(|error| told(&error))?;
                }
                return Err(text);
            }
        };
        let shown = |body, schema| if schema { body } else { without_schema(body) };
        if let Some(job) = job {
            // Whoever polls says each time whether it wants the schema; a hook is told once.
            let kept = public.unwrap_or_else(|| body.clone());
            let kept = shown(kept, sent.schema || sent.hook.is_none());
            self.app
                .finish_call(job, status.as_u16(), kept.to_string())
                .await
                .map_err(|error| told(&error))?;
            if sent.at_once || sent.failed_for_java(status) {
                return Ok(sent.accepted(job));
            }
        }
        Ok(respond::json(status, &shown(body, sent.schema)))
    }
}

/// What comes of it within the limit; else SYS.1001, as of a message that ZStack gives up.
async fn in_time<T>(
    limit: Option<Duration>,
    running: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let Some(limit) = limit else {
        return running.await;
    };
    match gaze_app::within(limit, running).await {
        Some(outcome) => outcome,
        None => Err(api(
            Code::Timeout,
            "the operation took longer than X-API-Timeout allows; it may yet be done",
        )),
    }
}

/// Validates, and finds out who asks. What is wrong with the parameters is told before what is
/// wrong with the credentials.
async fn prepare(call: &mut Call, credentials: Option<Credentials>) -> Result<(), Failure> {
    let route = call.route;
    let valid = call.params.validate(route.fields);
    let refused = match credentials {
        None => None,
        Some(credentials) => match credentials.caller(&call.app).await {
            Ok(caller) => {
                call.caller = Some(caller);
                None
            }
            Err(error) => Some(error),
        },
    };
    valid?;
    if let Some(error) = refused {
        existence::check(&call.app, route.fields, &call.params).await?;
        return Err(call.failure(&error));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_is_waited_for_as_long_as_its_client_says() {
        let soon = || async { Ok(1) };
        assert_eq!(in_time(None, soon()).await, Ok(1));
        assert_eq!(in_time(Some(Duration::from_mins(1)), soon()).await, Ok(1));
        let never = std::future::pending::<Result<i32, Failure>>();
        let late = in_time(Some(Duration::from_millis(1)), never).await;
        let Err(Failure::Api(code)) = late else {
            unreachable!("it never ends");
        };
        assert_eq!(code.code, "SYS.1001");
    }
}
