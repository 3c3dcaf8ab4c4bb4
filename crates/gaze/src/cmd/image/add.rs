//! `gaze image add` and `gaze image capture`.

use std::path::Path;

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::{Map, Value, json};

use super::{NAMED, upload};
use crate::client::Kind;
use crate::cmd::{Session, document, progress, some, value};
use crate::failure::Failure;

/// What is said of a new image.
#[derive(Args, Debug)]
struct About {
    #[arg(long)]
    description: Option<String>,
    /// Compared with the content
    #[arg(long)]
    format: Option<String>,
    /// linux, windows, windows-virtio, paravirtualization or other
    #[arg(long)]
    platform: Option<String>,
    /// x86_64, aarch64, ...
    #[arg(long)]
    arch: Option<String>,
    /// bios, uefi or uefi-csm
    #[arg(long)]
    firmware: Option<String>,
    /// root-disk, data-disk or iso
    #[arg(long)]
    media: Option<String>,
    /// Family of the guest operating system, such as Debian
    #[arg(long)]
    os: Option<String>,
    /// Its version
    #[arg(long)]
    os_version: Option<String>,
    /// Whether the guest has virtio drivers [default: true]
    #[arg(long)]
    virtio: Option<bool>,
    #[arg(long, value_name = "GIB")]
    min_disk: Option<u64>,
    #[arg(long, value_name = "MIB")]
    min_ram: Option<u64>,
    /// Let everybody see and use it
    #[arg(long)]
    public: bool,
    /// Keep it from being deleted
    #[arg(long)]
    protected: bool,
    /// May be repeated
    #[arg(long)]
    tag: Vec<String>,
    /// May be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = value::property)]
    property: Vec<(String, String)>,
    /// A store that gets a copy; may be repeated; by default one is chosen
    #[arg(long)]
    store: Vec<String>,
}

impl About {
    /// The body of a request for the image.
    fn document(&self, name: &str, media: Option<&str>) -> Value {
        let text = |value: &Option<String>| value.clone().map(Value::from);
        let os = document([
            ("distro", text(&self.os)),
            ("version", text(&self.os_version)),
        ]);
        let properties: Map<_, _> = self
            .property
            .iter()
            .map(|(key, value)| (key.clone(), Value::from(value.clone())))
            .collect();
        document([
            ("name", Some(Value::from(name))),
            ("description", text(&self.description)),
            ("format", text(&self.format)),
            ("platform", text(&self.platform)),
            ("architecture", text(&self.arch)),
            ("firmware", text(&self.firmware)),
            (
                "media",
                text(&self.media).or_else(|| media.map(Value::from)),
            ),
            ("os", some(os)),
            ("virtio", self.virtio.map(Value::from)),
            ("min_disk_gib", self.min_disk.map(Value::from)),
            ("min_ram_mib", self.min_ram.map(Value::from)),
            ("visibility", self.public.then(|| Value::from("public"))),
            ("protected", some(self.protected)),
            ("tags", some(self.tag.clone())),
            ("properties", some(properties)),
        ])
    }
}

#[derive(Args, Debug)]
pub(crate) struct Add {
    /// A file here, or an http://, https:// or file:// URL for the service to fetch
    source: String,
    /// By default the file's name without its ending
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    about: About,
    /// Do not wait for an import to end
    #[arg(long)]
    detach: bool,
}

