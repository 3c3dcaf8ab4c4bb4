//! Parameters of a call: declared by each operation, checked once for all of them.
//!
//! ZStack checks in two layers, and so does this: the REST layer refuses values of a wrong type
//! with 400 and text ([`Params::read`]); the API layer then refuses missing and impossible values
//! with SYS.1007 ([`Params::validate`]).

mod typed;

use std::collections::BTreeMap;

use gaze_domain::Noun;
use serde_json::{Map, Value};

use crate::errors::{Failure, class_of, invalid_argument, nothing_of_class};
use typed::typed;

/// What a parameter holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Flag,
    /// A flag that the published page writes as a list: an empty list means absent, any other
    /// means true.
    FlagOrList,
    Int,
    List,
    /// Texts by name: an object in a body, `field.name=value` in a query string.
    Map,
}

/// A declared parameter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    required: bool,
    /// Longest and shortest value in characters.
    length: Option<(usize, usize)>,
    words: &'static [&'static str],
    range: Option<(i64, i64)>,
    /// The value is the uuid of such a thing.
    resource: Option<Noun>,
    /// The class by which the thing is called, if it is not the noun's own.
    class: Option<&'static str>,
    /// A list may have nothing in it.
    may_be_empty: bool,
    /// The value is to become the uuid of a new thing.
    new_uuid: bool,
}

impl Field {
    const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            required: false,
            length: None,
            words: &[],
            range: None,
            resource: None,
            class: None,
            may_be_empty: false,
            new_uuid: false,
        }
    }

    pub(crate) const fn text(name: &'static str) -> Self {
        Self::new(name, Kind::Text)
    }

    pub(crate) const fn flag(name: &'static str) -> Self {
        Self::new(name, Kind::Flag)
    }

    pub(crate) const fn flag_or_list(name: &'static str) -> Self {
        Self::new(name, Kind::FlagOrList)
    }

    pub(crate) const fn int(name: &'static str) -> Self {
        Self::new(name, Kind::Int)
    }

    pub(crate) const fn list(name: &'static str) -> Self {
        Self::new(name, Kind::List)
    }

    pub(crate) const fn map(name: &'static str) -> Self {
        Self::new(name, Kind::Map)
    }

    /// A parameter that names one thing, or a list that names several.
    pub(crate) const fn naming(mut self, noun: Noun) -> Self {
        self.resource = Some(noun);
        self
    }

    /// Where ZStack takes things of any kind.
    pub(crate) const fn called(mut self, class: &'static str) -> Self {
        self.class = Some(class);
        self
    }

    /// Refuses what the parameter names and is not there.
    pub(crate) fn names_nothing(&self, noun: Noun, id: &str) -> Failure {
        nothing_of_class(self.name, self.class.unwrap_or(class_of(noun)), id)
    }

    /// What the value names, if it names something.
    pub(crate) const fn resource(&self) -> Option<Noun> {
        self.resource
    }

    pub(crate) const fn may_be_empty(mut self) -> Self {
        self.may_be_empty = true;
        self
    }

    pub(crate) const fn new_uuid(mut self) -> Self {
        self.new_uuid = true;
        self
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(crate) const fn length(mut self, shortest: usize, longest: usize) -> Self {
        self.length = Some((shortest, longest));
        self
    }

    pub(crate) const fn one_of(mut self, words: &'static [&'static str]) -> Self {
        self.words = words;
        self
    }

    pub(crate) const fn within(mut self, least: i64, most: i64) -> Self {
        self.range = Some((least, most));
        self
    }
}

/// The class whose name ZStack's validator prints, whatever the request was.
const VALIDATOR: &str = "org.zstack.header.message.ApiMessageParamValidator";

/// The parameters of one call, of the declared kinds; undeclared ones are dropped.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Params(Map<String, Value>);

impl Params {
    /// Takes over the declared parameters, refusing those of another type. Texts are trimmed.
    pub(crate) fn read(fields: &[Field], given: &Map<String, Value>) -> Result<Self, Failure> {
        let mut params = Map::new();
        for field in fields {
            let Some(value) = given.get(field.name) else {
                continue;
            };
            if let Some(value) = typed(field, value)? {
                params.insert(field.name.to_owned(), value);
            }
        }
        Ok(Self(params))
    }

