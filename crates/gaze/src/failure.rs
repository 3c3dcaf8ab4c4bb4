//! What the command line tells a person when something did not work.

use std::io::Write as _;

use crate::config::Faults;

/// A sentence about what went wrong, and what may help.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Failure {
    message: String,
    hint: Option<String>,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The lines `error: …` and `hint: …` for an error, each with its end.
pub(crate) fn lines(error: &anyhow::Error) -> String {
    if let Some(Faults(faults)) = error.downcast_ref() {
        return faults
            .iter()
            .map(|fault| {
                told(
                    &format!("{}: {}", fault.place, fault.reason),
                    fault.hint.as_deref(),
                )
            })
            .collect();
    }
    let hint = error.chain().find_map(|cause| {
        let failure: &Failure = cause.downcast_ref()?;
        failure.hint.as_deref()
    });
    told(&format!("{error:#}"), hint)
}

fn told(message: &str, hint: Option<&str>) -> String {
    match hint {
        Some(hint) => format!("error: {message}\nhint: {hint}\n"),
        None => format!("error: {message}\n"),
    }
}

/// Tells a person, on standard error. That stream is the last resort: if it is closed, nobody
/// listens.
pub(crate) fn tell(error: &anyhow::Error) {
    let told = std::io::stderr().lock().write_all(lines(error).as_bytes());
    drop(told);
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn the_hint_of_a_cause_is_told_below_the_whole_chain() {
        let failure = Failure::new("no store is named \"fast\"").hint("known are slow");
        let error = Err::<(), _>(failure).context("image add").unwrap_err();
        assert_eq!(
            lines(&error),
            "error: image add: no store is named \"fast\"\nhint: known are slow\n"
        );
    }

    #[test]
    fn an_error_without_a_hint_is_one_line() {
        assert_eq!(lines(&anyhow::anyhow!("no")), "error: no\n");
    }
}
