//! Names where ids are wanted, and ids shown by their names.

use std::collections::HashMap;

use anyhow::Result;
use serde_json::Value;

use super::{Client, Query};
use crate::failure::Failure;

/// A kind of thing that has both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Region,
    Zone,
    Cluster,
    Store,
    Pool,
    Project,
    User,
    AccessKey,
    Instance,
    Volume,
    Snapshot,
    Image,
    /// An image that was deleted and not yet purged.
    DeletedImage,
}

impl Kind {
    const fn noun(self) -> &'static str {
        match self {
            Self::Region => "region",
            Self::Zone => "zone",
            Self::Cluster => "cluster",
            Self::Store => "store",
            Self::Pool => "pool",
            Self::Project => "project",
            Self::User => "user",
            Self::AccessKey => "access key",
            Self::Instance => "instance",
            Self::Volume => "volume",
            Self::Snapshot => "snapshot",
            Self::Image => "image",
            Self::DeletedImage => "deleted image",
        }
    }

    /// Path of the list.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Region => "/regions",
            Self::Zone => "/zones",
            Self::Cluster => "/clusters",
            Self::Store => "/stores",
            Self::Pool => "/pools",
            Self::Project => "/projects",
            Self::User => "/users",
            Self::AccessKey => "/access-keys",
            Self::Instance => "/instances",
            Self::Volume => "/volumes",
            Self::Snapshot => "/snapshots",
            Self::Image | Self::DeletedImage => "/images",
        }
    }

    /// The field that people know it by.
    const fn name_field(self) -> &'static str {
        match self {
            Self::AccessKey => "access",
            Self::Region
            | Self::Zone
            | Self::Cluster
            | Self::Store
            | Self::Pool
            | Self::Project
            | Self::User
            | Self::Instance
            | Self::Volume
            | Self::Snapshot
            | Self::Image
            | Self::DeletedImage => "name",
        }
    }
}

/// Whether the text is an id of either form. A thing whose name looks so is reached by its id.
fn is_id(text: &str) -> bool {
    let digits = text.bytes().filter(|byte| *byte != b'-').count();
    matches!(text.len(), 32 | 36)
        && digits == 32
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

impl Client {
    /// The id of the thing with that id or name.
    pub(crate) async fn id(&self, kind: Kind, text: &str) -> Result<String> {
        if is_id(text) {
            return Ok(text.to_owned());
        }
        let mut query = Query::default();
        if matches!(kind, Kind::Image | Kind::DeletedImage) {
            query.push("name", text);
        }
        if kind == Kind::DeletedImage {
            query.push("status", "deleted");
        }
        let found = self
            .get(&format!("{}{}", kind.path(), query.text()))
            .await?;
        Ok(pick(kind, text, items(&found))?)
    }

    /// The ids of several things.
    pub(crate) async fn ids(&self, kind: Kind, texts: &[String]) -> Result<Vec<String>> {
        let mut ids = Vec::with_capacity(texts.len());
        for text in texts {
            ids.push(self.id(kind, text).await?);
        }
        Ok(ids)
    }

    /// The id of the thing that was named, if one was.
    pub(crate) async fn id_if(&self, kind: Kind, text: Option<&str>) -> Result<Option<String>> {
        match text {
            Some(text) => Ok(Some(self.id(kind, text).await?)),
            None => Ok(None),
        }
    }

    /// The id of the thing that was named, or of the only one that there is.
    pub(crate) async fn id_or_only(&self, kind: Kind, text: Option<&str>) -> Result<String> {
        if let Some(text) = text {
            return self.id(kind, text).await;
        }
        let found = self.get(kind.path()).await?;
        Ok(only(kind, items(&found))?)
    }
}

fn items(list: &Value) -> &[Value] {
    list["items"].as_array().map_or(&[], Vec::as_slice)
}

fn pick(kind: Kind, text: &str, items: &[Value]) -> Result<String, Failure> {
    let field = kind.name_field();
    let noun = kind.noun();
    let named: Vec<&str> = items
        .iter()
        .filter(|item| item[field] == text)
        .filter_map(|item| item["id"].as_str())
        .collect();
    match named.as_slice() {
        [id] => Ok((*id).to_owned()),
        [] => {
            let failure = Failure::new(format!("no {noun} is named {text:?}"));
            let known = known_names(items, field);
            Err(if known.is_empty() {
                failure
            } else {
                failure.hint(format!("known are {known}"))
            })
        }
        many => Err(
            Failure::new(format!("{} {noun}s are named {text:?}", many.len()))
                .hint(format!("take one of the ids {}", many.join(", "))),
        ),
    }
}

fn only(kind: Kind, items: &[Value]) -> Result<String, Failure> {
    let noun = kind.noun();
    match items {
        [item] => item["id"]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| Failure::new(format!("the {noun} has no id"))),
        [] => Err(Failure::new(format!("there is no {noun} yet"))
            .hint(format!("make one with `gaze {noun} add`"))),
        many => Err(
            Failure::new(format!("there are {} {noun}s: say which one", many.len())).hint(format!(
                "known are {}",
                known_names(many, kind.name_field())
            )),
        ),
    }
}

