//! Tokens as Keystone 30.0.0 describes them.

use gaze_domain::{ProjectId, Role};
use serde_json::{Value, json};

use super::*;
use crate::setup::DEFAULT_DOMAIN;

fn roles() -> KeystoneRoles {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect();
    KeystoneRoles {
        admin: words("admin"),
        member: words("manager member"),
        reader: words("reader"),
        system: words("admin"),
    }
}

fn token(more: &Value) -> wire::Token {
    let mut token = json!({
        "methods": ["password"],
        "user": {
            "domain": {"id": "default", "name": "Default"},
            "id": "592e1d34559549bf91f651c809a479a5",
            "name": "alice",
            "password_expires_at": null
        },
        "audit_ids": ["96sx47M6Rr6k96swh-2pHw"],
        "expires_at": "2026-11-26T21:00:06.000000Z",
        "issued_at": "2026-11-26T20:00:06.000000Z"
    });
    for (key, value) in more.as_object().unwrap() {
        token[key] = value.clone();
    }
    serde_json::from_value::<wire::Body>(json!({"token": token}))
        .unwrap()
        .token
}

fn of(more: &Value) -> Result<Guest, Powerless> {
    let made = guest(&token(more), "hash".into(), &roles(), Timestamp::UNIX_EPOCH);
    made.unwrap()
}

fn named(names: &[&str]) -> Value {
    names
        .iter()
        .map(|name| json!({"id": "a5ef206acb004fa4831b89e5844c274e", "name": name}))
        .collect()
}

#[test]
fn a_token_for_a_project_acts_in_it() {
    let project = "ff5cdd504c7f4366b13ef56674370087";
    let guest = of(&json!({
        "project": {"domain": {"id": "default", "name": "Default"}, "id": project, "name": "web"},
        "is_domain": false,
        "roles": named(&["reader", "member"]),
    }))
    .unwrap();
    let caller = &guest.caller;
    assert_eq!(caller.role, Role::Member);
    assert_eq!(caller.project.hex(), project);
    assert_eq!(caller.user.hex(), "592e1d34559549bf91f651c809a479a5");
    assert_eq!(caller.domain, DEFAULT_DOMAIN);
    assert_eq!(
        (caller.user_name.as_str(), caller.project_name.as_str()),
        ("alice", "web")
    );
    assert!(caller.is_external());
    let used = caller.token.as_ref().unwrap();
    assert_eq!(used.expires_at.unwrap().to_string(), "2026-11-26T21:00:06Z");
    let home = guest.home.unwrap();
    assert_eq!(home.project.max_image_count, Some(DEFAULT_IMAGE_COUNT));
    assert_eq!(home.project.domain, DEFAULT_DOMAIN);
    assert_eq!(home.domain_id, "default");
}

#[test]
fn the_project_has_the_domain_that_it_has_there_and_not_the_users() {
    let other = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    let guest = of(&json!({
        "project": {"domain": {"id": other, "name": "Other"}, "id": "team-1", "name": "web"},
        "roles": named(&["reader"]),
    }))
    .unwrap();
    assert_eq!(guest.caller.domain, DEFAULT_DOMAIN);
    let home = guest.home.unwrap();
    assert_eq!(home.project.domain.hex(), other);
    assert_eq!(home.project.id, ids::project("team-1"));
    assert_eq!(
        home.project.description.as_deref(),
        Some("From Keystone, where its id is team-1")
    );
}

#[test]
fn an_administrator_of_the_system_acts_in_the_administrators_project() {
    let guest = of(&json!({
        "system": {"all": true}, "roles": named(&["admin", "reader"]),
    }))
    .unwrap();
    assert_eq!(guest.caller.role, Role::Admin);
    assert_eq!(guest.caller.project, ADMIN_PROJECT);
    assert_eq!(guest.home, None);
}

#[test]
fn scopes_and_roles_that_mean_nothing_here_give_no_right() {
    let project = json!({
        "domain": {"id": "default", "name": "Default"},
        "id": ProjectId::new(uuid::Uuid::nil()).hex(),
        "name": "web"
    });
    for (more, expected) in [
        (json!({}), NO_PROJECT),
        (
            json!({"domain": {"id": "default", "name": "Default"}, "roles": named(&["admin"])}),
            NO_PROJECT,
        ),
        (
            json!({"system": {"all": true}, "roles": named(&["reader"])}),
            NO_ROLE,
        ),
        (
            json!({"project": project, "roles": named(&["service"])}),
            NO_ROLE,
        ),
        (json!({"project": project}), NO_ROLE),
    ] {
        assert_eq!(of(&more).err(), Some(expected), "{more}");
    }
}

#[test]
fn times_that_are_none_are_keystones_fault() {
    let token = token(&json!({
        "system": {"all": true}, "roles": named(&["admin"]), "expires_at": "tomorrow",
    }));
    let made = guest(&token, "hash".into(), &roles(), Timestamp::UNIX_EPOCH);
    assert!(made.is_err());
}
