//! `gaze status` and `gaze whoami`.

use anyhow::Result;

use super::Session;
use super::store::COLUMNS as STORES;
use crate::client::Kind;
use crate::output::{Form, write};

/// The service's version, counts and the room in its stores.
pub(crate) async fn status(session: &Session) -> Result<()> {
    let status = session.client.get("/status").await?;
    if session.output.form == Form::Json {
        return session.output.thing(&status, &[].into());
    }
    let uptime = status["uptime_seconds"].as_u64().unwrap_or(0);
    write(&format!(
        "{} runs gaze {} for {}\n{} images, {} unfinished jobs\n\n",
        session.client.url(),
        status["version"].as_str().unwrap_or("?"),
        duration(uptime),
        status["images"],
        status["unfinished_jobs"],
    ))?;
    let names = session.names(&[Kind::Zone, Kind::Region]).await?;
    let stores = serde_json::json!({ "items": status["stores"] });
    session.output.list(STORES, &stores, &names)
}

pub(crate) async fn who_am_i(session: &Session) -> Result<()> {
    let caller = session.client.get("/whoami").await?;
    session.output.thing(&caller, &[].into())
}

/// The two largest units of a number of seconds.
fn duration(seconds: u64) -> String {
    let (days, hours) = (seconds / 86_400, seconds / 3600 % 24);
    let (minutes, rest) = (seconds / 60 % 60, seconds % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{rest} s"),
        (0, 0, _) => format!("{minutes} min {rest} s"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_show_their_two_largest_units() {
        for (seconds, text) in [
            (0, "0 s"),
            (61, "1 min 1 s"),
            (3_600, "1 h 0 min"),
            (90_061, "1 d 1 h"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }
}