    /// Refuses what the operation's declarations exclude, the first field first.
    pub(crate) fn validate(&self, fields: &[Field]) -> Result<(), Failure> {
        fields.iter().try_for_each(|field| self.check(field))
    }

    fn check(&self, field: &Field) -> Result<(), Failure> {
        let name = field.name;
        let Some(value) = self.0.get(name) else {
            return if field.required {
                Err(invalid_argument(format!(
                    "field[{name}] of message[{VALIDATOR}] is mandatory, can not be null"
                )))
            } else {
                Ok(())
            };
        };
        match value {
            Value::String(text) => check_text(field, text),
            Value::Number(number) => check_range(field, number.as_i64().unwrap_or(i64::MAX)),
            Value::Array(items) => check_list(field, items),
            Value::Null | Value::Bool(_) | Value::Object(_) => Ok(()),
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// A text that [`Field::required`] guarantees; empty if the declaration forgot to.
    pub(crate) fn given(&self, name: &str) -> &str {
        self.text(name).unwrap_or_default()
    }

    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        self.0.get(name).and_then(Value::as_bool)
    }

    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        self.0.get(name).and_then(Value::as_i64)
    }

    pub(crate) fn list(&self, name: &str) -> Option<Vec<&str>> {
        let items = self.0.get(name)?.as_array()?;
        Some(items.iter().filter_map(Value::as_str).collect())
    }

    /// The texts of a map by their names; none if it was not given.
    pub(crate) fn map(&self, name: &str) -> BTreeMap<String, String> {
        let given = self.0.get(name).and_then(Value::as_object);
        let texts = given.into_iter().flatten();
        texts
            .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
            .collect()
    }
}

fn check_text(field: &Field, text: &str) -> Result<(), Failure> {
    let name = field.name;
    let count = text.chars().count();
    if let Some((shortest, longest)) = field.length {
        if count > longest {
            return Err(invalid_argument(format!(
                "field[{name}] of message[{VALIDATOR}] exceeds max length of string. \
                 expected was <= {longest}, actual was {count}"
            )));
        }
        if count < shortest {
            return Err(invalid_argument(format!(
                "field[{name}] of message[{VALIDATOR}] less than the min length of string. \
                 expected was >= {shortest}, actual was {count}"
            )));
        }
    }
    if !field.words.is_empty() && !field.words.contains(&text) {
        return Err(invalid_argument(format!(
            "valid value for field[{name}] of message[{VALIDATOR}] are [{}], but {text} found",
            field.words.join(", ")
        )));
    }
    if let Some(noun) = field.resource
        && !is_uuid(text)
    {
        return Err(field.names_nothing(noun, text));
    }
    if field.new_uuid && !is_new_uuid(text) {
        return Err(invalid_argument(format!(
            "resourceUuid[{text}] is not a valid uuid. A valid uuid is a UUID(v4 recommended) \
             with '-' stripped."
        )));
    }
    Ok(())
}

fn check_range(field: &Field, number: i64) -> Result<(), Failure> {
    match field.range {
        Some((least, most)) if !(least..=most).contains(&number) => Err(invalid_argument(format!(
            "field[{}] must be in range of [{least}, {most}]",
            field.name
        ))),
        Some(_) | None => Ok(()),
    }
}

fn check_list(field: &Field, items: &[Value]) -> Result<(), Failure> {
    let name = field.name;
    if items.is_empty() && !field.may_be_empty {
        return Err(invalid_argument(format!(
            "field[{name}] must be a nonempty list"
        )));
    }
    if items.iter().any(Value::is_null) {
        return Err(invalid_argument(format!(
            "field[{name}] cannot contain a NULL element"
        )));
    }
    if let Some(noun) = field.resource {
        let odd: Vec<&str> = items
            .iter()
            .filter_map(Value::as_str)
            .filter(|text| !is_uuid(text))
            .collect();
        if !odd.is_empty() {
            return Err(field.names_nothing(noun, &odd.join(", ")));
        }
    }
    Ok(())
}

/// Whether the text has the form of every uuid of ZStack; no other text names anything.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a client may give a new thing this uuid: RFC 9562, versions 1 to 5, variant 10, in
/// lower case and without hyphens.
fn is_new_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 32
        && bytes
            .iter()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && matches!(bytes[12], b'1'..=b'5')
        && matches!(bytes[16], b'8' | b'9' | b'a' | b'b')
}

#[cfg(test)]
mod tests;
