//! What an import is asked for.
//!
//! Source: Image API v2, "Interoperable image import".

use gaze_app::{CopyInto, NewCopies, StoreChoice};
use gaze_domain::{ImageId, Store, StoreId};
use serde_json::Value;

use crate::errors::Refusal;

/// Where the bytes come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// They were staged.
    Staged,
    /// From that address.
    Download(String),
    /// From a copy of it in another store.
    Copy,
    /// From an image of another service.
    Remote(Remote),
}

/// An image of another service: `glance_region`, `glance_service_interface` and
/// `glance_image_id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remote {
    pub(crate) region: String,
    pub(crate) interface: String,
    pub(crate) image: ImageId,
}

const REMOTE: &str = "glance-download";

/// Names of the methods that are served; the last one only by a service that knows others.
pub(crate) fn methods(remotes: bool) -> &'static [&'static str] {
    const METHODS: &[&str] = &["glance-direct", "web-download", "copy-image", REMOTE];
    match METHODS.split_last() {
        Some((_, here)) if !remotes => here,
        _ => METHODS,
    }
}

/// An import; stores by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    pub(crate) method: Method,
    stores: Wanted,
    /// Stores that fail are left out, as long as one does not.
    partial: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    Any,
    All,
    Named(Vec<String>),
}

impl Import {
    /// `header` is what `X-Image-Meta-Store` says, the older way to name one store.
    pub(crate) fn parse(
        document: &Value,
        header: Option<&str>,
        remotes: bool,
    ) -> Result<Self, Refusal> {
        let method = document
            .get("method")
            .filter(|method| method.is_object())
            .ok_or_else(|| Refusal::bad_request("Import request requires a 'method' field."))?;
        let name = method.get("name").and_then(Value::as_str);
        let name =
            name.ok_or_else(|| Refusal::bad_request("Import request requires a 'name' field."))?;
        let unknown = || Refusal::bad_request(&format!("Unknown import method name '{name}'."));
        if !methods(remotes).contains(&name) {
            return Err(unknown());
        }
        let method = match name {
            "glance-direct" => Method::Staged,
            "copy-image" => Method::Copy,
            REMOTE => Method::Remote(remote(method)?),
            "web-download" => {
                let uri = method.get("uri").and_then(Value::as_str);
                let uri = uri.ok_or_else(|| {
                    Refusal::bad_request("Import request requires a 'uri' field.")
                })?;
                Method::Download(uri.to_owned())
            }
            _ => return Err(unknown()),
        };
        let must_succeed = flag(document, "all_stores_must_succeed")?;
        Ok(Self {
            method,
            stores: wanted(document, header)?,
            partial: must_succeed == Some(false),
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
        Ok(if self.partial {
            StoreChoice::AnyOf(named)
        } else {
            StoreChoice::Named(named)
        })
    }

    /// The stores that an active image is copied into. Without any, it is the one that new images
    /// go to.
    pub(crate) fn copies(&self, known: &[Store]) -> Result<NewCopies, Refusal> {
        let into = match &self.stores {
            Wanted::All => CopyInto::Rest,
            Wanted::Any => {
                let usable = known.iter().filter(|store| store.is_usable());
                let most = usable.max_by_key(|store| store.available());
                CopyInto::Stores(most.map(|store| store.id).into_iter().collect())
            }
            Wanted::Named(names) => CopyInto::Stores(
                names
                    .iter()
                    .map(|name| store_named(known, name))
                    .collect::<Result<_, _>>()?,
            ),
        };
        Ok(NewCopies {
            into,
            partial: self.partial,
            job: None,
        })
    }
}

fn remote(method: &Value) -> Result<Remote, Refusal> {
    let text = |name: &str| method.get(name).and_then(Value::as_str).map(str::to_owned);
    let needed = |name: &str| {
        text(name).ok_or_else(|| {
            Refusal::bad_request(&format!(
                "'{name}' needs to be set for glance-download import method"
            ))
        })
    };
    let region = needed("glance_region")?;
    let image = needed("glance_image_id")?;
    let id = ImageId::parse(&image).ok_or_else(|| {
        Refusal::bad_request(&format!(
            "Remote image id does not look like a UUID: {image}"
        ))
    })?;
    Ok(Remote {
        region,
        interface: text("glance_service_interface").unwrap_or_else(|| "public".to_owned()),
        image: id,
    })
}

fn flag(document: &Value, name: &str) -> Result<Option<bool>, Refusal> {
    match document.get(name) {
        None => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(Refusal::bad_request(&format!(
            "'{name}' must be boolean value only"
        ))),
    }
}

pub(crate) fn store_named(known: &[Store], name: &str) -> Result<StoreId, Refusal> {
    let found = known.iter().find(|store| store.name == name);
    found
        .map(|store| store.id)
        .ok_or_else(|| Refusal::conflict(format!("The store '{name}' is not known.")))
}

fn wanted(document: &Value, header: Option<&str>) -> Result<Wanted, Refusal> {
    let all = flag(document, "all_stores")? == Some(true);
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
        Import::parse(document, header, true).map_err(|refusal| refusal.told())
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
            let partial = false;
            assert_eq!(
                parsed(&document, header).unwrap(),
                Import {
                    method,
                    stores,
                    partial
                }
            );
        }
    }

    #[test]
    fn stores_may_fail_if_that_is_said() {
        let document = json!({"method": {"name": "copy-image"}, "all_stores": true,
                              "all_stores_must_succeed": false});
        let import = parsed(&document, None).unwrap();
        assert_eq!((import.method, import.partial), (Method::Copy, true));
    }

    #[test]
    fn an_image_of_another_service_is_named_in_full() {
        let id = "36d4b546-64a2-4bb9-bdd0-ba676aa48f2c";
        let asked = |method: Value| parsed(&json!({ "method": method }), None);
        let method = json!({"name": REMOTE, "glance_region": "R", "glance_image_id": id});
        let expected = Remote {
            region: "R".into(),
            interface: "public".into(),
            image: id.parse().unwrap(),
        };
        assert_eq!(asked(method).unwrap().method, Method::Remote(expected));
        for (method, expected) in [
            (
                json!({"name": REMOTE, "glance_image_id": id}),
                "400 'glance_region' needs to be set for glance-download import method",
            ),
            (
                json!({"name": REMOTE, "glance_region": "R"}),
                "400 'glance_image_id' needs to be set for glance-download import method",
            ),
            (
                json!({"name": REMOTE, "glance_region": "R", "glance_image_id": "foo"}),
                "400 Remote image id does not look like a UUID: foo",
            ),
        ] {
            assert_eq!(asked(method).unwrap_err(), expected);
        }
        let document = json!({"method": {"name": REMOTE}});
        let refused = Import::parse(&document, None, false).unwrap_err();
        assert_eq!(
            refused.told(),
            "400 Unknown import method name 'glance-download'."
        );
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
                json!({"method": direct, "all_stores": "yes"}),
                None,
                "400 'all_stores' must be boolean value only",
            ),
            (
                json!({"method": direct, "all_stores_must_succeed": 1}),
                None,
                "400 'all_stores_must_succeed' must be boolean value only",
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
