//! Callers, projects, users and access keys.

use gaze_app::{Issued, NewAccessKey, NewProject, NewUser, ProjectPatch};
use gaze_domain::{AccessKey, Caller, Project, User};

use crate::wire::value::{Id, Time, Word};
use crate::wire::{identity as wire, session};

impl From<Caller> for session::Caller {
    fn from(caller: Caller) -> Self {
        Self {
            user: session::Named {
                id: caller.user.hex(),
                name: caller.user_name,
            },
            project: session::Named {
                id: caller.project.hex(),
                name: caller.project_name,
            },
            domain: session::Named {
                id: caller.domain.hex(),
                name: caller.domain_name,
            },
            role: Word(caller.role),
        }
    }
}

impl From<Issued> for session::Issued {
    fn from(issued: Issued) -> Self {
        let token = issued.caller.token.as_ref();
        Self {
            expires_at: token.and_then(|token| token.expires_at).map(Time),
            token: issued.token,
            caller: issued.caller.into(),
        }
    }
}

impl From<Project> for wire::Project {
    fn from(project: Project) -> Self {
        Self {
            id: Id(project.id),
            domain: Id(project.domain),
            name: project.name,
            description: project.description,
            enabled: project.enabled,
            max_image_count: project.max_image_count,
            max_image_bytes: project.max_image_bytes,
            image_count: project.image_count,
            image_bytes: project.image_bytes,
            created_at: Time(project.created_at),
            updated_at: Time(project.updated_at),
        }
    }
}

impl From<wire::NewProject> for NewProject {
    fn from(new: wire::NewProject) -> Self {
        Self {
            name: new.name,
            description: new.description,
            password: new.password,
        }
    }
}

impl From<wire::ProjectPatch> for ProjectPatch {
    fn from(patch: wire::ProjectPatch) -> Self {
        Self {
            name: patch.name,
            description: patch.description,
            enabled: patch.enabled,
            max_image_count: patch.max_image_count,
            max_image_bytes: patch.max_image_bytes,
        }
    }
}

impl From<User> for wire::User {
    fn from(user: User) -> Self {
        Self {
            id: Id(user.id),
            domain: Id(user.domain),
            project: Id(user.project),
            name: user.name,
            role: Word(user.role),
            enabled: user.enabled,
            created_at: Time(user.created_at),
            updated_at: Time(user.updated_at),
        }
    }
}

impl From<wire::NewUser> for NewUser {
    fn from(new: wire::NewUser) -> Self {
        Self {
            name: new.name,
            project: new.project.0,
            role: new.role.0,
            password: new.password,
        }
    }
}

/// Without its secret, which is told in the answer to its creation only.
pub(crate) fn access_key(key: AccessKey) -> wire::AccessKey {
    wire::AccessKey {
        id: Id(key.id),
        user: Id(key.user),
        project: Id(key.project),
        access: key.access,
        secret: None,
        description: key.description,
        enabled: key.enabled,
        created_at: Time(key.created_at),
    }
}

pub(crate) fn new_access_key(key: AccessKey) -> wire::AccessKey {
    let secret = Some(key.secret.clone());
    wire::AccessKey {
        secret,
        ..access_key(key)
    }
}

impl From<wire::NewAccessKey> for NewAccessKey {
    fn from(new: wire::NewAccessKey) -> Self {
        Self {
            user: new.user.map(|id| id.0),
            access: new.access,
            secret: new.secret,
            description: new.description,
        }
    }
}

#[cfg(test)]
mod tests {
    use gaze_domain::{AccessKeyId, ProjectId, Timestamp, UserId};

    use super::*;

    #[test]
    fn a_secret_is_told_once() {
        let uuid = "e4891e6ef3a64ea08ce91ab379a5c856";
        let key = AccessKey {
            id: AccessKeyId::parse(uuid).unwrap(),
            user: UserId::parse(uuid).unwrap(),
            project: ProjectId::parse(uuid).unwrap(),
            access: "AKIAAAAAAAAAAAAAAAAA".into(),
            secret: "hush".into(),
            description: None,
            enabled: true,
            created_at: Timestamp::UNIX_EPOCH,
        };
        let made = serde_json::to_value(new_access_key(key.clone())).unwrap();
        let listed = serde_json::to_value(access_key(key)).unwrap();
        assert_eq!(made["secret"], "hush");
        assert!(listed.get("secret").is_none(), "{listed}");
    }

    #[test]
    fn null_clears_and_absence_keeps() {
        let check = |json: &str, expected: Option<Option<u64>>| {
            let patch: wire::ProjectPatch = serde_json::from_str(json).unwrap();
            assert_eq!(
                ProjectPatch::from(patch).max_image_count,
                expected,
                "{json}"
            );
        };
        check("{}", None);
        check(r#"{"max_image_count": null}"#, Some(None));
        check(r#"{"max_image_count": 7}"#, Some(Some(7)));
    }
}