/// Up to ten names.
fn known_names(items: &[Value], field: &str) -> String {
    const SHOWN: usize = 10;
    let mut names: Vec<&str> = items
        .iter()
        .filter_map(|item| item[field].as_str())
        .collect();
    let more = names.len() > SHOWN;
    names.truncate(SHOWN);
    let mut text = names.join(", ");
    if more {
        text.push_str(", …");
    }
    text
}

/// The names of all things of these kinds by their ids, for tables. What the caller may not list
/// stays an id.
pub(crate) async fn names(client: &Client, kinds: &[Kind]) -> Result<HashMap<String, String>> {
    let mut names = HashMap::new();
    for kind in kinds {
        let list = client.get(kind.path()).await?;
        for item in items(&list) {
            if let (Some(id), Some(name)) = (item["id"].as_str(), item[kind.name_field()].as_str())
            {
                names.insert(id.to_owned(), name.to_owned());
            }
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(outcome: Result<String, Failure>) -> String {
        match outcome {
            Ok(id) => id,
            Err(failure) => crate::failure::lines(&failure.into()),
        }
    }

    #[test]
    fn both_forms_of_an_id_are_ids_and_names_are_not() {
        assert!(is_id("e4891e6ef3a64ea08ce91ab379a5c856"));
        assert!(is_id("e4891e6e-f3a6-4ea0-8ce9-1ab379a5c856"));
        for name in [
            "web",
            "",
            "e4891e6e",
            "e4891e6ef3a64ea08ce91ab379a5c85g",
            "web-1-0",
        ] {
            assert!(!is_id(name), "{name}");
        }
    }

    #[test]
    fn a_name_names_one_thing() {
        let items = [
            json!({"id": "1", "name": "fast"}),
            json!({"id": "2", "name": "slow"}),
            json!({"id": "3", "name": "slow"}),
        ];
        let check = |text: &str, expected: &str| {
            assert_eq!(told(pick(Kind::Store, text, &items)), expected);
        };
        check("fast", "1");
        check(
            "slow",
            "error: 2 stores are named \"slow\"\nhint: take one of the ids 2, 3\n",
        );
        check(
            "Fast",
            "error: no store is named \"Fast\"\nhint: known are fast, slow, slow\n",
        );
        assert_eq!(
            told(pick(Kind::Image, "web", &[])),
            "error: no image is named \"web\"\n"
        );
    }

    #[test]
    fn what_is_not_said_is_the_only_one_there_is() {
        let one = json!({"id": "1", "name": "bj"});
        let two = json!({"id": "2", "name": "sh"});
        assert_eq!(told(only(Kind::Region, std::slice::from_ref(&one))), "1");
        assert_eq!(
            told(only(Kind::Region, &[])),
            "error: there is no region yet\nhint: make one with `gaze region add`\n"
        );
        assert_eq!(
            told(only(Kind::Region, &[one, two])),
            "error: there are 2 regions: say which one\nhint: known are bj, sh\n"
        );
    }
}
