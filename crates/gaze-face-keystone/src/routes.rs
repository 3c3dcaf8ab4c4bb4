//! What Identity v3 publishes for versions, tokens, the catalogue, projects, domains and users.

use axum::Router;
use axum::routing::{any, get, post};
use gaze_http::{Auth, Coverage, Operation};

use crate::{Face, ops};

const fn of(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    auth: Auth,
    state: Coverage,
) -> Operation {
    Operation {
        name,
        method,
        path,
        auth,
        state,
    }
}

const fn done(name: &'static str, method: &'static str, path: &'static str) -> Operation {
    of(name, method, path, Auth::Required, Coverage::Done)
}

pub const OPERATIONS: &[Operation] = &[
    of(
        "List versions",
        "GET",
        "/identity",
        Auth::None,
        Coverage::Done,
    ),
    of("Show version 3", "GET", "/v3", Auth::None, Coverage::Done),
    of(
        "Issue a token",
        "POST",
        "/v3/auth/tokens",
        // The credentials are in the body.
        Auth::None,
        Coverage::Partial(
            "methods password, token and application_credential; project, domain, system and no \
             scope",
        ),
    ),
    done("Validate a token", "GET", "/v3/auth/tokens"),
    done("Check a token", "HEAD", "/v3/auth/tokens"),
    done("Revoke a token", "DELETE", "/v3/auth/tokens"),
    done("Get the catalogue", "GET", "/v3/auth/catalog"),
    done("List one's projects", "GET", "/v3/auth/projects"),
    done("List one's domains", "GET", "/v3/auth/domains"),
    done("List one's system scopes", "GET", "/v3/auth/system"),
    done("List projects", "GET", "/v3/projects"),
    done("Show a project", "GET", "/v3/projects/{project_id}"),
    of(
        "Create a project",
        "POST",
        "/v3/projects",
        Auth::Required,
        Coverage::Partial("no nested projects, tags or options"),
    ),
    of(
        "Update a project",
        "PATCH",
        "/v3/projects/{project_id}",
        Auth::Required,
        Coverage::Partial("no tags or options"),
    ),
    of(
        "Delete a project",
        "DELETE",
        "/v3/projects/{project_id}",
        Auth::Required,
        Coverage::Partial("only of a project that owns nothing"),
    ),
    done("List domains", "GET", "/v3/domains"),
    done("Show a domain", "GET", "/v3/domains/{domain_id}"),
    done("List users", "GET", "/v3/users"),
    done("Show a user", "GET", "/v3/users/{user_id}"),
    of(
        "Create a user",
        "POST",
        "/v3/users",
        Auth::Required,
        Coverage::Partial("no options"),
    ),
    of(
        "Update a user",
        "PATCH",
        "/v3/users/{user_id}",
        Auth::Required,
        Coverage::Partial("no options"),
    ),
    done("Delete a user", "DELETE", "/v3/users/{user_id}"),
    done(
        "Change one's password",
        "POST",
        "/v3/users/{user_id}/password",
    ),
    done(
        "List a user's projects",
        "GET",
        "/v3/users/{user_id}/projects",
    ),
    done(
        "List application credentials",
        "GET",
        "/v3/users/{user_id}/application_credentials",
    ),
    of(
        "Create an application credential",
        "POST",
        "/v3/users/{user_id}/application_credentials",
        Auth::Required,
        Coverage::Partial("no access rules"),
    ),
    done(
        "Show an application credential",
        "GET",
        "/v3/users/{user_id}/application_credentials/{application_credential_id}",
    ),
    done(
        "Delete an application credential",
        "DELETE",
        "/v3/users/{user_id}/application_credentials/{application_credential_id}",
    ),
    done("List regions", "GET", "/v3/regions"),
    done("Show a region", "GET", "/v3/regions/{region_id}"),
    done("List services", "GET", "/v3/services"),
    done("Show a service", "GET", "/v3/services/{service_id}"),
    done("List endpoints", "GET", "/v3/endpoints"),
    done("Show an endpoint", "GET", "/v3/endpoints/{endpoint_id}"),
    done("List roles", "GET", "/v3/roles"),
    done("Show a role", "GET", "/v3/roles/{role_id}"),
    done("List role assignments", "GET", "/v3/role_assignments"),
    done(
        "List a user's roles in a project",
        "GET",
        "/v3/projects/{project_id}/users/{user_id}/roles",
    ),
    of(
        "Assign a role",
        "PUT",
        "/v3/projects/{project_id}/users/{user_id}/roles/{role_id}",
        Auth::Required,
        Coverage::Partial("one role of a user, in one project"),
    ),
    done(
        "Check a role",
        "HEAD",
        "/v3/projects/{project_id}/users/{user_id}/roles/{role_id}",
    ),
    done(
        "Check a role",
        "GET",
        "/v3/projects/{project_id}/users/{user_id}/roles/{role_id}",
    ),
    done(
        "Unassign a role",
        "DELETE",
        "/v3/projects/{project_id}/users/{user_id}/roles/{role_id}",
    ),
];

