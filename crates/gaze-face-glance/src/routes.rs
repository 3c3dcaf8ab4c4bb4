//! What the Image service publishes as API version 2: one line an operation.

use axum::Router;
use axum::routing::{MethodRouter, any, delete, get, patch, post, put};
use gaze_http::{Auth, Coverage, Operation};

use crate::Face;
use crate::errors::Refusal;
use crate::ops::{
    self, actions, cache, create_image, download, images, import, info, list_images, locations,
    members, metadefs, schemas, stage, stores, tags, tasks, update_image, upload, versions,
};

macro_rules! operations {
    (
        served { $($name:literal $method:ident $verb:literal $path:literal
            $($module:ident)::+ $auth:ident $($partial:literal)?;)* }
        absent { $($missing:literal $missing_verb:literal $missing_path:literal;)* }
    ) => {
        /// The whole published API, in the reference's order; what is absent comes last.
        pub const OPERATIONS: &[Operation] = &[$(Operation {
            name: $name,
            method: $verb,
            path: $path,
            auth: Auth::$auth,
            state: coverage(&[$($partial)?]),
        },)* $(Operation {
            name: $missing,
            method: $missing_verb,
            path: $missing_path,
            auth: Auth::None,
            state: Coverage::Absent,
        },)*];

        fn table() -> Vec<(&'static str, MethodRouter<Face>)> {
            vec![$(($path, $method($($module)::+)),)*]
        }
    };
}

