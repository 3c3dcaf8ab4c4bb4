//! Queries of tags, translated for the catalogue, and the tags of the rows of other queries.

use std::collections::BTreeMap;

use gaze_domain::list::{Operand, Test as Asked};
use gaze_domain::tag::{TAGGED, TagCondition as Ours, TagField, TagList, TagScope};
use gaze_domain::{Firmware, Noun, TagKind};
use serde_json::{Value, json};

use super::images::is_boot_mode;
use super::rows::{SYSTEM_TAGS, USER_TAGS};
use super::{Comparison, Condition, Query, Test};
use crate::call::Call;
use crate::errors::{Code, Failure, api, class_of};
use crate::map::tagging;
use crate::ops;
use crate::wire::backup_storage::{BackupStorage, Ceph, ImageStore, Sftp};
use crate::wire::cluster::Cluster;
use crate::wire::long_job::LongJob;
use crate::wire::primary_storage::PrimaryStorage;
use crate::wire::tag::{SystemTag, UserTag};
use crate::wire::vm_instance::VmInstance;
use crate::wire::volume::Volume;
use crate::wire::volume_snapshot::VolumeSnapshot;
use crate::wire::zone::Zone;
use crate::wire::{Inventory, date};

/// Things whose tags are read at once. Each has at most 128, and a list at most 10,000.
const CHUNK: usize = 75;

/// Which tags a query asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    System,
    User,
}

impl Wanted {
    const fn class(self) -> &'static str {
        match self {
            Self::System => SystemTag::CLASS,
            Self::User => UserTag::CLASS,
        }
    }

    fn kinds(self) -> Ours {
        let kinds: &[TagKind] = match self {
            Self::System => &[TagKind::System, TagKind::Firmware],
            Self::User => &[TagKind::User],
        };
        any(TagField::Kind, kinds.iter().map(|kind| kind.as_str()))
    }

    fn unknown(self, name: &str) -> Failure {
        api(
            Code::Internal,
            format!("inventory class[{}] has no field[{name}]", self.class()),
        )
    }
}

fn any<'w>(field: TagField, words: impl IntoIterator<Item = &'w str>) -> Ours {
    let words = words.into_iter().map(Operand::from).collect();
    Ours::Field(field, Asked::In(words))
}

/// The list that a query asks for.
pub(crate) async fn list(call: &Call, query: &Query, wanted: Wanted) -> Result<TagList, Failure> {
    let mut list = TagList {
        scope: TagScope::All,
        conditions: vec![wanted.kinds()],
        sort: None,
        start: query.start,
        limit: query.limit,
    };
    for condition in &query.conditions {
        let behind = condition.field.strip_prefix("tagPattern.");
        list.conditions.push(match behind {
            Some(field) if wanted == Wanted::User => by_pattern(call, field, condition).await?,
            Some(_) | None => translate(wanted, condition)?,
        });
    }
    if let Some(order) = &query.sort {
        let field = match order.field.as_str() {
            // The same for all.
            "type" | "inherent" => TagField::Id,
            name => column(wanted, name)?,
        };
        list.sort = Some((field, order.direction));
    }
    Ok(list)
}

fn column(wanted: Wanted, name: &str) -> Result<TagField, Failure> {
    Ok(match (name, wanted) {
        ("uuid", _) => TagField::Id,
        ("resourceUuid", _) => TagField::Subject,
        ("resourceType", _) => TagField::Noun,
        ("tag", _) => TagField::Text,
        ("createDate", _) => TagField::CreatedAt,
        ("lastOpDate", _) => TagField::UpdatedAt,
        ("tagPatternUuid", Wanted::User) => TagField::Pattern,
        _ => return Err(wanted.unknown(name)),
    })
}

fn translate(wanted: Wanted, condition: &Condition) -> Result<Ours, Failure> {
    let test = &condition.test;
    Ok(match condition.field.as_str() {
        "type" if wanted == Wanted::System => constant(tagging::SYSTEM, test),
        "type" => constant(tagging::USER, test),
        "inherent" if wanted == Wanted::System => constant("false", test),
        "resourceType" => {
            let met = TAGGED
                .into_iter()
                .filter(|noun| test.accepts(class_of(*noun)));
            any(TagField::Noun, met.map(Noun::as_str))
        }
        "tag" => Ours::AnyOf(vec![
            vec![
                any(TagField::Kind, ["system", "user"]),
                Ours::Field(TagField::Text, asked(test)),
            ],
            vec![
                any(TagField::Kind, ["firmware"]),
                any(TagField::Text, boot_modes(test)),
            ],
        ]),
        name => match column(wanted, name)? {
            field @ (TagField::CreatedAt | TagField::UpdatedAt) => {
                Ours::Field(field, times(condition)?)
            }
            field => Ours::Field(field, asked(test)),
        },
    })
}

