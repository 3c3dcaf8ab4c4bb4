//! The body of a token request as what the app is asked.

use gaze_app::{ApplicationLogin, CredentialName, DomainName, Login, ScopeWish, Secret, UserName};
use gaze_domain::access::TokenKind;
use gaze_domain::{ApplicationCredentialId, DomainId, ProjectId, UserId};

use crate::errors::Refusal;
use crate::wire::auth::{
    ApplicationCredential, Identity, Named, Password, Project, Request, Scope, User,
};

/// Longest name or password, in bytes; Keystone's columns hold no longer names.
const MAX_TEXT: usize = 4096;

/// Keystone's id, and name in any case, of the domain of those who named none.
pub(super) const DEFAULT_DOMAIN: &str = "default";

/// Keystone's method for programs.
const APPLICATION: &str = "application_credential";

/// What a client asked for.
pub(crate) enum Wish {
    Password(Login),
    Token { id: String, scope: ScopeWish },
    Application(ApplicationLogin),
}

impl Wish {
    pub(crate) fn parse(request: Request) -> Result<Self, Refusal> {
        let is_scoped = request.auth.scope.is_some();
        let scope = scope(request.auth.scope)?;
        match request.auth.identity {
            Identity {
                methods,
                password: Some(password),
                ..
            } if is_only(&methods, "password") => Ok(Self::Password(login(password, scope)?)),
            Identity {
                methods,
                token: Some(token),
                ..
            } if is_only(&methods, "token") => Ok(Self::Token {
                id: token.id,
                scope,
            }),
            Identity {
                methods,
                application_credential: Some(credential),
                ..
            } if is_only(&methods, APPLICATION) => {
                if is_scoped {
                    return Err(Refusal::no_scope_of_its_own());
                }
                Ok(Self::Application(application(credential)?))
            }
            Identity { methods, .. } => Err(Refusal::bad_body(&format!(
                "methods must be [\"password\"], [\"token\"] or [\"{APPLICATION}\"] with an \
                 object of that name, not {methods:?}"
            ))),
        }
    }
}

fn is_only(methods: &[String], method: &str) -> bool {
    matches!(methods, [only] if only == method)
}

fn login(password: Password, scope: ScopeWish) -> Result<Login, Refusal> {
    let User {
        id,
        name,
        domain: user_domain,
        password,
    } = password.user;
    if password.len() > MAX_TEXT || name.as_ref().is_some_and(|name| name.len() > MAX_TEXT) {
        return Err(Refusal::bad_body("a name or password is too long"));
    }
    Ok(Login {
        user: whose(id, name, user_domain)?,
        secret: Secret::Clear(password),
        kind: TokenKind::Login,
        scope,
    })
}

fn application(of: ApplicationCredential) -> Result<ApplicationLogin, Refusal> {
    if of.secret.len() > MAX_TEXT || of.name.as_ref().is_some_and(|name| name.len() > MAX_TEXT) {
        return Err(Refusal::bad_body("a name or secret is too long"));
    }
    let credential = match (of.id, of.name, of.user) {
        (Some(id), _, _) => {
            let id = ApplicationCredentialId::parse(&id).ok_or_else(Refusal::wrong_password)?;
            CredentialName::Id(id)
        }
        (None, Some(name), Some(user)) => CredentialName::Name {
            name,
            user: whose(user.id, user.name, user.domain)?,
        },
        (None, _, _) => {
            let reason = "application_credential needs an id, or a name and a user";
            return Err(Refusal::bad_body(reason));
        }
    };
    Ok(ApplicationLogin {
        credential,
        secret: Secret::Clear(of.secret),
    })
}

fn whose(id: Option<String>, name: Option<String>, of: Option<Named>) -> Result<UserName, Refusal> {
    match (id, name) {
        (Some(id), _) => UserId::parse(&id)
            .map(UserName::Id)
            .ok_or_else(Refusal::wrong_password),
        (None, Some(name)) => Ok(UserName::Name {
            name,
            domain: domain(of)?,
        }),
        (None, None) => Err(Refusal::bad_body("user needs an id or a name")),
    }
}

