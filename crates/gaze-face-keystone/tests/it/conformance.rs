//! The golden transcripts.

use std::path::Path;
use std::sync::Arc;

use gaze_face_keystone::Config;
use gaze_http::signature::sdk_hmac;
use gaze_http::{Metrics, observe};
use gaze_testkit::World;
use gaze_testkit::transcript::{Givens, Stage, run_dir};
use http::{HeaderMap, HeaderValue, Method, Uri};

const HOUR: i64 = 3600;

#[tokio::test]
async fn the_transcripts_are_true() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    run_dir(&folder, stage).await.unwrap();
}

async fn stage(_givens: &Givens) -> Stage {
    let world = World::new().await;
    let face = gaze_face_keystone::router(world.app.clone(), Config::default());
    let runtime = Arc::clone(&world.runtime);
    let router = observe(face, "keystone", runtime, Metrics::default());
    let region = &world.region.name;
    let tenant = &world.tenant;
    let (access, secret) = (tenant.key.access.as_str(), tenant.key.secret.as_str());
    let now = world.app.now().as_second();
    let domains = sign(access, secret, "/v3/auth/domains", now);
    let stale = sign(access, secret, "/v3/auth/domains", now - HOUR);
    let stranger = sign("NOSUCHACCESSKEY00000", secret, "/v3/auth/domains", now);
    let by_region = sign(access, secret, &format!("/v3/projects?name={region}"), now);
    Stage::new(router)
        .given("region", region)
        .given("domain", tenant.caller.domain)
        .given("domain_name", &tenant.caller.domain_name)
        .given("project", tenant.project.id)
        .given("project_name", &tenant.project.name)
        .given("user", tenant.user.id)
        .given("user_name", &tenant.user.name)
        .given("password", tenant.password)
        .given("token", &tenant.login)
        .given("admin_token", &world.admin.login)
        .given("other_project", world.stranger.project.id)
        .given("other_project_name", &world.stranger.project.name)
        .given("date", &domains.date)
        .given("signed_domains", &domains.authorization)
        .given("flipped_domains", flip_last(&domains.authorization))
        .given("stranger_domains", &stranger.authorization)
        .given("signed_region", &by_region.authorization)
        .given("stale_date", &stale.date)
        .given("stale_domains", &stale.authorization)
        .keep(world)
}

struct Signed {
    date: String,
    authorization: String,
}

/// What a client that signs its date alone sends with `GET path`.
fn sign(access: &str, secret: &str, path: &str, second: i64) -> Signed {
    let at = gaze_domain::Timestamp::from_second(second).unwrap();
    let date = at.strftime("%Y%m%dT%H%M%SZ").to_string();
    let mut headers = HeaderMap::new();
    headers.insert("x-sdk-date", HeaderValue::from_str(&date).unwrap());
    let uri: Uri = path.parse().unwrap();
    let authorization = sdk_hmac::authorize(
        access,
        secret,
        &Method::GET,
        &uri,
        &headers,
        &["x-sdk-date"],
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
