//! The OpenAPI 3.1 document of this API.

use gaze_http::Auth;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder,
};
use utoipa::{OpenApi as _, PartialSchema, ToSchema};

use crate::routes::{Described, OPERATIONS};
use crate::wire::problem::Problem;

const TOKEN: &str = "token";
const PROBLEM: &str = "Problem";

/// The derived document, with what all operations share: the token and the form of problems.
pub(crate) fn document() -> OpenApi {
    let mut document = Described::openapi();
    document.info = InfoBuilder::new()
        .title("Gaze")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "The native API of Gaze, an image service for virtual machines. Refusals are \
             problems of RFC 9457.",
        ))
        .build();
    let components = document.components.get_or_insert_with(Components::new);
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("From POST /gaze/v1/login or POST /gaze/v1/tokens"))
        .build();
    components.add_security_scheme(TOKEN, SecurityScheme::Http(bearer));
    components
        .schemas
        .insert(PROBLEM.to_owned(), Problem::schema());
    components
        .responses
        .insert(PROBLEM.to_owned(), RefOr::T(problem()));
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in [
            ("GET", &mut item.get),
            ("PUT", &mut item.put),
            ("POST", &mut item.post),
            ("DELETE", &mut item.delete),
            ("HEAD", &mut item.head),
            ("PATCH", &mut item.patch),
        ] {
            if let Some(operation) = operation {
                complete(operation, path, method);
            }
        }
    }
    document
}

fn complete(described: &mut Operation, path: &str, method: &str) {
    let known = OPERATIONS
        .iter()
        .find(|operation| operation.path == path && operation.method == method);
    let open = known.is_some_and(|operation| operation.auth == Auth::None);
    described.security = Some(if open {
        Vec::new()
    } else {
        vec![SecurityRequirement::new::<_, [&str; 0], &str>(TOKEN, [])]
    });
    let problem = Ref::from_response_name(PROBLEM);
    described
        .responses
        .responses
        .insert("default".to_owned(), RefOr::Ref(problem));
}

fn problem() -> Response {
    let schema = Ref::from_schema_name(Problem::name());
    ResponseBuilder::new()
        .description("Why the request was not done")
        .content(
            "application/problem+json",
            ContentBuilder::new().schema(Some(schema)).build(),
        )
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Collects every `$ref` of a document.
    fn references(value: &serde_json::Value, found: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(fields) => {
                for (name, value) in fields {
                    match value.as_str() {
                        Some(target) if name == "$ref" => found.push(target.to_owned()),
                        _ => references(value, found),
                    }
                }
            }
            serde_json::Value::Array(items) => {
                for item in items {
                    references(item, found);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn the_document_is_of_version_3_1_and_refers_to_nothing_that_is_absent() {
        let document = serde_json::to_value(document()).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(found.len() > 50);
        for target in found {
            let pointer = target.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{target} is absent");
        }
    }
}
