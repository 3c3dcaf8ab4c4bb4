//! Keystone's ids as ours.
//!
//! Keystone makes ids of 32 hexadecimal digits, which are UUIDs and stay what they are. Some ids
//! are of other forms: the domain `default`, users of LDAP (64 digits), what an operator made up.
//! Each of those becomes the UUID (version 5) of its kind and text in a namespace of ours, always
//! the same.

use gaze_domain::{DomainId, ProjectId, UserId};
use uuid::Uuid;

use crate::setup::DEFAULT_DOMAIN;

/// Keystone's id of the domain of those who named none. It is our default domain.
const DEFAULT: &str = "default";

const NAMESPACE: Uuid = Uuid::from_u128(0x6f1c_2d52_8a0e_4f0b_9d53_7b8f_0c5e_11a7);

pub(crate) fn project(text: &str) -> ProjectId {
    ProjectId::new(uuid("project", text))
}

pub(crate) fn user(text: &str) -> UserId {
    UserId::new(uuid("user", text))
}

pub(crate) fn domain(text: &str) -> DomainId {
    if text == DEFAULT {
        return DEFAULT_DOMAIN;
    }
    DomainId::new(uuid("domain", text))
}

fn uuid(kind: &str, text: &str) -> Uuid {
    if is_plain(text)
        && let Ok(uuid) = Uuid::try_parse(text)
    {
        return uuid;
    }
    Uuid::new_v5(&NAMESPACE, format!("{kind}/{text}").as_bytes())
}

/// Whether the id is shown here as it is shown there.
pub(crate) fn is_plain(text: &str) -> bool {
    text.len() == 32
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_keystones_own_form_stay_what_they_are() {
        let text = "ff5cdd504c7f4366b13ef56674370087";
        assert_eq!(project(text).hex(), text);
        assert_eq!(user(text).hex(), text);
        assert_eq!(domain(text).hex(), text);
    }

    #[test]
    fn the_default_domain_is_ours() {
        assert_eq!(domain("default"), DEFAULT_DOMAIN);
        assert_ne!(domain("Default"), DEFAULT_DOMAIN);
        assert_ne!(project("default").uuid(), DEFAULT_DOMAIN.uuid());
    }

    /// These must never change: images are owned under them.
    #[test]
    fn ids_of_other_forms_become_the_same_uuid_each_time() {
        for (text, expected) in [
            ("default", "c6ca3c357a7755069e3782349d727d18"),
            (
                "FF5CDD504C7F4366B13EF56674370087",
                "6cf6c9999f205a9cbd1e4dc7ae7888aa",
            ),
            (
                "ff5cdd50-4c7f-4366-b13e-f56674370087",
                "3fe381034532532b9e572029fe113183",
            ),
            ("", "d0bfa1f5034e521984b662aa69eb3d73"),
        ] {
            assert_eq!(project(text).hex(), expected, "{text}");
        }
        let of_ldap = "3f".repeat(32);
        assert_eq!(user(&of_ldap).hex(), "12eacb1aa0ea576db2ac5def83400caa");
        assert_ne!(user("x").uuid(), project("x").uuid());
    }
}
