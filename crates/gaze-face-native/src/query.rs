//! Query parameters, taken one by one, so that what was not understood can be refused by name.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use gaze_domain::Error;

/// Most parameters in one request.
const MAX_PARAMETERS: usize = 100;

/// What a request's query says. Every handler that takes it ends with [`Parameters::finish`].
#[derive(Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// The only value of a parameter.
    pub(crate) fn one(&mut self, name: &str) -> Result<Option<String>, Error> {
        let mut values = self.many(name);
        let last = values.pop();
        if values.is_empty() {
            Ok(last)
        } else {
            Err(Error::invalid(name, "is given more than once"))
        }
    }

    /// The only value of a parameter, understood.
    pub(crate) fn parsed<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Error> {
        self.one(name)?
            .map(|text| parse(&text).map_err(|reason| Error::invalid(name, reason)))
            .transpose()
    }

    /// All values of a parameter, in their order.
    pub(crate) fn many(&mut self, name: &str) -> Vec<String> {
        let (taken, rest) = std::mem::take(&mut self.0)
            .into_iter()
            .partition(|(key, _)| key == name);
        self.0 = rest;
        values(taken)
    }

    /// The parameters `prefix<key>=<value>`.
    pub(crate) fn with_prefix(&mut self, prefix: &str) -> Vec<(String, String)> {
        let (taken, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.0)
            .into_iter()
            .partition(|(key, _)| key.starts_with(prefix));
        self.0 = rest;
        taken
            .into_iter()
            .map(|(key, value)| (key[prefix.len()..].to_owned(), value))
            .collect()
    }

    /// Refuses what no part of the handler took.
    pub(crate) fn finish(self) -> Result<(), Error> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => Err(Error::invalid(name, "there is no such parameter")),
        }
    }
}

fn values(pairs: Vec<(String, String)>) -> Vec<String> {
    pairs.into_iter().map(|(_, value)| value).collect()
}

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = crate::errors::Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|error| Error::invalid("query", error.body_text()))?;
        if pairs.len() > MAX_PARAMETERS {
            let reason = format!("has more than {MAX_PARAMETERS} parameters");
            return Err(Error::invalid("query", reason).into());
        }
        Ok(Self(pairs))
    }
}

/// A number in decimal digits within bounds.
pub(crate) fn number(text: &str, least: u64, most: u64) -> Result<u64, String> {
    text.parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("{text:?} is no whole number from {least} to {most}"))
}

pub(crate) fn truth(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("{text:?} is neither true nor false")),
    }
}

#[cfg(test)]
impl Parameters {
    pub(crate) fn of(pairs: &[(&str, &str)]) -> Self {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(pairs.iter().map(own).collect())
    }
}
