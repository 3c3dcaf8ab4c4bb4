//! The operations, one file each: a `ROUTE` that declares it, and what it does.

pub(crate) mod add_ceph_backup_storage;
pub(crate) mod add_image;
pub(crate) mod add_image_store_backup_storage;
pub(crate) mod add_local_primary_storage;
pub(crate) mod add_nfs_primary_storage;
pub(crate) mod add_sftp_backup_storage;
pub(crate) mod add_shared_mount_point_primary_storage;
pub(crate) mod attach_backup_storage_to_zone;
pub(crate) mod attach_tag_to_resources;
pub(crate) mod calculate_image_hash;
pub(crate) mod cancel_long_job;
pub(crate) mod change_access_key_state;
pub(crate) mod change_backup_storage_state;
pub(crate) mod change_image_state;
pub(crate) mod change_primary_storage_state;
pub(crate) mod change_resource_owner;
pub(crate) mod change_vm_image;
pub(crate) mod change_zone_state;
pub(crate) mod create_access_key;
pub(crate) mod create_account;
pub(crate) mod create_cluster;
pub(crate) mod create_data_volume_template_from_volume;
pub(crate) mod create_data_volume_template_from_volume_snapshot;
pub(crate) mod create_root_volume_template_from_root_volume;
pub(crate) mod create_root_volume_template_from_volume_snapshot;
pub(crate) mod create_system_tag;
pub(crate) mod create_system_tags;
pub(crate) mod create_tag;
pub(crate) mod create_user_tag;
pub(crate) mod create_zone;
pub(crate) mod delete_access_key;
pub(crate) mod delete_account;
pub(crate) mod delete_backup_storage;
pub(crate) mod delete_cluster;
pub(crate) mod delete_exported_image_from_backup_storage;
pub(crate) mod delete_image;
pub(crate) mod delete_long_job;
pub(crate) mod delete_primary_storage;
pub(crate) mod delete_tag;
pub(crate) mod delete_vm_boot_mode;
pub(crate) mod delete_zone;
pub(crate) mod detach_backup_storage_from_zone;
pub(crate) mod detach_tag_from_resources;
pub(crate) mod export_image_from_backup_storage;
pub(crate) mod expunge_image;
pub(crate) mod get_account_quota_usage;
pub(crate) mod get_backup_storage_capacity;
pub(crate) mod get_backup_storage_types;
pub(crate) mod get_candidate_backup_storage_for_creating_image;
pub(crate) mod get_candidate_iso_for_attaching_vm;
pub(crate) mod get_candidate_vm_for_attaching_iso;
pub(crate) mod get_current_time;
pub(crate) mod get_image_candidates_for_vm_to_change;
pub(crate) mod get_image_qga;
pub(crate) mod get_management_node_arch;
pub(crate) mod get_primary_storage_capacity;
pub(crate) mod get_primary_storage_types;
pub(crate) mod get_task_progress;
pub(crate) mod get_upload_image_job_details;
pub(crate) mod get_version;
pub(crate) mod is_ready_to_go;
pub(crate) mod log_in;
pub(crate) mod log_in_by_account;
pub(crate) mod log_in_by_user;
pub(crate) mod log_out;
mod pools;
pub(crate) mod query_access_key;
pub(crate) mod query_account;
pub(crate) mod query_account_resource_ref;
pub(crate) mod query_backup_storage;
pub(crate) mod query_ceph_backup_storage;
pub(crate) mod query_cluster;
pub(crate) mod query_image;
pub(crate) mod query_image_store_backup_storage;
pub(crate) mod query_long_job;
pub(crate) mod query_management_node;
pub(crate) mod query_primary_storage;
pub(crate) mod query_quota;
pub(crate) mod query_sftp_backup_storage;
pub(crate) mod query_shared_resource;
pub(crate) mod query_system_tag;
pub(crate) mod query_tag;
pub(crate) mod query_user_tag;
pub(crate) mod query_vm_instance;
pub(crate) mod query_volume;
pub(crate) mod query_volume_snapshot;
pub(crate) mod query_zone;
pub(crate) mod reconnect_backup_storage;
pub(crate) mod reconnect_primary_storage;
pub(crate) mod reconnect_sftp_backup_storage;
pub(crate) mod recover_image;
pub(crate) mod renew_session;
pub(crate) mod rerun_long_job;
mod resources;
pub(crate) mod revoke_resource_sharing;
pub(crate) mod set_image_boot_mode;
pub(crate) mod set_image_qga;
pub(crate) mod set_vm_boot_mode;
pub(crate) mod share_resource;
mod stores;
pub(crate) mod submit_long_job;
pub(crate) mod sync_image_size;
pub(crate) mod sync_primary_storage_capacity;
mod tags;
pub(crate) mod template;
pub(crate) mod update_account;
pub(crate) mod update_backup_storage;
pub(crate) mod update_cluster;
pub(crate) mod update_image;
pub(crate) mod update_long_job;
pub(crate) mod update_primary_storage;
pub(crate) mod update_quota;
pub(crate) mod update_sftp_backup_storage;
pub(crate) mod update_system_tag;
pub(crate) mod update_tag;
pub(crate) mod update_zone;
pub(crate) mod validate_session;

