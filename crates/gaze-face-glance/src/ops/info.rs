//! What the service says of itself.

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use gaze_domain::{Caller, Noun, StoreKind};

use super::Answer;
use crate::Face;
use crate::auth::Known;
use crate::errors::Refusal;
use crate::map::import::methods;
use crate::wire::info::{
    Imports, Methods, Properties, Store, Stores, Usage, UsageOfProject, Usages,
};

/// How bytes may come besides being uploaded.
pub(crate) async fn show_import(State(face): State<Face>, _caller: Known) -> Answer {
    let methods = Methods {
        description: "Import methods available.",
        kind: "array",
        value: methods(face.knows_others()),
    };
    Ok(Json(Imports { methods }).into_response())
}

/// Stores by name. The default one, which clients expect first, is the one with the most room.
pub(crate) async fn list_stores(State(face): State<Face>, Known(caller): Known) -> Answer {
    let stores = by_room(&face, &caller).await?;
    let shown = stores.into_iter().enumerate().map(|(at, store)| Store {
        id: store.name,
        description: store.description,
        default: (at == 0).then_some("true"),
        kind: None,
        properties: None,
    });
    let stores = shown.collect();
    Ok(Json(Stores { stores }).into_response())
}

/// The same with where they are, for administrators.
pub(crate) async fn list_stores_detail(State(face): State<Face>, Known(caller): Known) -> Answer {
    caller.must_admin("see the details of stores", Noun::Store)?;
    let stores = by_room(&face, &caller).await?;
    let shown = stores.into_iter().enumerate().map(|(at, store)| Store {
        default: (at == 0).then_some("true"),
        kind: Some(kind(store.kind)),
        properties: Some(Properties {
            capacity: store.capacity.0,
            available: store.available().0,
            data_dir: store.url,
        }),
        id: store.name,
        description: store.description,
    });
    let stores = shown.collect();
    Ok(Json(Stores { stores }).into_response())
}

/// Stores that bytes can go to, the one with the most room first.
pub(super) async fn by_room(
    face: &Face,
    caller: &Caller,
) -> Result<Vec<gaze_domain::Store>, Refusal> {
    let mut stores = face.app.list_stores(caller).await?;
    stores.retain(gaze_domain::Store::is_usable);
    stores.sort_by_key(|store| std::cmp::Reverse(store.available()));
    Ok(stores)
}

/// What the caller's project uses of what it may. Sizes are in whole MiB, and -1 is no limit. What
/// is staged counts in full, and how many images arrive at once has no limit of its own.
pub(crate) async fn show_usage(State(face): State<Face>, Known(caller): Known) -> Answer {
    let (usage, arriving) = face.app.usage(&caller).await?;
    let size_limit = limit(usage.max_image_bytes.map(mebibytes));
    let usage = Usages {
        image_size_total: Usage {
            usage: mebibytes(usage.image_bytes),
            limit: size_limit,
        },
        image_stage_total: Usage {
            usage: mebibytes(arriving.staged_bytes),
            limit: size_limit,
        },
        image_count_total: Usage {
            usage: usage.image_count,
            limit: limit(usage.max_image_count),
        },
        image_count_uploading: Usage {
            usage: arriving.images,
            limit: limit(None),
        },
    };
    Ok(Json(UsageOfProject { usage }).into_response())
}

const fn mebibytes(bytes: u64) -> u64 {
    bytes >> 20
}

fn limit(most: Option<u64>) -> i64 {
    most.map_or(-1, |most| i64::try_from(most).unwrap_or(i64::MAX))
}

/// Glance's names of kinds of stores.
const fn kind(kind: StoreKind) -> &'static str {
    match kind {
        StoreKind::Fs => "file",
        StoreKind::S3 => "s3",
        StoreKind::Ceph => "rbd",
    }
}
