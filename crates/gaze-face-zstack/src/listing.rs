//! Long lists, written straight to text: the JSON of a list of images is most of what answering it
//! costs, and a tree of values in between would double that.

use bytes::Bytes;
use gaze_app::Told;
use gaze_domain::Error;
use gaze_http::joined;
use serde_json::Value;

use crate::answer::Answer;
use crate::errors::{Code, Failure, api};
use crate::wire::Inventory;

/// What the schema of an inventory takes, roughly.
const ROOM: usize = 256;

/// An inventory, written already.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) json: Bytes,
    /// How many further inventories are in it, of its one kind.
    pub(crate) nested: usize,
}

impl Row {
    pub(crate) fn of<T: Inventory>(thing: &T) -> Result<Self, Error> {
        let json = serde_json::to_vec(thing);
        let json = json.map_err(|error| Error::internal("writing an inventory", error))?;
        let nested = T::NESTED.iter().map(|(key, _)| thing.nested(key)).sum();
        Ok(Self {
            json: json.into(),
            nested,
        })
    }
}

/// `{"inventories": […]}`, and what an [`Answer`] would say beside it. Absent values have no key
/// as long as the inventory's own serialisation leaves them out.
#[derive(Debug)]
pub(crate) struct Listing {
    /// Of what class the things are, and what is in them.
    class: &'static str,
    inner: &'static [(&'static str, &'static str)],
    /// The members of a JSON array, one or several in each.
    rows: Vec<Bytes>,
    /// How many further inventories are in each.
    nested: Vec<usize>,
    total: Option<u64>,
    always_with_schema: bool,
}

impl Listing {
    /// A list of inventories of that class.
    pub(crate) fn of<T: Inventory>(rows: Vec<Row>) -> Self {
        let nested = rows.iter().map(|row| row.nested).collect();
        Self {
            class: T::CLASS,
            inner: T::NESTED,
            rows: rows.into_iter().map(|row| row.json).collect(),
            nested,
            total: None,
            always_with_schema: false,
        }
    }

    /// The same of rows that were written before, with commas between them.
    pub(crate) fn of_told<T: Inventory>(told: Told) -> Self {
        Self {
            rows: vec![told.text],
            nested: told.copies,
            ..Self::of::<T>(Vec::new())
        }
    }

    /// As answers of queries are: with a schema, whoever asks.
    pub(crate) fn of_query(mut self) -> Self {
        self.always_with_schema = true;
        self
    }

    pub(crate) fn with_total(mut self, total: u64) -> Self {
        self.total = Some(total);
        self
    }

    /// The body as it is sent.
    pub(crate) fn body(&self, schema_wanted: bool) -> Bytes {
        let mut text = String::from("]");
        if schema_wanted || self.always_with_schema {
            text.reserve(self.nested.len() * ROOM);
            text.push_str(",\"schema\":");
            self.write_schema(&mut text);
        }
        if let Some(total) = self.total {
            text.push_str(",\"total\":");
            text.push_str(&total.to_string());
        }
        text.push('}');
        joined("{\"inventories\":[", &self.rows, &text)
    }

    /// The body for whoever wants no schema, as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body(false)).into_owned()
    }

    /// The same as a tree of values, for calls whose answers are remembered.
    pub(crate) fn into_answer(self) -> Result<Answer, Failure> {
        let unreadable = |_unreadable| api(Code::Internal, "cannot read a list again");
        let rows = joined("[", &self.rows, "]");
        let rows: Value = serde_json::from_slice(&rows).map_err(unreadable)?;
        let mut schema = String::new();
        self.write_schema(&mut schema);
        let schema = serde_json::from_str(&schema).map_err(unreadable)?;
        let answer = Answer::described(rows, schema);
        let answer = match self.total {
            Some(total) => answer.with("total", total),
            None => answer,
        };
        Ok(if self.always_with_schema {
            answer.of_query()
        } else {
            answer
        })
    }

    /// A JSON object with a member for each thing in the array and in its things: of which class it
    /// is. Pushed piece by piece: it is long, and written each time.
    fn write_schema(&self, text: &mut String) {
        text.push('{');
        for (index, nested) in self.nested.iter().enumerate() {
            let index = index.to_string();
            text.push_str(if text.ends_with('{') {
                "\"inventories["
            } else {
                ",\"inventories["
            });
            for part in [index.as_str(), "]\":\"", self.class, "\""] {
                text.push_str(part);
            }
            for &(key, class) in self.inner {
                for inner in 0..*nested {
                    for part in [",\"inventories[", index.as_str(), "].", key, "["] {
                        text.push_str(part);
                    }
                    text.push_str(&inner.to_string());
                    for part in ["]\":\"", class, "\""] {
                        text.push_str(part);
                    }
                }
            }
        }
        text.push('}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer;
    use crate::wire::image::{BackupStorageRef, Image};

    fn written(images: &[Image]) -> Vec<Row> {
        let write = |image| Row::of(image).unwrap();
        images.iter().map(write).collect()
    }

    fn images() -> Vec<Image> {
        let described = Image {
            description: Some("with \"quotes\"".into()),
            size: Some(1),
            backup_storage_refs: vec![BackupStorageRef::default(); 2],
            ..Image::default()
        };
        vec![described, Image::default()]
    }

    #[test]
    fn rows_that_were_written_before_are_told_as_if_they_were_written_now() {
        for images in [images(), Vec::new()] {
            let text: Vec<Bytes> = written(&images).into_iter().map(|row| row.json).collect();
            let told = Told {
                text: joined("", &text, ""),
                copies: written(&images).iter().map(|row| row.nested).collect(),
            };
            let (before, now) = (
                Listing::of_told::<Image>(told),
                Listing::of::<Image>(written(&images)),
            );
            for schema in [false, true] {
                assert_eq!(before.body(schema), now.body(schema));
            }
        }
    }

    #[test]
    fn a_listing_says_what_the_tree_of_values_would() {
        let rows: Vec<Value> = images()
            .iter()
            .map(|image| answer::json(image).unwrap())
            .collect();
        let tree = Answer::inventories::<Image>(rows);
        for schema in [false, true] {
            let text = Listing::of::<Image>(written(&images())).body(schema);
            let told: Value = serde_json::from_slice(&text).unwrap();
            assert_eq!(told, tree.clone().into_body(schema));
        }
        let tree = tree.with("total", 7).of_query();
        let listing = || {
            let listing = Listing::of::<Image>(written(&images()));
            listing.of_query().with_total(7)
        };
        let told: Value = serde_json::from_slice(&listing().body(false)).unwrap();
        assert_eq!(told, tree.clone().into_body(false));
        assert_eq!(listing().into_answer().unwrap(), tree);
        let none: Value =
            serde_json::from_slice(&Listing::of::<Image>(Vec::new()).body(true)).unwrap();
        assert_eq!(none, serde_json::json!({"inventories": [], "schema": {}}));
    }
}
