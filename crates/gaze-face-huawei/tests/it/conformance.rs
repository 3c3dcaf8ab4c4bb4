//! The golden transcripts.

use std::path::Path;

use gaze_http::signature::sdk_hmac;
use gaze_testkit::World;
use gaze_testkit::transcript::{Givens, Stage, run_dir};
use http::{HeaderMap, HeaderValue, Method, Uri};

use crate::cloud;

const HOUR: i64 = 3600;

#[tokio::test]
async fn the_transcripts_are_true() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    run_dir(&folder, stage).await.unwrap();
}

/// The tenant with the page's example, and a stranger with nothing.
async fn stage(_givens: &Givens) -> Stage {
    let world = World::new().await;
    let image = cloud::example(&world).await;
    let path = format!("/v1/cloudimages/{}?limit=1", world.region.name);
    let key = &world.tenant.key;
    let now = world.app.now().as_second();
    let signed = sign(&key.access, &key.secret, &path, now);
    let stale = sign(&key.access, &key.secret, &path, now - HOUR);
    let stranger = sign("NOSUCHACCESSKEY00000", &key.secret, &path, now);
    Stage::new(cloud::router(&world))
        .given("region", &world.region.name)
        .given("project", world.tenant.project.id)
        .given("domain", world.tenant.caller.domain)
        .given("token", &world.tenant.login)
        .given("other_token", &world.stranger.login)
        .given("linux", image.id)
        .given("date", &signed.date)
        .given("signed", &signed.authorization)
        .given("flipped", flip_last(&signed.authorization))
        .given("stranger", &stranger.authorization)
        .given("stale_date", &stale.date)
        .given("stale", &stale.authorization)
        .keep(world)
}

struct Signed {
    date: String,
    authorization: String,
}

/// What a client that signs its content type and its date sends with `GET path`.
fn sign(access: &str, secret: &str, path: &str, second: i64) -> Signed {
    let at = gaze_domain::Timestamp::from_second(second).unwrap();
    let date = at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert("x-sdk-date", HeaderValue::from_str(&date).unwrap());
    let uri: Uri = path.parse().unwrap();
    let authorization = sdk_hmac::authorize(
        access,
        secret,
        &Method::GET,
        &uri,
        &headers,
        &["content-type", "x-sdk-date"],
        sdk_hmac::EMPTY_HASH,
    );
    Signed {
        date,
        authorization: authorization.unwrap(),
    }
}

/// The signature with its last digit changed.
fn flip_last(authorization: &str) -> String {
    let (head, last) = authorization.split_at(authorization.len() - 1);
    format!("{head}{}", if last == "0" { "1" } else { "0" })
}
