//! Every operation: one line each.

use axum::Router;
use axum::routing::{MethodRouter, delete, get, head, patch, post, put};
use gaze_http::{Auth, Coverage, Operation};
use utoipa::OpenApi;

use crate::Face;
use crate::errors::{NO_SUCH_METHOD, NO_SUCH_PATH, Refusal};
use crate::ops::{
    access_keys, clusters, copies, download_image, exports, images, instances, jobs, members,
    metadefs, pools, projects, regions, service, sessions, snapshots, stores, tokens, upload_image,
    users, volumes, zones,
};

macro_rules! operations {
    ($($method:ident $verb:literal $path:literal $module:ident::$handler:ident $auth:ident;)*) => {
        /// The whole of this API.
        pub const OPERATIONS: &[Operation] = &[$(Operation {
            name: stringify!($handler),
            method: $verb,
            path: $path,
            auth: Auth::$auth,
            state: Coverage::Done,
        },)*];

        /// The same as an OpenAPI document, before [`crate::openapi`] completes it.
        #[derive(Debug, OpenApi)]
        #[openapi(paths($($module::$handler,)*))]
        pub(crate) struct Described;

        fn table() -> Vec<(&'static str, MethodRouter<Face>)> {
            vec![$(($path, $method($module::$handler)),)*]
        }
    };
}

operations! {
    post   "POST"   "/gaze/v1/login" sessions::log_in None;
    delete "DELETE" "/gaze/v1/session" sessions::log_out Required;
    get    "GET"    "/gaze/v1/whoami" sessions::who_am_i Required;
    get    "GET"    "/gaze/v1/status" service::status Required;
    get    "GET"    "/gaze/v1/openapi.json" service::openapi None;
    get    "GET"    "/gaze/v1/problems" service::list_problems None;
    get    "GET"    "/gaze/v1/problems/{name}" service::get_problem None;

    get    "GET"    "/gaze/v1/regions" regions::list_regions Required;
    post   "POST"   "/gaze/v1/regions" regions::create_region Required;
    delete "DELETE" "/gaze/v1/regions/{id}" regions::delete_region Required;
    get    "GET"    "/gaze/v1/zones" zones::list_zones Required;
    post   "POST"   "/gaze/v1/zones" zones::create_zone Required;
    get    "GET"    "/gaze/v1/zones/{id}" zones::get_zone Required;
    patch  "PATCH"  "/gaze/v1/zones/{id}" zones::update_zone Required;
    delete "DELETE" "/gaze/v1/zones/{id}" zones::delete_zone Required;
    get    "GET"    "/gaze/v1/clusters" clusters::list_clusters Required;
    post   "POST"   "/gaze/v1/clusters" clusters::create_cluster Required;
    patch  "PATCH"  "/gaze/v1/clusters/{id}" clusters::update_cluster Required;
    delete "DELETE" "/gaze/v1/clusters/{id}" clusters::delete_cluster Required;
    get    "GET"    "/gaze/v1/stores" stores::list_stores Required;
    post   "POST"   "/gaze/v1/stores" stores::create_store Required;
    get    "GET"    "/gaze/v1/stores/{id}" stores::get_store Required;
    patch  "PATCH"  "/gaze/v1/stores/{id}" stores::update_store Required;
    delete "DELETE" "/gaze/v1/stores/{id}" stores::delete_store Required;
    put    "PUT"    "/gaze/v1/stores/{id}/state" stores::change_store_state Required;
    post   "POST"   "/gaze/v1/stores/{id}/reconnect" stores::reconnect_store Required;
    put    "PUT"    "/gaze/v1/stores/{id}/zones/{zone}" stores::attach_store Required;
    delete "DELETE" "/gaze/v1/stores/{id}/zones/{zone}" stores::detach_store Required;
    get    "GET"    "/gaze/v1/pools" pools::list_pools Required;
    post   "POST"   "/gaze/v1/pools" pools::create_pool Required;
    get    "GET"    "/gaze/v1/pools/{id}" pools::get_pool Required;
    patch  "PATCH"  "/gaze/v1/pools/{id}" pools::update_pool Required;
    delete "DELETE" "/gaze/v1/pools/{id}" pools::delete_pool Required;

    get    "GET"    "/gaze/v1/projects" projects::list_projects Required;
    post   "POST"   "/gaze/v1/projects" projects::create_project Required;
    get    "GET"    "/gaze/v1/projects/{id}" projects::get_project Required;
    patch  "PATCH"  "/gaze/v1/projects/{id}" projects::update_project Required;
    delete "DELETE" "/gaze/v1/projects/{id}" projects::delete_project Required;
    get    "GET"    "/gaze/v1/users" users::list_users Required;
    post   "POST"   "/gaze/v1/users" users::create_user Required;
    put    "PUT"    "/gaze/v1/users/{id}/password" users::set_password Required;
    delete "DELETE" "/gaze/v1/users/{id}" users::delete_user Required;
    post   "POST"   "/gaze/v1/tokens" tokens::create_token Required;
    post   "POST"   "/gaze/v1/tokens/revoke" tokens::revoke_token Required;
    get    "GET"    "/gaze/v1/access-keys" access_keys::list_access_keys Required;
    post   "POST"   "/gaze/v1/access-keys" access_keys::create_access_key Required;
    put    "PUT"    "/gaze/v1/access-keys/{id}/state" access_keys::change_access_key_state Required;
    delete "DELETE" "/gaze/v1/access-keys/{id}" access_keys::delete_access_key Required;

    get    "GET"    "/gaze/v1/instances" instances::list_instances Required;
    post   "POST"   "/gaze/v1/instances" instances::add_instance Required;
    get    "GET"    "/gaze/v1/instances/{id}" instances::get_instance Required;
    delete "DELETE" "/gaze/v1/instances/{id}" instances::remove_instance Required;
    get    "GET"    "/gaze/v1/instances/{id}/candidates" instances::list_candidates Required;
    put    "PUT"    "/gaze/v1/instances/{id}/image" instances::change_instance_image Required;
    get    "GET"    "/gaze/v1/volumes" volumes::list_volumes Required;
    post   "POST"   "/gaze/v1/volumes" volumes::add_volume Required;
    get    "GET"    "/gaze/v1/volumes/{id}" volumes::get_volume Required;
    delete "DELETE" "/gaze/v1/volumes/{id}" volumes::remove_volume Required;
    get    "GET"    "/gaze/v1/volumes/{id}/snapshots" snapshots::list_volume_snapshots Required;
    post   "POST"   "/gaze/v1/volumes/{id}/snapshots" snapshots::add_snapshot Required;
    get    "GET"    "/gaze/v1/snapshots" snapshots::list_snapshots Required;
    get    "GET"    "/gaze/v1/snapshots/{id}" snapshots::get_snapshot Required;
    delete "DELETE" "/gaze/v1/snapshots/{id}" snapshots::remove_snapshot Required;

    get    "GET"    "/gaze/v1/images" images::list_images Required;
    post   "POST"   "/gaze/v1/images" images::create_image Required;
    post   "POST"   "/gaze/v1/images/import" images::import_image Required;
    post   "POST"   "/gaze/v1/images/capture" images::capture_image Required;
    get    "GET"    "/gaze/v1/images/{id}" images::get_image Required;
    patch  "PATCH"  "/gaze/v1/images/{id}" images::update_image Required;
    delete "DELETE" "/gaze/v1/images/{id}" images::delete_image Required;
    put    "PUT"    "/gaze/v1/images/{id}/data" upload_image::upload_image Required;
    get    "GET"    "/gaze/v1/images/{id}/data" download_image::download_image Required;
    head   "HEAD"   "/gaze/v1/images/{id}/data" download_image::measure_image Required;
    put    "PUT"    "/gaze/v1/images/{id}/state" images::change_image_state Required;
    post   "POST"   "/gaze/v1/images/{id}/recover" images::recover_image Required;
    post   "POST"   "/gaze/v1/images/{id}/purge" images::purge_image Required;
    post   "POST"   "/gaze/v1/images/{id}/verify" images::verify_image Required;
    post   "POST"   "/gaze/v1/images/{id}/copy" copies::copy_image Required;
    get    "GET"    "/gaze/v1/images/{id}/members" members::list_members Required;
    put    "PUT"    "/gaze/v1/images/{id}/members/{project}" members::add_member Required;
    delete "DELETE" "/gaze/v1/images/{id}/members/{project}" members::remove_member Required;
    put    "PUT"    "/gaze/v1/images/{id}/members/{project}/state" members::set_member_state Required;

    get    "GET"    "/gaze/v1/images/{id}/exports" exports::list_exports Required;
    post   "POST"   "/gaze/v1/images/{id}/exports" exports::create_export Required;
    get    "GET"    "/gaze/v1/images/{id}/exports/{export}" exports::get_export Required;
    delete "DELETE" "/gaze/v1/images/{id}/exports/{export}" exports::delete_export Required;
    get    "GET"    "/gaze/v1/exported/{capability}/{name}" exports::download_export None;
    head   "HEAD"   "/gaze/v1/exported/{capability}/{name}" exports::measure_export None;

    post   "POST"   "/gaze/v1/metadefs/load" metadefs::load_metadefs Required;

    get    "GET"    "/gaze/v1/jobs" jobs::list_jobs Required;
    get    "GET"    "/gaze/v1/jobs/{id}" jobs::get_job Required;
    post   "POST"   "/gaze/v1/jobs/{id}/cancel" jobs::cancel_job Required;
}

