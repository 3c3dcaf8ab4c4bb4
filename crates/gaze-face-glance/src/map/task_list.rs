//! The query of a list of tasks.
//!
//! Source: Image API v2, "List tasks"; Glance 33.0.0.

use gaze_app::{Work, WorkFilter, WorkKind, WorkList, WorkState};
use gaze_domain::JobId;
use gaze_domain::list::Direction;

use super::page::{self, direction, limit};
use super::task::{BY_HAND, IMPORT, KINDS, kind, status};
use crate::errors::Refusal;

const TASKS: &str = "/v2/tasks";

const STATES: &[WorkState] = WorkState::ALL;

/// A list, and the addresses of its pages.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) list: WorkList,
    pub(crate) filter: WorkFilter,
    /// Those of one type; jobs do not differ by it, so pages may be short.
    kind: Option<&'static str>,
    pairs: Vec<(String, String)>,
}

impl Query {
    pub(crate) fn parse(pairs: Vec<(String, String)>) -> Result<Self, Refusal> {
        let mut list = WorkList {
            image: None,
            unfinished_only: false,
            after: None,
            limit: page::DEFAULT_PAGE,
        };
        let mut filter = WorkFilter {
            kinds: KINDS.to_vec(),
            ..WorkFilter::default()
        };
        let mut kind = None;
        for (name, value) in &pairs {
            match name.as_str() {
                "limit" => list.limit = limit(value)?,
                "marker" => list.after = Some(marker(value)?),
                "sort_dir" => filter.ascending = direction(value)? == Direction::Ascending,
                // When a task last changed is not kept, so it is no order either.
                "sort_key" if value == "created_at" => {}
                "sort_key" => {
                    return Err(Refusal::bad_request(&format!(
                        "Invalid sort key: {value}. It must be created_at."
                    )));
                }
                "status" => filter.states = states(value)?,
                "type" => {
                    let (word, kinds) = kinds(value)?;
                    kind = Some(word);
                    filter.kinds = kinds;
                }
                _ => {
                    return Err(Refusal::bad_request(&format!(
                        "Tasks cannot be filtered by {name}."
                    )));
                }
            }
        }
        Ok(Self {
            list,
            filter,
            kind,
            pairs,
        })
    }

    /// Whether no task can be meant, whatever there is.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.limit == 0
    }

    /// Whether a job of the page is a task that is meant.
    pub(crate) fn means(&self, work: &Work) -> bool {
        self.kind.is_none_or(|wanted| wanted == kind(work))
    }

    /// Address of the first page.
    pub(crate) fn first(&self) -> String {
        page::address(TASKS, &self.pairs, None)
    }

    /// Address of the page behind that task.
    pub(crate) fn behind(&self, last: JobId) -> String {
        page::address(TASKS, &self.pairs, Some(last.hyphenated()))
    }
}

fn marker(text: &str) -> Result<JobId, Refusal> {
    JobId::parse(text).ok_or_else(|| Refusal::bad_request("Invalid marker format"))
}

fn states(word: &str) -> Result<Vec<WorkState>, Refusal> {
    let found = STATES.iter().filter(|state| status(**state) == word);
    let found: Vec<WorkState> = found.copied().collect();
    if found.is_empty() {
        return Err(Refusal::bad_request(&format!(
            "Invalid status value: {word}"
        )));
    }
    Ok(found)
}

/// A type of tasks, and the jobs that may be of it.
fn kinds(word: &str) -> Result<(&'static str, Vec<WorkKind>), Refusal> {
    match word {
        IMPORT => Ok((IMPORT, KINDS.to_vec())),
        BY_HAND => Ok((BY_HAND, vec![WorkKind::Import])),
        _ => Err(Refusal::bad_request(&format!("Invalid type value: {word}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(pairs: &[(&str, &str)]) -> Result<Query, String> {
        let pairs = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Query::parse(pairs.collect()).map_err(|refusal| refusal.told())
    }

    #[test]
    fn tasks_that_failed_and_that_were_cancelled_are_failures() {
        let query = parsed(&[("status", "failure"), ("sort_dir", "asc")]).unwrap();
        assert_eq!(
            query.filter.states,
            [WorkState::Failed, WorkState::Cancelled]
        );
        assert!(query.filter.ascending);
        assert_eq!(query.list.limit, 25);
        let by_hand = parsed(&[("type", "import")]).unwrap();
        assert_eq!(by_hand.filter.kinds, [WorkKind::Import]);
        let all = parsed(&[("type", "api_image_import")]).unwrap();
        assert_eq!(all.filter.kinds, KINDS);
        assert!(parsed(&[("limit", "0")]).unwrap().is_empty() && !all.is_empty());
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for (pair, expected) in [
            (("status", "done"), "400 Invalid status value: done"),
            (("type", "export"), "400 Invalid type value: export"),
            (("marker", "a"), "400 Invalid marker format"),
            (("limit", "a"), "400 limit param must be an integer"),
            (
                ("sort_key", "owner"),
                "400 Invalid sort key: owner. It must be created_at.",
            ),
            (("colour", "red"), "400 Tasks cannot be filtered by colour."),
        ] {
            assert_eq!(parsed(&[pair]).unwrap_err(), expected);
        }
        assert!(
            parsed(&[("sort_dir", "up")])
                .unwrap_err()
                .starts_with("400")
        );
    }

    #[test]
    fn pages_point_at_one_another() {
        let marker = "55555555-5555-5555-5555-555555555555";
        let query = parsed(&[("limit", "1"), ("marker", marker)]).unwrap();
        assert_eq!(query.first(), "/v2/tasks?limit=1");
        let last = JobId::parse(&"4".repeat(32)).unwrap();
        assert_eq!(
            query.behind(last),
            "/v2/tasks?limit=1&marker=44444444-4444-4444-4444-444444444444"
        );
    }
}
