//! Regions, zones, clusters, stores and pools.

mod clusters;
mod hosts;
mod pools;
mod regions;
mod sightings;
mod stores;
mod upkeep;
mod zones;

pub(crate) use sightings::Sightings;
pub(crate) use stores::allowed;

use gaze_domain::image::check_description;
use gaze_domain::{Error, Result};

/// Names of places stand in addresses and requests, so they are short and plain.
const MAX_NAME: usize = 64;

fn check_place_name(name: &str) -> Result<()> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = !name.is_empty() && name.chars().count() <= MAX_NAME;
    if fits && name.chars().all(plain) && !name.starts_with('.') {
        return Ok(());
    }
    let reason = format!("must be 1 to {MAX_NAME} letters, digits, hyphens, underscores or dots");
    Err(Error::invalid("name", reason))
}

/// What a patch says of a place, if it says it.
fn check_patch(name: Option<&str>, description: Option<&Option<String>>) -> Result<()> {
    name.map_or(Ok(()), check_place_name)?;
    match description {
        Some(Some(text)) => check_description(text),
        Some(None) | None => Ok(()),
    }
}
