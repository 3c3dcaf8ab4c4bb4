//! Account → AccountInventory.

use gaze_app::Account;

use super::words;
use crate::wire::account;
use crate::wire::date;

/// ZStack's word for the type of an administrators' account.
pub(crate) const SYSTEM_ADMIN: &str = "SystemAdmin";
/// That of everybody else's.
pub(crate) const NORMAL: &str = "Normal";

pub(crate) fn inventory(account: &Account) -> account::Account {
    let Account { project, is_admin } = account;
    account::Account {
        uuid: project.id.hex(),
        name: project.name.clone(),
        description: project.description.clone(),
        r#type: if *is_admin { SYSTEM_ADMIN } else { NORMAL },
        state: words::enabled(project.enabled),
        create_date: date::show(project.created_at),
        last_op_date: date::show(project.updated_at),
    }
}
