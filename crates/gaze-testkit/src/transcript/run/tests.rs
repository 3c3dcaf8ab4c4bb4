use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::http::HeaderMap;
use axum::routing::{get, post};

use super::*;

const IMAGE: &str = "e4891e6ef3a64ea08ce91ab379a5c856";
const HYPHENATED: &str = "e4891e6e-f3a6-4ea0-8ce9-1ab379a5c856";

fn stage(givens: &Givens) -> Stage {
    let asked = Arc::new(AtomicU32::new(0));
    let slow = move || {
        let done = asked.fetch_add(1, Ordering::Relaxed) >= 2;
        std::future::ready(format!(r#"{{"done":{done}}}"#))
    };
    let router = Router::new()
        .route(
            "/image",
            get(async || format!(r#"{{"id":"{IMAGE}","n":1}}"#)),
        )
        .route(
            "/image/{id}",
            get(async |path: axum::extract::Path<String>| path.0),
        )
        .route(
            "/echo",
            post(async |headers: HeaderMap, body: String| (headers, body)),
        )
        .route("/job", get(slow));
    let stage = Stage::new(router);
    if givens.has("token") {
        stage.given("token", "secret")
    } else {
        stage
    }
}

/// Plays one transcript from a folder of its own; the failure's text if it fails.
async fn play_text(text: &str) -> Result<usize, String> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("noun")).unwrap();
    std::fs::write(dir.path().join("noun/case.http"), text).unwrap();
    run_dir(dir.path(), async |givens: &Givens| stage(givens))
        .await
        .map_err(|failures| failures.to_string())
}

async fn check(pairs: &str, failure: Option<&str>) {
    let outcome = play_text(&format!("# Source: here\n# Given: token\n\n{pairs}")).await;
    match (outcome, failure) {
        (Ok(1), None) => {}
        (Err(text), Some(part)) => assert!(text.contains(part), "{part:?} is not in {text}"),
        (outcome, _) => panic!("{pairs}\ngave {outcome:?}"),
    }
}

#[tokio::test]
async fn an_answer_as_expected_passes() {
    check(
        "GET /image\n---\n200\nContent-Type: text/plain; charset=utf-8\n!X-Other\n\n\
         {\"id\":\"{{uuid:image:1}}\",\"n\":{{int}}}",
        None,
    )
    .await;
}

#[tokio::test]
async fn every_kind_of_difference_fails_and_is_named() {
    let body = "{\"id\":\"{{uuid:image:1}}\",\"n\":1}";
    for (response, failure) in [
        (format!("201\n\n{body}"), "status: expected 201, got 200"),
        (format!("200\nX-A: 1\n\n{body}"), "header X-A: is missing"),
        (
            format!("200\nContent-Type: text/html\n\n{body}"),
            "header Content-Type: expected",
        ),
        (
            format!("200\n!Content-Type\n\n{body}"),
            "header Content-Type: unexpected",
        ),
        (
            "200\n\n{\"id\":\"{{any}}\"}".to_owned(),
            "$.n: unexpected, with value 1",
        ),
        (
            "200\n\n{\"id\":\"{{any}}\",\"n\":1,\"m\":2}".to_owned(),
            "$.m: is missing",
        ),
        (
            "200\n\n{\"id\":\"{{any}}\",\"n\":2}".to_owned(),
            "$.n: expected 2, got 1",
        ),
        ("200".to_owned(), "expected \"\""),
        ("200\n\n{\"id\"".to_owned(), "the expected body is not JSON"),
        (
            "200\n\n{\"id\":\"{{what}}\",\"n\":1}".to_owned(),
            "{{what}} is no placeholder",
        ),
    ] {
        check(&format!("GET /image\n---\n{response}"), Some(failure)).await;
    }
}

#[tokio::test]
async fn a_failure_names_its_file_and_pair() {
    let first = "GET /image\n---\n200\n\n{{any}}\n---\n";
    let second = "GET /nowhere\n---\n200\n\n{{any}}";
    for part in ["noun/case.http", "pair 2 (GET /nowhere)"] {
        check(&format!("{first}{second}"), Some(part)).await;
    }
}

#[tokio::test]
async fn a_name_means_the_same_in_later_pairs() {
    let first = "GET /image\n---\n200\n\n{\"id\":\"{{uuid:image:1}}\",\"n\":1}\n---\n";
    check(
        &format!("{first}GET /image/{{{{hyphenated:image:1}}}}\n---\n200\n\n{{{{uuid:image:1}}}}"),
        None,
    )
    .await;
    check(
        &format!("{first}GET /image/{HYPHENATED}\n---\n200\n\n{{{{hyphenated:image:1}}}}"),
        None,
    )
    .await;
    let other = "00000000000000000000000000000001";
    check(
        &format!("{first}GET /image/{other}\n---\n200\n\n{{{{uuid:image:1}}}}"),
        Some("image:1 was e4891e6ef3a64ea08ce91ab379a5c856 before"),
    )
    .await;
}

#[tokio::test]
async fn requests_carry_headers_body_and_given_values() {
    check(
        "POST /echo\nAuthorization: Bearer {{given:token}}\n\n{\"a\":\n\"{{given:token}}\"}\n---\n\
         200\nAuthorization: Bearer secret\nContent-Length: 15\n\n{\"a\":\"secret\"}",
        None,
    )
    .await;
    check(
        "POST /echo\n\n{{given:nothing}}\n---\n200\n\n{{any}}",
        Some("nothing is known by the name \"nothing\" yet"),
    )
    .await;
}

#[tokio::test]
async fn a_polled_request_is_repeated_until_it_matches() {
    check("# Poll\nGET /job\n---\n200\n\n{\"done\":true}", None).await;
    check(
        "GET /job\n---\n200\n\n{\"done\":true}",
        Some("$.done: expected true, got false"),
    )
    .await;
}

#[tokio::test]
async fn a_file_that_cannot_be_read_or_a_folder_without_any_fails() {
    let failure = play_text("GET /image\n---\n200\n").await.unwrap_err();
    assert!(failure.contains("# Source"), "{failure}");
    let dir = tempfile::tempdir().unwrap();
    let empty = run_dir(dir.path(), async |givens: &Givens| stage(givens)).await;
    assert!(
        empty
            .unwrap_err()
            .to_string()
            .contains("holds no transcript")
    );
}
