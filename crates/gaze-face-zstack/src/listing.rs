//! Long lists, written straight to text: the JSON of a list of images is most of what answering it
//! costs, and a tree of values in between would double that.

use std::fmt::Write as _;

use serde_json::Value;

use crate::answer::Answer;
use crate::errors::{Code, Failure, api};
use crate::wire::Inventory;

/// What an inventory of JSON takes, roughly.
const ROOM: usize = 1024;

/// `{"inventories": […]}`, and what an [`Answer`] would say beside it. Absent values have no key
/// as long as the inventory's own serialisation leaves them out.
#[derive(Debug)]
pub(crate) struct Listing {
    /// A JSON array.
    rows: String,
    /// The members of a JSON object, one for each thing in the array: of which class it is.
    schema: String,
    total: Option<u64>,
    always_with_schema: bool,
}

impl Listing {
    pub(crate) fn of<T: Inventory>(things: &[T]) -> Result<Self, Failure> {
        let unwritable = || api(Code::Internal, format!("cannot write a {}", T::CLASS));
        let mut rows = Vec::with_capacity(things.len() * ROOM + 2);
        serde_json::to_writer(&mut rows, things).map_err(|_unwritable| unwritable())?;
        let mut schema = String::with_capacity(things.len() * ROOM / 4);
        for (index, thing) in things.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            describe(&mut schema, comma, index, thing).map_err(|_unwritable| unwritable())?;
        }
        Ok(Self {
            rows: String::from_utf8(rows).map_err(|_unwritable| unwritable())?,
            schema,
            total: None,
            always_with_schema: false,
        })
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
    pub(crate) fn text(&self, schema_wanted: bool) -> String {
        let mut text = String::with_capacity(self.rows.len() + self.schema.len() + 64);
        text.push_str("{\"inventories\":");
        text.push_str(&self.rows);
        if schema_wanted || self.always_with_schema {
            text.push_str(",\"schema\":{");
            text.push_str(&self.schema);
            text.push('}');
        }
        if let Some(total) = self.total {
            text.push_str(",\"total\":");
            text.push_str(&total.to_string());
        }
        text.push('}');
        text
    }

    /// The same as a tree of values, for calls whose answers are remembered.
    pub(crate) fn into_answer(self) -> Result<Answer, Failure> {
        let unreadable = |_unreadable| api(Code::Internal, "cannot read a list again");
        let rows: Value = serde_json::from_str(&self.rows).map_err(unreadable)?;
        let schema = format!("{{{}}}", self.schema);
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
}

fn describe<T: Inventory>(
    schema: &mut String,
    comma: &str,
    index: usize,
    thing: &T,
) -> std::fmt::Result {
    write!(schema, "{comma}\"inventories[{index}]\":\"{}\"", T::CLASS)?;
    for (key, class) in T::NESTED {
        for inner in 0..thing.nested(key) {
            write!(
                schema,
                ",\"inventories[{index}].{key}[{inner}]\":\"{class}\""
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer;
    use crate::wire::image::{BackupStorageRef, Image};

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
    fn a_listing_says_what_the_tree_of_values_would() {
        let rows: Vec<Value> = images()
            .iter()
            .map(|image| answer::json(image).unwrap())
            .collect();
        let tree = Answer::inventories::<Image>(rows);
        for schema in [false, true] {
            let text = Listing::of(&images()).unwrap().text(schema);
            let told: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(told, tree.clone().into_body(schema));
        }
        let tree = tree.with("total", 7).of_query();
        let listing = || {
            let listing = Listing::of(&images()).unwrap();
            listing.of_query().with_total(7)
        };
        let told: Value = serde_json::from_str(&listing().text(false)).unwrap();
        assert_eq!(told, tree.clone().into_body(false));
        assert_eq!(listing().into_answer().unwrap(), tree);
        let none: Value =
            serde_json::from_str(&Listing::of::<Image>(&[]).unwrap().text(true)).unwrap();
        assert_eq!(none, serde_json::json!({"inventories": [], "schema": {}}));
    }
}
