//! A session token → SessionInventory.

use gaze_domain::Caller;

use crate::wire::date;
use crate::wire::session::Session;

/// `text` is the token itself: ZStack's session uuid.
pub(crate) fn inventory(text: &str, caller: &Caller) -> Session {
    let token = caller.token.as_ref();
    Session {
        uuid: text.to_owned(),
        account_uuid: caller.project.hex(),
        user_uuid: caller.user.hex(),
        expired_date: token.and_then(|token| token.expires_at).map(date::show),
        create_date: token.map(|token| date::show(token.issued_at)),
        no_session_evaluation: false,
    }
}
