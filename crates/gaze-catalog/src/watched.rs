//! Which tables an answer is made of, for those who keep it until one of them changes.

/// Of [`crate::token::find_holder`].
pub const HOLDERS: &[&str] = &[
    "token",
    "account",
    "project",
    "domain",
    "application_credential",
];
/// Of [`crate::token::find_signer`].
pub const SIGNERS: &[&str] = &["access_key", "account", "project", "domain"];
/// Of [`crate::region::list`], [`crate::zone::list`] and [`crate::store::list`].
pub const NAMES: &[&str] = &["region", "zone", "store", "store_zone"];
/// Of [`crate::image::list`] and [`crate::image::count_list`], whatever the conditions are.
pub const LISTS: &[&str] = &[
    "image",
    "image_location",
    "image_member",
    "image_property",
    "image_tag",
    "store",
    "store_zone",
    "zone",
];
/// Of [`crate::cluster::find`].
pub const CLUSTERS: &[&str] = &["cluster"];
/// Of [`crate::pool::find`].
pub const POOLS: &[&str] = &["pool"];
