//! Every operation of ZStack's API on images and the things around them: those that are served,
//! each declared in its own file, and those that are not.

use gaze_http::{Auth, Coverage, Operation};

use crate::ops;
use crate::route::{Absent, Access, Route, Verb};

/// Served. Where several actions are in one body, the first here is meant.
pub(crate) const ROUTES: &[&Route] = &[
    &ops::log_in_by_account::ROUTE,
    &ops::log_in_by_user::ROUTE,
    &ops::log_in::ROUTE,
    &ops::validate_session::ROUTE,
    &ops::renew_session::ROUTE,
    &ops::log_out::ROUTE,
    &ops::create_access_key::ROUTE,
    &ops::query_access_key::ROUTE,
    &ops::change_access_key_state::ROUTE,
    &ops::delete_access_key::ROUTE,
    &ops::get_image_candidates_for_vm_to_change::ROUTE,
    &ops::get_candidate_iso_for_attaching_vm::ROUTE,
    &ops::get_candidate_vm_for_attaching_iso::ROUTE,
    &ops::get_candidate_backup_storage_for_creating_image::OF_VOLUME,
    &ops::get_candidate_backup_storage_for_creating_image::OF_SNAPSHOT,
    &ops::get_candidate_backup_storage_for_creating_image::OF_EITHER,
    &ops::change_vm_image::ROUTE,
    &ops::set_vm_boot_mode::ROUTE,
    &ops::delete_vm_boot_mode::ROUTE,
    &ops::change_image_state::ROUTE,
    &ops::create_root_volume_template_from_root_volume::ROUTE,
    &ops::create_root_volume_template_from_volume_snapshot::ROUTE,
    &ops::create_data_volume_template_from_volume::ROUTE,
    &ops::create_data_volume_template_from_volume_snapshot::ROUTE,
    &ops::add_image::ROUTE,
    &ops::query_image::ROUTE,
    &ops::update_image::ROUTE,
    &ops::delete_image::ROUTE,
    &ops::recover_image::ROUTE,
    &ops::expunge_image::ROUTE,
    &ops::export_image_from_backup_storage::ROUTE,
    &ops::delete_exported_image_from_backup_storage::ROUTE,
    &ops::get_upload_image_job_details::ROUTE,
    &ops::sync_image_size::ROUTE,
    &ops::set_image_boot_mode::ROUTE,
    &ops::calculate_image_hash::ROUTE,
    &ops::set_image_qga::ROUTE,
    &ops::get_image_qga::ROUTE,
    &ops::query_backup_storage::ROUTE,
    &ops::add_sftp_backup_storage::ROUTE,
    &ops::add_image_store_backup_storage::ROUTE,
    &ops::add_ceph_backup_storage::ROUTE,
    &ops::query_sftp_backup_storage::ROUTE,
    &ops::query_image_store_backup_storage::ROUTE,
    &ops::query_ceph_backup_storage::ROUTE,
    &ops::change_backup_storage_state::ROUTE,
    &ops::reconnect_backup_storage::ROUTE,
    &ops::reconnect_sftp_backup_storage::ROUTE,
    &ops::update_backup_storage::ROUTE,
    &ops::update_sftp_backup_storage::ROUTE,
    &ops::delete_backup_storage::ROUTE,
    &ops::attach_backup_storage_to_zone::ROUTE,
    &ops::detach_backup_storage_from_zone::ROUTE,
    &ops::get_backup_storage_capacity::ROUTE,
    &ops::get_backup_storage_types::ROUTE,
    &ops::query_primary_storage::ROUTE,
    &ops::get_primary_storage_types::ROUTE,
    &ops::add_local_primary_storage::ROUTE,
    &ops::add_nfs_primary_storage::ROUTE,
    &ops::add_shared_mount_point_primary_storage::ROUTE,
    &ops::update_primary_storage::ROUTE,
    &ops::change_primary_storage_state::ROUTE,
    &ops::reconnect_primary_storage::ROUTE,
    &ops::sync_primary_storage_capacity::ROUTE,
    &ops::delete_primary_storage::ROUTE,
    &ops::get_primary_storage_capacity::ROUTE,
    &ops::query_zone::ROUTE,
    &ops::create_zone::ROUTE,
    &ops::update_zone::ROUTE,
    &ops::change_zone_state::ROUTE,
    &ops::delete_zone::ROUTE,
    &ops::query_cluster::ROUTE,
    &ops::create_cluster::ROUTE,
    &ops::update_cluster::ROUTE,
    &ops::delete_cluster::ROUTE,
    &ops::query_vm_instance::ROUTE,
    &ops::query_volume::ROUTE,
    &ops::query_volume_snapshot::ROUTE,
    &ops::query_account::ROUTE,
    &ops::create_account::ROUTE,
    &ops::update_account::ROUTE,
    &ops::delete_account::ROUTE,
    &ops::query_quota::ROUTE,
    &ops::update_quota::ROUTE,
    &ops::get_account_quota_usage::ROUTE,
    &ops::share_resource::ROUTE,
    &ops::revoke_resource_sharing::ROUTE,
    &ops::query_shared_resource::ROUTE,
    &ops::change_resource_owner::ROUTE,
    &ops::query_account_resource_ref::ROUTE,
    &ops::query_management_node::ROUTE,
    &ops::get_management_node_arch::ROUTE,
    &ops::query_system_tag::ROUTE,
    &ops::create_system_tag::ROUTE,
    &ops::create_system_tags::ROUTE,
    &ops::update_system_tag::ROUTE,
    &ops::query_user_tag::ROUTE,
    &ops::create_user_tag::ROUTE,
    &ops::delete_tag::ROUTE,
    &ops::query_tag::ROUTE,
    &ops::create_tag::ROUTE,
    &ops::update_tag::ROUTE,
    &ops::attach_tag_to_resources::ROUTE,
    &ops::detach_tag_from_resources::ROUTE,
    &ops::submit_long_job::ROUTE,
    &ops::query_long_job::ROUTE,
    &ops::update_long_job::ROUTE,
    &ops::cancel_long_job::ROUTE,
    &ops::rerun_long_job::ROUTE,
    &ops::delete_long_job::ROUTE,
    &ops::get_task_progress::ROUTE,
    &ops::get_version::ROUTE,
    &ops::get_current_time::ROUTE,
    &ops::is_ready_to_go::ROUTE,
];

