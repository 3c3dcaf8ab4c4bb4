//! The form of every answer. Source: DiDi Cloud, "Quick start: results".

use serde::Serialize;

use crate::errors::Failure;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Envelope<'a, T> {
    data: T,
    errmsg: &'a str,
    errno: u32,
    request_id: &'a str,
}

impl<'a, T> Envelope<'a, T> {
    pub(crate) fn ok(data: T, request_id: &'a str) -> Self {
        Self {
            data,
            errmsg: "ok",
            errno: 0,
            request_id,
        }
    }
}

impl<'a> Envelope<'a, ()> {
    /// What stands behind `{"data":…` in an answer whose data is written already.
    pub(crate) fn rest(request_id: &'a str) -> Result<String, serde_json::Error> {
        let whole = serde_json::to_string(&Self::ok((), request_id))?;
        let rest = whole.strip_prefix("{\"data\":null");
        Ok(rest.unwrap_or(&whole).to_owned())
    }
}

impl<'a> Envelope<'a, [(); 0]> {
    /// `data` is an empty array: the documents say that it always is an array.
    pub(crate) fn failed(failure: &'a Failure, request_id: &'a str) -> Self {
        Self {
            data: [],
            errmsg: &failure.errmsg,
            errno: failure.errno,
            request_id,
        }
    }
}
