//! What another Image service says of an image, and what is taken over of that.

use gaze_app::Described;
use gaze_domain::image::MAX_PROPERTIES;
use gaze_domain::{DiskFormat, Error, Image, Result};
use serde_json::{Map, Value};

use super::attribute::is_reserved;
use super::extras::{self, Facts};
use super::words::{BARE, CONTAINER, CONTAINERS};

/// Beginnings of the extra properties that are taken over (Glance's default for
/// `[glance_download_properties] extra_properties`).
const TAKEN: &[&str] = &["hw_", "trait:", "os_distro", "os_secure_boot", "os_type"];

/// Reads an image as another service shows it. Its formats and some of its properties replace
/// those of the image here.
pub(crate) fn read(document: &[u8]) -> Result<Described> {
    let document: Value =
        serde_json::from_slice(document).map_err(|_not_json| unfit("it is no JSON"))?;
    let text = |name: &str| document.get(name).and_then(Value::as_str);
    if text("status") != Some("active") {
        return Err(unfit("only an active image can be fetched"));
    }
    let size = document.get("size").and_then(Value::as_u64);
    let size = size.ok_or_else(|| unfit("it has no size"))?;
    let format = text("disk_format").and_then(super::words::format);
    let format = format.ok_or_else(|| unfit("its disk_format is not known here"))?;
    let container = text("container_format").unwrap_or_default();
    if !CONTAINERS.contains(&container) {
        return Err(unfit("its container_format is not known here"));
    }
    let container = container.to_owned();
    let properties = document.as_object().map(taken).unwrap_or_default();
    Ok(Described {
        size,
        edit: Box::new(move |image| apply(image, format, &container, &properties)),
    })
}

fn taken(document: &Map<String, Value>) -> Vec<(String, String)> {
    let ours = |name: &str| !is_reserved(name) && TAKEN.iter().any(|start| name.starts_with(start));
    let named = document.iter().filter(|(name, _)| ours(name));
    let texts = named.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    texts.collect()
}

fn apply(
    image: &mut Image,
    format: DiskFormat,
    container: &str,
    properties: &[(String, String)],
) -> Result<()> {
    image.format = Some(format);
    if container == BARE {
        image.properties.remove(CONTAINER);
    } else {
        let word = container.to_owned();
        image.properties.insert(CONTAINER.to_owned(), word);
    }
    for (name, value) in properties {
        Facts::from(&mut *image).set(name, value.clone());
    }
    if extras::count(image) > MAX_PROPERTIES - 1 {
        return Err(unfit("it has too many properties"));
    }
    Ok(())
}

fn unfit(reason: &str) -> Error {
    Error::refused(format!("of the image of the other service: {reason}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_active_images_of_known_formats_are_taken() {
        let good = json!({"status": "active", "size": 5, "disk_format": "raw",
                          "container_format": "bare"});
        let size = |document: &Value| Some(read(document.to_string().as_bytes()).ok()?.size);
        assert_eq!(size(&good), Some(5));
        for (name, value) in [
            ("status", json!("queued")),
            ("size", json!(-5)),
            ("size", json!("5")),
            ("size", Value::Null),
            ("disk_format", json!("qcow3")),
            ("container_format", Value::Null),
        ] {
            let mut document = good.clone();
            document[name] = value;
            assert_eq!(size(&document), None, "{name}");
        }
        assert!(read(b"<html>").is_err());
        assert!(read(b"[]").is_err());
    }

    #[test]
    fn the_properties_that_glance_takes_are_taken() {
        let document = json!({
            "hw_cpu_cores": "5", "trait:STORAGE_DISK_SSD": "required", "os_distro": "rhel",
            "os_secure_boot": "required", "os_type": "linux", "speed": "88mph", "hw_number": 7,
            "os_glance_importing_to_stores": "", "name": "n",
        });
        let mut names: Vec<String> = taken(document.as_object().unwrap())
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        names.sort();
        assert_eq!(
            names,
            [
                "hw_cpu_cores",
                "os_distro",
                "os_secure_boot",
                "os_type",
                "trait:STORAGE_DISK_SSD"
            ]
        );
    }
}
