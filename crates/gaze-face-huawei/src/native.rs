//! The attributes that Huawei Cloud adds to OpenStack's own calls ("native OpenStack APIs" of IMS).
//! Those calls belong to the face of the Image service; this is what it shows to clients that sign
//! their requests.
//!
//! Source: IMS API reference, "Querying images (native OpenStack API)", "Creating image metadata".

use std::collections::BTreeMap;

use gaze_domain::image::Os;
use gaze_domain::list::{Condition, Field, Test};
use gaze_domain::{Architecture, Image, Media, Platform, Visibility};

use crate::map::words::showing;
use crate::map::{image, os, words};

const DESCRIPTION: &str = "__description";
const OS_TYPE: &str = "__os_type";
const OS_VERSION: &str = "__os_version";
const WINDOWS: &str = "Windows";

/// What a client may set of them.
pub const SETTABLE: &[&str] = &[DESCRIPTION, OS_TYPE, OS_VERSION];

/// What an image shows, all of it text: unlike IEC's, IMS's `__isregistered` is a string.
pub fn attributes(of: &Image) -> BTreeMap<&'static str, String> {
    let shown = image::image(of);
    let mut all = BTreeMap::from([
        ("__image_size", shown.stored_bytes),
        ("__image_source_type", shown.source_type.to_owned()),
        ("__imagetype", shown.kind.to_owned()),
        ("__isregistered", shown.is_registered.to_string()),
        (OS_TYPE, shown.os_type.to_owned()),
        ("__platform", shown.platform.to_owned()),
        ("virtual_env_type", shown.virtual_env_type.to_owned()),
    ]);
    all.extend(
        [
            (DESCRIPTION, shown.description),
            (OS_VERSION, shown.os_version),
            ("__os_bit", shown.os_bit),
            ("__support_arm", shown.support_arm.map(str::to_owned)),
            ("__root_origin", shown.root_origin.map(str::to_owned)),
            ("__data_origin", shown.data_origin),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?))),
    );
    all
}

/// The facts of an image, old or new, that the settable attributes are made of.
#[derive(Debug)]
pub struct Facts<'i> {
    pub os: &'i mut Os,
    pub platform: &'i mut Platform,
    pub architecture: &'i mut Option<Architecture>,
    pub description: &'i mut Option<String>,
}

/// Takes an attribute that was set, or unset, to the facts that it is made of. A version that
/// names a width of a processor that nobody named means the PC's, as the vendor's default is.
pub fn set(facts: &mut Facts<'_>, name: &str, value: Option<&str>) {
    match (name, value) {
        (DESCRIPTION, _) => *facts.description = value.map(str::to_owned),
        (OS_TYPE, _) => *facts.platform = kind(*facts.platform, value.unwrap_or_default()),
        (OS_VERSION, None) => {
            facts.os.distro = None;
            facts.os.version = None;
        }
        (OS_VERSION, Some(value)) => {
            let said = os::Version::parse(value);
            if facts.architecture.is_none() {
                *facts.architecture = said.bits.map(|bits| match bits {
                    os::Bits::Narrow => Architecture::I686,
                    os::Bits::Wide => Architecture::X86_64,
                });
            }
            if said.distro == Some(WINDOWS) {
                *facts.platform = kind(*facts.platform, WINDOWS);
            }
            facts.os.distro = said.distro.map(str::to_owned);
            let fits = facts.architecture.map(Architecture::bits) == said.bits.map(os::Bits::count);
            let version = if fits { said.number } else { value };
            facts.os.version = Some(version.to_owned());
        }
        _ => {}
    }
}

/// The platform that shows the word: what it is already if that does.
fn kind(now: Platform, word: &str) -> Platform {
    let those = showing(Platform::ALL, words::os_type, word);
    match those.first() {
        Some(first) if !those.contains(&now) => *first,
        _ => now,
    }
}

/// The condition that an image shows this value of an attribute that is made of facts; `None` for
/// what is kept as it was said.
pub fn condition(name: &str, value: &str) -> Option<Condition> {
    Some(match name {
        "__imagetype" => Condition::any(
            Field::Visibility,
            showing(Visibility::ALL, words::image_type, value),
        ),
        "__isregistered" => match value.to_ascii_lowercase().as_str() {
            "true" => Condition::eq(Field::Enabled, true),
            "false" => Condition::eq(Field::Enabled, false),
            _ => Condition::AnyOf(Vec::new()),
        },
        OS_TYPE => Condition::any(
            Field::Platform,
            showing(Platform::ALL, words::os_type, value),
        ),
        "virtual_env_type" => {
            let media = showing(Media::ALL, words::environment, value);
            Condition::any(Field::Media, media.into_iter().map(Media::as_str))
        }
        "__platform" => platform(value),
        "__support_arm" => architectures(|it| words::arm(it) == value),
        "__os_bit" => architectures(|it| os::bits(it) == value),
        DESCRIPTION => Condition::eq(Field::Description, value),
        OS_VERSION => version(value),
        _ => return None,
    })
}

