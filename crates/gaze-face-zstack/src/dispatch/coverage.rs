//! Which cases of each operation have a transcript.
//!
//! The cases that have none are listed in `tests/transcript-gaps.txt`, with the reason, and
//! compared both ways: a new gap fails the test, and so does one that has been closed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use axum::http::Method;

use super::request::Given;
use super::table::{Choice, Table};
use crate::route::{Access, Route};
use crate::routes::ROUTES;

/// A kind of exchange that every operation is shown in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Case {
    /// The operation does what it is for.
    Success,
    /// A body, a type or a value that cannot be right.
    Malformed,
    /// Without credentials, or with a session that is none.
    Unauthenticated,
    /// By somebody who has no right to what is named, or sees none of it in a list.
    OtherTenant,
}

const CASES: &[(Case, &str)] = &[
    (Case::Success, "success"),
    (Case::Malformed, "malformed"),
    (Case::Unauthenticated, "unauthenticated"),
    (Case::OtherTenant, "other-tenant"),
];

impl Case {
    /// Whether the case can be made of an operation at all.
    fn fits(self, route: &Route) -> bool {
        match self {
            Self::Success | Self::Malformed => true,
            Self::Unauthenticated | Self::OtherTenant => route.access == Access::Credentials,
        }
    }
}

/// One request of a transcript, and the answer expected.
struct Exchange {
    method: Method,
    target: String,
    authorization: Option<String>,
    body: String,
    status: u16,
    answer: String,
}

impl Exchange {
    /// Placeholders stand for a word here: which one does not matter to the table.
    fn read(request: &str, response: &str) -> Self {
        let lines = |text: &str| -> Vec<String> {
            let filled = fill(text);
            let lines = filled.lines().map(str::to_owned);
            let head = |line: &String| line.trim().is_empty() || line.starts_with('#');
            lines.skip_while(head).collect()
        };
        let (request, response) = (lines(request), lines(response));
        let blank = |lines: &[String]| {
            let blank = lines.iter().position(|line| line.trim().is_empty());
            blank.unwrap_or(lines.len())
        };
        let end = blank(&request);
        let mut first = request[0].split_whitespace();
        let header = |name: &str| {
            let lines = request[1..end].iter();
            let mut found = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            found.next().map(str::to_owned)
        };
        Self {
            method: Method::from_bytes(first.next().unwrap().as_bytes()).unwrap(),
            target: first.next().unwrap().to_owned(),
            authorization: header("Authorization"),
            body: request[end..].join("\n"),
            status: response[0].trim().parse().unwrap(),
            answer: response[blank(&response)..].join("\n"),
        }
    }

    /// The operation that is asked for. A body that is no JSON names its action all the same.
    fn route(&self, table: &Table) -> Option<&'static Route> {
        let (path, query) = match self.target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (self.target.as_str(), None),
        };
        let found = table.find(path)?;
        let given = Given::read(&self.method, query, self.body.as_bytes())
            .or_else(|_malformed| {
                let action = self.body.split('"').nth(1).unwrap_or_default();
                let body = serde_json::json!({action: {}}).to_string();
                Given::read(&self.method, query, body.as_bytes())
            })
            .or_else(|_malformed| Given::read(&self.method, None, b"{}"))
            .ok()?;
        match found.choose(&self.method, path, &given) {
            Ok(Choice::Served(route, _)) => Some(route),
            _ => None,
        }
    }

    fn is(&self, case: Case) -> bool {
        let says = |word: &str| self.answer.contains(word);
        match case {
            Case::Success => matches!(self.status, 200 | 202),
            Case::Malformed => {
                matches!(self.status, 400 | 500) && !says("'Authorization'") && !says("accessKey")
                    || self.status == 503 && says("SYS.1007")
                    || self.status == 503 && says("SYS.1000") && says("has no field")
            }
            Case::Unauthenticated => says("missing header 'Authorization'") || says("ID.1001"),
            Case::OtherTenant => {
                says("ID.1002")
                    || says("permission denied")
                    || self
                        .authorization
                        .as_deref()
                        .is_some_and(|who| who == "OAuth other_session")
            }
        }
    }
}

/// `{{kind:name}}` becomes the name.
fn fill(text: &str) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let (placeholder, after) = after.split_once("}}").unwrap_or((after, ""));
        filled.push_str(before);
        filled.push_str(placeholder.rsplit(':').next().unwrap_or_default());
        rest = after;
    }
    filled + rest
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn exchanges() -> Vec<Exchange> {
    let mut exchanges = Vec::new();
    for folder in std::fs::read_dir(tests().join("transcripts")).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            let sections: Vec<&str> = text.split("\n---\n").collect();
            for pair in sections.chunks_exact(2) {
                exchanges.push(Exchange::read(pair[0], pair[1]));
            }
        }
    }
    exchanges
}

/// The gaps that are known: an operation, a case, and the reason.
fn known() -> BTreeSet<(String, String)> {
    let text = std::fs::read_to_string(tests().join("transcript-gaps.txt")).unwrap();
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let mut words = line.split_whitespace();
            let gap = (words.next().unwrap(), words.next().unwrap());
            assert!(words.next().is_some(), "a gap needs its reason: {line}");
            (gap.0.to_owned(), gap.1.to_owned())
        })
        .collect()
}

#[test]
fn every_operation_has_a_transcript_of_each_case_or_is_a_known_gap() {
    let table = Table::new();
    let shown: Vec<_> = exchanges()
        .into_iter()
        .filter_map(|exchange| Some((exchange.route(&table)?.name, exchange)))
        .collect();
    let mut gaps = BTreeSet::new();
    for route in ROUTES {
        for (case, word) in CASES.iter().filter(|(case, _)| case.fits(route)) {
            let is =
                |(name, exchange): &(&str, Exchange)| *name == route.name && exchange.is(*case);
            if !shown.iter().any(is) {
                gaps.insert((route.name.to_owned(), (*word).to_owned()));
            }
        }
    }
    let known = known();
    let new: Vec<_> = gaps.difference(&known).collect();
    let closed: Vec<_> = known.difference(&gaps).collect();
    assert!(
        new.is_empty() && closed.is_empty(),
        "without a transcript: {new:#?}\nno gaps any more: {closed:#?}"
    );
}

#[test]
fn an_exchange_is_told_by_what_it_asks_and_what_it_is_answered() {
    let table = Table::new();
    let refused = Exchange::read(
        "# Source: a test\n\nPUT /zstack/v1/images/{{given:image}}/actions\n\
         Authorization: OAuth {{given:other_session}}\n\n{\"updateImage\":",
        "500\n\nmalformed JSON: {{any}}\n",
    );
    assert_eq!(refused.route(&table).unwrap().name, "UpdateImage");
    assert!(refused.is(Case::Malformed) && refused.is(Case::OtherTenant));
    assert!(!refused.is(Case::Success) && !refused.is(Case::Unauthenticated));
    let listed = Exchange::read("GET /zstack/v1/zones?q=name=z", "\n200\n\n{}");
    assert_eq!(listed.route(&table).unwrap().name, "QueryZone");
    assert!(listed.is(Case::Success));
}
