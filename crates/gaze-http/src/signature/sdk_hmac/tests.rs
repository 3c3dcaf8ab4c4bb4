use http::HeaderValue;
use proptest::prelude::*;

use super::*;

const SECRET: &str = "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc";

/// A request as it arrives, with a body.
#[derive(Clone, Debug)]
struct Signed {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Signed {
    fn new(method: Method, uri: &str, headers: &[(&'static str, &str)], body: &str) -> Self {
        Self {
            method,
            uri: uri.parse().unwrap(),
            headers: headers
                .iter()
                .map(|(name, value)| {
                    (
                        HeaderName::from_static(name),
                        HeaderValue::from_bytes(value.as_bytes()).unwrap(),
                    )
                })
                .collect(),
            body: body.as_bytes().to_vec(),
        }
    }

    /// Signs the named headers, with the body's hash or the given text for the body.
    fn sign(mut self, names: &[&str], payload: Option<&str>) -> Self {
        let payload = payload.map_or_else(|| body_hash(&self.body), str::to_owned);
        let value = authorize(
            "AKTEST",
            SECRET,
            &self.method,
            &self.uri,
            &self.headers,
            names,
            &payload,
        )
        .unwrap();
        self.headers
            .insert(header::AUTHORIZATION, value.parse().unwrap());
        self
    }

    fn check_at(&self, secret: &str, now: &str) -> Result<(), SignatureError> {
        let authorization = parse(&self.headers)?.expect("the request is signed");
        verify(
            &authorization,
            secret,
            &self.method,
            &self.uri,
            &self.headers,
            BodyHash::Known(&body_hash(&self.body)),
            now.parse().unwrap(),
        )
    }

    fn check(&self) -> Result<(), SignatureError> {
        self.check_at(SECRET, "2026-11-21T16:37:47Z")
    }
}

/// A request such as the Python SDK sends: every header signed, the host among them.
fn python() -> Signed {
    Signed::new(
        Method::GET,
        "/v2/cloudimages?__imagetype=private&created_at=gte%3A2018-10-28T10%3A00%3A00Z&limit=2&name=a%20b%2F%E4%B8%AD",
        &[
            ("user-agent", "huaweicloud-usdk-python/3.0"),
            ("content-type", "application/json"),
            ("x-project-id", "2b76febbe5d34eac85d26435c1f15809"),
            ("x-sdk-date", "20261121T163747Z"),
            ("host", "127.0.0.1:18801"),
        ],
        "",
    )
    .sign(
        &[
            "content-type",
            "host",
            "user-agent",
            "x-project-id",
            "x-sdk-date",
        ],
        None,
    )
}

#[test]
fn the_published_canonical_request_is_reproduced() {
    // Huawei Cloud, API Gateway developer guide, "Request signing algorithm", step 1.
    let request = Signed::new(
        Method::GET,
        "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?marker=13551d6b-755d-4757-b956-536f674975c0&limit=2",
        &[
            ("content-type", "application/json"),
            ("host", "service.region.example.com"),
            ("x-sdk-date", "20191115T033655Z"),
        ],
        "",
    );
    let names = ["content-type", "host", "x-sdk-date"].map(str::to_owned);
    let canonical = canonical_request(
        &request.method,
        &canonical_path(request.uri.path()),
        request.uri.query().unwrap(),
        &request.headers,
        &names,
        EMPTY_HASH,
    )
    .unwrap();
    assert_eq!(
        String::from_utf8(canonical.clone()).unwrap(),
        "GET\n/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs/\n\
         limit=2&marker=13551d6b-755d-4757-b956-536f674975c0\n\
         content-type:application/json\nhost:service.region.example.com\n\
         x-sdk-date:20191115T033655Z\n\ncontent-type;host;x-sdk-date\n\
         e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    assert_eq!(
        body_hash(&canonical),
        "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a"
    );
}

#[test]
fn a_signature_computed_elsewhere_is_accepted() {
    let mut request = python();
    request.headers.insert(
        header::AUTHORIZATION,
        HeaderValue::from_static(concat!(
            "SDK-HMAC-SHA256 Access=AKTEST, ",
            "SignedHeaders=content-type;host;user-agent;x-project-id;x-sdk-date, ",
            "Signature=5465948739d84d02619f4a1f3bfc128301a8deb7c9ced1e3aaec15e5a89a7f7f"
        )),
    );
    request.check().unwrap();
}

#[test]
fn only_the_listed_headers_are_covered() {
    // Terraform's SDK signs no host and adds the project after signing.
    let mut request = Signed::new(
        Method::POST,
        "/v2/cloudimages/action",
        &[
            ("accept", "application/json"),
            ("content-type", "application/json"),
            ("user-agent", "terraform"),
            ("x-sdk-date", "20261121T163747Z"),
        ],
        r#"{"name":"a"}"#,
    )
    .sign(
        &["accept", "content-type", "user-agent", "x-sdk-date"],
        None,
    );
    request
        .headers
        .insert("x-project-id", HeaderValue::from_static("p"));
    request
        .headers
        .insert(header::HOST, HeaderValue::from_static("h"));
    assert_eq!(request.check(), Ok(()));
    request
        .headers
        .insert(header::USER_AGENT, HeaderValue::from_static("other"));
    assert_eq!(request.check(), Err(SignatureError::Mismatch));
    request.headers.remove(header::USER_AGENT);
    assert_eq!(
        request.check(),
        Err(SignatureError::MissingHeader("user-agent".into()))
    );
}

fn with_content_hash(hash: &str, body: &str, signed_as: &str) -> Signed {
    Signed::new(
        Method::PATCH,
        "/v2/images/1",
        &[
            ("x-sdk-date", "20261121T163747Z"),
            ("x-sdk-content-sha256", hash),
        ],
        body,
    )
    .sign(&["x-sdk-content-sha256", "x-sdk-date"], Some(signed_as))
}

#[test]
fn the_content_hash_header_stands_for_the_body() {
    let hash = body_hash(b"[]");
    let other = body_hash(b"{}");
    for (declared, body, signed_as, expected) in [
        (UNSIGNED_PAYLOAD, "[]", UNSIGNED_PAYLOAD, Ok(())),
        (&hash, "[]", &hash, Ok(())),
        // The Python SDK with an empty body.
        (UNSIGNED_PAYLOAD, "", EMPTY_HASH, Ok(())),
        (UNSIGNED_PAYLOAD, "", UNSIGNED_PAYLOAD, Ok(())),
        // A declared hash has to be that of the body.
        (&other, "[]", &other, Err(SignatureError::WrongBody)),
        (&other, "", &other, Err(SignatureError::Mismatch)),
        (
            UNSIGNED_PAYLOAD,
            "[]",
            EMPTY_HASH,
            Err(SignatureError::Mismatch),
        ),
    ] {
        assert_eq!(
            with_content_hash(declared, body, signed_as).check(),
            expected,
            "{declared} {body:?} {signed_as}"
        );
    }
}

#[test]
fn an_unread_body_needs_the_content_hash_header() {
    let now = "2026-11-21T16:37:47Z".parse().unwrap();
    let check = |request: &Signed| {
        verify(
            &parse(&request.headers).unwrap().unwrap(),
            SECRET,
            &request.method,
            &request.uri,
            &request.headers,
            BodyHash::Unread,
            now,
        )
    };
    let unsigned = with_content_hash(UNSIGNED_PAYLOAD, "[]", UNSIGNED_PAYLOAD);
    assert_eq!(check(&unsigned), Ok(()));
    assert_eq!(
        check(&python()),
        Err(SignatureError::MissingHeader("x-sdk-content-sha256".into()))
    );
}

#[test]
fn dates_up_to_fifteen_minutes_away_are_accepted() {
    for (now, expected) in [
        ("2026-11-21T16:52:47Z", Ok(())),
        ("2026-11-21T16:22:47Z", Ok(())),
        ("2026-11-21T16:52:48Z", Err(SignatureError::Skewed)),
        ("2026-11-21T16:22:46Z", Err(SignatureError::Skewed)),
    ] {
        assert_eq!(python().check_at(SECRET, now), expected, "{now}");
    }
}

#[test]
fn the_wrong_secret_does_not_match() {
    for secret in ["", "other"] {
        assert_eq!(
            python().check_at(secret, "2026-11-21T16:37:47Z"),
            Err(SignatureError::Mismatch)
        );
    }
}

fn parsed(
    authorization: &str,
    date: Option<&str>,
) -> Result<Option<Authorization>, SignatureError> {
    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, authorization.parse().unwrap());
    if let Some(date) = date {
        headers.insert(X_SDK_DATE, date.parse().unwrap());
    }
    parse(&headers)
}

#[test]
fn other_schemes_are_left_to_others() {
    assert_eq!(parse(&HeaderMap::new()), Ok(None));
    for text in [
        "Bearer x",
        "OAuth y",
        "SDK-HMAC-SHA2567 Access=a",
        "V11-HMAC-SHA256 x",
    ] {
        assert_eq!(parsed(text, None), Ok(None), "{text}");
    }
}

#[test]
fn malformed_credentials_are_refused() {
    let date = Some("20261121T163747Z");
    for text in [
        "SDK-HMAC-SHA256 ",
        "SDK-HMAC-SHA256 Access=a",
        "SDK-HMAC-SHA256 Access=, SignedHeaders=x-sdk-date, Signature=00",
        "SDK-HMAC-SHA256 Access=a, SignedHeaders=host, Signature=00",
        "SDK-HMAC-SHA256 Access=a, SignedHeaders=x-sdk-date, Signature=00, More=1",
    ] {
        assert!(
            matches!(parsed(text, date), Err(SignatureError::Malformed(_))),
            "{text}"
        );
    }
    let many = format!(
        "SDK-HMAC-SHA256 Access=a, SignedHeaders=x-sdk-date{}, Signature=00",
        ";x-sdk-date".repeat(MAX_SIGNED_HEADERS)
    );
    assert!(parsed(&many, date).is_err());

    let good = "SDK-HMAC-SHA256 Access=a, SignedHeaders=x-sdk-date, Signature=00";
    assert_eq!(
        parsed(good, None),
        Err(SignatureError::MissingHeader("x-sdk-date".into()))
    );
    for date in [
        "",
        "20261121T163747",
        "20261321T163747Z",
        "2026-11-21T16:37Z",
    ] {
        assert_eq!(
            parsed(good, Some(date)),
            Err(SignatureError::BadDate(date.into()))
        );
    }
}

#[test]
fn paths_and_queries_take_one_form() {
    for (path, expected) in [
        ("/", "/"),
        ("/v1/images", "/v1/images/"),
        ("/v1/images/", "/v1/images/"),
        ("/a%20b/~c", "/a%20b/~c/"),
        ("/%e4%b8%ad", "/%E4%B8%AD/"),
        ("/%7e", "/~/"),
    ] {
        assert_eq!(canonical_paths(path), [expected], "{path}");
    }
    assert_eq!(canonical_paths("/a%2Fb"), ["/a%2Fb/", "/a/b/"]);
    for (query, expected) in [
        ("", ""),
        ("b=2&a=1", "a=1&b=2"),
        ("a=2&a=1", "a=1&a=2"),
        ("a", "a="),
        ("a=b=c", "a=b%3Dc"),
        ("a=b+c", "a=b%20c"),
        ("a=b%2Bc", "a=b%2Bc"),
        ("a=%e4%b8%ad", "a=%E4%B8%AD"),
    ] {
        assert_eq!(canonical_query(query), expected, "{query}");
    }
}

proptest! {
    /// Whatever single byte of the signature, the date, a signed header, the path, the query or
    /// the body is changed, the request is refused.
    #[test]
    fn a_flipped_byte_is_noticed(part in 0..6_usize, index: prop::sample::Index, bit in 0..7_u8) {
        let (path, query) = ("/v2/cloudimages", "limit=2");
        let mut request = Signed::new(
            Method::POST,
            &format!("{path}?{query}"),
            &[("x-sdk-date", "20261121T163747Z"), ("x-project-id", "2b76febbe5d3")],
            r#"{"name":"a"}"#,
        )
        .sign(&["x-project-id", "x-sdk-date"], None);
        prop_assert_eq!(request.check(), Ok(()));

        let flip = |text: &[u8]| {
            let mut bytes = text.to_vec();
            let at = index.index(bytes.len());
            bytes[at] ^= 1 << bit;
            bytes
        };
        let header = match part {
            0 => {
                let (rest, signature) = request.headers["authorization"]
                    .to_str()
                    .unwrap()
                    .rsplit_once('=')
                    .unwrap();
                Some(("authorization", [rest.as_bytes(), b"=", &flip(signature.as_bytes())].concat()))
            }
            1 => Some(("x-sdk-date", flip(request.headers["x-sdk-date"].as_bytes()))),
            2 => Some(("x-project-id", flip(request.headers["x-project-id"].as_bytes()))),
            _ => None,
        };
        let uri = match part {
            3 => Some([&flip(path.as_bytes()), &b"?"[..], query.as_bytes()].concat()),
            4 => Some([path.as_bytes(), b"?", &flip(query.as_bytes())].concat()),
            _ => None,
        };
        if let Some((name, bytes)) = header {
            // Bytes that no header may hold never arrive.
            let value = HeaderValue::from_bytes(&bytes);
            prop_assume!(value.is_ok());
            request.headers.insert(name, value.unwrap());
        } else if let Some(bytes) = uri {
            let text = String::from_utf8(bytes).unwrap();
            let uri = text.parse::<Uri>();
            prop_assume!(uri.as_ref().is_ok_and(|uri| uri.to_string() == text));
            request.uri = uri.unwrap();
        } else {
            request.body = flip(&request.body);
        }
        prop_assert!(request.check().is_err());
    }
}