/// The firmwares whose tag meets the test, by their words.
fn boot_modes(test: &Test) -> impl Iterator<Item = &'static str> {
    let met = |firmware: &&Firmware| match test.negation() {
        Some(opposite) => !is_boot_mode(&opposite, **firmware),
        None => is_boot_mode(test, **firmware),
    };
    let met: Vec<&'static str> = Firmware::ALL
        .iter()
        .filter(met)
        .map(|firmware| firmware.as_str())
        .collect();
    // A tag has a text.
    let none = *test == Test::Null;
    met.into_iter().filter(move |_| !none)
}

/// True of every tag or of none.
fn constant(word: &str, test: &Test) -> Ours {
    if test.accepts(word) {
        Ours::Field(TagField::Id, Asked::NotNull)
    } else {
        Ours::Field(TagField::Id, Asked::In(Vec::new()))
    }
}

fn asked(test: &Test) -> Asked {
    let one = |value: &String| Operand::from(value.as_str());
    let all = |values: &[String]| values.iter().map(one).collect();
    match test {
        Test::Compare(comparison, value) => compared(*comparison, one(value)),
        Test::OneOf(values) => Asked::In(all(values)),
        Test::NoneOf(values) => Asked::NotIn(all(values)),
        Test::Like(pattern) => Asked::Like(pattern.clone()),
        Test::NotLike(pattern) => Asked::NotLike(pattern.clone()),
        Test::Null => Asked::IsNull,
        Test::NotNull => Asked::NotNull,
    }
}

fn times(condition: &Condition) -> Result<Asked, Failure> {
    let one = |value: &String| {
        let read = date::read(value.trim()).map(Operand::Time);
        read.ok_or_else(|| {
            api(
                Code::Internal,
                format!("invalid value[{value}] of query field[{}]", condition.field),
            )
        })
    };
    let all = |values: &[String]| values.iter().map(one).collect::<Result<Vec<_>, _>>();
    Ok(match &condition.test {
        Test::Compare(comparison, value) => compared(*comparison, one(value)?),
        Test::OneOf(values) => Asked::In(all(values)?),
        Test::NoneOf(values) => Asked::NotIn(all(values)?),
        Test::Like(pattern) | Test::NotLike(pattern) => {
            return Err(one(pattern).err().unwrap_or(api(
                Code::Internal,
                format!("the query field[{}] is no text", condition.field),
            )));
        }
        Test::Null => Asked::IsNull,
        Test::NotNull => Asked::NotNull,
    })
}

fn compared(comparison: Comparison, value: Operand) -> Asked {
    match comparison {
        Comparison::Equal => Asked::Eq(value),
        Comparison::NotEqual => Asked::NotEq(value),
        Comparison::Less => Asked::Lt(value),
        Comparison::LessOrEqual => Asked::Le(value),
        Comparison::Greater => Asked::Gt(value),
        Comparison::GreaterOrEqual => Asked::Ge(value),
    }
}

/// A condition on the pattern of a user tag, tried on the patterns first.
async fn by_pattern(call: &Call, field: &str, condition: &Condition) -> Result<Ours, Failure> {
    use super::{reach, rows};
    use crate::wire::tag::TagPattern;
    reach::Noun::of::<TagPattern>().has(field)?;
    let mut met = rows::of(&ops::query_tag::all(call).await?)?;
    met.retain(|row| rows::meets(field, row.get(field), &condition.test));
    let ids = met.iter().filter_map(|row| row["uuid"].as_str());
    Ok(any(TagField::Pattern, ids))
}

