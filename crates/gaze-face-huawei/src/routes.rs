//! What the vendor publishes for central images, edge images and the IMS paths beside them.
//!
//! IMS and IEC both own `/v1/cloudimages/...`: the literal paths of IMS come before the region.

use axum::Router;
use axum::routing::{any, get};
use gaze_app::App;
use gaze_http::{Auth, Coverage, Operation};

use crate::ops;

const fn done(name: &'static str, method: &'static str, path: &'static str) -> Operation {
    Operation {
        name,
        method,
        path,
        auth: Auth::Required,
        state: Coverage::Done,
    }
}

const fn absent(name: &'static str, method: &'static str, path: &'static str) -> Operation {
    Operation {
        name,
        method,
        path,
        auth: Auth::None,
        state: Coverage::Absent,
    }
}

const LIST_CLOUD_IMAGES: &str = "/v1/cloudimages/{region_id}";

/// Every operation of IEC's images and of IMS's extension API; IMS's OpenStack-native calls
/// belong to the face of the Image service.
pub const OPERATIONS: &[Operation] = &[
    // IEC
    done("ListCloudImages", "GET", LIST_CLOUD_IMAGES),
    absent("ListImages", "GET", "/v1/images"),
    absent("ShowImage", "GET", "/v1/images/{image_id}"),
    absent("RegisterImage", "POST", "/v1/images/register"),
    absent("CreateImage", "POST", "/v1/images/create"),
    absent("DeleteImage", "DELETE", "/v1/images/{image_id}"),
    absent(
        "RebuildImage",
        "POST",
        "/v1/{domain_id}/jobs/{job_id}/action",
    ),
    // IMS, version 1
    absent("ShowImageQuota", "GET", "/v1/cloudimages/quota"),
    absent("ListOsVersions", "GET", "/v1/cloudimages/os_version"),
    absent("ListTags", "GET", "/v1/cloudimages/tags"),
    absent("CreateOrUpdateTags", "PUT", "/v1/cloudimages/tags"),
    absent("BatchAddMembers", "POST", "/v1/cloudimages/members"),
    absent("BatchUpdateMembers", "PUT", "/v1/cloudimages/members"),
    absent("BatchDeleteMembers", "DELETE", "/v1/cloudimages/members"),
    absent("ShowJobProgress", "GET", "/v1/cloudimages/job/{job_id}"),
    absent(
        "CreateDataImage",
        "POST",
        "/v1/cloudimages/dataimages/action",
    ),
    absent(
        "CreateWholeImage",
        "POST",
        "/v1/cloudimages/wholeimages/action",
    ),
    absent(
        "RegisterImage (IMS)",
        "PUT",
        "/v1/cloudimages/{image_id}/upload",
    ),
    absent("ExportImage", "POST", "/v1/cloudimages/{image_id}/file"),
    absent(
        "CopyImageInRegion",
        "POST",
        "/v1/cloudimages/{image_id}/copy",
    ),
    absent(
        "CopyImageCrossRegion",
        "POST",
        "/v1/cloudimages/{image_id}/cross_region_copy",
    ),
    absent("ShowJob", "GET", "/v1/{project_id}/jobs/{job_id}"),
    absent(
        "ListImageMembers",
        "GET",
        "/v1/{project_id}/cloudimages/{image_id}/members",
    ),
    absent(
        "ShowImageMember",
        "GET",
        "/v1/{project_id}/cloudimages/{image_id}/members/{member_id}",
    ),
    absent(
        "BatchDeleteTags",
        "DELETE",
        "/v1/{project_id}/cloudimages/{image_id}/tags/delete",
    ),
    // IMS, version 2
    absent("ListImages (IMS)", "GET", "/v2/cloudimages"),
    absent("UpdateImage", "PATCH", "/v2/cloudimages/{image_id}"),
    absent("CreateImage (IMS)", "POST", "/v2/cloudimages/action"),
    absent(
        "ImportImageQuick",
        "POST",
        "/v2/cloudimages/quickimport/action",
    ),
    absent("ListImagesTags", "GET", "/v2/{project_id}/images/tags"),
    absent(
        "ListImageByTags",
        "POST",
        "/v2/{project_id}/images/resource_instances/action",
    ),
    absent(
        "AddImageTag",
        "POST",
        "/v2/{project_id}/images/{image_id}/tags",
    ),
    absent(
        "ListImageTags",
        "GET",
        "/v2/{project_id}/images/{image_id}/tags",
    ),
    absent(
        "BatchAddOrDeleteTags",
        "POST",
        "/v2/{project_id}/images/{image_id}/tags/action",
    ),
    absent(
        "DeleteImageTag",
        "DELETE",
        "/v2/{project_id}/images/{image_id}/tags/{key}",
    ),
];

pub(crate) fn router(app: App) -> Router {
    let listed = Router::new()
        .route(
            LIST_CLOUD_IMAGES,
            get(ops::list_cloud_images).fallback(ops::absent),
        )
        .with_state(app);
    // Not a region either, though IMS publishes it only with a job's id behind it.
    let listed = listed.route("/v1/cloudimages/job", any(ops::absent));
    absent_paths()
        .into_iter()
        .fold(listed, |router, path| router.route(path, any(ops::absent)))
}

/// The paths of which no operation is served, each once.
fn absent_paths() -> Vec<&'static str> {
    let mut paths: Vec<&str> = OPERATIONS
        .iter()
        .filter(|operation| operation.state == Coverage::Absent)
        .map(|operation| operation.path)
        .collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}
