//! AccessKey → AccessKeyInventory.

use gaze_domain::AccessKey;

use super::words;
use crate::wire::access_key as wire;
use crate::wire::date;

/// The secret is on the wire in every answer, as ZStack has it.
pub(crate) fn inventory(key: &AccessKey) -> wire::AccessKey {
    wire::AccessKey {
        uuid: key.id.hex(),
        description: key.description.clone(),
        account_uuid: key.project.hex(),
        user_uuid: key.user.hex(),
        id: key.access.clone(),
        secret: key.secret.clone(),
        state: words::enabled(key.enabled),
        create_date: date::show(key.created_at),
    }
}