/// Published and not served: `no api mapping to …`.
pub(crate) const ABSENT: &[Absent] = &[
    action(
        "ReimageVmInstance",
        "/zstack/v1/vm-instances/{vmInstanceUuid}/actions",
        "reimageVmInstance",
    ),
    absent("CreateVmInstance", Verb::Post, "/zstack/v1/vm-instances"),
    absent(
        "DestroyVmInstance",
        Verb::Delete,
        "/zstack/v1/vm-instances/{uuid}",
    ),
    absent(
        "CreateVolumeSnapshot",
        Verb::Post,
        "/zstack/v1/volumes/{volumeUuid}/volume-snapshots",
    ),
    absent(
        "DeleteVolumeSnapshot",
        Verb::Delete,
        "/zstack/v1/volume-snapshots/{uuid}",
    ),
    action(
        "UpdateVolumeSnapshot",
        "/zstack/v1/volume-snapshots/{uuid}/actions",
        "updateVolumeSnapshot",
    ),
    action(
        "RevertVolumeFromSnapshot",
        "/zstack/v1/volume-snapshots/{uuid}/actions",
        "revertVolumeFromSnapshot",
    ),
    absent(
        "QueryVolumeSnapshotTree",
        Verb::Get,
        "/zstack/v1/volume-snapshots/trees",
    ),
    absent("CreateDataVolume", Verb::Post, "/zstack/v1/volumes/data"),
    absent(
        "CreateDataVolumeFromVolumeTemplate",
        Verb::Post,
        "/zstack/v1/volumes/data/from/data-volume-templates/{imageUuid}",
    ),
    action(
        "UpdateVolume",
        "/zstack/v1/volumes/{uuid}/actions",
        "updateVolume",
    ),
    action(
        "ChangeVolumeState",
        "/zstack/v1/volumes/{uuid}/actions",
        "changeVolumeState",
    ),
    absent("GetVolumeFormat", Verb::Get, "/zstack/v1/volumes/formats"),
    action(
        "UpdateVmInstance",
        "/zstack/v1/vm-instances/{uuid}/actions",
        "updateVmInstance",
    ),
    action(
        "StartVmInstance",
        "/zstack/v1/vm-instances/{uuid}/actions",
        "startVmInstance",
    ),
    action(
        "StopVmInstance",
        "/zstack/v1/vm-instances/{uuid}/actions",
        "stopVmInstance",
    ),
    absent(
        "AttachIsoToVmInstance",
        Verb::Post,
        "/zstack/v1/vm-instances/{vmInstanceUuid}/iso/{isoUuid}",
    ),
    absent(
        "DetachIsoFromVmInstance",
        Verb::Delete,
        "/zstack/v1/vm-instances/{vmInstanceUuid}/iso",
    ),
    absent(
        "DeleteDataVolume",
        Verb::Delete,
        "/zstack/v1/volumes/{uuid}",
    ),
    action(
        "ReconnectImageStoreBackupStorage",
        "/zstack/v1/backup-storage/image-store/{uuid}/actions",
        "reconnectImageStoreBackupStorage",
    ),
    action(
        "UpdateImageStoreBackupStorage",
        "/zstack/v1/backup-storage/image-store/{uuid}/actions",
        "updateImageStoreBackupStorage",
    ),
    absent(
        "GetTrashOnBackupStorage",
        Verb::Get,
        "/zstack/v1/backup-storage/trash",
    ),
    absent(
        "QueryImageCache",
        Verb::Get,
        "/zstack/v1/primary-storage/imagecache",
    ),
    action(
        "CleanUpImageCacheOnPrimaryStorage",
        "/zstack/v1/primary-storage/{uuid}/actions",
        "cleanUpImageCacheOnPrimaryStorage",
    ),
    action(
        "ResumeLongJob",
        "/zstack/v1/longjobs/{uuid}/actions",
        "resumeLongJob",
    ),
    action(
        "CleanLongJob",
        "/zstack/v1/longjobs/{uuid}/actions",
        "cleanLongJob",
    ),
    action(
        "ChangeClusterState",
        "/zstack/v1/clusters/{uuid}/actions",
        "changeClusterState",
    ),
    absent(
        "AttachPrimaryStorageToCluster",
        Verb::Post,
        "/zstack/v1/clusters/{clusterUuid}/primary-storage/{primaryStorageUuid}",
    ),
    absent(
        "DetachPrimaryStorageFromCluster",
        Verb::Delete,
        "/zstack/v1/clusters/{clusterUuid}/primary-storage/{primaryStorageUuid}",
    ),
    absent(
        "GetResourceAccount",
        Verb::Get,
        "/zstack/v1/resources/accounts",
    ),
    absent("CreateUser", Verb::Post, "/zstack/v1/accounts/users"),
    absent("QueryUser", Verb::Get, "/zstack/v1/accounts/users"),
    absent("QueryUser", Verb::Get, "/zstack/v1/accounts/users/{uuid}"),
    absent(
        "DeleteUser",
        Verb::Delete,
        "/zstack/v1/accounts/users/{uuid}",
    ),
    action(
        "UpdateUser",
        "/zstack/v1/accounts/users/actions",
        "updateUser",
    ),
];

