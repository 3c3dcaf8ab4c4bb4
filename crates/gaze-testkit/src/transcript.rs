//! Golden transcripts: recorded requests and the answers that a face owes to them.
//!
//! A transcript is a text file `tests/transcripts/<noun>/<case>.http`:
//!
//! ```text
//! # Source: <the vendor's page, spec or SDK that the case is taken from>
//! # Given: <name>, <name>
//!
//! POST /dicloud/i/storage/cimg/list
//! Authorization: Bearer {{given:token}}
//!
//! {"regionId": "bj"}
//! ---
//! 200
//! Content-Type: application/json
//! !Set-Cookie
//!
//! {"data": {"count": {{int}}, "items": []}, "requestId": "{{uuid:request:1}}"}
//! ```
//!
//! - Sections are divided by lines `---`; a file may hold several pairs of request and response,
//!   answered by one stage, one after the other. Other lines that start with `#`, before a
//!   request, are comments; `# Poll` repeats the request until the answer is the expected one.
//! - The response's status is compared exactly, its headers as listed (`!Name`: absent). A JSON
//!   body is compared by structure: unknown keys, missing keys and the order of arrays count, the
//!   order of keys and blanks do not. Any other body is compared exactly, except for line ends at
//!   its end. A body of `{{any}}` alone is not looked at.
//! - Placeholders, inside a text of any kind:
//!   `{{uuid:<name>}}` a UUID, hyphenated or not, the same value wherever the name recurs, whatever
//!   its form; two names of one kind (`image:1`, `image:2`) never mean the same UUID;
//!   `{{hex:<name>}}` and `{{hyphenated:<name>}}` likewise, in that form only;
//!   `{{text:<name>}}` any text without blanks, the same wherever it recurs;
//!   `{{given:<name>}}` what the stage gave; `{{any}}` any text; `{{int}}` digits;
//!   `{{ts}}` digits or an RFC 3339 timestamp;
//!   `{{date:zstack}}` a date such as `Nov 13, 2017 9:29:27 AM`.
//!   In JSON, a placeholder outside of quotes stands for a value that is not a string: `{{int}}`,
//!   `{{ts}}` an integer, `{{any}}` any value at all, `{{given:<name>}}` that number or boolean.
//!   Values that the stage gave may be used as `{{uuid:…}}` too, by the same name.

mod compare;
mod parse;
mod pattern;
mod run;

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

pub use run::run_dir;

/// What a transcript says of itself before its first request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Givens {
    pub file: PathBuf,
    pub source: String,
    /// The names after `Given:`, in order.
    pub names: Vec<String>,
}

impl Givens {
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|given| given == name)
    }
}

/// A server on which one transcript is played, and the values that the transcript may name.
pub struct Stage {
    pub router: axum::Router,
    pub given: BTreeMap<String, String>,
    /// Dropped after the transcript: folders, background work.
    pub keep: Option<Box<dyn Any + Send>>,
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage")
            .field("given", &self.given)
            .finish_non_exhaustive()
    }
}

impl Stage {
    pub fn new(router: axum::Router) -> Self {
        Self {
            router,
            given: BTreeMap::new(),
            keep: None,
        }
    }

    #[must_use]
    pub fn given(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.given.insert(name.to_owned(), value.to_string());
        self
    }

    /// Keeps a value alive until the transcript has been played.
    #[must_use]
    pub fn keep(mut self, value: impl Any + Send) -> Self {
        self.keep = Some(Box::new(value));
        self
    }
}

/// Everything that did not match in a folder of transcripts. `Debug` is written for people, since
/// `unwrap` in a test shows it.
pub struct Failures(pub(crate) Vec<String>);

impl fmt::Display for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in &self.0 {
            write!(f, "\n{failure}\n")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Failures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Failures {}
