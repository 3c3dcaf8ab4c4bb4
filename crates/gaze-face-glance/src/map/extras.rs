//! Extra properties. Some of Glance's well-known ones are facts that the catalogue types, so that
//! all faces share them; the others are free properties.

use std::collections::BTreeMap;

use gaze_app::NewImage;
use gaze_domain::image::Os;
use gaze_domain::list::{Condition, Field, Test};
use gaze_domain::{Architecture, Firmware, Image, Platform};

use super::words::CONTAINER;

pub(crate) const DESCRIPTION: &str = "description";
pub(crate) const OS_DISTRO: &str = "os_distro";
pub(crate) const OS_VERSION: &str = "os_version";
/// Typed as far as the catalogue knows the word.
pub(crate) const ARCHITECTURE: &str = "architecture";
/// `bios` or `uefi`; other words stay free text.
pub(crate) const FIRMWARE: &str = "hw_firmware_type";
/// `windows` is a platform; other words stay free text.
pub(crate) const OS_TYPE: &str = "os_type";
const WINDOWS: &str = "windows";

/// What `hw_firmware_type` shows.
pub(crate) const fn firmware(firmware: Firmware) -> &'static str {
    match firmware {
        Firmware::Bios => "bios",
        // The compatibility module is a way of UEFI; libvirt's word is the same.
        Firmware::Uefi | Firmware::UefiCsm => "uefi",
    }
}

/// What `os_type` shows; nothing for platforms that Glance has no word for, or that were not said.
pub(crate) const fn os_type(platform: Platform) -> Option<&'static str> {
    match platform {
        Platform::Windows | Platform::WindowsVirtio => Some(WINDOWS),
        Platform::Linux | Platform::Paravirtualization | Platform::Other => None,
    }
}

/// Calls `each` with every extra property that the image shows.
pub(crate) fn shown<E>(
    image: &Image,
    mut each: impl FnMut(&str, &str) -> Result<(), E>,
) -> Result<(), E> {
    let typed = [
        (DESCRIPTION, image.description.as_deref()),
        (OS_DISTRO, image.os.distro.as_deref()),
        (OS_VERSION, image.os.version.as_deref()),
        (ARCHITECTURE, image.architecture.map(Architecture::as_str)),
        (FIRMWARE, image.firmware.map(firmware)),
        (OS_TYPE, os_type(image.platform)),
    ];
    for (name, value) in typed {
        if let Some(value) = value {
            each(name, value)?;
        }
    }
    for (name, value) in &image.properties {
        let typed = typed
            .iter()
            .any(|(typed, value)| typed == name && value.is_some());
        if !typed && name != CONTAINER {
            each(name, value)?;
        }
    }
    Ok(())
}

/// How many extra properties the image shows.
pub(crate) fn count(image: &Image) -> usize {
    let mut count = 0;
    let counted: Result<(), std::convert::Infallible> = shown(image, |_, _| {
        count += 1;
        Ok(())
    });
    match counted {
        Ok(()) => count,
        Err(never) => match never {},
    }
}

/// The parts of an image, old or new, that extra properties are kept in.
pub(crate) struct Facts<'i> {
    description: &'i mut Option<String>,
    os: &'i mut Os,
    architecture: &'i mut Option<Architecture>,
    firmware: &'i mut Option<Firmware>,
    platform: &'i mut Platform,
    properties: &'i mut BTreeMap<String, String>,
}

impl<'i> From<&'i mut Image> for Facts<'i> {
    fn from(image: &'i mut Image) -> Self {
        Self {
            description: &mut image.description,
            os: &mut image.os,
            architecture: &mut image.architecture,
            firmware: &mut image.firmware,
            platform: &mut image.platform,
            properties: &mut image.properties,
        }
    }
}

impl<'i> From<&'i mut NewImage> for Facts<'i> {
    fn from(image: &'i mut NewImage) -> Self {
        Self {
            description: &mut image.description,
            os: &mut image.os,
            architecture: &mut image.architecture,
            firmware: &mut image.firmware,
            platform: image.platform.get_or_insert(Platform::Linux),
            properties: &mut image.properties,
        }
    }
}

impl Facts<'_> {
    /// Sets an extra property, whether or not it was there.
    pub(crate) fn set(&mut self, name: &str, value: String) {
        self.remove(name);
        match name {
            DESCRIPTION => *self.description = Some(value),
            OS_DISTRO => self.os.distro = Some(value),
            OS_VERSION => self.os.version = Some(value),
            ARCHITECTURE => match value.parse() {
                Ok(known) => *self.architecture = Some(known),
                Err(_unknown) => self.keep(name, value),
            },
            FIRMWARE => match value.as_str() {
                "bios" => *self.firmware = Some(Firmware::Bios),
                "uefi" => *self.firmware = Some(Firmware::Uefi),
                _ => self.keep(name, value),
            },
            OS_TYPE if value == WINDOWS => *self.platform = Platform::Windows,
            _ => self.keep(name, value),
        }
    }

    fn keep(&mut self, name: &str, value: String) {
        self.properties.insert(name.to_owned(), value);
    }

    /// Removes an extra property; whether it was there.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        let typed = match name {
            DESCRIPTION => self.description.take().is_some(),
            OS_DISTRO => self.os.distro.take().is_some(),
            OS_VERSION => self.os.version.take().is_some(),
            ARCHITECTURE => self.architecture.take().is_some(),
            FIRMWARE => self.firmware.take().is_some(),
            OS_TYPE if os_type(*self.platform).is_some() => {
                *self.platform = Platform::Linux;
                true
            }
            // Not an extra property, though it is kept as one.
            CONTAINER => return false,
            _ => false,
        };
        self.properties.remove(name).is_some() || typed
    }

    /// Whether the property is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        let typed = match name {
            DESCRIPTION => self.description.is_some(),
            OS_DISTRO => self.os.distro.is_some(),
            OS_VERSION => self.os.version.is_some(),
            ARCHITECTURE => self.architecture.is_some(),
            FIRMWARE => self.firmware.is_some(),
            OS_TYPE => os_type(*self.platform).is_some(),
            CONTAINER => return false,
            _ => false,
        };
        typed || self.properties.contains_key(name)
    }
}