/// One route an operation, and problems for everything else below `/gaze/v1`.
pub(crate) fn routes() -> Router<Face> {
    let no_such_path = || async { Refusal::new(NO_SUCH_PATH, "there is nothing at this path") };
    let mut router = Router::new()
        .route("/gaze/v1", axum::routing::any(no_such_path))
        .route("/gaze/v1/", axum::routing::any(no_such_path))
        .route("/gaze/v1/{*rest}", axum::routing::any(no_such_path));
    for (path, method) in table() {
        router = router.route(path, method);
    }
    router.method_not_allowed_fallback(|| async {
        Refusal::new(NO_SUCH_METHOD, "this path does not take this method")
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_openapi_document_describes_every_operation_and_no_other() {
        let document = serde_json::to_value(crate::openapi::document()).unwrap();
        let mut described = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for method in item.as_object().unwrap().keys() {
                described.insert((method.to_uppercase(), path.clone()));
            }
        }
        let served: BTreeSet<_> = OPERATIONS
            .iter()
            .map(|operation| (operation.method.to_owned(), operation.path.to_owned()))
            .collect();
        assert_eq!(described, served);
    }

    #[test]
    fn operations_have_names_of_their_own() {
        let names: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
        assert_eq!(names.len(), OPERATIONS.len());
    }

    #[test]
    fn the_document_asks_for_a_token_where_the_operation_does() {
        let document = serde_json::to_value(crate::openapi::document()).unwrap();
        for operation in OPERATIONS {
            let method = operation.method.to_lowercase();
            let described = &document["paths"][operation.path][&method];
            let open = described["security"] == serde_json::json!([]);
            assert_eq!(open, operation.auth == Auth::None, "{}", operation.name);
        }
    }
}