use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;
use gaze_app::{KeptImage, Names, Rendering};
use gaze_domain::{Caller, Error, Image, ImageId, JobId, Noun, RegionId, StoreId};
use serde_json::Value;

use crate::answer::{self, Answer};
use crate::call::{Call, Outcome};
use crate::errors::{Code, Failure, api, no_such_resource};
use crate::listing::{Listing, Row};
use crate::map;
use crate::params::{Field, is_uuid};
use crate::query::{Query, rows};
use crate::wire::{self, Inventory};

/// `name` of something new (`@APIParam(maxLength = 255)`).
const NAME: Field = Field::text("name").length(0, 255);
/// `description` of something (`@APIParam(maxLength = 2048)`).
const DESCRIPTION: Field = Field::text("description").length(0, 2048);

/// `{"inventory": …}` of an image, with the paths of its copies.
async fn image_answer(call: &Call, caller: &Caller, image: &Image) -> Result<Answer, Failure> {
    let mut shown = inventories(call, caller, &[image]).await?;
    let shown = shown.pop().unwrap_or_default();
    Answer::inventory(&shown)
}

/// Several images as rows, to be cut down to some of their fields.
async fn image_rows(
    call: &Call,
    caller: &Caller,
    images: &[Arc<KeptImage>],
) -> Result<Vec<Value>, Failure> {
    let images: Vec<&Image> = images.iter().map(|kept| kept.image()).collect();
    let shown = inventories(call, caller, &images).await?;
    shown.iter().map(answer::json).collect()
}

/// The list of several images.
async fn image_list(
    call: &Call,
    caller: &Caller,
    images: &[Arc<KeptImage>],
) -> Result<Listing, Failure> {
    let told = |error: Error| call.failure(&error);
    let names = call.app.catalogue_names(caller).await.map_err(told)?;
    let exported: Vec<&Image> = images
        .iter()
        .filter(|kept| kept.is_exported())
        .map(|kept| kept.image())
        .collect();
    let exports = call.app.ready_exports(caller, &exported);
    let exports = exports.await.map_err(told)?;
    let write = |kept: &Arc<KeptImage>| {
        // Addresses of exports are capabilities: they are not kept with what everybody is shown.
        if let Some(exports) = exports.get(&kept.id).filter(|found| !found.is_empty()) {
            let mut shown = map::image::inventory(kept, |store| names.store(store));
            map::export::show(&mut shown, exports, &call.origin);
            return Row::of(&shown);
        }
        let json = written(kept, &names)?;
        let nested = kept.locations.len();
        Ok(Row { json, nested })
    };
    let rows: Result<Vec<Row>, Error> = images.iter().map(write).collect();
    Ok(Listing::of::<wire::image::Image>(rows.map_err(told)?))
}

/// The form in which everybody is shown an image.
fn form(names: &Names) -> Rendering {
    Rendering {
        face: "zstack",
        variant: 0,
        names: names.generation,
    }
}

/// The image in that form, without exports.
fn written(kept: &KeptImage, names: &Names) -> Result<Bytes, Error> {
    kept.rendered(form(names), |kept| {
        let shown = map::image::inventory(kept, |store| names.store(store));
        Row::of(&shown).map(|row| row.json.into())
    })
}

/// Images with the paths of their copies and, for whom they belong to, what is exported of them.
async fn inventories(
    call: &Call,
    caller: &Caller,
    images: &[&Image],
) -> Result<Vec<wire::image::Image>, Failure> {
    let told = |error: Error| call.failure(&error);
    let names = call.app.catalogue_names(caller).await.map_err(told)?;
    let exports = call.app.ready_exports(caller, images).await.map_err(told)?;
    let show = |image: &Image| {
        let mut shown = map::image::inventory(image, |store| names.store(store));
        let exports = exports.get(&image.id).map_or(&[][..], Vec::as_slice);
        map::export::show(&mut shown, exports, &call.origin);
        shown
    };
    Ok(images.iter().copied().map(show).collect())
}

