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
mod tests {
    use super::*;

    const ID: &str = "633724a7-4a4e-11eb-8f73-fa1640aee23e";

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn check(name: &str, value: &str, expected: Condition) {
        let query = Query::parse(&pairs(&[(name, value)])).unwrap();
        let live = Condition::not_eq(Field::Status, Status::Deleted);
        let mut wanted = vec![expected];
        if name != "status" {
            wanted.push(live);
        }
        assert_eq!(query.conditions, wanted, "{name}={value}");
    }

    fn refused(name: &str, value: &str) -> String {
        let refusal = Query::parse(&pairs(&[(name, value)])).unwrap_err();
        assert_eq!(refusal.status(), 400, "{name}={value}");
        refusal.code().to_owned()
    }

    #[test]
    fn without_parameters_the_newest_500_that_are_not_deleted_are_asked_for() {
        let region = RegionId::parse(&"1".repeat(32)).unwrap();
        let list = Query::parse(&[]).unwrap().list(region);
        assert_eq!(
            list,
            ImageList {
                scope: Scope::All,
                conditions: vec![
                    Condition::InRegion(region),
                    Condition::not_eq(Field::Status, Status::Deleted)
                ],
                sort: vec![Sort {
                    field: Field::CreatedAt,
                    direction: Direction::Descending
                }],
                start: Start::First,
                limit: 500,
            }
        );
    }

    #[test]
    fn each_filter_is_an_exact_condition() {
        let id = ImageId::parse(ID).unwrap();
        let project = ProjectId::parse("2b76febbe5d34eac85d26435c1f15809").unwrap();
        check("id", ID, Condition::eq(Field::Id, id));
        check("id", &id.hex(), Condition::eq(Field::Id, id));
        check("name", "a b/中", Condition::eq(Field::Name, "a b/中"));
        check(
            "owner",
            &project.hex(),
            Condition::eq(Field::Owner, project),
        );
        check("protected", "true", Condition::eq(Field::Protected, true));
        check(
            "status",
            "saving",
            Condition::any(
                Field::Status,
                [Status::Saving, Status::Importing, Status::Capturing],
            ),
        );
        check(
            "status",
            "deleted",
            Condition::any(Field::Status, [Status::Deleted]),
        );
        check(
            "visibility",
            "private",
            Condition::any(Field::Visibility, [Visibility::Private, Visibility::Shared]),
        );
        check(
            "__imagetype",
            "gold",
            Condition::any(Field::Visibility, [Visibility::Public]),
        );
        check(
            "__os_type",
            "Windows",
            Condition::any(
                Field::Platform,
                [Platform::Windows, Platform::WindowsVirtio],
            ),
        );
        check(
            "virtual_env_type",
            "FusionCompute",
            Condition::any(Field::Media, ["root-disk"]),
        );
        for flag in FLAG_FILTERS {
            check(
                flag,
                "true",
                Condition::eq(Field::Property((*flag).to_owned()), "true"),
            );
        }
        check(
            "__support_kvm_gpu_type",
            "RTX5000",
            Condition::eq(Field::Property("__support_kvm_gpu_type".into()), "RTX5000"),
        );
        check(
            "__support_xen_gpu_type",
            "M60_vGPU",
            Condition::eq(Field::Property("__support_xen_gpu_type".into()), "M60_vGPU"),
        );
    }

    #[test]
    fn registration_does_not_matter_to_public_images() {
        check(
            "__isregistered",
            "false",
            Condition::AnyOf(vec![
                vec![Condition::eq(Field::Visibility, Visibility::Public)],
                vec![Condition::eq(Field::Enabled, false)],
            ]),
        );
    }

    #[test]
    fn the_page_begins_behind_the_marker_in_the_order_that_was_asked_for() {
        let query = Query::parse(&pairs(&[
            ("marker", ID),
            ("limit", "2"),
            ("sort_key", "name"),
            ("sort_dir", "asc"),
        ]))
        .unwrap();
        let region = RegionId::parse(&"1".repeat(32)).unwrap();
        let list = query.list(region);
        assert_eq!(list.start, Start::After(ImageId::parse(ID).unwrap()));
        assert_eq!(list.limit, 2);
        assert_eq!(
            list.sort,
            [Sort {
                field: Field::Name,
                direction: Direction::Ascending
            }]
        );
    }

    #[test]
    fn a_direction_alone_turns_the_default_order() {
        let query = Query::parse(&pairs(&[("sort_dir", "asc")])).unwrap();
        assert_eq!(query.field, Field::CreatedAt);
        assert_eq!(query.direction, Direction::Ascending);
    }

    #[test]
    fn limits_from_none_to_500_are_taken() {
        for (value, expected) in [("0", 0), ("1", 1), ("500", 500), ("0007", 7)] {
            let query = Query::parse(&pairs(&[("limit", value)])).unwrap();
            assert_eq!(query.limit, expected);
        }
        for value in ["501", "-1", "+5", "ten", "", "1.0", "99999999999"] {
            assert_eq!(refused("limit", value), "IMG.0017", "{value}");
        }
    }

    #[test]
    fn values_outside_their_lists_are_refused() {
        for (name, value, code) in [
            ("__imagetype", "shared", "IMG.0024"),
            ("__imagetype", "", "IMG.0024"),
            ("__os_type", "linux", "IMG.0056"),
            ("id", "ces", "IMG.0066"),
            ("marker", "ces", "IMG.0066"),
            ("owner", "me", "IMG.0067"),
            ("protected", "True", "IMG.0017"),
            ("__isregistered", "yes", "IMG.0017"),
            ("status", "queued", "IMG.0017"),
            ("visibility", "shared", "IMG.0017"),
            ("virtual_env_type", "Ironic", "IMG.0017"),
            ("sort_key", "size", "IMG.0017"),
            ("sort_dir", "up", "IMG.0017"),
            ("__support_kvm", "false", "IMG.0017"),
            ("__support_kvm_gpu_type", "P4", "IMG.0017"),
            ("offset", "5", "IMG.0017"),
            ("name", &"x".repeat(256), "IMG.0017"),
        ] {
            assert_eq!(refused(name, value), code, "{name}={value}");
        }
    }

    #[test]
    fn a_parameter_given_twice_is_refused() {
        let refusal = Query::parse(&pairs(&[("name", "a"), ("name", "b")])).unwrap_err();
        assert_eq!(refusal.code(), "IMG.0017");
    }
}