/// The condition that an image shows this value of an extra property.
pub(crate) fn condition(name: &str, value: &str) -> Condition {
    let free = |name: &str| Condition::eq(Field::Property(name.to_owned()), value);
    let words = |all: &[(Firmware, &str)]| -> Vec<String> {
        let those = all.iter().filter(|(_, word)| *word == value);
        those.map(|(known, _)| known.as_str().to_owned()).collect()
    };
    match name {
        DESCRIPTION => Condition::eq(Field::Description, value),
        OS_DISTRO => Condition::eq(Field::OsDistro, value),
        OS_VERSION => Condition::eq(Field::OsVersion, value),
        ARCHITECTURE => match value.parse::<Architecture>() {
            Ok(known) => Condition::eq(Field::Architecture, known.as_str()),
            Err(_unknown) => free(name),
        },
        FIRMWARE => {
            let all: Vec<_> = Firmware::ALL
                .iter()
                .map(|it| (*it, firmware(*it)))
                .collect();
            let words = words(&all);
            if words.is_empty() {
                free(name)
            } else {
                Condition::any(Field::Firmware, words)
            }
        }
        OS_TYPE if value == WINDOWS => {
            let windows = Platform::ALL.iter().filter(|it| os_type(**it).is_some());
            Condition::any(Field::Platform, windows.copied())
        }
        _ => free(name),
    }
}

/// The condition that an image shows `container_format` as this word.
pub(crate) fn container_condition(word: &str) -> Condition {
    let kept = Field::Property(CONTAINER.to_owned());
    let said = Condition::eq(kept.clone(), word);
    if word == super::words::BARE {
        return Condition::AnyOf(vec![vec![said], vec![Condition::Field(kept, Test::IsNull)]]);
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extras(pairs: &[(&str, &str)]) -> NewImage {
        let mut image = NewImage::named("a");
        for (name, value) in pairs {
            Facts::from(&mut image).set(name, (*value).to_owned());
        }
        image
    }

    #[test]
    fn known_properties_become_facts() {
        let image = extras(&[
            ("description", "d"),
            ("os_distro", "debian"),
            ("os_version", "12"),
            ("architecture", "aarch64"),
            ("hw_firmware_type", "uefi"),
            ("os_type", "windows"),
            ("team", "red"),
        ]);
        assert_eq!(image.description.as_deref(), Some("d"));
        assert_eq!(image.os.distro.as_deref(), Some("debian"));
        assert_eq!(image.os.version.as_deref(), Some("12"));
        assert_eq!(image.architecture, Some(Architecture::Aarch64));
        assert_eq!(image.firmware, Some(Firmware::Uefi));
        assert_eq!(image.platform, Some(Platform::Windows));
        let free: Vec<&str> = image.properties.keys().map(String::as_str).collect();
        assert_eq!(free, ["team"]);
    }

    #[test]
    fn unknown_words_stay_text() {
        let mut image = extras(&[
            ("architecture", "sparc"),
            ("hw_firmware_type", "openboot"),
            ("os_type", "linux"),
        ]);
        assert_eq!(image.architecture, None);
        assert_eq!(image.properties["architecture"], "sparc");
        assert_eq!(image.properties["hw_firmware_type"], "openboot");
        assert_eq!(image.properties["os_type"], "linux");
        let mut facts = Facts::from(&mut image);
        facts.set("architecture", "x86_64".into());
        assert!(facts.has("architecture") && facts.remove("architecture"));
        assert!(!facts.has("architecture") && !facts.remove("architecture"));
        assert_eq!(image.properties.len(), 2);
    }

    #[test]
    fn a_filter_asks_where_the_property_is_kept() {
        for (name, value, expected) in [
            (
                "architecture",
                "aarch64",
                Condition::eq(Field::Architecture, "aarch64"),
            ),
            (
                "architecture",
                "sparc",
                Condition::eq(Field::Property("architecture".into()), "sparc"),
            ),
            (
                "hw_firmware_type",
                "uefi",
                Condition::any(Field::Firmware, ["uefi", "uefi-csm"]),
            ),
            (
                "os_type",
                "windows",
                Condition::any(
                    Field::Platform,
                    [Platform::Windows, Platform::WindowsVirtio],
                ),
            ),
            (
                "team",
                "red",
                Condition::eq(Field::Property("team".into()), "red"),
            ),
        ] {
            assert_eq!(condition(name, value), expected, "{name}={value}");
        }
    }
}
