//! The table in which a face names every operation that its vendor publishes.

/// One published operation of a vendor, and how far it is served here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The vendor's own name of it.
    pub name: &'static str,
    /// `GET`, `POST`, ...
    pub method: &'static str,
    /// Path with `{name}` for its variables, as axum writes routes.
    pub path: &'static str,
    pub auth: Auth,
    pub state: Coverage,
}

/// Whether an operation asks for credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// Refused without valid credentials.
    Required,
    /// Answers anybody, and more to those who are known.
    Optional,
    /// Never looks at credentials.
    None,
}

/// How far an operation is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    Done,
    /// Served except for what the text says.
    Partial(&'static str),
    /// Answers the vendor's own "unimplemented", by name.
    Absent,
}
