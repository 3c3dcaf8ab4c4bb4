//! The query of a list of images, as conditions of the domain.

use gaze_domain::image::{Media, Visibility};
use gaze_domain::list::{
    Condition, Direction, Field, ImageList, Operand, Scope, Sort, Start, Test,
};
use gaze_domain::{
    Architecture, Caller, DiskFormat, Error, ImageId, MemberState, Platform, ProjectId, Result,
    Status, StoreId,
};

use crate::query::{Parameters, number, truth};
use crate::wire::value::Vocabulary;

/// Images on a page if the client does not say.
pub(crate) const DEFAULT_LIMIT: u32 = 100;
/// Below the app's longest page, so that one more than a page can be asked for.
pub(crate) const MAX_LIMIT: u32 = 500;

/// The fields by which a list can be ordered, and our API's words for them.
const SORTS: &[(&str, Field)] = &[
    ("id", Field::Id),
    ("name", Field::Name),
    ("status", Field::Status),
    ("owner", Field::Owner),
    ("format", Field::Format),
    ("platform", Field::Platform),
    ("size", Field::Size),
    ("virtual_size", Field::VirtualSize),
    ("created_at", Field::CreatedAt),
    ("updated_at", Field::UpdatedAt),
];

/// Understands `GET /gaze/v1/images`. The limit is one more than the page, so that the handler
/// sees whether there is a next one: see [`Wanted::limit`].
pub(crate) fn image_list(caller: &Caller, query: &mut Parameters) -> Result<Wanted> {
    let members = query.parsed("membership", word::<MemberState>)?;
    let visible = words::<Visibility>(query, "visibility")?;
    let scope = scope(caller, members, &visible);
    let limit = query
        .parsed("limit", |text| number(text, 1, u64::from(MAX_LIMIT)))?
        .and_then(|limit| u32::try_from(limit).ok())
        .unwrap_or(DEFAULT_LIMIT);
    let mut list = ImageList::new(scope, limit + 1);
    if let Some(after) = query.parsed("after", id(ImageId::parse))? {
        list.start = Start::After(after);
    }
    for text in query.many("sort") {
        for key in text.split(',') {
            list.sort.push(sort(key)?);
        }
    }
    list.conditions = conditions(query)?;
    if !visible.is_empty() {
        list.conditions.push(any(Field::Visibility, visible));
    }
    Ok(Wanted { list, limit })
}

/// Community images of others are listed for those who ask for them by that word.
fn scope(caller: &Caller, members: Option<MemberState>, visible: &[&str]) -> Scope {
    if caller.is_admin() {
        return Scope::All;
    }
    let project = caller.project;
    let shared = vec![members.unwrap_or(MemberState::Accepted)];
    let community = Visibility::Community.as_str();
    match visible {
        [only] if *only == community => Scope::Community,
        some if some.contains(&community) => Scope::Usable { project, shared },
        _ => Scope::Visible { project, shared },
    }
}

/// A page that a client wants.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) list: ImageList,
    /// Images on the page.
    pub(crate) limit: u32,
}

fn conditions(query: &mut Parameters) -> Result<Vec<Condition>> {
    let mut all = Vec::new();
    if let Some(name) = query.one("name")? {
        all.push(Condition::Field(Field::Name, matching(&name)));
    }
    if let Some(owner) = query.parsed("owner", id(ProjectId::parse))? {
        all.push(Condition::eq(Field::Owner, owner));
    }
    if let Some(store) = query.parsed("store", id(StoreId::parse))? {
        all.push(Condition::eq(Field::LocationStore, store));
    }
    let statuses = words::<Status>(query, "status")?;
    if statuses.is_empty() {
        all.push(Condition::not_eq(Field::Status, Status::Deleted));
    } else {
        all.push(any(Field::Status, statuses));
    }
    for (field, wanted) in [
        (Field::Platform, words::<Platform>(query, "platform")?),
        (
            Field::Architecture,
            words::<Architecture>(query, "architecture")?,
        ),
        (Field::Format, words::<DiskFormat>(query, "format")?),
        (Field::Media, words::<Media>(query, "media")?),
    ] {
        if !wanted.is_empty() {
            all.push(any(field, wanted));
        }
    }
    for (name, field) in [
        ("enabled", Field::Enabled),
        ("protected", Field::Protected),
        ("system", Field::System),
    ] {
        if let Some(wanted) = query.parsed(name, truth)? {
            all.push(Condition::eq(field, wanted));
        }
    }
    let hidden = query.parsed("hidden", truth)?.unwrap_or(false);
    all.push(Condition::eq(Field::Hidden, hidden));
    for tag in query.many("tag") {
        all.push(Condition::eq(Field::Tag, tag));
    }
    for (name, value) in query.with_prefix("property.") {
        if name.is_empty() {
            return Err(Error::invalid("property.", "names no property"));
        }
        all.push(Condition::eq(Field::Property(name), value));
    }
    Ok(all)
}

/// `*` stands for any characters; without it, a name is meant exactly.
fn matching(name: &str) -> Test {
    if name.contains('*') {
        Test::Like(name.replace('*', "%"))
    } else {
        Test::Eq(Operand::from(name))
    }
}

fn any(field: Field, words: Vec<&'static str>) -> Condition {
    match words.as_slice() {
        [one] => Condition::eq(field, *one),
        _ => Condition::any(field, words),
    }
}

/// `name` and `-name`: ascending and descending.
fn sort(key: &str) -> Result<Sort> {
    let (name, direction) = match key.strip_prefix('-') {
        Some(name) => (name, Direction::Descending),
        None => (key, Direction::Ascending),
    };
    let known = SORTS.iter().find(|(word, _)| *word == name);
    let Some((_, field)) = known else {
        let words: Vec<_> = SORTS.iter().map(|(word, _)| *word).collect();
        let reason = format!("{name:?} is none of {}", words.join(", "));
        return Err(Error::invalid("sort", reason));
    };
    Ok(Sort {
        field: field.clone(),
        direction,
    })
}

fn word<T: Vocabulary>(text: &str) -> Result<T, String> {
    T::from_word(text).ok_or_else(|| format!("{text:?} is none of {}", T::all().join(", ")))
}

/// The words of a parameter that may be repeated or hold several, separated by commas.
fn words<T: Vocabulary>(query: &mut Parameters, name: &str) -> Result<Vec<&'static str>> {
    let given = query.many(name);
    given
        .iter()
        .flat_map(|text| text.split(','))
        .map(|text| word::<T>(text).map(Vocabulary::word))
        .collect::<Result<_, _>>()
        .map_err(|reason| Error::invalid(name, reason))
}

/// Reads an id of either text form.
pub(crate) fn id<T>(parse: fn(&str) -> Option<T>) -> impl Fn(&str) -> Result<T, String> {
    move |text| parse(text).ok_or_else(|| format!("{text:?} is no id of 32 hexadecimal digits"))
}

#[cfg(test)]
mod tests;