/// The id in a parameter that was validated to hold one.
fn image_id(call: &Call, field: &str) -> Result<ImageId, Failure> {
    call.params
        .given(field)
        .parse()
        .map_err(|error| call.failure(&error))
}

/// The id of a job in a parameter that was validated to hold one.
fn job_id(call: &Call, field: &str) -> Result<JobId, Failure> {
    call.params
        .given(field)
        .parse()
        .map_err(|error| call.failure(&error))
}

/// The id in a parameter that was validated to hold one.
fn id<T: FromStr<Err = Error>>(call: &Call, field: &str) -> Result<T, Failure> {
    call.params
        .given(field)
        .parse()
        .map_err(|error| call.failure(&error))
}

/// The ids in a list, if it was given.
fn ids<T: FromStr<Err = Error>>(call: &Call, field: &str) -> Result<Option<Vec<T>>, Failure> {
    let Some(list) = call.params.list(field) else {
        return Ok(None);
    };
    list.into_iter()
        .map(str::parse::<T>)
        .collect::<Result<Vec<_>, Error>>()
        .map(Some)
        .map_err(|error| call.failure(&error))
}

/// Refuses a list that names what is not there.
fn must_exist<T: PartialEq + std::fmt::Display>(
    field: &str,
    noun: Noun,
    named: Option<&[T]>,
    known: &[T],
) -> Result<(), Failure> {
    let missing: Vec<String> = named
        .unwrap_or_default()
        .iter()
        .filter(|id| !known.contains(id))
        .map(ToString::to_string)
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(no_such_resource(field, noun, &missing.join(", ")))
    }
}

/// The id of what is to be deleted. It need not exist, but be an id.
fn deletable<T: FromStr<Err = Error>>(call: &Call) -> Result<T, Failure> {
    let text = call.params.given("uuid");
    let odd = || {
        api(
            Code::NotFound,
            format!("invalid value[{text}] of field [uuid]"),
        )
    };
    if !is_uuid(text) {
        return Err(odd());
    }
    text.parse().map_err(|_error| odd())
}

/// The answer to a deletion: what does not exist is as good as deleted.
fn gone(call: &Call, deleted: Result<(), Error>) -> Result<Outcome, Failure> {
    match deleted {
        Ok(()) | Err(Error::NotFound { .. }) => Ok(Answer::empty().into()),
        Err(error) => Err(call.failure(&error)),
    }
}

/// The region of what is made through ZStack's API, which knows no regions: the oldest.
async fn home_region(call: &Call) -> Result<RegionId, Failure> {
    let regions = call
        .app
        .list_regions(call.caller()?)
        .await
        .map_err(|error| call.failure(&error))?;
    regions.first().map(|region| region.id).ok_or_else(|| {
        api(
            Code::OperationFailed,
            "there is no region; make one with `gaze region create`",
        )
    })
}

/// The stores that a list names.
fn store_ids(call: &Call, field: &str) -> Result<Option<Vec<StoreId>>, Failure> {
    let Some(list) = call.params.list(field) else {
        return Ok(None);
    };
    list.into_iter()
        .map(str::parse::<StoreId>)
        .collect::<Result<Vec<_>, Error>>()
        .map(Some)
        .map_err(|error| call.failure(&error))
}

/// The answer to a query of a noun of which there are few.
async fn answer_rows<T: Inventory>(call: &Call, all: &[T]) -> Result<Outcome, Failure> {
    let mut query = Query::read(&call.query)?;
    if let Some(uuid) = call.params.text("uuid") {
        query.only(uuid);
    }
    let page = rows::select::<T>(call, &query, rows::of(all)?).await?;
    answer_page::<T>(&query, page)
}

/// The answer to a query whose rows are known.
fn answer_page<T: Inventory>(query: &Query, page: rows::Page) -> Result<Outcome, Failure> {
    let rows::Page { mut rows, total } = page;
    if query.count {
        return Ok(Answer::empty().with("total", total).of_query().into());
    }
    rows::keep_fields::<T>(query, &mut rows)?;
    let answer = Answer::inventories::<T>(rows).of_query();
    Ok(if query.with_total {
        answer.with("total", total)
    } else {
        answer
    }
    .into())
}
