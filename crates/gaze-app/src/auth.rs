//! Who is asking: logins, tokens, access keys.

mod access_keys;
mod application_credentials;
mod external;
mod holders;
mod keystone;
mod login;
mod paces;
mod password;
mod secrets;
mod tokens;

pub(crate) use holders::Holders;
pub(crate) use keystone::Keystone;
pub use keystone::{KeystoneCounts, KeystoneRoles, KeystoneSettings};
pub(crate) use paces::Paces;
pub use paces::ThrottleCounts;
pub(crate) use password::Passwords;
pub(crate) use secrets::password as new_password;
pub(crate) use secrets::{capability, token_hash};
