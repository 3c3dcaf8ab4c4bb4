use std::process::Command;

use serde_json::Value;

use crate::service::Service;

const SIZE: usize = 3 << 20;

/// Bytes without holes, different at every place that matters.
fn disk() -> Vec<u8> {
    (0..SIZE)
        .map(|index| u8::try_from(index % 251).unwrap())
        .collect()
}

fn add(service: &Service, name: &str) -> Value {
    std::fs::write(service.path("disk.raw"), disk()).unwrap();
    service.json(&format!("image add disk.raw --name {name} --arch x86_64"))
}

#[test]
fn a_file_becomes_an_image_and_a_file_again() {
    let service = Service::start();
    let image = add(&service, "web");
    assert_eq!(image["status"], "active");
    assert_eq!(image["format"], "raw");
    assert_eq!(image["size"], SIZE);
    service.ok("image save web out.raw");
    assert_eq!(std::fs::read(service.path("out.raw")).unwrap(), disk());
    assert!(!service.path("out.raw.part").exists());

    let said = service.fails("image save web out.raw");
    assert_eq!(said, "error: out.raw exists\nhint: --force replaces it\n");
}

#[test]
fn an_image_is_copied_into_another_store() {
    let service = Service::start();
    add(&service, "web");
    service.ok("store add second");
    let image = service.json("image copy web --store second");
    let copies = image["locations"].as_array().unwrap();
    assert_eq!(copies.len(), 2);
    assert!(copies.iter().all(|copy| copy["state"] == "ready"));
    let said = service.fails("image copy web --store second");
    assert!(said.contains("already exists"), "{said}");
}

#[test]
fn an_interrupted_download_is_resumed() {
    let service = Service::start();
    add(&service, "web");
    std::fs::write(service.path("out.raw.part"), &disk()[..1_000_000]).unwrap();
    service.ok("image save web out.raw");
    assert_eq!(std::fs::read(service.path("out.raw")).unwrap(), disk());
}

#[test]
fn a_part_of_something_else_is_noticed() {
    let service = Service::start();
    add(&service, "web");
    std::fs::write(service.path("out.raw.part"), vec![7; 1_000_000]).unwrap();
    let said = service.fails("image save web out.raw");
    assert!(said.starts_with("error: the sha256 is "), "{said}");
    assert!(
        said.ends_with("hint: nothing was kept; try again\n"),
        "{said}"
    );
    service.ok("image save web out.raw");
    assert_eq!(std::fs::read(service.path("out.raw")).unwrap(), disk());
}

#[test]
fn a_url_becomes_an_image() {
    let service = Service::start();
    let source = service.path("imports").join("disk.raw");
    std::fs::write(&source, disk()).unwrap();
    let url = format!("file://{}", source.display());
    let image = service.json(&format!(
        "image add {url} --name fetched --tag a --property k=v"
    ));
    assert_eq!(image["status"], "active");
    assert_eq!(image["source"], url);
    assert_eq!(image["tags"], serde_json::json!(["a"]));
    let jobs = service.json("job list --image fetched");
    assert_eq!(jobs["items"][0]["state"], "succeeded");

    let said = service.fails("image add file:///etc/hostname --name x");
    assert!(
        said.starts_with("error: source file:///etc/hostname is not allowed"),
        "{said}"
    );
    assert!(
        said.contains("\nhint: the operator allows folders with import.file_dirs"),
        "{said}"
    );
}

#[test]
fn an_image_that_is_refused_leaves_nothing() {
    let service = Service::start();
    std::fs::write(
        service.path("x.qcow2"),
        b"QFI\xfb\0\0\0\x03 and nothing more",
    )
    .unwrap();
    let said = service.fails("image add x.qcow2 --name x");
    assert!(said.starts_with("error: the image was refused"), "{said}");
    assert_eq!(service.json("image list")["items"], serde_json::json!([]));

    let said = service.fails("image add absent.qcow2 --name x");
    assert!(
        said.starts_with("error: absent.qcow2 cannot be read"),
        "{said}"
    );
    assert_eq!(
        service.fails("image add disks --name x"),
        "error: disks is no file\n"
    );
}