fn scope(scope: Option<Scope>) -> Result<ScopeWish, Refusal> {
    let of = match scope {
        None => return Ok(ScopeWish::Default),
        Some(Scope::Word(word)) if word == "unscoped" => return Ok(ScopeWish::Unscoped),
        Some(Scope::Word(word)) => {
            return Err(Refusal::bad_body(&format!("scope {word:?} is not known")));
        }
        Some(Scope::Of(of)) => of,
    };
    match (of.project, of.domain, of.unscoped, of.system) {
        (Some(project), None, None, None) => project_scope(project),
        (None, Some(named), None, None) => Ok(ScopeWish::Domain(domain(Some(named))?)),
        (None, None, Some(_), None) => Ok(ScopeWish::Unscoped),
        (None, None, None, Some(_)) => Ok(ScopeWish::System),
        (None, None, None, None) => Ok(ScopeWish::Default),
        _ => Err(Refusal::bad_body(
            "scope must be one of project, domain, system and unscoped",
        )),
    }
}

fn project_scope(project: Project) -> Result<ScopeWish, Refusal> {
    let id = match project.id {
        Some(id) => Some(ProjectId::parse(&id).ok_or_else(Refusal::wrong_password)?),
        None => None,
    };
    if id.is_none() && project.name.is_none() {
        return Err(Refusal::bad_body("project needs an id or a name"));
    }
    let domain = match project.domain {
        // Huawei Cloud's clients send none: the user's own is meant.
        None => None,
        Some(named) => domain(Some(named))?,
    };
    Ok(ScopeWish::Project {
        id,
        name: project.name,
        domain,
    })
}

