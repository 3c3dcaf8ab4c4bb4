//! Which operation a path, a method and a body mean, by the rules of ZStack's RestServer.
//!
//! Paths that differ only in the names of their variables are one path. If one operation has a
//! path for itself, its method does not matter; if several share it, GET, POST and DELETE choose,
//! and PUT goes to the operation whose action is a key of the body.

use axum::http::{Method, StatusCode};

use super::request::{Given, PARAMS};
use crate::errors::Failure;
use crate::route::{Absent, CONTEXT, Route, Verb};
use crate::routes::{ABSENT, ROUTES};

/// All paths.
pub(super) struct Table {
    paths: Vec<Shared>,
}

/// A path and the operations that are found there.
struct Shared {
    /// Literal segments; `None` is a variable.
    segments: Vec<Option<&'static str>>,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy)]
enum Entry {
    Served(&'static Route),
    Absent(&'static Absent),
}

/// A path that was asked for.
pub(super) struct Found<'a> {
    shared: &'a Shared,
    values: Vec<String>,
}

/// The operation that was meant.
#[derive(Debug)]
pub(super) enum Choice {
    /// With the key of the body that holds its parameters.
    Served(&'static Route, &'static str),
    /// Published, and not served here.
    Absent,
}

impl Entry {
    fn verb(self) -> Verb {
        match self {
            Self::Served(route) => route.verb,
            Self::Absent(absent) => absent.verb,
        }
    }

    fn action(self) -> Option<&'static str> {
        match self {
            Self::Served(route) => route.action,
            Self::Absent(absent) => absent.action,
        }
    }

    fn params_too(self) -> bool {
        matches!(self, Self::Served(route) if route.params_too)
    }

    fn choice(self, key: &'static str) -> Choice {
        match self {
            Self::Served(route) => Choice::Served(route, key),
            Self::Absent(_) => Choice::Absent,
        }
    }
}

impl Table {
    pub(super) fn new() -> Self {
        let mut table = Self { paths: Vec::new() };
        for route in ROUTES {
            for path in route.paths {
                table.add(path, Entry::Served(route));
            }
        }
        for absent in ABSENT {
            table.add(absent.path, Entry::Absent(absent));
        }
        // A path without variables is tried before one with; among those, the more literal first.
        table
            .paths
            .sort_by_key(|shared| shared.segments.iter().filter(|part| part.is_none()).count());
        table
    }

    fn add(&mut self, path: &'static str, entry: Entry) {
        let segments: Vec<Option<&'static str>> = path
            .split('/')
            .map(|segment| (!is_variable(segment)).then_some(segment))
            .collect();
        match self
            .paths
            .iter_mut()
            .find(|shared| shared.segments == segments)
        {
            Some(shared) => shared.entries.push(entry),
            None => self.paths.push(Shared {
                segments,
                entries: vec![entry],
            }),
        }
    }

    /// An empty segment counts for nothing, as in ZStack's own matching (Spring's
    /// `AntPathMatcher`); its Go client asks for `/v1/zones//<uuid>`. A slash at the end does.
    pub(super) fn find(&self, path: &str) -> Option<Found<'_>> {
        let (inner, last) = path.rsplit_once('/')?;
        let given: Vec<&str> = std::iter::once("")
            .chain(inner.split('/').filter(|segment| !segment.is_empty()))
            .chain(std::iter::once(last))
            .collect();
        let shared = self.paths.iter().find(|shared| shared.matches(&given))?;
        let values = shared
            .segments
            .iter()
            .zip(&given)
            .filter(|(segment, _)| segment.is_none())
            .map(|(_, value)| (*value).to_owned())
            .collect();
        Some(Found { shared, values })
    }
}

impl Shared {
    fn matches(&self, given: &[&str]) -> bool {
        self.segments.len() == given.len()
            && self
                .segments
                .iter()
                .zip(given)
                .all(|(segment, value)| match segment {
                    Some(literal) => literal == value,
                    None => !value.is_empty(),
                })
    }
}

impl Found<'_> {
    /// The variables of the path, by the names that the operation has for them.
    pub(super) fn variables(&self, route: &Route) -> Vec<(&'static str, String)> {
        let names = route.paths.iter().copied().find_map(|path| {
            let names: Vec<&'static str> = path
                .split('/')
                .filter(|segment| is_variable(segment))
                .map(|segment| segment.trim_matches(['{', '}']))
                .collect();
            (path.split('/').count() == self.shared.segments.len()
                && names.len() == self.values.len())
            .then_some(names)
        });
        names
            .unwrap_or_default()
            .into_iter()
            .zip(self.values.iter().cloned())
            .collect()
    }

    pub(super) fn choose(
        &self,
        method: &Method,
        path: &str,
        given: &Given,
    ) -> Result<Choice, Failure> {
        let not_allowed = || {
            Failure::Text(
                StatusCode::METHOD_NOT_ALLOWED,
                format!("The method[{method}] is not allowed for the path[{path}]"),
            )
        };
        let verb = Verb::of(method);
        if let [entry] = self.shared.entries.as_slice() {
            return if verb.is_some() || method == Method::HEAD {
                Ok(entry.choice(key_on_own_path(*entry, given)))
            } else {
                Err(not_allowed())
            };
        }
        let verb = verb.ok_or_else(not_allowed)?;
        if verb == Verb::Put {
            return self.choose_action(path, given);
        }
        self.shared
            .entries
            .iter()
            .find(|entry| entry.verb() == verb)
            .map(|entry| entry.choice(PARAMS))
            .ok_or_else(|| {
                let kind = match verb {
                    Verb::Get => "query",
                    Verb::Delete => "delete",
                    Verb::Post | Verb::Put => "creational",
                };
                Failure::Text(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    format!("No {kind} API found for the path[{path}]"),
                )
            })
    }

    fn choose_action(&self, path: &str, given: &Given) -> Result<Choice, Failure> {
        // ZStack runs into a null pointer here.
        let Some(body) = &given.body else {
            return Err(Failure::Text(
                StatusCode::INTERNAL_SERVER_ERROR,
                String::new(),
            ));
        };
        let puts = || {
            self.shared
                .entries
                .iter()
                .filter(|entry| entry.verb() == Verb::Put)
        };
        let by_action = puts().find_map(|entry| {
            let action = entry.action().filter(|action| body.contains_key(*action))?;
            Some(entry.choice(action))
        });
        let by_params = || {
            puts()
                .find(|entry| entry.params_too() && body.contains_key(PARAMS))
                .map(|entry| entry.choice(PARAMS))
        };
        by_action.or_else(by_params).ok_or_else(|| {
            let path = path.strip_prefix(CONTEXT).unwrap_or(path);
            Failure::bad_request(format!(
                "the body doesn't contain action mapping to the URL[{path}]"
            ))
        })
    }
}

/// On a path of its own, an action may also be given as `params`, as the published pages print it.
fn key_on_own_path(entry: Entry, given: &Given) -> &'static str {
    match entry.action() {
        Some(action) => {
            let has = |key: &str| {
                given
                    .body
                    .as_ref()
                    .is_some_and(|body| body.contains_key(key))
            };
            if !has(action) && has(PARAMS) {
                PARAMS
            } else {
                action
            }
        }
        None => PARAMS,
    }
}

fn is_variable(segment: &str) -> bool {
    segment.starts_with('{')
}