const fn coverage(missing: &[&'static str]) -> Coverage {
    match missing {
        [] => Coverage::Done,
        [what, ..] => Coverage::Partial(what),
    }
}

operations! {
    served {
        "List versions" get "GET" "/" versions::root None;
        "List versions by name" get "GET" "/versions" versions::list None;
        "Create image" post "POST" "/v2/images" create_image::create_image Required;
        "Show image" get "GET" "/v2/images/{image_id}" images::show_image Required;
        "List images" get "GET" "/v2/images" list_images::list_images Required;
        "Update image" patch "PATCH" "/v2/images/{image_id}" update_image::update_image Required;
        "Delete image" delete "DELETE" "/v2/images/{image_id}" images::delete_image Required;
        "Deactivate image" post "POST" "/v2/images/{image_id}/actions/deactivate"
            actions::deactivate_image Required;
        "Reactivate image" post "POST" "/v2/images/{image_id}/actions/reactivate"
            actions::reactivate_image Required;
        "Create image member" post "POST" "/v2/images/{image_id}/members"
            members::add_member Required;
        "Show image member details" get "GET" "/v2/images/{image_id}/members/{member_id}"
            members::show_member Required;
        "List image members" get "GET" "/v2/images/{image_id}/members"
            members::list_members Required;
        "Update image member" put "PUT" "/v2/images/{image_id}/members/{member_id}"
            members::update_member Required;
        "Delete image member" delete "DELETE" "/v2/images/{image_id}/members/{member_id}"
            members::remove_member Required;
        "Add image tag" put "PUT" "/v2/images/{image_id}/tags/{tag}" tags::add_tag Required;
        "Delete image tag" delete "DELETE" "/v2/images/{image_id}/tags/{tag}"
            tags::remove_tag Required;
        "Upload binary image data" put "PUT" "/v2/images/{image_id}/file"
            upload::upload_image Required;
        "Download binary image data" get "GET" "/v2/images/{image_id}/file"
            download::download_image Required;
        "Stage binary image data" put "PUT" "/v2/images/{image_id}/stage"
            stage::stage_image Required;
        "Import an image" post "POST" "/v2/images/{image_id}/import"
            import::import_image Required;
        "Import methods and values discovery" get "GET" "/v2/info/import"
            info::show_import Required;
        "List stores" get "GET" "/v2/info/stores" info::list_stores Required;
        "List stores detail" get "GET" "/v2/info/stores/detail"
            info::list_stores_detail Required;
        "Show usage" get "GET" "/v2/info/usage" info::show_usage Required;
        "Delete image from store" delete "DELETE" "/v2/stores/{store_id}/{image_id}"
            stores::delete_from_store Required;
        "Add location" post "POST" "/v2/images/{image_id}/locations"
            locations::add_location Required;
        "List locations" get "GET" "/v2/images/{image_id}/locations"
            locations::list_locations Required;
        "Query cache status" get "GET" "/v2/cache" cache::show_cache Required;
        "Clear images from cache" delete "DELETE" "/v2/cache" cache::clear_cache Required;
        "Queue image" put "PUT" "/v2/cache/{image_id}" cache::queue_image Required;
        "Delete image from cache" delete "DELETE" "/v2/cache/{image_id}"
            cache::drop_image Required;
        "List image tasks" get "GET" "/v2/images/{image_id}/tasks"
            tasks::list_image_tasks Required;
        "Create task" post "POST" "/v2/tasks" tasks::create_task Required;
        "List tasks" get "GET" "/v2/tasks" tasks::list_tasks Required;
        "Show task details" get "GET" "/v2/tasks/{task_id}" tasks::show_task Required;
        "Show image schema" get "GET" "/v2/schemas/image" schemas::image Required;
        "Show images schema" get "GET" "/v2/schemas/images" schemas::images Required;
        "Show image member schema" get "GET" "/v2/schemas/member" schemas::member Required;
        "Show image members schema" get "GET" "/v2/schemas/members" schemas::members Required;
        "List namespaces" get "GET" "/v2/metadefs/namespaces"
            metadefs::namespaces::list_namespaces Required;
        "Create namespace" post "POST" "/v2/metadefs/namespaces"
            metadefs::namespaces::create_namespace Required;
        "Get namespace details" get "GET" "/v2/metadefs/namespaces/{namespace}"
            metadefs::namespaces::show_namespace Required;
        "Update namespace" put "PUT" "/v2/metadefs/namespaces/{namespace}"
            metadefs::namespaces::update_namespace Required;
        "Delete namespace" delete "DELETE" "/v2/metadefs/namespaces/{namespace}"
            metadefs::namespaces::delete_namespace Required;
        "List objects" get "GET" "/v2/metadefs/namespaces/{namespace}/objects"
            metadefs::objects::list_objects Required;
        "Create object" post "POST" "/v2/metadefs/namespaces/{namespace}/objects"
            metadefs::objects::create_object Required;
        "Delete all objects" delete "DELETE" "/v2/metadefs/namespaces/{namespace}/objects"
            metadefs::objects::delete_objects Required;
        "Show object" get "GET" "/v2/metadefs/namespaces/{namespace}/objects/{object}"
            metadefs::objects::show_object Required;
        "Update object" put "PUT" "/v2/metadefs/namespaces/{namespace}/objects/{object}"
            metadefs::objects::update_object Required;
        "Delete object" delete "DELETE" "/v2/metadefs/namespaces/{namespace}/objects/{object}"
            metadefs::objects::delete_object Required;
        "List properties" get "GET" "/v2/metadefs/namespaces/{namespace}/properties"
            metadefs::properties::list_properties Required;
        "Create property" post "POST" "/v2/metadefs/namespaces/{namespace}/properties"
            metadefs::properties::create_property Required;
        "Remove all properties" delete "DELETE" "/v2/metadefs/namespaces/{namespace}/properties"
            metadefs::properties::delete_properties Required;
        "Show property definition" get "GET" "/v2/metadefs/namespaces/{namespace}/properties/{property}"
            metadefs::properties::show_property Required;
        "Update property definition" put "PUT" "/v2/metadefs/namespaces/{namespace}/properties/{property}"
            metadefs::properties::update_property Required;
        "Remove property definition" delete "DELETE" "/v2/metadefs/namespaces/{namespace}/properties/{property}"
            metadefs::properties::delete_property Required;
        "List resource types" get "GET" "/v2/metadefs/resource_types"
            metadefs::resource_types::list_resource_types Required;
        "List resource type associations" get "GET" "/v2/metadefs/namespaces/{namespace}/resource_types"
            metadefs::resource_types::list_associations Required;
        "Create resource type association" post "POST" "/v2/metadefs/namespaces/{namespace}/resource_types"
            metadefs::resource_types::associate Required;
        "Remove resource type association" delete "DELETE" "/v2/metadefs/namespaces/{namespace}/resource_types/{resource_type}"
            metadefs::resource_types::dissociate Required;
        "List tags" get "GET" "/v2/metadefs/namespaces/{namespace}/tags"
            metadefs::tags::list_tags Required;
        "Create tags" post "POST" "/v2/metadefs/namespaces/{namespace}/tags"
            metadefs::tags::set_tags Required;
        "Delete all tag definitions" delete "DELETE" "/v2/metadefs/namespaces/{namespace}/tags"
            metadefs::tags::delete_tags Required;
        "Get tag definition" get "GET" "/v2/metadefs/namespaces/{namespace}/tags/{tag}"
            metadefs::tags::show_tag Required;
        "Create tag definition" post "POST" "/v2/metadefs/namespaces/{namespace}/tags/{tag}"
            metadefs::tags::create_tag Required;
        "Update tag definition" put "PUT" "/v2/metadefs/namespaces/{namespace}/tags/{tag}"
            metadefs::tags::update_tag Required;
        "Delete tag definition by name" delete "DELETE" "/v2/metadefs/namespaces/{namespace}/tags/{tag}"
            metadefs::tags::delete_tag Required;
        "Show metadata definition namespace schema" get "GET" "/v2/schemas/metadefs/namespace"
            metadefs::schemas::namespace Required;
        "Show metadata definition namespaces schema" get "GET" "/v2/schemas/metadefs/namespaces"
            metadefs::schemas::namespaces Required;
        "Show metadata definition object schema" get "GET" "/v2/schemas/metadefs/object"
            metadefs::schemas::object Required;
        "Show metadata definition objects schema" get "GET" "/v2/schemas/metadefs/objects"
            metadefs::schemas::objects Required;
        "Show metadata definition property schema" get "GET" "/v2/schemas/metadefs/property"
            metadefs::schemas::property Required;
        "Show metadata definition properties schema" get "GET" "/v2/schemas/metadefs/properties"
            metadefs::schemas::properties Required;
        "Show metadata definition resource type association schema" get "GET" "/v2/schemas/metadefs/resource_type"
            metadefs::schemas::resource_type Required;
        "Show metadata definition resource type associations schema" get "GET" "/v2/schemas/metadefs/resource_types"
            metadefs::schemas::resource_types Required;
        "Show metadata definition tag schema" get "GET" "/v2/schemas/metadefs/tag"
            metadefs::schemas::tag Required;
        "Show metadata definition tags schema" get "GET" "/v2/schemas/metadefs/tags"
            metadefs::schemas::tags Required;
        "Show task schema" get "GET" "/v2/schemas/task" schemas::task Required;
        "Show tasks schema" get "GET" "/v2/schemas/tasks" schemas::tasks Required;
    }
    absent {}
}

/// Paths below which everything else is refused in Glance's words.
const ELSEWHERE: &[&str] = &[
    "/v2/images/",
    "/v2/images/{image_id}/",
    "/v2/images/{image_id}/{*rest}",
    "/v2/schemas/{*rest}",
    "/v2/info/{*rest}",
    "/v2/metadefs/{*rest}",
];

/// One route an operation.
pub(crate) fn routes() -> Router<Face> {
    let mut router = Router::new()
        .route("/v2", get(versions::choices))
        .route("/v2/", get(versions::choices));
    for (path, method) in table() {
        router = router.route(path, method);
    }
    let served: Vec<&str> = table().into_iter().map(|(path, _)| path).collect();
    let mut absent: Vec<&str> = OPERATIONS
        .iter()
        .filter(|operation| operation.state == Coverage::Absent)
        .map(|operation| operation.path)
        .chain(ELSEWHERE.iter().copied())
        .filter(|path| !served.contains(path))
        .collect();
    absent.sort_unstable();
    absent.dedup();
    for path in absent {
        router = router.route(path, any(ops::absent));
    }
    router.method_not_allowed_fallback(|| async { Refusal::no_such_method() })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn operations_have_names_of_their_own() {
        let names: BTreeSet<_> = OPERATIONS.iter().map(|operation| operation.name).collect();
        assert_eq!(names.len(), OPERATIONS.len());
    }
}
