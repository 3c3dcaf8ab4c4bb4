//! The request's id under the name and in the form that OpenStack's clients look for.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use uuid::Uuid;

use crate::RequestId;
use crate::request_id::X_OPENSTACK_REQUEST_ID;

/// A layer that gives every answer the header `X-Openstack-Request-Id`. It needs the [`RequestId`]
/// that [`crate::observe`] puts into requests.
pub async fn openstack_id(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map(written);
    let mut response = next.run(request).await;
    if let Some(value) = id.and_then(|id| HeaderValue::from_str(&id).ok()) {
        response.headers_mut().insert(X_OPENSTACK_REQUEST_ID, value);
    }
    response
}

/// `req-` and a UUID with hyphens; an id that the client chose is left as it is.
fn written(id: &RequestId) -> String {
    match Uuid::try_parse(id.as_str()) {
        Ok(uuid) => format!("req-{}", uuid.hyphenated()),
        Err(_not_ours) => id.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    #[test]
    fn an_id_of_ours_gets_the_form_of_openstacks() {
        let uuid = Uuid::from_u128(0xe489_1e6e_f3a6_4ea0_8ce9_1ab3_79a5_c856);
        let expected = "req-e4891e6e-f3a6-4ea0-8ce9-1ab379a5c856";
        assert_eq!(written(&RequestId::fresh(uuid)), expected);
        for chosen in [expected, "client-7"] {
            let mut headers = HeaderMap::new();
            headers.insert("x-openstack-request-id", chosen.parse().unwrap());
            let id = RequestId::from_client(&headers).unwrap();
            assert_eq!(written(&id), chosen);
        }
    }
}