#[test]
fn what_is_said_of_an_image_can_be_changed() {
    let service = Service::start();
    add(&service, "web");
    let image = service.json(
        "image set web --name web-2 --description 'the web' --visibility public --tag a --tag b \
         --property k=v --protected true --os Debian",
    );
    assert_eq!(image["name"], "web-2");
    assert_eq!(image["description"], "the web");
    assert_eq!(image["visibility"], "public");
    assert_eq!(image["tags"], serde_json::json!(["a", "b"]));
    assert_eq!(image["os"]["distro"], "Debian");
    assert_eq!(
        service.fails("image delete web-2").lines().nth(1),
        Some("hint: change the image's `protected` to false first")
    );
    let image = service
        .json("image set web-2 --no-tags --no-property k --protected false --description none");
    assert_eq!(image["tags"], serde_json::json!([]));
    assert_eq!(image["properties"], serde_json::json!({}));
    assert_eq!(service.json("image disable web-2")["enabled"], false);
    assert_eq!(service.json("image enable web-2")["enabled"], true);

    service.ok("image delete web-2");
    assert_eq!(service.json("image list")["items"], serde_json::json!([]));
    assert_eq!(service.json("image recover web-2")["status"], "active");
    service.ok("image delete web-2");
    service.ok("image purge web-2");
    assert_eq!(
        service.fails("image set web-2"),
        "error: there is nothing to change\nhint: `gaze image set --help` lists what can be \
         changed\n"
    );
}

#[test]
fn lists_are_filtered_and_come_in_pages() {
    let service = Service::start();
    for name in ["a-1", "a-2", "b-1"] {
        add(&service, name);
    }
    let names = |line: &str| -> Vec<String> {
        let list = service.json(line);
        let items = list["items"].as_array().unwrap().iter();
        items
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(names("image list --sort name"), ["a-1", "a-2", "b-1"]);
    assert_eq!(names("image list --sort -name --name a-*"), ["a-2", "a-1"]);
    assert_eq!(names("image list --sort name --limit 2"), ["a-1", "a-2"]);
    assert_eq!(
        names("image list --sort name --limit 2 --all"),
        ["a-1", "a-2", "b-1"]
    );
    assert_eq!(names("image list --status failed,deleted"), [""; 0]);
    let output = service
        .gaze()
        .args(["image", "list", "--limit", "2"])
        .output()
        .unwrap();
    let more = crate::service::stderr(&output);
    assert!(more.starts_with("there are more: --after "), "{more}");
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 3);
}

#[test]
fn an_image_is_shared_and_accepted() {
    let service = Service::start();
    let image = add(&service, "web");
    let id = image["id"].as_str().unwrap();
    let password = service.json("project add shop")["password"]
        .as_str()
        .unwrap()
        .to_owned();
    service.ok("image share web shop");
    let shop = |line: &str| {
        let output = service
            .gaze()
            .args(line.split_whitespace())
            .env("GAZE_USER", "shop")
            .env("GAZE_PASSWORD", &password)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            crate::service::stderr(&output)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(shop("image list"), "nothing found\n");
    shop(&format!("image accept {id}"));
    assert!(shop("image list").contains(" web "));
    let members = service.json("image members web");
    assert_eq!(members["items"][0]["state"], "accepted");
    service.ok("image unshare web shop");
    assert_eq!(shop("image list"), "nothing found\n");
}

#[test]
fn a_machines_disk_becomes_an_image_that_it_can_change_to() {
    let service = Service::start();
    let path = service.path("disks").join("web-1.qcow2");
    let made = Command::new("qemu-img")
        .args(["create", "-q", "-f", "qcow2"])
        .arg(&path)
        .arg("8M")
        .status()
        .unwrap();
    assert!(made.success());
    let added = service.json("instance add --name web-1 --disk disks/web-1.qcow2");
    let volume = added["root_volume"]["id"].as_str().unwrap();
    assert_eq!(added["root_volume"]["format"], "qcow2");
    assert_eq!(service.json("instance show web-1")["state"], "stopped");
    let image = service.json(&format!("image capture {volume} --name 'from web-1'"));
    assert_eq!(image["status"], "active");
    assert_eq!(image["virtual_size"], 8 << 20);
    let candidates = service.json("image candidates web-1");
    assert_eq!(candidates["items"][0]["id"], image["id"]);
    service.ok("instance delete web-1");
    assert_eq!(service.json("volume list")["items"], serde_json::json!([]));
    assert!(path.exists());
}
