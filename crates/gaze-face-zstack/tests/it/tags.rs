//! Tags of what is made, and of machines whose disks become templates: TestQemuAgentSystemTag,
//! BootModeCase and what the official clients send.

use serde_json::{Value, json};

use crate::client::Client;
use crate::cloud::{Cloud, clouds};

/// The system tags and the user tags of a thing, in order.
async fn tags(client: &Client, uuid: &str) -> (Vec<String>, Vec<String>) {
    let mut found = Vec::new();
    for kind in ["system-tags", "user-tags"] {
        let path = format!("/{kind}?q=resourceUuid={uuid}&sort=%2Btag");
        let seen = client.ok("GET", &path, json!({})).await;
        let rows = seen["inventories"].as_array().unwrap();
        let text = |row: &Value| row["tag"].as_str().unwrap().to_owned();
        found.push(rows.iter().map(text).collect::<Vec<_>>());
    }
    let user = found.pop().unwrap();
    (found.pop().unwrap(), user)
}

async fn pattern(client: &Client, value: &str) -> String {
    let params = json!({"params": {"name": value, "value": value}});
    let made = client.ok("POST", "/tags", params).await;
    made["inventory"]["uuid"].as_str().unwrap().to_owned()
}

async fn tag_machine(cloud: &Cloud, text: &str) {
    let params = json!({
        "resourceType": "VmInstanceVO",
        "resourceUuid": cloud.world.machine.id.hex(),
        "tag": text,
    });
    let body = json!({ "params": params });
    cloud.tenant.ok("POST", "/system-tags", body).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_template_has_the_tags_that_tell_of_the_machines_guest() {
    for cloud in clouds().await {
        for text in [
            "qemuga",
            "GuestTools::5.2",
            "bootMode::UEFI",
            "hostname::web",
        ] {
            tag_machine(&cloud, text).await;
        }
        let asked = json!({"systemTags": ["GuestTools::1"], "userTags": ["golden"]});
        let made = cloud.template(asked).await;
        let (system, user) = tags(&cloud.tenant, made["uuid"].as_str().unwrap()).await;
        assert_eq!(system, ["GuestTools::5.2", "qemuga", "bootMode::UEFI"]);
        assert_eq!(user, ["golden"]);
        // A data volume has no guest.
        let volume = cloud.world.root.id;
        let path = format!("/images/data-volume-templates/from/volumes/{volume}");
        let body = json!({"params": {"name": "data"}});
        let made = cloud.tenant.ok("POST", &path, body).await;
        let uuid = made["inventory"]["uuid"].as_str().unwrap();
        assert_eq!(tags(&cloud.tenant, uuid).await, (vec![], vec![]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_made_has_the_tags_that_it_is_made_with() {
    for cloud in clouds().await {
        let team = pattern(&cloud.admin, "team").await;
        let mine = pattern(&cloud.tenant, "mine").await;
        let zone = cloud.world.zone.id.hex();
        let reserved = "host::reservedCpu::1";
        for (path, params) in [
            ("/zones", json!({"name": "z", "systemTags": [reserved]})),
            (
                "/clusters",
                json!({"name": "c", "zoneUuid": zone, "hypervisorType": "KVM",
                       "systemTags": [reserved]}),
            ),
            (
                "/backup-storage/sftp",
                json!({"name": "s", "hostname": "localhost", "username": "u", "password": "p",
                       "url": format!("{}-tagged", cloud.world.store.url),
                       "systemTags": ["extraips::10.0.0.1"]}),
            ),
            (
                "/primary-storage/local-storage",
                json!({"name": "p", "zoneUuid": zone,
                       "url": cloud.world.disks().display().to_string(),
                       "systemTags": ["primaryStorage::vendor::x"]}),
            ),
        ] {
            let mut params = params;
            params["userTags"] = json!(["big"]);
            params["tagUuids"] = json!([team]);
            let made = cloud
                .admin
                .ok("POST", path, json!({"params": params}))
                .await;
            let uuid = made["inventory"]["uuid"].as_str().unwrap();
            let (system, user) = tags(&cloud.admin, uuid).await;
            assert_eq!(json!(system), params["systemTags"], "{path}");
            assert_eq!(user, ["big", "team"], "{path}");
            let of_pattern = format!("/user-tags?q=tagPatternUuid={team}&q=resourceUuid={uuid}");
            let made = cloud.admin.ok("GET", &of_pattern, json!({})).await;
            assert_eq!(made["inventories"][0]["tag"], "team", "{path}");

            // A tag that means nothing is refused, and nothing is made.
            params["name"] = json!("other");
            for (key, odd, code) in [
                ("systemTags", json!(["nonsense"]), "SYS.1007"),
                ("systemTags", json!(["hostname::a"]), "SYS.1007"),
                ("userTags", json!([""]), "SYS.1007"),
                ("tagUuids", json!(["0".repeat(32)]), "SYS.1003"),
            ] {
                let mut params = params.clone();
                params[key] = odd;
                let refused = cloud.admin.refused("POST", path, json!({"params": params}));
                assert_eq!(refused.await["code"], code, "{path} {key}");
            }
            let left = format!("{}?q=name=other&count=true", list_of(path));
            assert_eq!(cloud.admin.ok("GET", &left, json!({})).await["total"], 0);
        }
        let added = cloud
            .add(json!({"tagUuids": [mine], "userTags": ["x"], "systemTags": ["ephemeral::a"]}))
            .await;
        let (system, user) = tags(&cloud.tenant, added["uuid"].as_str().unwrap()).await;
        assert_eq!((system.len(), user), (0, vec!["mine".into(), "x".into()]));
        // Empty lists are what the official Go client sends.
        cloud.add(json!({"tagUuids": []})).await;
    }
}

fn list_of(path: &str) -> &str {
    path.trim_end_matches("/sftp")
        .trim_end_matches("/local-storage")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_job_has_the_tags_that_it_is_submitted_with() {
    for cloud in clouds().await {
        let url = cloud.world.import_file("long.raw", &[7; 4096]);
        let data = json!({"name": "long", "url": url, "format": "raw",
                          "backupStorageUuids": [cloud.world.store.id.hex()]});
        let params = json!({"jobName": "APIAddImageMsg", "jobData": data.to_string(),
                            "userTags": ["nightly"], "systemTags": ["uploadImage::x"]});
        let body = json!({ "params": params });
        let job = cloud.tenant.ok("POST", "/longjobs", body).await;
        let uuid = job["inventory"]["uuid"].as_str().unwrap();
        let expected = (
            vec!["uploadImage::x".to_owned()],
            vec!["nightly".to_owned()],
        );
        assert_eq!(tags(&cloud.tenant, uuid).await, expected);
        let found = "/longjobs?q=__userTag__=nightly&count=true";
        assert_eq!(cloud.tenant.ok("GET", found, json!({})).await["total"], 1);
        assert_eq!(cloud.stranger.ok("GET", found, json!({})).await["total"], 0);
        assert_eq!(tags(&cloud.stranger, uuid).await, (vec![], vec![]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_tags_of_what_is_gone_are_gone() {
    for cloud in clouds().await {
        let added = cloud.add(json!({"userTags": ["x"]})).await;
        let image = added["uuid"].as_str().unwrap();
        let path = format!("/images/{image}");
        cloud.tenant.ok("DELETE", &path, json!({})).await;
        // It can be recovered, and has its tags until then.
        assert_eq!(tags(&cloud.tenant, image).await.1, ["x"]);
        cloud.tenant.act(image, "expungeImage", json!({})).await;
        assert_eq!(tags(&cloud.tenant, image).await, (vec![], vec![]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pattern_can_go_while_a_deleted_image_has_its_tag() {
    for cloud in clouds().await {
        let mine = pattern(&cloud.tenant, "mine").await;
        let added = cloud.add(json!({"tagUuids": [mine]})).await;
        let image = added["uuid"].as_str().unwrap();
        let path = format!("/images/{image}");
        cloud.tenant.ok("DELETE", &path, json!({})).await;
        let path = format!("/tags/{mine}");
        cloud.tenant.ok("DELETE", &path, json!({})).await;
        cloud.tenant.act(image, "recoverImage", json!({})).await;
        assert_eq!(tags(&cloud.tenant, image).await.1, ["mine"]);
        let left = format!("/user-tags?q=resourceUuid={image}&q=tagPatternUuid%20is%20null");
        let left = cloud.tenant.ok("GET", &left, json!({})).await;
        assert_eq!(left["inventories"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thing_has_so_many_tags_and_no_more() {
    for cloud in clouds().await {
        for noun in ["ImageVO", "VmInstanceVO"] {
            let added = cloud.add(json!({})).await;
            let uuid = match noun {
                "ImageVO" => added["uuid"].as_str().unwrap().to_owned(),
                _ => cloud.world.machine.id.hex(),
            };
            let give = async |n: usize| {
                let params =
                    json!({"resourceType": noun, "resourceUuid": uuid, "tag": n.to_string()});
                let body = json!({ "params": params }).to_string();
                cloud.tenant.send("POST", "/user-tags", &body).await
            };
            for n in 0..128 {
                let (status, answer) = give(n).await;
                assert_eq!(status, 200, "{answer}");
            }
            let (status, answer) = give(128).await;
            assert_eq!(status, 503, "{answer}");
            assert_eq!(answer["error"]["code"], "SYS.1007", "{answer}");
        }
    }
}
