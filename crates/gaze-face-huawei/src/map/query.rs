//! The 23 query parameters of `ListCloudImages`, as a list of the domain.
//!
//! Every filter is an exact match on what the answer shows. The page leaves several cases open;
//! they are decided here and told in `docs/faces/huawei.md`: a parameter that is not on the page,
//! or given twice, is refused rather than ignored, since ignoring it would answer another
//! question than the one asked.

use gaze_domain::image::MAX_NAME;
use gaze_domain::list::{Condition, Direction, Field, ImageList, Scope, Sort, Start};
use gaze_domain::{ImageId, Media, Platform, ProjectId, RegionId, Status, Visibility};

use super::attributes::SET;
use super::words;
use crate::errors::Refusal;

/// Default and maximum of `limit`.
pub(crate) const MAX_LIMIT: u32 = 500;

/// Longest text that any filter takes, in characters: that of a name.
const MAX_TEXT: usize = MAX_NAME;

/// Filters for attributes that are `true` or absent.
const FLAG_FILTERS: &[&str] = &[
    "__support_diskintensive",
    "__support_highperformance",
    "__support_kvm",
    "__support_kvm_infiniband",
    "__support_largememory",
    "__support_xen",
    "__support_xen_hana",
];

/// What `__support_kvm_gpu_type` may ask for on this call; IMS knows more.
const KVM_GPU_TYPES: &[&str] = &["V100_vGPU", "RTX5000"];

/// A parsed query.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Query {
    conditions: Vec<Condition>,
    field: Field,
    direction: Direction,
    pub(crate) marker: Option<ImageId>,
    limit: u32,
}

impl Query {
    /// Reads decoded name-value pairs.
    pub(crate) fn parse(pairs: &[(String, String)]) -> Result<Self, Refusal> {
        let mut query = Self {
            conditions: Vec::new(),
            field: Field::CreatedAt,
            direction: Direction::Descending,
            marker: None,
            limit: MAX_LIMIT,
        };
        let mut status_given = false;
        for (index, (name, value)) in pairs.iter().enumerate() {
            if pairs[..index].iter().any(|(earlier, _)| earlier == name) {
                return Err(Refusal::bad_url(&format!("{name} is given twice")));
            }
            if value.chars().count() > MAX_TEXT {
                return Err(Refusal::bad_url(&format!("{name} is too long")));
            }
            status_given |= name == "status";
            query.read(name, value)?;
        }
        if !status_given {
            query
                .conditions
                .push(Condition::not_eq(Field::Status, Status::Deleted));
        }
        Ok(query)
    }

    fn read(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        let condition = match name {
            "limit" => {
                self.limit = limit(value)?;
                return Ok(());
            }
            "marker" => {
                self.marker = Some(image_id(name, value)?);
                return Ok(());
            }
            "sort_key" => {
                self.field = words::sort_field(value)
                    .ok_or_else(|| Refusal::not_one_of(name, value, words::SORT_KEYS))?;
                return Ok(());
            }
            "sort_dir" => {
                self.direction = match one_of(name, value, &["asc", "desc"])? {
                    "asc" => Direction::Ascending,
                    _ => Direction::Descending,
                };
                return Ok(());
            }
            "id" => Condition::eq(Field::Id, image_id(name, value)?),
            "name" => Condition::eq(Field::Name, value),
            "owner" => Condition::eq(
                Field::Owner,
                ProjectId::parse(value).ok_or_else(|| Refusal::bad_project(value))?,
            ),
            "protected" => Condition::eq(Field::Protected, boolean(name, value)?),
            "__isregistered" => registered(boolean(name, value)?),
            "status" => {
                let word = one_of(name, value, words::STATUS_FILTERS)?;
                Condition::any(
                    Field::Status,
                    words::showing(Status::ALL, words::status, word),
                )
            }
            "visibility" => {
                let word = one_of(name, value, words::VISIBILITY_FILTERS)?;
                Condition::any(
                    Field::Visibility,
                    words::showing(Visibility::ALL, words::visibility, word),
                )
            }
            "__imagetype" => {
                let word = words::IMAGE_TYPE_FILTERS
                    .iter()
                    .find(|word| **word == value)
                    .ok_or_else(|| Refusal::bad_image_type(value))?;
                Condition::any(
                    Field::Visibility,
                    words::showing(Visibility::ALL, words::image_type, word),
                )
            }
            "__os_type" => {
                let word = words::OS_TYPE_FILTERS
                    .iter()
                    .find(|word| **word == value)
                    .ok_or_else(|| Refusal::bad_os_type(value))?;
                Condition::any(
                    Field::Platform,
                    words::showing(Platform::ALL, words::os_type, word),
                )
            }
            "virtual_env_type" => {
                let word = one_of(name, value, words::ENVIRONMENT_FILTERS)?;
                let media = words::showing(Media::ALL, words::environment, word);
                Condition::any(Field::Media, media.into_iter().map(Media::as_str))
            }
            "__support_kvm_gpu_type" => property(name, one_of(name, value, KVM_GPU_TYPES)?),
            "__support_xen_gpu_type" => property(name, value),
            flag if FLAG_FILTERS.contains(&flag) => property(flag, one_of(flag, value, &[SET])?),
            stranger => {
                return Err(Refusal::bad_url(&format!(
                    "{stranger:?} is no parameter of ListCloudImages"
                )));
            }
        };
        self.conditions.push(condition);
        Ok(())
    }

    /// The page of the images that have a copy in the region, or none anywhere yet.
    /// Of all that the caller may see: the app narrows it.
    pub(crate) fn list(self, region: RegionId) -> ImageList {
        let mut conditions = vec![Condition::InRegion(region)];
        conditions.extend(self.conditions);
        ImageList {
            scope: Scope::All,
            conditions,
            sort: vec![Sort {
                field: self.field,
                direction: self.direction,
            }],
            start: self.marker.map_or(Start::First, Start::After),
            limit: self.limit,
        }
    }
}

/// "Has no effect when public images are queried": they pass whatever is asked.
fn registered(wanted: bool) -> Condition {
    Condition::AnyOf(vec![
        vec![Condition::eq(Field::Visibility, Visibility::Public)],
        vec![Condition::eq(Field::Enabled, wanted)],
    ])
}

fn property(name: &str, value: &str) -> Condition {
    Condition::eq(Field::Property(name.to_owned()), value)
}

/// A whole number up to 500. The text asks for a positive one, the schema allows 0: no rows.
fn limit(value: &str) -> Result<u32, Refusal> {
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .then(|| value.parse().ok())
        .flatten()
        .filter(|limit| *limit <= MAX_LIMIT)
        .ok_or_else(|| {
            Refusal::bad_url(&format!(
                "limit must be a whole number from 0 to {MAX_LIMIT}, not {value:?}"
            ))
        })
}

fn image_id(name: &str, value: &str) -> Result<ImageId, Refusal> {
    ImageId::parse(value).ok_or_else(|| Refusal::bad_image_id(name, value))
}

fn boolean(name: &str, value: &str) -> Result<bool, Refusal> {
    Ok(one_of(name, value, &["true", "false"])? == "true")
}

fn one_of(
    name: &str,
    value: &str,
    words: &'static [&'static str],
) -> Result<&'static str, Refusal> {
    words
        .iter()
        .copied()
        .find(|word| *word == value)
        .ok_or_else(|| Refusal::not_one_of(name, value, words))
}

#[cfg(test)]
mod tests;
