//! Operations by the names that long jobs have for them: the simple name of the request's class.

use gaze_domain::JobId;
use serde_json::{Map, Value};

use crate::call::{Call, Outcome, Tags};
use crate::errors::{Failure, invalid_argument};
use crate::params::Params;
use crate::route::{Flow, Route};
use crate::routes::ROUTES;

/// Operations that are long jobs of ZStack's though they are over at once here.
const ALSO: &[&str] = &["ExpungeImage"];
/// Parts of the names of what is not kept with a long job.
const SECRET: &[&str] = &["password", "secret", "token"];

/// The operation of that name, such as `APIAddImageMsg`.
pub(crate) fn route(name: &str) -> Result<&'static Route, Failure> {
    ROUTES
        .iter()
        .copied()
        .filter(|route| route.flow == Flow::Long || ALSO.contains(&route.name))
        .find(|route| route.class.rsplit('.').next() == Some(name))
        .ok_or_else(|| invalid_argument(format!("{name} is not an API")))
}

/// The message of a long job: what its operation is called with.
pub(crate) struct Message {
    params: Params,
    tags: Tags,
    /// The message without secrets.
    pub(crate) kept: String,
    /// Whether nothing was left out of it.
    pub(crate) whole: bool,
}

impl Message {
    /// Reads `jobData`, and refuses what a call of the operation would be refused for.
    pub(crate) fn read(route: &Route, data: &str) -> Result<Self, Failure> {
        let Ok(Value::Object(mut map)) = serde_json::from_str(data) else {
            return Err(invalid_argument("field[jobData] is not a JSON object"));
        };
        let params = Params::read(route.fields, &map).map_err(argument)?;
        params.validate(route.fields)?;
        let tags = Tags {
            system: texts(&map, "systemTags")?,
            user: texts(&map, "userTags")?,
        };
        let whole = keep_no_secrets(&mut map);
        Ok(Self {
            params,
            tags,
            kept: Value::Object(map).to_string(),
            whole,
        })
    }

    /// Calls the operation for the caller of `call`. Its work has that id.
    pub(crate) async fn begin(
        self,
        call: &Call,
        route: &'static Route,
        work: JobId,
    ) -> Result<Outcome, Failure> {
        let inner = Call {
            app: call.app.clone(),
            config: call.config.clone(),
            route,
            params: self.params,
            query: Vec::new(),
            tags: self.tags,
            job: Some(work),
            caller: call.caller.clone(),
            request_id: call.request_id.clone(),
            from: call.from,
            origin: call.origin.clone(),
        };
        (route.run)(&inner).await.map_err(argument)
    }
}

/// What the REST layer would refuse as text is an argument's fault here.
fn argument(failure: Failure) -> Failure {
    match failure {
        Failure::Text(_, text) => invalid_argument(text),
        api @ Failure::Api(_) => api,
    }
}

fn texts(map: &Map<String, Value>, key: &str) -> Result<Vec<String>, Failure> {
    let odd = || invalid_argument(format!("field[{key}] must be a list of strings"));
    match map.get(key) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or_else(odd))
            .collect(),
        Some(_) => Err(odd()),
    }
}

/// Leaves out what is secret by its name, and who logs in by a URL. `true` if there was nothing.
fn keep_no_secrets(map: &mut Map<String, Value>) -> bool {
    let before = map.len();
    map.retain(|key, _| {
        let key = key.to_ascii_lowercase();
        !SECRET.iter().any(|part| key.contains(part))
    });
    let mut whole = map.len() == before;
    for value in map.values_mut() {
        whole &= match value {
            Value::Object(inner) => keep_no_secrets(inner),
            Value::String(text) => match without_login(text) {
                Some(shown) => {
                    *text = shown;
                    false
                }
                None => true,
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => true,
        };
    }
    whole
}

/// A URL without what stands before the `@` of its host, if there is such.
fn without_login(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (_, host) = rest[..end].rsplit_once('@')?;
    Some(format!("{scheme}://{host}{}", &rest[end..]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operations_have_the_names_of_their_messages() {
        for (name, found) in [
            ("APIAddImageMsg", Some("AddImage")),
            ("APIExpungeImageMsg", Some("ExpungeImage")),
            (
                "APICreateRootVolumeTemplateFromRootVolumeMsg",
                Some("CreateRootVolumeTemplateFromRootVolume"),
            ),
            ("AddImage", None),
            ("APIQueryImageMsg", None),
            ("APICreateAccessKeyMsg", None),
            ("APISubmitLongJobMsg", None),
        ] {
            assert_eq!(route(name).ok().map(|route| route.name), found, "{name}");
        }
    }

    #[test]
    fn secrets_are_not_kept() {
        for (sent, kept, whole) in [
            (json!({"name": "n"}), json!({"name": "n"}), true),
            (
                json!({"name": "n", "Password": "p"}),
                json!({"name": "n"}),
                false,
            ),
            (
                json!({"a": {"accessKeySecret": "p", "b": 1}}),
                json!({"a": {"b": 1}}),
                false,
            ),
            (
                json!({"url": "http://me:word@host:80/a@b?c"}),
                json!({"url": "http://host:80/a@b?c"}),
                false,
            ),
            (
                json!({"url": "http://host/a@b"}),
                json!({"url": "http://host/a@b"}),
                true,
            ),
        ] {
            let mut map = sent.as_object().unwrap().clone();
            assert_eq!(keep_no_secrets(&mut map), whole, "{sent}");
            assert_eq!(Value::Object(map), kept);
        }
    }

    #[test]
    fn a_message_is_refused_for_what_its_call_would_be() {
        let add = route("APIAddImageMsg").unwrap();
        for data in [
            "x",
            "[]",
            "{}",
            r#"{"name":"n","url":"http://h/","system":"maybe"}"#,
            r#"{"name":"n","url":"http://h/","systemTags":"x"}"#,
        ] {
            assert!(
                matches!(Message::read(add, data), Err(Failure::Api(_))),
                "{data}"
            );
        }
    }
}
