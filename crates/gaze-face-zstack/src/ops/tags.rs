//! What the operations on tags share, and the tags that operations give to what they make.

use gaze_app::TagText;
use gaze_domain::{Error, Noun, TagPatternId};
use uuid::Uuid;

use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api, class_of, invalid_argument};
use crate::map::tagging;
use crate::params::Field;
use crate::query::{Query, rows, tags};
use crate::wire::Inventory;

/// `tagUuids` of something new: the tag patterns that it gets a tag of.
pub(super) const TAG_UUIDS: Field = Field::list("tagUuids").may_be_empty();

/// The tags that the call gives to what it makes, other than an image.
pub(super) async fn given(call: &Call, noun: Noun) -> Result<Vec<TagText>, Failure> {
    let mut given = tagging::given(noun, &call.tags)?;
    given.extend(of_patterns(call).await?.into_iter().map(TagText::user));
    Ok(given)
}

/// The texts of tags by the patterns that the call names.
pub(super) async fn of_patterns(call: &Call) -> Result<Vec<String>, Failure> {
    let Some(named) = call.params.list("tagUuids") else {
        return Ok(Vec::new());
    };
    let mut texts = Vec::with_capacity(named.len());
    for uuid in named {
        let id = TagPatternId::parse(uuid).ok_or_else(|| no_pattern("tagUuids", uuid))?;
        match call.app.texts_of_patterns(call.caller()?, &[id]).await {
            Ok(found) => texts.extend(found),
            Err(Error::NotFound { .. }) => return Err(no_pattern("tagUuids", uuid)),
            Err(error) => return Err(call.failure(&error)),
        }
    }
    Ok(texts)
}

/// Refusal of a tag pattern that is not there.
pub(super) fn no_pattern(field: &str, uuid: &str) -> Failure {
    let named = if field.ends_with("Uuids") {
        format!("uuids:[{uuid}]")
    } else {
        format!("uuid:{uuid}")
    };
    api(
        Code::NotFound,
        format!("invalid field[{field}], resource[{named}, type:TagPatternVO] not found"),
    )
}

/// What a call means to give a tag: `resourceType` and `resourceUuid`.
pub(super) fn resource(call: &Call) -> Result<(Noun, Uuid), Failure> {
    let uuid = call.params.given("resourceUuid");
    let subject = Uuid::try_parse(uuid).map_err(|_no_uuid| no_resource(uuid))?;
    let word = call.params.given("resourceType");
    let noun = tagging::read_resource_type(word)
        .ok_or_else(|| invalid_argument(format!("no resource type[{word}] found in tag system")))?;
    Ok((noun, subject))
}

fn no_resource(uuid: &str) -> Failure {
    api(
        Code::NotFound,
        format!("invalid field[resourceUuid], resource[uuid:{uuid}, type:ResourceVO] not found"),
    )
}

/// Why tags could not be given.
pub(super) async fn refused(call: &Call, noun: Noun, subject: Uuid, error: &Error) -> Failure {
    match error {
        Error::NotFound { .. } => match call.app.noun_of(subject).await {
            Ok(other) if other != noun => {
                invalid_argument("The argument :'resourceType' doesn't match uuid")
            }
            Ok(_) | Err(_) => no_resource(&subject.simple().to_string()),
        },
        Error::AlreadyExists {
            noun: Noun::Tag,
            id: text,
        } => api(
            Code::OperationFailed,
            format!(
                "Duplicated Tag[tag:{text}, type:User, resourceType:{}, resourceUuid:{}]",
                class_of(noun),
                subject.simple()
            ),
        ),
        Error::Invalid { field, reason } if field == "tag" => {
            invalid_argument(format!("field[tag] {reason}"))
        }
        other => call.failure(other),
    }
}

/// The answer to a query of tags of that sort.
pub(super) async fn answer<T: Inventory>(
    call: &Call,
    wanted: tags::Wanted,
    show: impl Fn(&gaze_domain::Tag) -> T,
) -> Result<Outcome, Failure> {
    let caller = call.caller()?;
    let mut query = Query::read(&call.query)?;
    if let Some(uuid) = call.params.text("uuid") {
        query.only(uuid);
    }
    let mut list = tags::list(call, &query, wanted).await?;
    let told = |error: Error| call.failure(&error);
    let mut total = 0;
    if query.count || query.with_total || query.group_by.is_some() {
        let counted = call.app.count_tags(caller, list.clone()).await;
        total = counted.map_err(told)?;
    }
    if let Some(key) = &query.group_by {
        crate::query::reach::Noun::of::<T>().has(key)?;
        if total > u64::from(crate::query::MAX_LIMIT) {
            return Err(api(
                Code::Internal,
                format!("{total} tags are too many to be grouped; add conditions"),
            ));
        }
        (list.start, list.limit) = (0, crate::query::MAX_LIMIT);
    }
    let shown: Vec<T> = if query.count && query.group_by.is_none() {
        Vec::new()
    } else {
        let found = call.app.list_tags(caller, list).await.map_err(told)?;
        found.iter().map(show).collect()
    };
    let rows = rows::of(&shown)?;
    let page = if query.group_by.is_some() {
        // The order is the list's.
        let grouped = Query {
            sort: None,
            ..query.clone()
        };
        rows::page(&grouped, rows)
    } else {
        rows::Page { rows, total }
    };
    super::answer_page::<T>(&query, page)
}
