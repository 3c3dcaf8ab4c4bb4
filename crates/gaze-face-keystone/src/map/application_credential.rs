//! Application credentials as Identity shows them, and what makes them.

use gaze_app::NewApplicationCredential;
use gaze_domain::{ApplicationCredential, Error, Role, Timestamp, UserId};

use super::token::{implied, role_named};
use crate::errors::{Failure, Refusal};
use crate::wire::SelfLink;
use crate::wire::application_credential::{self as wire, New, Wanted};

pub(crate) fn shown(
    of: &ApplicationCredential,
    secret: Option<String>,
    origin: &str,
) -> wire::ApplicationCredential {
    let (id, user) = (of.id.hex(), of.user.hex());
    let roles = implied(of.role).map(|name| wire::Role {
        id: name,
        name,
        domain_id: None,
    });
    wire::ApplicationCredential {
        links: SelfLink {
            this: format!("{origin}/v3/users/{user}/application_credentials/{id}"),
        },
        id,
        name: of.name.clone(),
        description: of.description.clone(),
        secret,
        user_id: user,
        project_id: of.project.hex(),
        system: None,
        roles: roles.collect(),
        expires_at: of.expires_at.map(written),
        unrestricted: of.unrestricted,
    }
}

pub(crate) fn new(user: UserId, new: New) -> Result<NewApplicationCredential, Failure> {
    if new.access_rules.is_some_and(|rules| !rules.is_empty()) {
        // Without them it would open more than was meant.
        return Err(Refusal::bad_body("access_rules are not kept here").into());
    }
    Ok(NewApplicationCredential {
        user,
        name: new.name,
        description: new.description,
        // As in Keystone, an empty one is none.
        secret: new.secret.filter(|secret| !secret.is_empty()),
        role: role(&new.roles.unwrap_or_default())?,
        expires_at: new.expires_at.as_deref().map(instant).transpose()?,
        unrestricted: new.unrestricted.unwrap_or(false),
    })
}

/// The role that implies all that are wanted; `None` if none is.
fn role(wanted: &[Wanted]) -> Result<Option<Role>, Refusal> {
    let mut greatest: Option<Role> = None;
    for one in wanted {
        let ((Some(name), None) | (None, Some(name))) = (&one.id, &one.name) else {
            return Err(Refusal::bad_body(
                "a role is named by its id or by its name",
            ));
        };
        let role = role_named(name).ok_or_else(|| Refusal::no_such_role(name))?;
        if greatest.is_none_or(|greatest| role.implies(greatest)) {
            greatest = Some(role);
        }
    }
    Ok(greatest)
}

/// An instant in UTC, with or without saying so.
fn instant(text: &str) -> Result<Timestamp, Error> {
    let zoned = text.parse().or_else(|_naive| format!("{text}Z").parse());
    zoned.map_err(|_no_time| {
        let reason = "is not a time such as 2030-01-31T18:30:59Z";
        Error::invalid("expires_at", reason)
    })
}

fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6f").to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn made(document: Value) -> Result<NewApplicationCredential, String> {
        let user = UserId::parse(&"1".repeat(32)).unwrap();
        let document: New = serde_json::from_value(document).map_err(|error| error.to_string())?;
        new(user, document).map_err(|failure| match failure {
            Failure::Refusal(refusal) => refusal.to_string(),
            Failure::Domain(error) => error.to_string(),
        })
    }

    #[test]
    fn the_greatest_of_the_roles_is_meant() {
        for (roles, expected) in [
            (json!(null), None),
            (json!([]), None),
            (json!([{"name": "reader"}]), Some(Role::Reader)),
            (
                json!([{"name": "reader"}, {"id": "member"}]),
                Some(Role::Member),
            ),
            (
                json!([{"id": "admin"}, {"id": "member"}]),
                Some(Role::Admin),
            ),
        ] {
            let made = made(json!({"name": "n", "roles": roles})).unwrap();
            assert_eq!(made.role, expected, "{roles}");
        }
        let unknown = made(json!({"name": "n", "roles": [{"name": "owner"}]}));
        assert!(unknown.unwrap_err().starts_with("404"));
        for roles in [json!([{}]), json!([{"id": "admin", "name": "admin"}])] {
            let refused = made(json!({"name": "n", "roles": roles}));
            assert!(refused.unwrap_err().starts_with("400"), "{roles}");
        }
    }

    #[test]
    fn an_end_is_in_utc_whether_or_not_it_says_so() {
        let expected: Timestamp = "2030-01-31T18:30:59.5Z".parse().unwrap();
        for text in [
            "2030-01-31T18:30:59.5",
            "2030-01-31T18:30:59.500000Z",
            "2030-01-31T20:30:59.5+02:00",
        ] {
            let made = made(json!({"name": "n", "expires_at": text})).unwrap();
            assert_eq!(made.expires_at, Some(expected), "{text}");
        }
        assert_eq!(written(expected), "2030-01-31T18:30:59.500000");
        for text in ["", "tomorrow", "2030-02-31T00:00:00Z"] {
            let refused = made(json!({"name": "n", "expires_at": text}));
            assert!(refused.unwrap_err().starts_with("expires_at"), "{text}");
        }
    }

    #[test]
    fn what_would_open_more_than_was_meant_is_refused() {
        let rule = json!({"service": "image", "method": "GET", "path": "/v2/images"});
        let refused = made(json!({"name": "n", "access_rules": [rule]}));
        assert!(refused.unwrap_err().starts_with("400"));
        assert!(made(json!({"name": "n", "access_rules": []})).is_ok());
        assert!(made(json!({"name": "n", "limits": 1})).is_err());
        let made = made(json!({"name": "n", "secret": "", "project_id": "p"})).unwrap();
        assert!(made.secret.is_none() && !made.unrestricted);
    }
}
