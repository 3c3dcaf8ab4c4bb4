//! What an import is asked for.
//!
//! Source: Image API v2, "Interoperable image import".

use gaze_app::StoreChoice;
use gaze_domain::{Store, StoreId};
use serde_json::Value;

use crate::errors::Refusal;

/// Where the bytes come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// They were staged.
    Staged,
    /// From that address.
    Download(String),
}

/// Names of the methods that are served.
pub(crate) const METHODS: &[&str] = &["glance-direct", "web-download"];

/// An import; stores by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    pub(crate) method: Method,
    stores: Wanted,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    Any,
    All,
    Named(Vec<String>),
}

impl Import {
    /// `header` is what `X-Image-Meta-Store` says, the older way to name one store.
    pub(crate) fn parse(document: &Value, header: Option<&str>) -> Result<Self, Refusal> {
        let method = document
            .get("method")
            .filter(|method| method.is_object())
            .ok_or_else(|| Refusal::bad_request("Import request requires a 'method' field."))?;
        let name = method.get("name").and_then(Value::as_str);
        let name =
            name.ok_or_else(|| Refusal::bad_request("Import request requires a 'name' field."))?;
        let method = match name {
            "glance-direct" => Method::Staged,
            "web-download" => {
                let uri = method.get("uri").and_then(Value::as_str);
                let uri = uri.ok_or_else(|| {
                    Refusal::bad_request("Import request requires a 'uri' field.")
                })?;
                Method::Download(uri.to_owned())
            }
            _ => {
                return Err(Refusal::bad_request(&format!(
                    "Unknown import method name '{name}'."
                )));
            }
        };
        Ok(Self {
            method,
            stores: wanted(document, header)?,
        })
    }

    /// The stores that get a copy.
    pub(crate) fn choice(&self, known: &[Store]) -> Result<StoreChoice, Refusal> {
        let named = match &self.stores {
            Wanted::Any => return Ok(StoreChoice::Auto),
            Wanted::All => known.iter().map(|store| store.id).collect(),
            Wanted::Named(names) => names
                .iter()
                .map(|name| store_named(known, name))
                .collect::<Result<Vec<StoreId>, Refusal>>()?,
        };
        Ok(StoreChoice::Named(named))
    }
}

pub(crate) fn store_named(known: &[Store], name: &str) -> Result<StoreId, Refusal> {
    let found = known.iter().find(|store| store.name == name);
    found
        .map(|store| store.id)
        .ok_or_else(|| Refusal::conflict(format!("The store '{name}' is not known.")))
}

fn wanted(document: &Value, header: Option<&str>) -> Result<Wanted, Refusal> {
    let all = document.get("all_stores").and_then(Value::as_bool) == Some(true);
    let stores = match document.get("stores") {
        None => None,
        Some(Value::Array(items)) => Some(
            items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect::<Option<Vec<String>>>()
                .ok_or_else(|| Refusal::bad_request("'stores' is a list of names."))?,
        ),
        Some(_) => return Err(Refusal::bad_request("'stores' is a list of names.")),
    };
    match (stores, all, header) {
        (Some(_), true, _) => Err(Refusal::bad_request(
            "'stores' and 'all_stores' cannot be given together.",
        )),
        (Some(stores), false, None) if !stores.is_empty() => Ok(Wanted::Named(stores)),
        (Some(_), false, None) => Err(Refusal::bad_request("'stores' must name a store.")),
        (Some(_), false, Some(_)) | (None, true, Some(_)) => Err(Refusal::bad_request(
            "Stores are named in the body or in the header, not in both.",
        )),
        (None, true, None) => Ok(Wanted::All),
        (None, false, Some(name)) => Ok(Wanted::Named(vec![name.to_owned()])),
        (None, false, None) => Ok(Wanted::Any),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(document: &Value, header: Option<&str>) -> Result<Import, String> {
        Import::parse(document, header).map_err(|refusal| refusal.told())
    }

    #[test]
    fn methods_and_stores_are_understood() {
        let direct = json!({"name": "glance-direct"});
        for (document, header, method, stores) in [
            (json!({"method": direct}), None, Method::Staged, Wanted::Any),
            (
                json!({"method": {"name": "web-download", "uri": "http://h/i"}}),
                None,
                Method::Download("http://h/i".into()),
                Wanted::Any,
            ),
            (
                json!({"method": direct, "stores": ["fast", "slow"]}),
                None,
                Method::Staged,
                Wanted::Named(vec!["fast".into(), "slow".into()]),
            ),
            (
                json!({"method": direct, "all_stores": true}),
                None,
                Method::Staged,
                Wanted::All,
            ),
            (
                json!({"method": direct}),
                Some("fast"),
                Method::Staged,
                Wanted::Named(vec!["fast".into()]),
            ),
        ] {
            assert_eq!(
                parsed(&document, header).unwrap(),
                Import { method, stores }
            );
        }
    }

    #[test]
    fn other_imports_are_refused() {
        let direct = json!({"name": "glance-direct"});
        for (document, header, expected) in [
            (
                json!({}),
                None,
                "400 Import request requires a 'method' field.",
            ),
            (
                json!([]),
                None,
                "400 Import request requires a 'method' field.",
            ),
            (
                json!({"method": {}}),
                None,
                "400 Import request requires a 'name' field.",
            ),
            (
                json!({"method": {"name": "teleport"}}),
                None,
                "400 Unknown import method name 'teleport'.",
            ),
            (
                json!({"method": {"name": "web-download"}}),
                None,
                "400 Import request requires a 'uri' field.",
            ),
            (
                json!({"method": direct, "stores": "a"}),
                None,
                "400 'stores' is a list of names.",
            ),
            (
                json!({"method": direct, "stores": []}),
                None,
                "400 'stores' must name a store.",
            ),
            (
                json!({"method": direct, "stores": ["a"], "all_stores": true}),
                None,
                "400 'stores' and 'all_stores' cannot be given together.",
            ),
            (
                json!({"method": direct, "stores": ["a"]}),
                Some("a"),
                "400 Stores are named in the body or in the header, not in both.",
            ),
        ] {
            assert_eq!(
                parsed(&document, header).unwrap_err(),
                expected,
                "{document}"
            );
        }
    }
}
