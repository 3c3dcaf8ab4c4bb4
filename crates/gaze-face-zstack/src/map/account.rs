//! Project → AccountInventory.

use gaze_domain::Project;

use super::words;
use crate::wire::account::Account;
use crate::wire::date;

/// ZStack has one account of the type `SystemAdmin`, named `admin`.
pub(crate) fn inventory(project: &Project) -> Account {
    Account {
        uuid: project.id.hex(),
        name: project.name.clone(),
        description: project.description.clone(),
        r#type: if project.name == "admin" {
            "SystemAdmin"
        } else {
            "Normal"
        },
        state: words::enabled(project.enabled),
        create_date: date::show(project.created_at),
        last_op_date: date::show(project.updated_at),
    }
}
