//! Other Image services that images may be fetched from (`glance-download`).

use crate::map::import::Remote;

/// One of them, as an operator names it: `region=url`, or `region/interface=url` for another
/// interface than `public`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    region: String,
    interface: String,
    /// Without a slash at its end.
    url: String,
}

impl Other {
    /// Reads `region[/interface]=url`; why it is none, otherwise.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, url) = text
            .split_once('=')
            .ok_or_else(|| format!("{text:?} is not region=url"))?;
        let (region, interface) = name.split_once('/').unwrap_or((name, "public"));
        if region.is_empty() || interface.is_empty() {
            return Err(format!("{text:?} names no region"));
        }
        let plain = ["http://", "https://"]
            .iter()
            .any(|scheme| url.len() > scheme.len() && url.starts_with(scheme));
        if !plain || url.contains(['?', '#', '@']) {
            return Err(format!("{url:?} is no http or https address of a service"));
        }
        Ok(Self {
            region: region.to_owned(),
            interface: interface.to_owned(),
            url: url.trim_end_matches('/').to_owned(),
        })
    }

    /// Whether it is the one that the import asks for; a region's case does not matter, as in
    /// Glance.
    pub(crate) fn is(&self, remote: &Remote) -> bool {
        self.region.eq_ignore_ascii_case(&remote.region) && self.interface == remote.interface
    }

    /// The address of one of its images.
    pub(crate) fn image(&self, remote: &Remote) -> String {
        format!("{}/v2/images/{}", self.url, remote.image.hyphenated())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_service_has_a_region_an_interface_and_an_address() {
        for (text, expected) in [
            (
                "two=http://h:9292",
                Some(("two", "public", "http://h:9292")),
            ),
            (
                "two/internal=https://h/image/",
                Some(("two", "internal", "https://h/image")),
            ),
            ("two", None),
            ("=http://h", None),
            ("two/=http://h", None),
            ("two=ftp://h", None),
            ("two=http://", None),
            ("two=http://user@h", None),
            ("two=http://h?x=y", None),
        ] {
            let expected = expected.map(|(region, interface, url)| Other {
                region: region.into(),
                interface: interface.into(),
                url: url.into(),
            });
            assert_eq!(Other::parse(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_region_is_known_whatever_its_case() {
        let other = Other::parse("RegionTwo=http://h").unwrap();
        let remote = |region: &str, interface: &str| Remote {
            region: region.into(),
            interface: interface.into(),
            image: "36d4b546-64a2-4bb9-bdd0-ba676aa48f2c".parse().unwrap(),
        };
        assert!(other.is(&remote("regiontwo", "public")));
        assert!(!other.is(&remote("regiontwo", "internal")));
        assert!(!other.is(&remote("regionthree", "public")));
        assert_eq!(
            other.image(&remote("RegionTwo", "public")),
            "http://h/v2/images/36d4b546-64a2-4bb9-bdd0-ba676aa48f2c"
        );
    }
}
