//! A JSON value, for what the domain keeps without understanding all of it. Reading and writing
//! its text is the business of whoever has a text.

use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Flag(bool),
    /// A whole number of any length that clients send: signed or unsigned 64 bits.
    Integer(i128),
    Decimal(f64),
    Text(String),
    List(Vec<Json>),
    Map(BTreeMap<String, Json>),
}

impl Json {
    /// What kind of value it is, in JSON's words.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Flag(_) => "a boolean",
            Self::Integer(_) | Self::Decimal(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "an array",
            Self::Map(_) => "an object",
        }
    }

    /// About how many bytes its text has: every value counts, whatever it holds.
    pub fn weight(&self) -> usize {
        /// A number, or the brackets and commas around a value.
        const ONE: usize = 8;
        ONE + match self {
            Self::Null | Self::Flag(_) | Self::Integer(_) | Self::Decimal(_) => 0,
            Self::Text(text) => text.len(),
            Self::List(items) => items.iter().map(Self::weight).sum(),
            Self::Map(members) => members
                .iter()
                .map(|(name, value)| name.len() + value.weight())
                .sum(),
        }
    }
}