/// Gives rows of that class their tags, for conditions to be tried on.
pub(super) async fn fill(call: &Call, class: &str, rows: &mut [Value]) -> Result<(), Failure> {
    let filled = |row: &Value| row.get(SYSTEM_TAGS).is_some();
    let Some(noun) = noun_of(class).filter(|_| !rows.iter().all(filled)) else {
        return Ok(());
    };
    for chunk in rows.chunks_mut(CHUNK) {
        let uuids = chunk.iter().filter_map(|row| row["uuid"].as_str());
        let list = TagList {
            scope: TagScope::All,
            conditions: vec![
                any(TagField::Noun, [noun.as_str()]),
                any(TagField::Subject, uuids),
            ],
            sort: None,
            start: 0,
            limit: super::MAX_LIMIT,
        };
        let found = call
            .app
            .list_tags(call.caller()?, list)
            .await
            .map_err(|error| call.failure(&error))?;
        let mut by_subject: BTreeMap<String, (Vec<String>, Vec<String>)> = BTreeMap::new();
        for tag in found {
            let subject = tag.subject.simple().to_string();
            let (system, user) = by_subject.entry(subject).or_default();
            match tag.kind {
                TagKind::System | TagKind::Firmware => system.push(tagging::text(&tag)),
                TagKind::User => user.push(tag.text),
            }
        }
        for row in chunk {
            let uuid = row["uuid"].as_str().unwrap_or_default();
            let (system, user) = by_subject.remove(uuid).unwrap_or_default();
            row[SYSTEM_TAGS] = json!(system);
            row[USER_TAGS] = json!(user);
        }
    }
    Ok(())
}

fn noun_of(class: &str) -> Option<Noun> {
    [
        (BackupStorage::CLASS, Noun::Store),
        (Sftp::CLASS, Noun::Store),
        (ImageStore::CLASS, Noun::Store),
        (Ceph::CLASS, Noun::Store),
        (PrimaryStorage::CLASS, Noun::Pool),
        (Zone::CLASS, Noun::Zone),
        (Cluster::CLASS, Noun::Cluster),
        (VmInstance::CLASS, Noun::Instance),
        (Volume::CLASS, Noun::Volume),
        (VolumeSnapshot::CLASS, Noun::Snapshot),
        (LongJob::CLASS, Noun::Job),
    ]
    .into_iter()
    .find_map(|(known, noun)| (known == class).then_some(noun))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(wanted: Wanted, text: &str) -> Result<Ours, Failure> {
        let query = Query::read(&[("q".into(), text.into())])?;
        translate(wanted, &query.conditions[0])
    }

    #[test]
    fn words_of_the_vendor_become_conditions_of_ours() {
        let none = || Ours::Field(TagField::Id, Asked::In(Vec::new()));
        let all = || Ours::Field(TagField::Id, Asked::NotNull);
        for (wanted, text, expected) in [
            (Wanted::System, "type=System", all()),
            (Wanted::System, "type=User", none()),
            (Wanted::User, "type=User", all()),
            (Wanted::System, "inherent=true", none()),
            (Wanted::System, "inherent=false", all()),
            (
                Wanted::User,
                "resourceType=ImageVO",
                any(TagField::Noun, ["image"]),
            ),
            (Wanted::User, "resourceType=HostVO", any(TagField::Noun, [])),
            (
                Wanted::User,
                "tagPatternUuid is null",
                Ours::Field(TagField::Pattern, Asked::IsNull),
            ),
        ] {
            assert_eq!(translated(wanted, text).unwrap(), expected, "{text}");
        }
        for (wanted, text) in [
            (Wanted::System, "tagPatternUuid=x"),
            (Wanted::User, "inherent=true"),
            (Wanted::User, "colour=red"),
            (Wanted::User, "createDate>soon"),
            (Wanted::User, "createDate~=Nov%"),
        ] {
            assert!(translated(wanted, text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_boot_mode_is_compared_by_its_tag() {
        for (text, expected) in [
            ("tag=bootMode::uefi", vec!["uefi"]),
            ("tag~=bootMode::U%", vec!["uefi", "uefi-csm"]),
            ("tag!=bootMode::UEFI", vec!["bios", "uefi-csm"]),
            ("tag!?=bootMode::UEFI,bootMode::Legacy", vec!["uefi-csm"]),
            ("tag=qemuga", vec![]),
            ("tag is null", vec![]),
            ("tag not null", vec!["bios", "uefi", "uefi-csm"]),
        ] {
            let query = Query::read(&[("q".into(), text.into())]).unwrap();
            let met: Vec<_> = boot_modes(&query.conditions[0].test).collect();
            assert_eq!(met, expected, "{text}");
        }
    }
}
