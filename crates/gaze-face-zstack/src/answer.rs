//! Bodies of successful answers: a result and the schema that says of which classes it is.

use serde_json::{Map, Value};

use crate::errors::{Code, Failure, api};
use crate::jobs;
use crate::wire::error_code::ErrorCode;
use crate::wire::{self, Inventory};

/// The key under which an answer's schema is kept and, if asked for, sent.
const SCHEMA: &str = "schema";

/// A body without nulls. Its schema is sent if the client asks for it with `X-JSON-Schema`, and
/// always with queries; the official Java client cannot build its objects without.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    body: Map<String, Value>,
    schema: Map<String, Value>,
    always_with_schema: bool,
    /// A value that is sent to whoever made the call and kept nowhere, with its place in the body.
    secret: Option<(String, String)>,
}

impl Answer {
    /// `{}`.
    pub(crate) fn empty() -> Self {
        Self::of(Map::new())
    }

    /// A body of plain values, which have no classes.
    pub(crate) fn of(body: Map<String, Value>) -> Self {
        Self {
            body,
            schema: Map::new(),
            always_with_schema: false,
            secret: None,
        }
    }

    /// `{"inventory": …}`.
    pub(crate) fn inventory<T: Inventory>(inventory: &T) -> Result<Self, Failure> {
        let value = json(inventory)?;
        let mut schema = Map::new();
        describe::<T>(&mut schema, "inventory", &value);
        Ok(Self {
            body: Map::from_iter([("inventory".to_owned(), value)]),
            schema,
            always_with_schema: false,
            secret: None,
        })
    }

    /// `{"inventories": …}` with a schema that is known.
    pub(crate) fn described(inventories: Value, schema: Map<String, Value>) -> Self {
        Self {
            schema,
            ..Self::of(Map::from_iter([("inventories".to_owned(), inventories)]))
        }
    }

    /// `{"inventories": […]}` of values made by [`json`] from inventories of the class.
    pub(crate) fn inventories<T: Inventory>(values: Vec<Value>) -> Self {
        Self::list::<T>("inventories", values)
    }

    /// The same under another key.
    pub(crate) fn list<T: Inventory>(key: &str, values: Vec<Value>) -> Self {
        let mut schema = Map::new();
        for (index, value) in values.iter().enumerate() {
            describe::<T>(&mut schema, &format!("{key}[{index}]"), value);
        }
        Self {
            body: Map::from_iter([(key.to_owned(), Value::Array(values))]),
            schema,
            always_with_schema: false,
            secret: None,
        }
    }

    /// `{"<key>": [{"inventory": …} or {"error": …}, …]}` of what came of each of several things.
    pub(crate) fn results<T: Inventory>(
        class: &str,
        results: &[Result<T, Box<ErrorCode>>],
    ) -> Result<Self, Failure> {
        let mut schema = Map::new();
        let mut values = Vec::with_capacity(results.len());
        for (index, result) in results.iter().enumerate() {
            let path = format!("results[{index}]");
            schema.insert(path.clone(), class.into());
            values.push(match result {
                Ok(inventory) => {
                    let value = json(inventory)?;
                    describe::<T>(&mut schema, &format!("{path}.inventory"), &value);
                    serde_json::json!({ "inventory": value })
                }
                Err(code) => jobs::failed_body(code),
            });
        }
        Ok(Self {
            body: Map::from_iter([("results".to_owned(), Value::Array(values))]),
            schema,
            always_with_schema: false,
            secret: None,
        })
    }

    /// Puts a text in place of the one at that JSON pointer, in what is sent and not in what is
    /// remembered.
    pub(crate) fn with_secret(mut self, pointer: &str, secret: String) -> Self {
        self.secret = Some((pointer.to_owned(), secret));
        self
    }

    /// The answer as it is remembered, if that is another than the one that is sent.
    pub(crate) fn without_secret(mut self) -> Option<Self> {
        self.secret.take().map(|_told| self)
    }

