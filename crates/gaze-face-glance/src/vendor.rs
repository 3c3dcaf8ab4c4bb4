//! Another vendor whose clients make OpenStack's calls, with attributes of its own.

use std::collections::{BTreeMap, BTreeSet};

use gaze_app::NewImage;
use gaze_domain::image::Os;
use gaze_domain::list::Condition;
use gaze_domain::{Architecture, Image, Platform};

use crate::errors::Refusal;

/// The attributes that a vendor adds to OpenStack's. They are for those who sign their requests
/// with an access key, as that vendor's clients do; a token says nothing of whose client it is.
#[derive(Clone, Copy, Debug)]
pub struct Vendor {
    /// What an image shows besides, by name. Wins over free properties of these names.
    pub attributes: fn(&Image) -> BTreeMap<&'static str, String>,
    /// Which of the attributes a client may set.
    pub settable: &'static [&'static str],
    /// Takes an attribute that a client has set to where the catalogue keeps it; `None` unsets it.
    pub set: fn(Said<'_>, &str, Option<&str>),
    /// The condition that an image shows this value of an attribute; `None` if it is none of the
    /// vendor's.
    pub condition: fn(&str, &str) -> Option<Condition>,
}

/// What a vendor's attributes may say of an image, old or new.
#[derive(Debug)]
pub struct Said<'i> {
    pub os: &'i mut Os,
    pub platform: &'i mut Platform,
    pub architecture: &'i mut Option<Architecture>,
    pub description: &'i mut Option<String>,
}

impl<'i> From<&'i mut Image> for Said<'i> {
    fn from(image: &'i mut Image) -> Self {
        Self {
            os: &mut image.os,
            platform: &mut image.platform,
            architecture: &mut image.architecture,
            description: &mut image.description,
        }
    }
}

impl<'i> From<&'i mut NewImage> for Said<'i> {
    fn from(image: &'i mut NewImage) -> Self {
        Self {
            os: &mut image.os,
            platform: image.platform.get_or_insert(Platform::Linux),
            architecture: &mut image.architecture,
            description: &mut image.description,
        }
    }
}

impl Vendor {
    /// Moves what a new image says in the vendor's words.
    pub(crate) fn told(&self, new: &mut NewImage) {
        for name in self.settable {
            if let Some(value) = new.properties.remove(*name) {
                (self.set)(new.into(), name, Some(&value));
            }
        }
    }

    /// Lets changes see the attributes as if they were properties, and takes what became of them
    /// to where the catalogue keeps it.
    pub(crate) fn around(
        &self,
        image: &mut Image,
        change: impl FnOnce(&mut Image) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let before = (self.attributes)(image);
        // A free property of that name was kept by another client; it stays behind the attribute.
        let mut hidden = BTreeMap::new();
        for (name, value) in &before {
            let old = image.properties.insert((*name).to_owned(), value.clone());
            hidden.extend(old.map(|old| (*name, old)));
        }
        change(image)?;
        let unset = self.settable.iter().copied();
        let names: BTreeSet<_> = before.keys().copied().chain(unset).collect();
        for name in names {
            let now = image.properties.remove(name);
            if now.as_ref() != before.get(name) {
                if !self.settable.contains(&name) {
                    return Err(Refusal::read_only(name));
                }
                (self.set)(image.into(), name, now.as_deref());
            }
            if let Some(old) = hidden.remove(name) {
                image.properties.insert(name.to_owned(), old);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::patch::tests::image;

    /// A vendor that shows the description and the name under words of its own.
    const VENDOR: Vendor = Vendor {
        attributes: |image| {
            let description = image.description.clone();
            let said = description.map(|text| ("__description", text));
            said.into_iter()
                .chain([("__title", image.name.clone())])
                .collect()
        },
        settable: &["__description"],
        set: |said, _, value| *said.description = value.map(str::to_owned),
        condition: |_, _| None,
    };

    fn changed(change: impl FnOnce(&mut Image)) -> Result<Image, String> {
        let mut image = image();
        let kept = "kept".to_owned();
        image.properties.insert("__title".into(), kept.clone());
        VENDOR
            .around(&mut image, |image| {
                change(image);
                Ok(())
            })
            .map_err(|refusal| refusal.told())?;
        // What another client keeps under the vendor's word is not lost.
        assert_eq!(image.properties.remove("__title"), Some(kept));
        Ok(image)
    }

    #[test]
    fn what_may_be_set_becomes_a_fact() {
        let set = |value: Option<&str>| {
            let value = value.map(str::to_owned);
            let image = changed(|image| {
                image.properties.remove("__description");
                let new = value.map(|text| ("__description".to_owned(), text));
                image.properties.extend(new);
            });
            image.unwrap()
        };
        assert_eq!(set(Some("new")).description.as_deref(), Some("new"));
        assert_eq!(set(None).description, None);
        assert_eq!(set(Some("new")).properties, image().properties);
    }

    #[test]
    fn an_attribute_that_was_not_there_can_be_set() {
        let mut bare = image();
        bare.description = None;
        let add = |image: &mut Image| {
            assert!(!image.properties.contains_key("__description"));
            image
                .properties
                .insert("__description".into(), "new".into());
            Ok(())
        };
        VENDOR.around(&mut bare, add).unwrap();
        assert_eq!(bare.description.as_deref(), Some("new"));
    }

    #[test]
    fn what_is_not_touched_stays() {
        let after = changed(|image| image.name = "b".into()).unwrap();
        assert_eq!(
            (after.name.as_str(), after.description.as_deref()),
            ("b", Some("d"))
        );
        assert_eq!(after.properties, image().properties);
    }

    #[test]
    fn other_attributes_are_read_only() {
        let told = changed(|image| {
            image.properties.insert("__title".into(), "b".into());
        });
        assert_eq!(told.unwrap_err(), "403 Attribute '__title' is read-only.");
    }
}
