//! AccessKey → AccessKeyInventory.

use gaze_domain::{AccessKey, UserId};

use super::words;
use crate::wire::access_key as wire;
use crate::wire::date;

/// A key as it was just made, with its secret.
pub(crate) fn made(key: &AccessKey) -> wire::AccessKey {
    inventory(key, key.user)
}

/// ZStack shows the secret in every answer. Here only to the key's own user: others of the account
/// may have a lesser role, and must not come to sign in that user's name.
pub(crate) fn inventory(key: &AccessKey, reader: UserId) -> wire::AccessKey {
    wire::AccessKey {
        uuid: key.id.hex(),
        description: key.description.clone(),
        account_uuid: key.project.hex(),
        user_uuid: key.user.hex(),
        id: key.access.clone(),
        secret: (key.user == reader).then(|| key.secret.clone()),
        state: words::enabled(key.enabled),
        create_date: date::show(key.created_at),
    }
}

#[cfg(test)]
mod tests {
    use gaze_domain::{AccessKeyId, ProjectId, Timestamp};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_secret_is_shown_to_its_own_user_and_to_nobody_else() {
        let user = UserId::new(Uuid::from_u128(1));
        let key = AccessKey {
            id: AccessKeyId::new(Uuid::from_u128(3)),
            user,
            project: ProjectId::new(Uuid::from_u128(7)),
            access: "AKID".into(),
            secret: "SECRET".into(),
            description: None,
            enabled: false,
            created_at: Timestamp::UNIX_EPOCH,
        };
        assert_eq!(inventory(&key, user).secret.as_deref(), Some("SECRET"));
        assert_eq!(made(&key).secret.as_deref(), Some("SECRET"));
        let other = inventory(&key, UserId::new(Uuid::from_u128(2)));
        assert_eq!((other.secret, other.state), (None, "Disabled"));
    }
}