    /// Adds a key to the body.
    pub(crate) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.body.insert(key.to_owned(), value.into());
        self
    }

    /// As answers of queries are: with a schema, whoever asks.
    pub(crate) fn of_query(mut self) -> Self {
        self.always_with_schema = true;
        self
    }

    /// The body as it is sent.
    pub(crate) fn into_body(self, schema_wanted: bool) -> Value {
        let mut body = Value::Object(self.body);
        if let Some((pointer, secret)) = self.secret
            && let Some(place) = body.pointer_mut(&pointer)
        {
            *place = Value::String(secret);
        }
        if schema_wanted || self.always_with_schema {
            body[SCHEMA] = Value::Object(self.schema);
        }
        body
    }
}

/// Drops the schema from a remembered body if this client did not ask for it.
pub(crate) fn without_schema(mut body: Value) -> Value {
    if let Some(map) = body.as_object_mut() {
        map.remove(SCHEMA);
    }
    body
}

/// The JSON of an inventory.
pub(crate) fn json<T: Inventory>(inventory: &T) -> Result<Value, Failure> {
    wire::json(inventory)
        .map_err(|_unwritable| api(Code::Internal, format!("cannot write a {}", T::CLASS)))
}

/// Notes the classes of a value and of those in it. Keys that are not there have no entry:
/// the Java client cannot bear a path that leads nowhere.
fn describe<T: Inventory>(schema: &mut Map<String, Value>, path: &str, value: &Value) {
    schema.insert(path.to_owned(), T::CLASS.into());
    for (key, class) in T::NESTED {
        match value.get(key) {
            Some(Value::Array(items)) => {
                for index in 0..items.len() {
                    schema.insert(format!("{path}.{key}[{index}]"), (*class).into());
                }
            }
            Some(Value::Object(_)) => {
                schema.insert(format!("{path}.{key}"), (*class).into());
            }
            Some(_) | None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::wire::image::{BackupStorageRef, Image};

    #[test]
    fn a_schema_names_the_class_of_everything_that_is_there() {
        let image = Image {
            backup_storage_refs: vec![BackupStorageRef::default(); 2],
            ..Image::default()
        };
        let body = Answer::inventory(&image).unwrap().into_body(true);
        let reference = "org.zstack.header.image.ImageBackupStorageRefInventory";
        assert_eq!(
            body["schema"],
            json!({
                "inventory": "org.zstack.header.image.ImageInventory",
                "inventory.backupStorageRefs[0]": reference,
                "inventory.backupStorageRefs[1]": reference,
            }),
        );
    }

    #[test]
    fn lists_are_described_element_by_element_without_what_is_missing() {
        let rows = vec![
            json!({"uuid": "1", "backupStorageRefs": [{}]}),
            json!({"uuid": "2"}),
        ];
        let body = Answer::inventories::<Image>(rows)
            .of_query()
            .into_body(false);
        assert_eq!(
            body["schema"],
            json!({
                "inventories[0]": "org.zstack.header.image.ImageInventory",
                "inventories[0].backupStorageRefs[0]": "org.zstack.header.image.ImageBackupStorageRefInventory",
                "inventories[1]": "org.zstack.header.image.ImageInventory",
            }),
        );
    }

    #[test]
    fn a_secret_is_sent_and_not_remembered() {
        let answer = Answer::empty().with("address", "").with("other", 1);
        assert_eq!(answer.clone().without_secret(), None);
        let told = answer.clone().with_secret("/address", "s3cret".to_owned());
        assert_eq!(
            told.clone().into_body(false),
            json!({"address": "s3cret", "other": 1})
        );
        assert_eq!(told.without_secret(), Some(answer));
    }

    #[test]
    fn a_schema_is_sent_to_those_who_ask() {
        let answer = Answer::empty().with("total", 3);
        assert_eq!(answer.clone().into_body(false), json!({"total": 3}));
        assert_eq!(
            answer.clone().of_query().into_body(false),
            json!({"total": 3, "schema": {}})
        );
        assert_eq!(without_schema(answer.into_body(true)), json!({"total": 3}));
    }
}
