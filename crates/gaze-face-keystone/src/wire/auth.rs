//! The body of `POST /v3/auth/tokens`. Holds secrets, so nothing here can be printed.

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub(crate) struct Request {
    pub(crate) auth: Auth,
}

#[derive(Deserialize)]
pub(crate) struct Auth {
    pub(crate) identity: Identity,
    pub(crate) scope: Option<Scope>,
}

#[derive(Deserialize)]
pub(crate) struct Identity {
    pub(crate) methods: Vec<String>,
    pub(crate) password: Option<Password>,
    pub(crate) token: Option<Token>,
    pub(crate) application_credential: Option<ApplicationCredential>,
}

#[derive(Deserialize)]
pub(crate) struct Password {
    pub(crate) user: User,
}

#[derive(Deserialize)]
pub(crate) struct User {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) domain: Option<Named>,
    pub(crate) password: String,
}

#[derive(Deserialize)]
pub(crate) struct Token {
    pub(crate) id: String,
}

/// Named by its id, or by its name and its user.
#[derive(Deserialize)]
pub(crate) struct ApplicationCredential {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) user: Option<Whose>,
    pub(crate) secret: String,
}

#[derive(Deserialize)]
pub(crate) struct Whose {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) domain: Option<Named>,
}

/// Something named by its id or by its name.
#[derive(Deserialize)]
pub(crate) struct Named {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
}

/// A word (`"unscoped"`), or one of several objects.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Scope {
    Word(String),
    Of(ScopeOf),
}

#[derive(Deserialize)]
pub(crate) struct ScopeOf {
    pub(crate) project: Option<Project>,
    pub(crate) domain: Option<Named>,
    pub(crate) unscoped: Option<Value>,
    pub(crate) system: Option<Value>,
}

#[derive(Deserialize)]
pub(crate) struct Project {
    pub(crate) id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) domain: Option<Named>,
}