impl Add {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        let stores = client.ids(Kind::Store, &self.about.store).await?;
        // An installation disc is told by its name; the content decides about the format alone.
        let plain = self.source.split(['?', '#']).next().unwrap_or_default();
        let disc = Path::new(plain)
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("iso"));
        let name = self.name.as_deref().unwrap_or_else(|| named_after(plain));
        let image = self.about.document(name, disc.then_some("iso"));
        if self.source.contains("://") {
            let body = json!({ "image": image, "url": self.source, "stores": stores });
            let started = client.post("/images/import", &body).await?;
            return finish(session, &started, self.detach).await;
        }
        let file = Path::new(&self.source);
        upload::check(file)?;
        let queued = client.post("/images", &image).await?;
        let id = queued["id"].as_str().context("the new image has no id")?;
        match upload::upload(session, id, file, &stores).await {
            Ok(image) => session.thing(&image, NAMED).await,
            Err(error) => Err(self.withdraw(session, id, error).await),
        }
    }

    /// Takes back an image whose bytes did not come.
    async fn withdraw(&self, session: &Session, id: &str, error: anyhow::Error) -> anyhow::Error {
        match session
            .client
            .delete(&format!("/images/{id}?mode=now"))
            .await
        {
            Ok(_gone) => error,
            Err(_left) => error.context(
                Failure::new(format!("image {id} is left without its bytes")).hint(format!(
                    "try again with `gaze image upload {id} {}`",
                    self.source
                )),
            ),
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct Capture {
    /// A volume, by id or name
    source: String,
    /// The source is a snapshot
    #[arg(long)]
    snapshot: bool,
    #[arg(long)]
    name: String,
    #[command(flatten)]
    about: About,
    /// Do not wait for the capture to end
    #[arg(long)]
    detach: bool,
}

impl Capture {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        let (kind, field) = if self.snapshot {
            (Kind::Snapshot, "snapshot")
        } else {
            (Kind::Volume, "volume")
        };
        let body = json!({
            "image": self.about.document(&self.name, None),
            field: client.id(kind, &self.source).await?,
            "stores": client.ids(Kind::Store, &self.about.store).await?,
        });
        let started = client.post("/images/capture", &body).await?;
        finish(session, &started, self.detach).await
    }
}

/// The last part of a path or URL without its ending: what an image is called that nobody named.
fn named_after(source: &str) -> &str {
    let path = Path::new(source.trim_end_matches('/'));
    path.file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or(source)
}

/// Follows the job and shows the image, or both at once.
async fn finish(session: &Session, started: &Value, detach: bool) -> Result<()> {
    if detach {
        return session.thing(started, NAMED).await;
    }
    let job = started["job"].as_str().context("the answer names no job")?;
    progress::follow(session, job).await?;
    let id = started["image"]["id"]
        .as_str()
        .context("the answer names no image")?;
    session.show(&format!("/images/{id}"), NAMED).await
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        add: Add,
    }

    #[test]
    fn an_image_without_a_name_is_called_after_its_source() {
        for (source, name) in [
            ("disk.qcow2", "disk"),
            ("/vms/web-1.tar.gz", "web-1.tar"),
            ("https://example.org/images/debian-12.qcow2", "debian-12"),
            ("noending", "noending"),
        ] {
            assert_eq!(named_after(source), name);
        }
    }

    #[test]
    fn what_is_not_said_is_not_sent() {
        let line = Line::try_parse_from(["add", "disk.img", "--name", "web"]).unwrap();
        assert_eq!(
            line.add.about.document("web", None),
            json!({"name": "web", "os": {}, "protected": false, "tags": [], "properties": {}})
        );
    }

    #[test]
    fn everything_that_is_said_is_sent() {
        let line = "add d.img --name web --description d --format qcow2 --platform linux \
                    --arch x86_64 --firmware uefi --media data-disk --os Debian --os-version 12 \
                    --virtio false --min-disk 3 --min-ram 4 --public --protected --tag a --tag b \
                    --property k=v";
        let line = Line::try_parse_from(line.split_whitespace()).unwrap();
        assert_eq!(
            line.add.about.document("web", Some("iso")),
            json!({
                "name": "web", "description": "d", "format": "qcow2", "platform": "linux",
                "architecture": "x86_64", "firmware": "uefi", "media": "data-disk",
                "os": {"distro": "Debian", "version": "12"}, "virtio": false,
                "min_disk_gib": 3, "min_ram_mib": 4, "visibility": "public", "protected": true,
                "tags": ["a", "b"], "properties": {"k": "v"},
            })
        );
    }
}
