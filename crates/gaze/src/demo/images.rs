//! The demo's two images, through the same path as everybody's.

use anyhow::Context as _;
use bytes::Bytes;
use gaze_app::{App, BodyStream, NewImage, StoreChoice, Upload};
use gaze_domain::image::Os;
use gaze_domain::list::{Condition, Field, ImageList, Scope};
use gaze_domain::{Architecture, Caller, DiskFormat, Image, Platform, Status, Visibility};

use super::disks;

const PUBLIC: &str = "demo-public";
const PRIVATE: &str = "demo-private";

/// Makes both images if they are not there. Returns the tenant's own.
pub(super) async fn prepare(app: &App, admin: &Caller, owner: &Caller) -> anyhow::Result<Image> {
    if find(app, admin, PUBLIC).await?.is_none() {
        let mut new = described(PUBLIC, DiskFormat::Raw);
        new.visibility = Visibility::Public;
        let mut disk = disks::boot_sector()?;
        disk.resize(usize::try_from(disks::SIZE).context("sizing the disk")?, 0);
        bring_in(app, admin, new, disk).await?;
    }
    if let Some(image) = find(app, owner, PRIVATE).await? {
        return Ok(image);
    }
    let file = tokio::task::spawn_blocking(|| {
        let folder = std::env::temp_dir().join(format!("gaze-demo-{}", std::process::id()));
        std::fs::create_dir_all(&folder).context("making a temporary folder")?;
        let path = folder.join("disk.qcow2");
        let written = disks::write_boot_qcow2(&path)
            .and_then(|()| std::fs::read(&path).context("reading the disk back"));
        std::fs::remove_dir_all(&folder).context("removing the temporary folder")?;
        written
    });
    let qcow2 = file.await.context("writing the demo's image")??;
    bring_in(app, owner, described(PRIVATE, DiskFormat::Qcow2), qcow2).await
}

fn described(name: &str, format: DiskFormat) -> NewImage {
    NewImage {
        description: Some("Says a line on the serial port".into()),
        platform: Some(Platform::Linux),
        architecture: Some(Architecture::X86_64),
        format: Some(format),
        os: Os {
            distro: Some("Other".into()),
            version: Some("1".into()),
            guest_type: Some("Gaze demo disk".into()),
        },
        ..NewImage::named(name)
    }
}

async fn find(app: &App, caller: &Caller, name: &str) -> anyhow::Result<Option<Image>> {
    let mut list = ImageList::new(Scope::Owned(caller.project), 1);
    list.conditions.push(Condition::eq(Field::Name, name));
    list.conditions
        .push(Condition::eq(Field::Status, Status::Active));
    let found = app.list_images(caller, list).await?.pop();
    Ok(found.map(|kept| Image::clone(&kept)))
}

async fn bring_in(
    app: &App,
    caller: &Caller,
    new: NewImage,
    bytes: Vec<u8>,
) -> anyhow::Result<Image> {
    let name = new.name.clone();
    let made = app.create_image(caller, new).await?;
    let declared_len = Some(bytes.len() as u64);
    let chunk = Bytes::from(bytes);
    let body: BodyStream = Box::pin(futures_util::stream::iter([Ok(chunk)]));
    let upload = Upload {
        declared_len,
        stores: StoreChoice::Auto,
        body,
    };
    app.upload_image(caller, made.id, upload)
        .await
        .with_context(|| format!("bringing in the image {name}"))
}
