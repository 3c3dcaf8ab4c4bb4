//! A document that is read member by member, and refused in the words of its schema.

use serde_json::{Map, Value};

use crate::errors::Refusal;

/// An object of a document: what is not read yet of it, and where it stands.
pub(super) struct Document {
    schema: &'static str,
    /// The path of the object, with a dot at its end; empty for the document itself.
    place: String,
    members: Map<String, Value>,
}

impl Document {
    /// The whole document.
    pub(super) fn new(schema: &'static str, value: Value) -> Result<Self, Refusal> {
        Self::at(schema, String::new(), value)
    }

    fn at(schema: &'static str, place: String, value: Value) -> Result<Self, Refusal> {
        match value {
            Value::Object(members) => Ok(Self {
                schema,
                place,
                members,
            }),
            other => {
                let at = place.trim_end_matches('.');
                let at = if at.is_empty() { "it" } else { at };
                let reason = format!("{at}: {} is not of type 'object'", told(&other));
                Err(Refusal::schema(schema, &reason))
            }
        }
    }

    /// Refuses a document that sets what only the service sets.
    pub(super) fn without(self, read_only: &[&str]) -> Result<Self, Refusal> {
        match read_only
            .iter()
            .find(|name| self.members.contains_key(**name))
        {
            Some(name) => Err(Refusal::read_only(name)),
            None => Ok(self),
        }
    }

    /// Leaves out what the service adds when it shows the same: clients send it back.
    pub(super) fn ignoring(mut self, generated: &[&str]) -> Self {
        for name in generated {
            self.members.remove(*name);
        }
        self
    }

    pub(super) fn refusal(&self, name: &str, reason: &str) -> Refusal {
        let place = &self.place;
        Refusal::schema(self.schema, &format!("{place}{name}: {reason}"))
    }

    fn wrong(&self, name: &str, value: &Value, kind: &str) -> Refusal {
        self.refusal(name, &format!("{} is not of type '{kind}'", told(value)))
    }

    pub(super) fn needed(&mut self, name: &str) -> Result<String, Refusal> {
        let text = self.text(name)?;
        text.ok_or_else(|| self.refusal(name, "is a required property"))
    }

    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        match self.members.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong(name, &other, "string")),
        }
    }

    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.members.remove(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(other) => Err(self.wrong(name, &other, "boolean")),
        }
    }

    fn array(&mut self, name: &str) -> Result<Option<Vec<Value>>, Refusal> {
        match self.members.remove(name) {
            None => Ok(None),
            Some(Value::Array(items)) => Ok(Some(items)),
            Some(other) => Err(self.wrong(name, &other, "array")),
        }
    }

    pub(super) fn texts(&mut self, name: &str) -> Result<Vec<String>, Refusal> {
        let items = self.array(name)?.unwrap_or_default();
        items
            .into_iter()
            .enumerate()
            .map(|(at, item)| match item {
                Value::String(text) => Ok(text),
                other => Err(self.wrong(&format!("{name}.{at}"), &other, "string")),
            })
            .collect()
    }

    /// The objects of an array; `None` if there is no such array.
    pub(super) fn objects(&mut self, name: &str) -> Result<Option<Vec<Self>>, Refusal> {
        let Some(items) = self.array(name)? else {
            return Ok(None);
        };
        let items = items.into_iter().enumerate();
        items
            .map(|(at, item)| {
                let place = format!("{}{name}.{at}.", self.place);
                Self::at(self.schema, place, item)
            })
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// The objects of an object, by their names.
    pub(super) fn named(&mut self, name: &str) -> Result<Vec<(String, Self)>, Refusal> {
        let members = match self.members.remove(name) {
            None => return Ok(Vec::new()),
            Some(Value::Object(members)) => members,
            Some(other) => return Err(self.wrong(name, &other, "object")),
        };
        let members = members.into_iter();
        members
            .map(|(inner, value)| {
                let place = format!("{}{name}.{inner}.", self.place);
                Ok((inner, Self::at(self.schema, place, value)?))
            })
            .collect()
    }

    /// What is left, whatever it is.
    pub(super) fn rest(&mut self) -> Map<String, Value> {
        std::mem::take(&mut self.members)
    }

    /// Refuses what nobody has read.
    pub(super) fn end(self) -> Result<(), Refusal> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(name) => {
                let reason = "additional properties are not allowed";
                Err(self.refusal(name, reason))
            }
        }
    }
}

/// A value as a refusal tells it: nothing long.
fn told(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) if text.chars().count() <= 80 => value.to_string(),
        Value::String(_) => "a string".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
