//! A service that was told of a Keystone which is not there.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use reqwest::{Client, Method};

use crate::service::{Service, gaze, stderr};

/// The beginning of a token of Keystone's.
const TOKEN: &str = "gAAAAABrCI_GF3nxELuJToq9RfCAvU9PqLOgH6yVe3-FEa7wJdTRpQ3pPVBbzbagTcbyiJtimKgL";

#[tokio::test(flavor = "multi_thread")]
async fn each_face_says_that_it_cannot_tell_who_asks_and_nothing_of_keystone() {
    let nowhere = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().to_string()
    };
    let service = Service::start_with(&[
        ("GAZE_IDENTITY_KEYSTONE_URL", &format!("http://{nowhere}")),
        ("GAZE_IDENTITY_PUBLIC_URL", "https://keystone.example:5000"),
        ("GAZE_IDENTITY_USER", "gaze"),
        ("GAZE_IDENTITY_PASSWORD", "secret"),
    ]);
    let client = Client::new();
    let bearer = format!("Bearer {TOKEN}");
    let session = format!("OAuth {TOKEN}");
    for (method, path, header, value, status, expected) in [
        (
            "GET",
            "/v2/images",
            "x-auth-token",
            TOKEN,
            503,
            "503 Service Unavailable",
        ),
        (
            "GET",
            "/v1/cloudimages/region-1",
            "x-auth-token",
            TOKEN,
            503,
            "IMG.0061",
        ),
        (
            "GET",
            "/v3/projects",
            "x-auth-token",
            TOKEN,
            503,
            "\"code\":503",
        ),
        (
            "GET",
            "/gaze/v1/images",
            "authorization",
            &bearer,
            503,
            "unavailable",
        ),
        (
            "GET",
            "/zstack/v1/images",
            "authorization",
            &session,
            503,
            "SYS.1006",
        ),
        (
            "POST",
            "/dicloud/i/storage/cimg/list",
            "authorization",
            &bearer,
            200,
            "Keystone cannot be asked",
        ),
    ] {
        let request = client
            .request(
                Method::from_bytes(method.as_bytes()).unwrap(),
                format!("{}{path}", service.url),
            )
            .header(header, value)
            .header(CONTENT_TYPE, "application/json")
            .body(if method == "POST" {
                "{\"regionId\":\"region-1\"}"
            } else {
                ""
            });
        let answer = request.send().await.unwrap();
        let (code, text) = (answer.status().as_u16(), answer.text().await.unwrap());
        assert_eq!(code, status, "{path}: {text}");
        assert!(text.contains(expected), "{path}: {text}");
        assert!(!text.contains(&nowhere), "{path}: {text}");
    }
    let anonymous = client.get(format!("{}/v2/images", service.url));
    let anonymous = anonymous.send().await.unwrap();
    assert_eq!(anonymous.status(), 401);
    assert_eq!(
        anonymous.headers()[WWW_AUTHENTICATE],
        "Keystone uri=\"https://keystone.example:5000/v3\""
    );
    // Clients of this Keystone must not find another Identity here.
    let root = client.get(&service.url).send().await.unwrap();
    assert!(!root.text().await.unwrap().contains("v3.14"));
    // The service's own administrator needs no Keystone.
    let whoami = client
        .get(format!("{}/gaze/v1/whoami", service.url))
        .header(AUTHORIZATION, format!("Bearer {}", service.admin_token()));
    assert_eq!(whoami.send().await.unwrap().status(), 200);
    service.ok("image list");
}

#[test]
fn the_bare_address_names_identity_where_it_is_the_services_own() {
    let service = Service::start();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let root = runtime.block_on(async {
        let answer = reqwest::get(&service.url).await.unwrap();
        answer.json::<serde_json::Value>().await.unwrap()
    });
    let versions = root["versions"].as_array().unwrap();
    let newest = versions[0]["id"].as_str().unwrap();
    assert!(newest.starts_with("v2."), "images come first: {newest}");
    let last = &versions[versions.len() - 1];
    assert_eq!(last["id"], "v3.14");
    assert_eq!(last["links"][0]["href"], format!("{}/v3/", service.url));
}

#[test]
fn check_and_show_know_the_section() {
    let folder = tempfile::TempDir::new().unwrap();
    let text = "[identity]\nkeystone_url = \"keystone.example\"\npassword = \"secret\"\n";
    std::fs::write(folder.path().join("gaze.toml"), text).unwrap();
    let check = gaze(folder.path())
        .args(["config", "check"])
        .output()
        .unwrap();
    assert_eq!(
        stderr(&check),
        "error: identity.keystone_url: must begin with http:// or https://\n\
         error: identity.user: is needed with identity.keystone_url\n"
    );
    let mended = text.replace("keystone.example", "https://keystone.example") + "user = \"gaze\"\n";
    std::fs::write(folder.path().join("gaze.toml"), mended).unwrap();
    let show = gaze(folder.path())
        .args(["config", "show"])
        .output()
        .unwrap();
    let shown = String::from_utf8(show.stdout).unwrap();
    assert!(shown.contains("\npassword = \"***\"\n"), "{shown}");
    assert!(!shown.contains("secret"), "{shown}");
}
