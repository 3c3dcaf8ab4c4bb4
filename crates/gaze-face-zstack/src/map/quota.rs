//! Project → its two QuotaInventories, and what it uses of each.

use gaze_domain::{Project, Quota};
use uuid::Uuid;

use crate::wire::date;
use crate::wire::quota::{self, Usage};

/// ZStack's name of a quota.
pub(crate) const fn name(quota: Quota) -> &'static str {
    match quota {
        Quota::ImageCount => "image.num",
        Quota::ImageBytes => "image.size",
    }
}

/// The quota of that name.
pub(crate) fn named(text: &str) -> Option<Quota> {
    Quota::ALL
        .iter()
        .copied()
        .find(|quota| name(*quota) == text)
}

/// The limit in a value. ZStack has no word for none: the largest value stands for it.
pub(crate) fn limit(value: i64) -> Option<u64> {
    (value != i64::MAX).then_some(value.unsigned_abs())
}

fn value(limit: Option<u64>) -> i64 {
    limit.map_or(i64::MAX, |limit| i64::try_from(limit).unwrap_or(i64::MAX))
}

pub(crate) fn inventories(project: &Project) -> Vec<quota::Quota> {
    let of = |quota: &Quota| inventory(project, *quota);
    Quota::ALL.iter().map(of).collect()
}

pub(crate) fn inventory(project: &Project, of: Quota) -> quota::Quota {
    quota::Quota {
        uuid: uuid(project, of).simple().to_string(),
        name: name(of),
        identity_uuid: project.id.hex(),
        identity_type: "AccountVO",
        value: value(limit_of(project, of)),
        create_date: date::show(project.created_at),
        last_op_date: date::show(project.updated_at),
    }
}

pub(crate) fn usages(project: &Project) -> Vec<Usage> {
    let used = |of: Quota| match of {
        Quota::ImageCount => project.image_count,
        Quota::ImageBytes => project.image_bytes,
    };
    let usage = |of: &Quota| Usage {
        name: name(*of),
        total: value(limit_of(project, *of)),
        used: used(*of),
    };
    Quota::ALL.iter().map(usage).collect()
}

const fn limit_of(project: &Project, of: Quota) -> Option<u64> {
    match of {
        Quota::ImageCount => project.max_image_count,
        Quota::ImageBytes => project.max_image_bytes,
    }
}

/// A quota has no row of its own here; its uuid follows from the account's and stays the same.
/// The last four bytes differ, which are random in every uuid.
fn uuid(project: &Project, of: Quota) -> Uuid {
    let mark = match of {
        Quota::ImageCount => 0x5155_4f31,
        Quota::ImageBytes => 0x5155_4f32,
    };
    Uuid::from_u128(project.id.uuid().as_u128() ^ mark)
}

#[cfg(test)]
mod tests {
    use gaze_domain::{DomainId, ProjectId, Timestamp};

    use super::*;

    #[test]
    fn every_limit_has_a_value_and_every_value_a_limit() {
        for (text, expected) in [(0, Some(0)), (20, Some(20)), (i64::MAX, None)] {
            assert_eq!(limit(text), expected);
            assert_eq!(value(expected), text);
        }
        assert_eq!(value(Some(u64::MAX)), i64::MAX);
    }

    #[test]
    fn the_quotas_of_accounts_have_uuids_of_their_own() {
        let project = |id: &str| Project {
            id: ProjectId::parse(id).unwrap(),
            domain: DomainId::parse(&"3".repeat(32)).unwrap(),
            name: "demo".into(),
            description: None,
            enabled: true,
            max_image_count: Some(3),
            max_image_bytes: None,
            image_count: 1,
            image_bytes: 2,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        };
        let mut seen = std::collections::BTreeSet::new();
        for id in [
            "36c27e8ff05c4780bf6d2fa65700f22e",
            "6f1dc5f0e6a44b6e9d3a1b2c3d4e5f60",
        ] {
            let project = project(id);
            assert!(seen.insert(id.to_owned()));
            let shown = inventories(&project);
            assert_eq!(shown, inventories(&project));
            for quota in shown {
                assert_eq!(quota.uuid[12..13], id[12..13], "its version is a uuid's");
                assert!(seen.insert(quota.uuid), "{seen:?}");
            }
        }
        let usages = usages(&project("36c27e8ff05c4780bf6d2fa65700f22e"));
        let told: Vec<_> = usages
            .iter()
            .map(|it| (it.name, it.total, it.used))
            .collect();
        assert_eq!(told, [("image.num", 3, 1), ("image.size", i64::MAX, 2)]);
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for quota in Quota::ALL {
            assert_eq!(named(name(*quota)), Some(*quota));
        }
        assert_eq!(named("vm.num"), None);
    }
}
