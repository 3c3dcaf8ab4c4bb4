//! Types of parameters, as ZStack's own tests state it (TypeVerifierCase), and the format that a
//! store finds (AddImageToSftpBackStorageCase).

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::cloud::clouds;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_boolean_is_true_or_false_in_any_case_and_nothing_else() {
    for cloud in clouds().await {
        for (value, expected) in [
            (json!(true), true),
            (json!(false), false),
            (json!("true"), true),
            (json!("FALSE"), false),
        ] {
            let added = cloud.add(json!({"system": value})).await;
            assert_eq!(added["system"], expected, "{value}");
        }
        for (value, shown) in [
            (json!("yes"), "yes"),
            (json!(1), "1"),
            (json!(["x"]), "[x]"),
        ] {
            let body = json!({"params": {"name": "n", "system": value}}).to_string();
            let (status, text) = cloud.tenant.send("POST", "/images", &body).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{value}: {text}");
            let expected = format!(
                "Invalid value for boolean field [system], [{shown}] is not a valid boolean \
                 string[true, false]."
            );
            assert_eq!(text, expected);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_is_whole() {
    for cloud in clouds().await {
        let path = format!("/accounts/sessions/{}/renew", cloud.tenant.session);
        for value in [json!(3600), json!("3600")] {
            cloud
                .tenant
                .ok("PUT", &path, json!({"renewSession": {"duration": value}}))
                .await;
        }
        for (value, shown) in [
            (json!(1.2), "1.2"),
            (json!("1.2"), "1.2"),
            (json!("x"), "x"),
        ] {
            let body = json!({"renewSession": {"duration": value}}).to_string();
            let (status, text) = cloud.tenant.send("PUT", &path, &body).await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{value}: {text}");
            let expected =
                format!("[duration] field is excepted an int or long, but was [{shown}].");
            assert_eq!(text, expected);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_format_that_is_found_overrides_a_declared_raw() {
    for cloud in clouds().await {
        let disk = qcow2(&cloud.world.disks());
        let url = cloud.world.import_file("disk.qcow2", &disk);
        for format in ["raw", "qcow2"] {
            let added = cloud.add(json!({"url": url, "format": format})).await;
            assert_eq!(added["format"], "qcow2", "declared as {format}");
        }
        let added = cloud.add(json!({"format": "raw"})).await;
        assert_eq!(added["format"], "raw");
        assert_eq!(cloud.tenant.images().await, Value::from(3));
    }
}

/// A qcow2 that stands alone, made by QEMU.
fn qcow2(folder: &std::path::Path) -> Vec<u8> {
    let path = folder.join("alone.qcow2");
    let made = std::process::Command::new("qemu-img")
        .args(["create", "-q", "-f", "qcow2"])
        .arg(&path)
        .arg("1M")
        .status();
    assert!(made.unwrap().success(), "qemu-img is needed by this test");
    std::fs::read(path).unwrap()
}