/// Every path of version 3 is served below `/identity` too, where OpenStack's own installations have
/// it. (Signed requests go to the shorter one: a signature covers the path.)
pub(crate) fn router(face: Face) -> Router {
    let below = Router::new()
        .route("/", get(ops::list_versions).fallback(ops::absent))
        .with_state(face.clone())
        .merge(version_3(face.clone()));
    Router::new()
        .route("/identity/", get(ops::list_versions).fallback(ops::absent))
        .with_state(face.clone())
        .nest("/identity", below)
        .merge(version_3(face))
}

fn version_3(face: Face) -> Router {
    Router::new()
        .route("/v3", get(ops::show_version).fallback(ops::absent))
        .route("/v3/", get(ops::show_version).fallback(ops::absent))
        .route(
            "/v3/auth/tokens",
            get(ops::show_token)
                .post(ops::create_token)
                .delete(ops::revoke_token)
                .fallback(ops::absent),
        )
        .route(
            "/v3/auth/catalog",
            get(ops::show_catalog).fallback(ops::absent),
        )
        .route(
            "/v3/auth/projects",
            get(ops::list_auth_projects).fallback(ops::absent),
        )
        .route(
            "/v3/auth/domains",
            get(ops::list_auth_domains).fallback(ops::absent),
        )
        .route(
            "/v3/projects",
            get(ops::list_projects)
                .post(ops::create_project)
                .fallback(ops::absent),
        )
        .route(
            "/v3/projects/{project_id}",
            get(ops::show_project)
                .patch(ops::update_project)
                .delete(ops::delete_project)
                .fallback(ops::absent),
        )
        .route(
            "/v3/auth/system",
            get(ops::list_auth_system).fallback(ops::absent),
        )
        .route("/v3/domains", get(ops::list_domains).fallback(ops::absent))
        .route(
            "/v3/domains/{domain_id}",
            get(ops::show_domain).fallback(ops::absent),
        )
        .route(
            "/v3/users",
            get(ops::list_users)
                .post(ops::create_user)
                .fallback(ops::absent),
        )
        .route(
            "/v3/users/{user_id}",
            get(ops::show_user)
                .patch(ops::update_user)
                .delete(ops::delete_user)
                .fallback(ops::absent),
        )
        .route(
            "/v3/users/{user_id}/password",
            post(ops::change_password).fallback(ops::absent),
        )
        .route(
            "/v3/users/{user_id}/projects",
            get(ops::list_user_projects).fallback(ops::absent),
        )
        .route(
            "/v3/users/{user_id}/application_credentials",
            get(ops::list_application_credentials)
                .post(ops::create_application_credential)
                .fallback(ops::absent),
        )
        .route(
            "/v3/users/{user_id}/application_credentials/{application_credential_id}",
            get(ops::show_application_credential)
                .delete(ops::delete_application_credential)
                .fallback(ops::absent),
        )
        .route(
            "/v3/projects/{project_id}/users/{user_id}/roles",
            get(ops::list_roles_in_project).fallback(ops::absent),
        )
        .route(
            "/v3/projects/{project_id}/users/{user_id}/roles/{role_id}",
            get(ops::check_role)
                .put(ops::assign_role)
                .delete(ops::withdraw_role)
                .fallback(ops::absent),
        )
        .route("/v3/roles", get(ops::list_roles).fallback(ops::absent))
        .route(
            "/v3/roles/{role_id}",
            get(ops::show_role).fallback(ops::absent),
        )
        .route(
            "/v3/role_assignments",
            get(ops::list_role_assignments).fallback(ops::absent),
        )
        .route("/v3/regions", get(ops::list_regions).fallback(ops::absent))
        .route(
            "/v3/regions/{region_id}",
            get(ops::show_region).fallback(ops::absent),
        )
        .route(
            "/v3/services",
            get(ops::list_services).fallback(ops::absent),
        )
        .route(
            "/v3/services/{service_id}",
            get(ops::show_service).fallback(ops::absent),
        )
        .route(
            "/v3/endpoints",
            get(ops::list_endpoints).fallback(ops::absent),
        )
        .route(
            "/v3/endpoints/{endpoint_id}",
            get(ops::show_endpoint).fallback(ops::absent),
        )
        // All other paths of Identity, so that their refusals have its shape too.
        .route("/v3/{*path}", any(ops::absent))
        .with_state(face)
}
