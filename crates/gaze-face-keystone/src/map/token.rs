//! A caller as a token describes it.

use gaze_domain::access::{TokenKind, TokenScope, TokenUse};
use gaze_domain::{ApplicationCredential, Caller, Role, Timestamp};

use crate::wire::catalog::Service;
use crate::wire::token::{self, Named, Project, System, Token, User};

/// What is said of a token that lives until it is revoked: the form has no word for it.
const NEVER: &str = "9999-12-31T23:59:59.000000Z";

/// The description of the token that the caller used, and of the credential that it was got with.
/// `catalog` is left out of a token without scope, which has no roles either.
pub(crate) fn token(
    caller: &Caller,
    used: &TokenUse,
    methods: Vec<&'static str>,
    credential: Option<&ApplicationCredential>,
    catalog: Vec<Service>,
) -> Token {
    let scoped = used.scope != TokenScope::Unscoped;
    Token {
        catalog: scoped.then_some(catalog),
        expires_at: used.expires_at.map_or_else(|| NEVER.to_owned(), time),
        issued_at: time(used.issued_at),
        methods,
        application_credential: credential.map(|credential| token::ApplicationCredential {
            id: credential.id.hex(),
            name: credential.name.clone(),
            restricted: !credential.unrestricted,
        }),
        project: (used.scope == TokenScope::Project).then(|| Project {
            domain: domain(caller),
            id: caller.project.hex(),
            name: caller.project_name.clone(),
        }),
        domain: (used.scope == TokenScope::Domain).then(|| domain(caller)),
        system: (used.scope == TokenScope::System).then_some(System { all: true }),
        roles: scoped.then(|| roles(caller.role)),
        user: User {
            domain: domain(caller),
            id: caller.user.hex(),
            name: caller.user_name.clone(),
            password_expires_at: "",
        },
    }
}

/// How a token of the kind is got; which of several ways it was is not remembered.
pub(crate) fn methods(kind: TokenKind) -> Vec<&'static str> {
    match kind {
        TokenKind::Session | TokenKind::Login => vec!["password"],
        TokenKind::Application => vec!["application_credential"],
        TokenKind::Api | TokenKind::External => vec!["token"],
    }
}

/// Keystone's three default roles, each of which implies those after it.
pub(crate) const ROLES: [&str; 3] = ["admin", "member", "reader"];

/// The name of a role, which is its id too. Who waits for a role has none.
pub(crate) const fn role(role: Role) -> Option<&'static str> {
    match role {
        Role::Admin => Some(ROLES[0]),
        Role::Member => Some(ROLES[1]),
        Role::Reader => Some(ROLES[2]),
        Role::Unassigned => None,
    }
}

/// The role of that name.
pub(crate) fn role_named(name: &str) -> Option<Role> {
    Role::ALL
        .iter()
        .copied()
        .find(|one| role(*one) == Some(name))
}

/// The names of a role and of those that it implies.
pub(crate) fn implied(of: Role) -> impl Iterator<Item = &'static str> {
    let names = ROLES.iter().copied();
    names.skip_while(move |name| Some(*name) != role(of))
}

fn roles(of: Role) -> Vec<token::Role> {
    implied(of)
        .map(|name| token::Role { id: name, name })
        .collect()
}

fn domain(caller: &Caller) -> Named {
    Named {
        id: caller.domain.hex(),
        name: caller.domain_name.clone(),
    }
}

/// UTC with six digits of a second: clients parse exactly this form.
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

#[cfg(test)]
mod tests {
    use gaze_domain::{DomainId, ProjectId, UserId};
    use serde_json::{Value, json};

    use super::*;

    fn shown(role: Role, scope: TokenScope, expires_at: Option<&str>) -> Value {
        let used = TokenUse {
            hash: "h".into(),
            kind: TokenKind::Login,
            scope,
            issued_at: "2020-01-03T09:05:22.701Z".parse().unwrap(),
            expires_at: expires_at.map(|text| text.parse().unwrap()),
        };
        let caller = Caller {
            user: UserId::parse(&"1".repeat(32)).unwrap(),
            user_name: "u".into(),
            project: ProjectId::parse(&"2".repeat(32)).unwrap(),
            project_name: "p".into(),
            domain: DomainId::parse(&"3".repeat(32)).unwrap(),
            domain_name: "d".into(),
            role,
            token: Some(used.clone()),
        };
        let shown = token(&caller, &used, methods(used.kind), None, Vec::new());
        serde_json::to_value(shown).unwrap()
    }

    #[test]
    fn a_project_token_is_described_whole() {
        let domain = json!({"id": "3".repeat(32), "name": "d"});
        assert_eq!(
            shown(
                Role::Member,
                TokenScope::Project,
                Some("2020-01-04T09:05:22.701Z")
            ),
            json!({
                "catalog": [],
                "expires_at": "2020-01-04T09:05:22.701000Z",
                "issued_at": "2020-01-03T09:05:22.701000Z",
                "methods": ["password"],
                "project": {"domain": domain, "id": "2".repeat(32), "name": "p"},
                "roles": [{"id": "member", "name": "member"}, {"id": "reader", "name": "reader"}],
                "user": {
                    "domain": domain,
                    "id": "1".repeat(32),
                    "name": "u",
                    "password_expires_at": "",
                },
            })
        );
    }

    #[test]
    fn the_scope_decides_what_is_in_a_token() {
        for (scope, project, domain, system, roles, catalog) in [
            (TokenScope::Project, true, false, false, true, true),
            (TokenScope::Domain, false, true, false, true, true),
            (TokenScope::System, false, false, true, true, true),
            (TokenScope::Unscoped, false, false, false, false, false),
        ] {
            let shown = shown(Role::Admin, scope, None);
            for (key, expected) in [
                ("project", project),
                ("domain", domain),
                ("system", system),
                ("roles", roles),
                ("catalog", catalog),
            ] {
                assert_eq!(shown.get(key).is_some(), expected, "{scope} {key}");
            }
        }
    }

    #[test]
    fn a_token_without_end_ends_in_the_last_year() {
        let shown = shown(Role::Reader, TokenScope::Project, None);
        assert_eq!(shown["expires_at"], NEVER);
    }

    #[test]
    fn a_role_implies_the_lesser_ones() {
        let names = |role| -> Vec<&str> { roles(role).iter().map(|role| role.name).collect() };
        assert_eq!(names(Role::Admin), ["admin", "member", "reader"]);
        assert_eq!(names(Role::Member), ["member", "reader"]);
        assert_eq!(names(Role::Reader), ["reader"]);
        assert!(names(Role::Unassigned).is_empty());
    }
}
