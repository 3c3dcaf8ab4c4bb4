//! The request's id under the name and in the form that OpenStack's clients look for.

use http::HeaderValue;
use uuid::Uuid;

use crate::RequestId;
use crate::around::{Around, around};
use crate::request_id::X_OPENSTACK_REQUEST_ID;

/// A layer that gives every answer the header `X-Openstack-Request-Id`. It needs the [`RequestId`]
/// that [`crate::observe`] puts into requests.
pub fn openstack_id() -> Around<(), Option<HeaderValue>> {
    around(
        (),
        |(), request| request.extensions().get::<RequestId>().map(written),
        |(), id, mut response| {
            if let Some(id) = id {
                response.headers_mut().insert(X_OPENSTACK_REQUEST_ID, id);
            }
            response
        },
    )
}

/// `req-` and a UUID with hyphens; an id that the client chose is left as it is.
fn written(id: &RequestId) -> HeaderValue {
    const PREFIX: &[u8] = b"req-";
    const LENGTH: usize = PREFIX.len() + uuid::fmt::Hyphenated::LENGTH;
    let chosen = || id.header_value();
    let Ok(uuid) = Uuid::try_parse(id.as_str()) else {
        return chosen();
    };
    let mut text = [0; LENGTH];
    let (prefix, rest) = text.split_at_mut(PREFIX.len());
    prefix.copy_from_slice(PREFIX);
    uuid.hyphenated().encode_lower(rest);
    HeaderValue::from_bytes(&text)
        .unwrap_or_else(|_never: http::header::InvalidHeaderValue| chosen())
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
