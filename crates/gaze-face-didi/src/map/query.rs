//! Parameters of lists to the domain's list of images.

use gaze_app::Names;
use gaze_domain::list::{Condition, Field, ImageList, Operand, Scope, Start, Test};
use gaze_domain::{Error, Media, MemberState, ProjectId, Region, Result, Status, Visibility, Zone};

use crate::params::Params;

/// Largest page. The vendor states no limit; its own clients ask for up to 1000.
const MAX_LIMIT: u64 = 1000;
/// Most names in a condition.
const MAX_NAMES: usize = 1000;
/// Public images are asked for in pages of this size, though their list has none.
const PUBLIC_PAGE: u32 = 1000;

/// The custom images that a project sees: its own and those that it was given, but not those that
/// everybody sees, and only such as a machine can start from.
pub(crate) fn custom(params: &Params, project: ProjectId, names: &Names) -> Result<ImageList> {
    let region = region(params.text("regionId")?, names)?;
    // Required by the page's table, absent from its example.
    let start = params.find_number("start")?.unwrap_or(0);
    let limit = params
        .find_number("limit")?
        .ok_or_else(|| Error::invalid("limit", "is missing"))?;
    let limit = u32::try_from(limit)
        .ok()
        .filter(|limit| (1..=MAX_LIMIT).contains(&u64::from(*limit)))
        .ok_or_else(|| Error::invalid("limit", format!("has to be from 1 to {MAX_LIMIT}")))?;
    let condition = params.object("condition")?;
    let wanted = condition.texts("names")?;
    if wanted.len() > MAX_NAMES {
        return Err(Error::invalid(
            "names",
            format!("at most {MAX_NAMES} may be given"),
        ));
    }

    let mut list = ImageList::new(
        Scope::Visible {
            project,
            shared: vec![MemberState::Accepted],
        },
        limit,
    );
    list.start = Start::Offset(start);
    list.conditions = vec![
        Condition::not_eq(Field::Visibility, Visibility::Public),
        Condition::not_eq(Field::Status, Status::Deleted),
        Condition::InRegion(region.id),
    ];
    list.conditions.extend(startable());
    if let Some(zone) = params.find_text("zoneId")? {
        let zone = self::zone(zone, region, names)?;
        list.conditions
            .push(Condition::eq(Field::LocationZone, zone.id));
    }
    if !wanted.is_empty() {
        list.conditions.push(Condition::any(Field::Name, wanted));
    }
    Ok(list)
}

/// The first page of the images that everybody may start machines from, in one region or in all.
pub(crate) fn public(params: &Params, project: ProjectId, names: &Names) -> Result<ImageList> {
    let scope = Scope::Visible {
        project,
        shared: vec![],
    };
    let mut list = ImageList::new(scope, PUBLIC_PAGE);
    list.conditions = vec![
        Condition::eq(Field::Visibility, Visibility::Public),
        Condition::eq(Field::Status, Status::Active),
        Condition::eq(Field::Enabled, true),
        Condition::eq(Field::Hidden, false),
    ];
    list.conditions.extend(startable());
    // Required by the page, left out by the vendor's own Java examples.
    if let Some(name) = params.find_text("regionId")? {
        let region = region(name, names)?;
        list.conditions.push(Condition::InRegion(region.id));
        if let Some(zone) = params.find_text("zoneId")? {
            let zone = self::zone(zone, region, names)?;
            list.conditions
                .push(Condition::eq(Field::LocationZone, zone.id));
        }
    }
    Ok(list)
}

/// A machine starts from root disks, and tenants' machines not from the platform's own images.
fn startable() -> [Condition; 2] {
    let media = Operand::from(Media::RootDisk.as_str());
    [
        Condition::Field(Field::Media, Test::Eq(media)),
        Condition::eq(Field::System, false),
    ]
}

fn region<'a>(name: &str, names: &'a Names) -> Result<&'a Region> {
    names
        .regions
        .iter()
        .find(|region| region.name == name)
        .ok_or_else(|| Error::invalid("regionId", format!("there is no region {name:?}")))
}

fn zone<'a>(name: &str, region: &Region, names: &'a Names) -> Result<&'a Zone> {
    names
        .zones
        .iter()
        .find(|zone| zone.region == region.id && zone.name.to_lowercase() == name.to_lowercase())
        .ok_or_else(|| {
            let reason = format!("there is no zone {name:?} in region {:?}", region.name);
            Error::invalid("zoneId", reason)
        })
}

#[cfg(test)]
mod tests;
