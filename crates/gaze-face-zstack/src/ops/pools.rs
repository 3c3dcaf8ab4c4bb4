//! What the operations on primary storages share.

use gaze_app::NewPool;
use gaze_domain::{Error, Noun, Pool, PoolId, PoolKind};

use super::{id, tags};
use crate::answer::Answer;
use crate::call::{Call, Outcome};
use crate::errors::{Failure, invalid_argument};
use crate::map;

/// Makes a pool in the folder that `url` names.
pub(super) async fn add_pool(call: &Call, kind: PoolKind) -> Result<Outcome, Failure> {
    let params = &call.params;
    let url = params.given("url");
    if !url.starts_with('/') {
        return Err(invalid_argument(format!(
            "the url[{url}] is not an absolute path starting with '/'"
        )));
    }
    let tags = tags::given(call, Noun::Pool).await?;
    let new = NewPool {
        id: params.text("resourceUuid").and_then(PoolId::parse),
        zone: id(call, "zoneUuid")?,
        name: params.given("name").to_owned(),
        description: params.owned("description"),
        kind,
        path: Some(url.to_owned()),
        fsid: None,
    };
    let made = call.app.create_tagged_pool(call.caller()?, new, tags).await;
    pool_answer(call, made).await
}

/// `{"inventory": …}` of a pool, with what was seen of it.
pub(super) async fn pool_answer(
    call: &Call,
    pool: Result<Pool, Error>,
) -> Result<Outcome, Failure> {
    let failed = |error| call.failure_named(&error, &[(Noun::Pool, "uuid")]);
    let seen = call.app.seen_pool(pool.map_err(failed)?).await;
    Ok(Answer::inventory(&map::pool::inventory(&seen.map_err(failed)?))?.into())
}