const fn absent(name: &'static str, verb: Verb, path: &'static str) -> Absent {
    Absent {
        name,
        verb,
        path,
        action: None,
    }
}

const fn action(name: &'static str, path: &'static str, action: &'static str) -> Absent {
    Absent {
        name,
        verb: Verb::Put,
        path,
        action: Some(action),
    }
}

/// Both lists in the form that all faces share, one row for each path.
pub(crate) const OPERATIONS: &[Operation] = &TABLE;

/// The place of a job, which is served beside the table.
const JOBS: Operation = Operation {
    name: "QueryApiJob",
    method: "GET",
    path: "/zstack/v1/api-jobs/{uuid}",
    auth: Auth::None,
    state: Coverage::Done,
};

const COUNT: usize = {
    let mut count = ABSENT.len() + 1;
    let mut index = 0;
    while index < ROUTES.len() {
        count += ROUTES[index].paths.len();
        index += 1;
    }
    count
};

const TABLE: [Operation; COUNT] = {
    let mut table = [JOBS; COUNT];
    let mut row = 1;
    let mut index = 0;
    while index < ROUTES.len() {
        let route = ROUTES[index];
        let mut path = 0;
        while path < route.paths.len() {
            table[row] = Operation {
                name: route.name,
                method: route.verb.as_str(),
                path: route.paths[path],
                auth: match route.access {
                    Access::Open => Auth::None,
                    Access::Credentials => Auth::Required,
                },
                state: route.coverage,
            };
            row += 1;
            path += 1;
        }
        index += 1;
    }
    index = 0;
    while index < ABSENT.len() {
        table[row] = Operation {
            name: ABSENT[index].name,
            method: ABSENT[index].verb.as_str(),
            path: ABSENT[index].path,
            auth: Auth::Required,
            state: Coverage::Absent,
        };
        row += 1;
        index += 1;
    }
    table
};

#[cfg(test)]
mod tests;
