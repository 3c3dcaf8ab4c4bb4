//! Which tables an answer is made of, for those who keep it until one of them changes. Each has a
//! trigger on PostgreSQL, which tells when: `migrations/0079_count_changes.sql` and
//! `migrations/0082_count_machine_changes.sql`.

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
/// Of [`crate::image::heads`] and [`crate::image::count_list`], whatever the conditions are.
/// Classes of images change with images alone.
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
/// Of [`crate::image::head`].
pub const HEADS: &[&str] = &["image"];
/// Of [`crate::cluster::find`].
pub const CLUSTERS: &[&str] = &["cluster"];
/// Of [`crate::pool::find`].
pub const POOLS: &[&str] = &["pool"];
/// Of [`crate::instance::find`].
pub const INSTANCES: &[&str] = &["instance", "volume"];
/// Of [`crate::volume::find`].
pub const VOLUMES: &[&str] = &["volume"];
