//! Plays transcripts on a stage.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::parse::{self, Pair};
use super::pattern::{self, Bindings};
use super::{Failures, Givens, Stage, compare};

/// How often and at what distance a `# Poll` request is repeated: for 20 seconds at most.
const POLLS: u32 = 1000;
const POLL_PAUSE: Duration = Duration::from_millis(20);

/// Files that are played at one time: setting a stage mostly waits for passwords to be hashed.
const AT_ONCE: usize = 4;

/// Plays every `.http` file below the folder, each on a stage of its own, and returns how many
/// there were. A folder without any is a failure: a test that cannot fail is none.
pub async fn run_dir(
    dir: &Path,
    make_stage: impl AsyncFn(&Givens) -> Stage,
) -> Result<usize, Failures> {
    let mut files = Vec::new();
    let mut failures = Vec::new();
    if let Err(error) = collect(dir, &mut files) {
        failures.push(format!("{}: {error}", dir.display()));
    }
    files.sort();
    if files.is_empty() {
        failures.push(format!("{}: holds no transcript", dir.display()));
    }
    let played = stream::iter(&files)
        .map(|file| play_file(file, &make_stage))
        .buffered(AT_ONCE);
    failures.extend(
        played
            .filter_map(std::future::ready)
            .collect::<Vec<_>>()
            .await,
    );
    if failures.is_empty() {
        Ok(files.len())
    } else {
        Err(Failures(failures))
    }
}

/// What did not match in one file.
async fn play_file(file: &Path, make_stage: &impl AsyncFn(&Givens) -> Stage) -> Option<String> {
    let read = std::fs::read_to_string(file).map_err(|error| error.to_string());
    let outcome = match read.and_then(|text| parse::parse(file, &text)) {
        Ok((givens, pairs)) => play(make_stage(&givens).await, &pairs).await,
        Err(why) => Err(why),
    };
    outcome
        .err()
        .map(|why| format!("{}: {why}", file.display()))
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "http")
        {
            files.push(path);
        }
    }
    Ok(())
}

/// Plays pair after pair and stops at the first that does not match: what follows depends on it.
async fn play(stage: Stage, pairs: &[Pair]) -> Result<(), String> {
    let mut bindings = Bindings::new(&stage.given);
    for (index, pair) in pairs.iter().enumerate() {
        let describe = |why: String| {
            format!(
                "pair {} ({} {}):\n{why}",
                index + 1,
                pair.method,
                pair.target
            )
        };
        let mut polls_left = if pair.poll { POLLS } else { 0 };
        loop {
            let answer = ask(&stage.router, pair, &bindings)
                .await
                .map_err(describe)?;
            let mut bound = bindings.clone();
            let differences = answer.differences(pair, &mut bound);
            if differences.is_empty() {
                bindings = bound;
                break;
            }
            if polls_left == 0 {
                return Err(describe(answer.explain(&differences)));
            }
            polls_left -= 1;
            tokio::time::sleep(POLL_PAUSE).await;
        }
    }
    Ok(())
}

#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

async fn ask(router: &Router, pair: &Pair, bindings: &Bindings) -> Result<Answer, String> {
    let mut request = Request::builder()
        .method(pair.method.as_str())
        .uri(pattern::fill(&pair.target, bindings)?);
    let has = |wanted: &str| {
        pair.headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(wanted))
    };
    let body = pattern::fill(&pair.body, bindings)?;
    if !has("host") {
        request = request.header("host", "localhost");
    }
    if !body.is_empty() && !has("content-length") {
        request = request.header("content-length", body.len());
    }
    for (name, value) in &pair.headers {
        request = request.header(name, pattern::fill(value, bindings)?);
    }
    let request = request
        .body(Body::from(body))
        .map_err(|error| format!("the request cannot be made: {error}"))?;
    let response = match router.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let (head, body) = response.into_parts();
    let body = body
        .collect()
        .await
        .map_err(|error| format!("the response broke off: {error}"))?;
    Ok(Answer {
        status: head.status,
        headers: head.headers,
        body: body.to_bytes(),
    })
}

impl Answer {
    fn differences(&self, pair: &Pair, bindings: &mut Bindings) -> Vec<String> {
        let expected = &pair.expected;
        let mut differences = Vec::new();
        if self.status.as_u16() != expected.status {
            differences.push(format!(
                "status: expected {}, got {}",
                expected.status,
                self.status.as_u16()
            ));
        }
        for (name, value) in &expected.headers {
            let found = self.headers.get(name).map(|found| found.to_str());
            match found {
                None => differences.push(format!("header {name}: is missing")),
                Some(Err(_)) => differences.push(format!("header {name}: is not text")),
                Some(Ok(found)) => {
                    if let Err(why) = pattern::matches(value, found, bindings) {
                        differences.push(format!("header {name}: {why}"));
                    }
                }
            }
        }
        for name in &expected.absent {
            if let Some(found) = self.headers.get(name) {
                differences.push(format!("header {name}: unexpected, with value {found:?}"));
            }
        }
        differences.extend(compare::body(&expected.body, &self.body, bindings));
        differences
    }

    fn explain(&self, differences: &[String]) -> String {
        let body = serde_json::from_slice::<serde_json::Value>(&self.body)
            .and_then(|value| serde_json::to_string_pretty(&value))
            .unwrap_or_else(|_not_json| String::from_utf8_lossy(&self.body).into_owned());
        format!(
            "  {}\n  the whole answer was {}\n{body}",
            differences.join("\n  "),
            self.status.as_u16()
        )
    }
}

#[cfg(test)]
mod tests;
