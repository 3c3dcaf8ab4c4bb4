//! What the operations on backup storages share.

use gaze_app::{NewStore, StorePatch};
use gaze_domain::{Error, Noun, Store, StoreId, StoreKind};

use super::{home_region, id, tags};
use crate::call::Call;
use crate::errors::{Code, Failure, api};
use crate::map::words;

/// Makes a store as the parameters of an Add call describe it: of the oldest region, and of no
/// zone yet. A kind that this build does not have is refused before anything is made.
pub(super) async fn add_store(call: &Call, kind: StoreKind) -> Result<Store, Failure> {
    let caller = call.caller()?;
    let params = &call.params;
    if params.flag("importImages") == Some(true) {
        return Err(api(
            Code::Unsupported,
            "images that are in a folder already are not imported; add them one by one",
        ));
    }
    let tags = tags::given(call, Noun::Store).await?;
    let new = NewStore {
        id: params.text("resourceUuid").and_then(StoreId::parse),
        region: home_region(call).await?,
        name: params.given("name").to_owned(),
        description: params.owned("description"),
        kind,
        url: params.owned("url"),
        host: params.owned("hostname"),
        medium: None,
        capacity: None,
        zones: Vec::new(),
    };
    call.app
        .create_tagged_store(caller, new, tags)
        .await
        .map_err(|error| match error {
            Error::Invalid { field, reason } if field == "kind" => api(
                Code::Unsupported,
                format!(
                    "backup storages of the type[{}] cannot be added: {reason}",
                    words::store_kind(kind)
                ),
            ),
            other => call.failure(&other),
        })
}

/// Changes what is said of a store.
pub(super) async fn update_store(call: &Call) -> Result<Store, Failure> {
    let patch = StorePatch {
        name: call.params.owned("name"),
        description: call.params.owned("description").map(Some),
    };
    call.app
        .update_store(call.caller()?, id(call, "uuid")?, patch)
        .await
        .map_err(|error| failed(call, &error))
}

/// A failure of a call that names a store as `uuid`.
pub(super) fn failed(call: &Call, error: &Error) -> Failure {
    call.failure_named(error, &[(Noun::Store, "uuid")])
}
