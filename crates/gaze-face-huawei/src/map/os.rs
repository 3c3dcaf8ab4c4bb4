//! What is said of the guest system: `__platform`, `__os_version`.

use gaze_domain::{Architecture, Image, Platform};

/// IMS's list of platforms (table of parameter values), each found by how a system's name begins
/// once it is reduced to lower-case letters and digits.
const PLATFORMS: &[(&str, &str)] = &[
    ("windows", "Windows"),
    ("ubuntu", "Ubuntu"),
    ("redhat", "RedHat"),
    ("rhel", "RedHat"),
    ("suse", "SUSE"),
    ("sles", "SUSE"),
    ("centos", "CentOS"),
    ("debian", "Debian"),
    ("opensuse", "OpenSUSE"),
    ("oracle", "Oracle Linux"),
    ("fedora", "Fedora"),
    ("coreos", "CoreOS"),
    ("euleros", "EulerOS"),
];

/// What is on the list of nobody.
pub(crate) const OTHER: &str = "Other";

/// How names begin of the systems that show this word, or any; letters of either case. Two names
/// are written in two words as well.
pub(crate) fn names(word: Option<&str>) -> impl Iterator<Item = &'static str> {
    let spelled = [("red hat", "RedHat"), ("open suse", "OpenSUSE")];
    let all = PLATFORMS.iter().copied().chain(spelled);
    let those = all.filter(move |(_, shown)| word.is_none_or(|word| word == *shown));
    those.map(|(name, _)| name)
}

/// The platform's word, `Other` if the list has none for it.
pub(crate) fn platform(image: &Image) -> &'static str {
    match image.platform {
        Platform::Windows | Platform::WindowsVirtio => "Windows",
        Platform::Linux | Platform::Paravirtualization | Platform::Other => image
            .os
            .distro
            .iter()
            .chain(&image.os.guest_type)
            .find_map(|name| listed(name))
            .unwrap_or(OTHER),
    }
}

fn listed(name: &str) -> Option<&'static str> {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    PLATFORMS
        .iter()
        .find(|(prefix, _)| plain.starts_with(prefix))
        .map(|(_, word)| *word)
}

/// The version in the vendor's manner, such as `CentOS 7.4 64bit`, from what is known. A version
/// that already names its system stands alone; a guest type stands in for an unknown version.
pub(crate) fn version(image: &Image) -> Option<String> {
    let os = &image.os;
    match (&os.distro, &os.version) {
        (Some(distro), Some(version)) if !version.starts_with(distro.as_str()) => {
            let bits = image
                .architecture
                .map(|architecture| format!(" {}bit", architecture.bits()))
                .unwrap_or_default();
            Some(format!("{distro} {version}{bits}"))
        }
        (_, Some(version)) => Some(version.clone()),
        (_, None) => os.guest_type.clone(),
    }
}

/// Width of a processor, as versions name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bits {
    Narrow,
    Wide,
}

impl Bits {
    pub(crate) const fn count(self) -> u8 {
        match self {
            Self::Narrow => 32,
            Self::Wide => 64,
        }
    }
}

/// The parts of a version such as `CentOS 7.4 64bit`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Version<'v> {
    /// A system on the vendor's list, as it is spelled here.
    pub(crate) distro: Option<&'v str>,
    pub(crate) number: &'v str,
    pub(crate) bits: Option<Bits>,
}

impl<'v> Version<'v> {
    /// The parts that [`version`] makes the same text of; where there are none, all of it is the
    /// number.
    pub(crate) fn parse(text: &'v str) -> Self {
        let (named, bits) = [(" 64bit", Bits::Wide), (" 32bit", Bits::Narrow)]
            .into_iter()
            .find_map(|(ending, bits)| Some((text.strip_suffix(ending)?, Some(bits))))
            .unwrap_or((text, None));
        let parts = PLATFORMS.iter().find_map(|(_, word)| {
            let number = named.strip_prefix(word)?.strip_prefix(' ')?;
            (!number.is_empty()).then_some((*word, number))
        });
        match parts {
            Some((distro, number)) => Self {
                distro: Some(distro),
                number,
                bits,
            },
            None => Self {
                distro: listed(text),
                number: text,
                bits: None,
            },
        }
    }
}

/// `"32"` or `"64"`.
pub(crate) fn bits(architecture: Architecture) -> String {
    architecture.bits().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::image::tests::image;

    fn os(distro: &str, version: &str, guest_type: &str) -> gaze_domain::image::Os {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        gaze_domain::image::Os {
            distro: some(distro),
            version: some(version),
            guest_type: some(guest_type),
        }
    }

    #[test]
    fn systems_are_found_however_they_are_spelled() {
        for (distro, guest_type, expected) in [
            ("CentOS", "", "CentOS"),
            ("centos linux", "", "CentOS"),
            ("Red Hat Enterprise Linux", "", "RedHat"),
            ("openSUSE", "", "OpenSUSE"),
            ("SUSE", "", "SUSE"),
            ("Oracle Linux", "", "Oracle Linux"),
            ("", "Debian 12", "Debian"),
            ("Alpine", "", "Other"),
            ("", "", "Other"),
        ] {
            let mut image = image();
            image.os = os(distro, "", guest_type);
            assert_eq!(platform(&image), expected, "{distro} {guest_type}");
        }
    }

    #[test]
    fn every_platform_has_a_word() {
        for kind in Platform::ALL {
            let mut image = image();
            image.os = os("", "", "");
            image.platform = *kind;
            let windows = matches!(kind, Platform::Windows | Platform::WindowsVirtio);
            let expected = if windows { "Windows" } else { "Other" };
            assert_eq!(platform(&image), expected, "{kind}");
        }
    }

    #[test]
    fn versions_are_composed_of_what_is_known() {
        for (os, architecture, expected) in [
            (
                os("CentOS", "7.4", ""),
                Some(Architecture::Aarch64),
                Some("CentOS 7.4 64bit"),
            ),
            (os("CentOS", "7.4", ""), None, Some("CentOS 7.4")),
            (
                os("CentOS", "CentOS 7.4 64bit", ""),
                Some(Architecture::X86_64),
                Some("CentOS 7.4 64bit"),
            ),
            (os("", "22.04", ""), None, Some("22.04")),
            (
                os("CentOS", "", "CentOS 7"),
                Some(Architecture::X86_64),
                Some("CentOS 7"),
            ),
            (os("", "", ""), None, None),
        ] {
            let mut image = image();
            image.os = os;
            image.architecture = architecture;
            assert_eq!(version(&image).as_deref(), expected);
        }
    }
}