/// `None` is the default domain.
fn domain(named: Option<Named>) -> Result<Option<DomainName>, Refusal> {
    match named {
        None => Ok(None),
        Some(Named { id: Some(id), .. }) if id == DEFAULT_DOMAIN => Ok(None),
        Some(Named { id: Some(id), .. }) => {
            let id = DomainId::parse(&id).ok_or_else(Refusal::wrong_password)?;
            Ok(Some(DomainName::Id(id)))
        }
        Some(Named {
            id: None,
            name: Some(name),
        }) if name.eq_ignore_ascii_case(DEFAULT_DOMAIN) => Ok(None),
        Some(Named {
            id: None,
            name: Some(name),
        }) => Ok(Some(DomainName::Name(name))),
        Some(Named {
            id: None,
            name: None,
        }) => Err(Refusal::bad_body("domain needs an id or a name")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parse(identity: &Value, scope: Option<Value>) -> Result<Wish, Refusal> {
        let mut auth = json!({ "identity": identity });
        if let Some(scope) = scope {
            auth["scope"] = scope;
        }
        Wish::parse(serde_json::from_value(json!({ "auth": auth })).unwrap())
    }

    fn by_name() -> Value {
        json!({"methods": ["password"], "password": {"user": {
            "name": "u", "password": "p", "domain": {"name": "d"}}}})
    }

    fn scope_of(scope: Option<Value>) -> String {
        match parse(&by_name(), scope) {
            Ok(Wish::Password(login)) => format!("{:?}", login.scope),
            Ok(Wish::Token { .. } | Wish::Application(_)) => "no password".into(),
            Err(refusal) => refusal.to_string(),
        }
    }

    #[test]
    fn users_are_named_by_id_or_by_name_and_domain() {
        let id = "1".repeat(32);
        for (user, expected) in [
            (
                json!({"name": "u", "password": "p", "domain": {"name": "d"}}),
                "Name { name: \"u\", domain: Some(Name(\"d\")) }".to_owned(),
            ),
            (
                json!({"name": "u", "password": "p", "domain": {"id": "default"}}),
                "Name { name: \"u\", domain: None }".to_owned(),
            ),
            (
                json!({"name": "u", "password": "p", "domain": {"name": "Default"}}),
                "Name { name: \"u\", domain: None }".to_owned(),
            ),
            (
                json!({"id": id, "password": "p"}),
                format!("Id(UserId({id}))"),
            ),
        ] {
            let identity = json!({"methods": ["password"], "password": {"user": user}});
            let Ok(Wish::Password(login)) = parse(&identity, None) else {
                panic!("{user}");
            };
            assert_eq!(format!("{:?}", login.user), expected);
        }
    }

    #[test]
    fn scopes_are_understood() {
        let id = "2".repeat(32);
        for (scope, expected) in [
            (None, "Default".to_owned()),
            (Some(json!("unscoped")), "Unscoped".to_owned()),
            (Some(json!({"unscoped": {}})), "Unscoped".to_owned()),
            (
                Some(json!({"project": {"name": "cn-north-1"}})),
                "Project { id: None, name: Some(\"cn-north-1\"), domain: None }".to_owned(),
            ),
            (
                Some(json!({"project": {"id": id}})),
                format!("Project {{ id: Some(ProjectId({id})), name: None, domain: None }}"),
            ),
            (
                Some(json!({"domain": {"name": "d"}})),
                "Domain(Some(Name(\"d\")))".to_owned(),
            ),
            (Some(json!({"system": {"all": true}})), "System".to_owned()),
        ] {
            assert_eq!(scope_of(scope), expected);
        }
    }

    #[test]
    fn bodies_that_ask_for_nothing_that_is_offered_are_refused() {
        for scope in [
            json!("everything"),
            json!({"project": {}}),
            json!({"project": {"name": "p"}, "domain": {"name": "d"}}),
            json!({"domain": {}}),
        ] {
            assert!(scope_of(Some(scope.clone())).starts_with("400"), "{scope}");
        }
        for identity in [
            json!({"methods": []}),
            json!({"methods": ["password"]}),
            json!({"methods": ["token"]}),
            json!({"methods": ["password", "totp"], "password": {"user": {
                "name": "u", "password": "p"}}}),
            json!({"methods": ["password"], "password": {"user": {"password": "p"}}}),
        ] {
            let refusal = parse(&identity, None).err().unwrap();
            assert!(refusal.to_string().starts_with("400"), "{identity}");
        }
    }

    #[test]
    fn application_credentials_are_named_by_id_or_by_name_and_user() {
        let (id, user) = ("1".repeat(32), "2".repeat(32));
        let asked = |mut credential: Value, scope: Option<Value>| {
            credential["secret"] = json!("s");
            let identity = json!({
                "methods": [APPLICATION],
                APPLICATION: credential,
            });
            match parse(&identity, scope) {
                Ok(Wish::Application(login)) => format!("{:?}", login.credential),
                Ok(Wish::Password(_) | Wish::Token { .. }) => "another method".into(),
                Err(refusal) => refusal.to_string(),
            }
        };
        for (credential, expected) in [
            (
                json!({ "id": id }),
                format!("Id(ApplicationCredentialId({id}))"),
            ),
            (
                json!({"name": "n", "user": {"id": user}}),
                format!("Name {{ name: \"n\", user: Id(UserId({user})) }}"),
            ),
            (
                json!({"name": "n", "user": {"name": "u", "domain": {"id": "default"}}}),
                "Name { name: \"n\", user: Name { name: \"u\", domain: None } }".to_owned(),
            ),
        ] {
            assert_eq!(asked(credential, None), expected);
        }
        for (credential, status) in [
            (json!({"name": "n"}), "400"),
            (json!({"user": {"id": user}}), "400"),
            (json!({"name": "n", "user": {}}), "400"),
            (json!({"id": "nothing"}), "401"),
        ] {
            let refused = asked(credential.clone(), None);
            assert!(refused.starts_with(status), "{credential}: {refused}");
        }
        let scoped = asked(json!({ "id": id }), Some(json!({"project": {"id": user}})));
        assert!(
            scoped.starts_with("401") && scoped.contains("scope"),
            "{scoped}"
        );
    }

    #[test]
    fn ids_that_cannot_exist_are_wrong_credentials() {
        for scope in [
            json!({"project": {"id": "p"}}),
            json!({"domain": {"id": "d"}}),
        ] {
            assert!(scope_of(Some(scope.clone())).starts_with("401"), "{scope}");
        }
    }
}
