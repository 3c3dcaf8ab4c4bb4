//! Progress of long work, on standard error; nothing if that is no terminal.

use anyhow::{Context as _, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use super::Session;
use crate::failure::Failure;

const BYTES: &str = "{msg:24} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
const UNKNOWN: &str = "{msg:24} {spinner} {bytes} {bytes_per_sec}";

/// Seconds that one request waits for a job, so that the bar moves.
const WAIT_SECONDS: u64 = 1;

/// A bar over that many bytes; over an unknown number if there is none.
pub(crate) fn bar(message: &str, total: Option<u64>) -> Result<ProgressBar> {
    let bar = match total {
        Some(total) => ProgressBar::new(total).with_style(style(BYTES)?),
        None => ProgressBar::no_length().with_style(style(UNKNOWN)?),
    };
    Ok(bar.with_message(message.to_owned()))
}

fn style(template: &str) -> Result<ProgressStyle> {
    ProgressStyle::with_template(template).context("the progress bar is not well formed")
}

/// Waits until a job has ended, and shows how far it is. A job that failed is a failure.
pub(crate) async fn follow(session: &Session, job: &str) -> Result<Value> {
    let bar = bar("waiting", None)?;
    let mut known = false;
    loop {
        let path = format!("/jobs/{job}?wait={WAIT_SECONDS}");
        let now = session.client.get(&path).await?;
        if let (Some(total), false) = (now["total"].as_u64(), known) {
            bar.set_length(total);
            bar.set_style(style(BYTES)?);
            known = true;
        }
        bar.set_message(now["stage"].as_str().unwrap_or_default().to_owned());
        bar.set_position(now["done"].as_u64().unwrap_or(0));
        match now["state"].as_str() {
            Some("queued" | "running") => {}
            Some("succeeded") => {
                bar.finish_and_clear();
                return Ok(now);
            }
            ended => {
                bar.finish_and_clear();
                return Err(ended_badly(ended.unwrap_or("lost"), &now).into());
            }
        }
    }
}

fn ended_badly(state: &str, job: &Value) -> Failure {
    let Some(detail) = job["failure"]["detail"].as_str() else {
        return Failure::new(format!("the job is {state}"));
    };
    let failure = Failure::new(detail);
    match job["failure"]["hint"].as_str() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_job_that_failed_tells_why() {
        let job = json!({"failure": {"detail": "the image was refused: it is empty", "hint": "h"}});
        assert_eq!(
            crate::failure::lines(&ended_badly("failed", &job).into()),
            "error: the image was refused: it is empty\nhint: h\n"
        );
        assert_eq!(
            crate::failure::lines(&ended_badly("cancelled", &json!({})).into()),
            "error: the job is cancelled\n"
        );
    }

    #[test]
    fn bars_are_well_formed() {
        assert!(bar("a", Some(7)).is_ok());
        assert!(bar("a", None).is_ok());
    }
}