/// The condition that an image shows the platform: what its system is called, by how names of it
/// begin, or else the guest's type; `Other` if neither is on the list.
fn platform(value: &str) -> Condition {
    let windows = showing(Platform::ALL, words::os_type, WINDOWS);
    if value == WINDOWS {
        return Condition::any(Field::Platform, windows);
    }
    let another = Condition::Field(
        Field::Platform,
        Test::NotIn(windows.into_iter().map(Into::into).collect()),
    );
    let like =
        |field: &Field, name: &str| Condition::Field(field.clone(), Test::Like(format!("{name}%")));
    let (distro, guest) = (Field::OsDistro, Field::GuestType);
    if value == os::OTHER {
        let unlisted = os::names(None).flat_map(|name| {
            [&distro, &guest]
                .map(|field| Condition::Without(field.clone(), Test::Like(format!("{name}%"))))
        });
        return Condition::AnyOf(vec![unlisted.chain([another]).collect()]);
    }
    let groups = os::names(Some(value)).flat_map(|name| {
        let unnamed = os::names(None)
            .map(|name| Condition::Without(distro.clone(), Test::Like(format!("{name}%"))));
        [
            vec![like(&distro, name), another.clone()],
            unnamed
                .chain([like(&guest, name), another.clone()])
                .collect(),
        ]
    });
    Condition::AnyOf(groups.collect())
}

/// The condition that an image shows the version: by its parts, or as one text.
fn version(value: &str) -> Condition {
    let said = os::Version::parse(value);
    let distro = match said.distro {
        Some(distro) => Condition::eq(Field::OsDistro, distro),
        None => Condition::Field(Field::OsDistro, Test::IsNull),
    };
    let width = match said.bits {
        Some(bits) => architectures(|it| it.bits() == bits.count()),
        None => Condition::Field(Field::Architecture, Test::IsNull),
    };
    let number = Condition::eq(Field::OsVersion, said.number);
    let whole = Condition::eq(Field::OsVersion, value);
    Condition::AnyOf(vec![vec![distro, number, width], vec![whole]])
}

fn architectures(those: impl Fn(Architecture) -> bool) -> Condition {
    let those = Architecture::ALL.iter().copied().filter(|it| those(*it));
    Condition::any(Field::Architecture, those.map(Architecture::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::image::tests::image;

    /// What the image shows after attributes were set.
    fn after(settings: &[(&str, Option<&str>)]) -> BTreeMap<&'static str, String> {
        let mut image = image();
        image.architecture = None;
        image.os = Os::default();
        for (name, value) in settings {
            let mut facts = Facts {
                os: &mut image.os,
                platform: &mut image.platform,
                architecture: &mut image.architecture,
                description: &mut image.description,
            };
            set(&mut facts, name, *value);
        }
        attributes(&image)
    }

    #[test]
    fn a_version_that_was_set_is_shown_letter_by_letter() {
        for (version, platform, kind, bits) in [
            ("CentOS 7.4 64bit", "CentOS", "Linux", Some("64")),
            ("Ubuntu 14.04 server 64bit", "Ubuntu", "Linux", Some("64")),
            ("Ubuntu 14.04 server 32bit", "Ubuntu", "Linux", Some("32")),
            (
                "Windows Server 2019 Standard 64bit",
                "Windows",
                "Windows",
                Some("64"),
            ),
            (
                "Oracle Linux Server release 6.9 64bit",
                "Oracle Linux",
                "Linux",
                Some("64"),
            ),
            ("Other Linux(64 bit)", "Other", "Linux", None),
            ("CentOS", "CentOS", "Linux", None),
            ("Debian GNU/Linux 12", "Debian", "Linux", None),
        ] {
            let shown = after(&[("__os_version", Some(version))]);
            assert_eq!(shown["__os_version"], version);
            assert_eq!(shown["__platform"], platform, "{version}");
            assert_eq!(shown["__os_type"], kind, "{version}");
            assert_eq!(shown.get("__os_bit").map(String::as_str), bits, "{version}");
        }
    }

    #[test]
    fn what_was_set_can_be_unset() {
        let shown = after(&[
            ("__os_version", Some("CentOS 7.4 64bit")),
            ("__description", Some("d")),
            ("__os_version", None),
            ("__description", None),
            ("__os_type", Some("Windows")),
        ]);
        assert!(!shown.contains_key("__os_version") && !shown.contains_key("__description"));
        assert_eq!(shown["__os_type"], "Windows");
    }

    #[test]
    fn an_image_shows_the_vendors_attributes_as_text() {
        let shown = attributes(&image());
        for (name, value) in [
            ("__image_size", "449261568"),
            ("__image_source_type", "uds"),
            ("__imagetype", "private"),
            ("__isregistered", "true"),
            ("__os_bit", "64"),
            ("__os_type", "Linux"),
            ("__os_version", "CentOS 7.4 64bit"),
            ("__platform", "CentOS"),
            ("__support_arm", "true"),
            ("virtual_env_type", "FusionCompute"),
        ] {
            assert_eq!(shown[name], value, "{name}");
        }
        assert_eq!(shown.len(), 10);
    }

    #[test]
    fn every_attribute_that_is_made_of_facts_can_be_asked_for() {
        let derived = ["__image_size", "__image_source_type"];
        for (name, value) in attributes(&image()) {
            let asked = condition(name, &value).is_some();
            assert_eq!(asked, !derived.contains(&name), "{name}");
        }
        assert_eq!(condition("team", "red"), None);
    }
}
