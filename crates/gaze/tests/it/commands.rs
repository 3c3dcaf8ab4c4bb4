use crate::service::Service;

#[test]
fn places_and_people_are_made_shown_and_deleted_by_name() {
    let service = Service::start();
    service.ok("region add bj --title 北京");
    assert_eq!(
        service.fails("zone add bj01"),
        "error: there are 2 regions: say which one\nhint: known are region-1, bj\n"
    );
    service.ok("zone add bj01 --region bj --description '北京一区'");
    service.ok("cluster add arm --zone bj01 --arch aarch64");
    let disks = service.path("disks");
    service.ok(&format!(
        "pool add nfs-1 --zone bj01 --kind nfs --path {}",
        disks.display()
    ));
    service.ok("store add slow --region bj --zone bj01 --medium HDD --capacity 10MiB");
    let store = service.json("store show slow");
    assert_eq!(store["capacity"], 10 << 20);
    assert_eq!(store["zones"].as_array().unwrap().len(), 1);
    assert_eq!(service.json("store disable slow")["state"], "disabled");
    assert_eq!(service.json("store enable slow")["state"], "enabled");
    service.ok("store detach slow bj01");
    service.ok("store attach slow bj01");

    let made = service.json("project add shop");
    assert_eq!(made["user"]["name"], "shop");
    let password = made["password"].as_str().unwrap();
    assert!(password.len() >= 12, "{password}");
    let changed = service.json("project set shop --max-images 3 --max-bytes none");
    assert_eq!(changed["max_image_count"], 3);
    assert_eq!(changed["max_image_bytes"], serde_json::Value::Null);
    service.ok("user add ann --project shop --role reader");
    let set = service.json("user password ann --password 'correct horse battery'");
    assert_eq!(set["password"], "correct horse battery");
    let token = service.json("token add --user ann");
    let token = token["token"].as_str().unwrap();
    assert_eq!(
        service.json(&format!("whoami --token {token}"))["role"],
        "reader"
    );
    assert_eq!(service.ok(&format!("token revoke {token}")), "revoked\n");
    let key = service.json("access-key add --user ann --description ci");
    let access = key["access"].as_str().unwrap();
    assert_eq!(
        service.json(&format!("access-key disable {access} "))["enabled"],
        false
    );
    service.ok(&format!("access-key delete {access}"));
    service.ok("user delete ann");
    service.ok("user delete shop");

    for line in [
        "store delete slow",
        "pool delete nfs-1",
        "cluster delete arm",
        "zone delete bj01",
    ] {
        service.ok(line);
    }
    service.ok("region delete bj");
    assert_eq!(
        service.fails("zone show bj01"),
        "error: no zone is named \"bj01\"\nhint: known are zone-1\n"
    );
}

#[test]
fn tables_can_be_read_and_cut() {
    let service = Service::start();
    let table = service.ok("zone list");
    let mut lines = table.lines();
    let title = lines.next().unwrap();
    let columns: Vec<_> = title.split_whitespace().collect();
    assert_eq!(columns, ["ID", "NAME", "REGION", "ENABLED", "DESCRIPTION"]);
    let fields: Vec<_> = lines.next().unwrap().split_whitespace().collect();
    assert_eq!(fields[1..], ["zone-1", "region-1", "yes"]);
    assert_eq!(service.ok("image list"), "nothing found\n");
}

#[test]
fn status_shows_version_and_room() {
    let service = Service::start();
    let status = service.ok("status");
    let first = status.lines().next().unwrap();
    let expected = format!(
        "{} runs gaze {} for ",
        service.url,
        env!("CARGO_PKG_VERSION")
    );
    assert!(first.starts_with(&expected), "{status}");
    assert!(status.contains("0 images, 0 unfinished jobs\n"), "{status}");
    assert!(status.contains("CAPACITY"), "{status}");
}
