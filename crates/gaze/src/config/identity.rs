//! Whether what is said of the external Keystone makes sense together, and what the app is told.

use std::time::Duration;

use anyhow::Context as _;
use gaze_app::{KeystoneRoles, KeystoneSettings};

use super::{Fault, Identity};

/// The path under which Keystone serves Identity v3.
const VERSION: &str = "/v3";

impl Identity {
    /// What is wrong beyond types.
    pub(super) fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut fault = |key: &str, reason: &str| {
            faults.push(Fault::at(format!("identity.{key}"), reason));
        };
        for (key, url) in [
            ("keystone_url", &self.keystone_url),
            ("public_url", &self.public_url),
        ] {
            let Some(url) = url else { continue };
            let is_http = ["http://", "https://"]
                .iter()
                .any(|scheme| url.len() > scheme.len() && url.starts_with(scheme));
            if !is_http {
                fault(key, "must begin with http:// or https://");
            } else if url.contains(['@', '?', '#']) || url.contains(char::is_whitespace) {
                fault(key, "must hold a host and a path, and nothing else");
            }
        }
        for (key, zero) in [
            ("connect_seconds", self.connect_seconds == 0),
            ("answer_seconds", self.answer_seconds == 0),
        ] {
            if zero {
                fault(key, "must be at least 1");
            }
        }
        if self.keystone_url.is_none() {
            for (key, given) in [
                ("public_url", self.public_url.is_some()),
                ("user", self.user.is_some()),
                ("password", self.password.0.is_some()),
                ("ca_file", self.ca_file.is_some()),
            ] {
                if given {
                    fault(key, "means nothing without identity.keystone_url");
                }
            }
            return faults;
        }
        for (key, missing) in [
            ("user", self.user.is_none()),
            ("password", self.password.0.is_none()),
        ] {
            if missing {
                fault(key, "is needed with identity.keystone_url");
            }
        }
        for (key, empty) in [
            ("user_domain", self.user_domain.is_empty()),
            ("project_domain", self.project_domain.is_empty()),
        ] {
            if empty {
                fault(key, "must not be empty");
            }
        }
        if let Some(path) = &self.ca_file
            && let Err(error) = std::fs::read(path)
        {
            fault(
                "ca_file",
                &format!("{} cannot be read: {error}", path.display()),
            );
        }
        faults
    }

    /// Keystone's address as clients reach it.
    pub(crate) fn told_url(&self) -> Option<String> {
        let url = self.public_url.as_ref().or(self.keystone_url.as_ref())?;
        Some(versioned(url))
    }

    /// What the app is told; `None` without a Keystone.
    pub(crate) fn keystone(&self, region: &str) -> anyhow::Result<Option<KeystoneSettings>> {
        let (Some(url), Some(user), Some(password)) =
            (&self.keystone_url, &self.user, &self.password.0)
        else {
            return Ok(None);
        };
        let ca = match &self.ca_file {
            Some(path) => {
                let pem = std::fs::read(path);
                Some(pem.with_context(|| format!("reading {}", path.display()))?)
            }
            None => None,
        };
        Ok(Some(KeystoneSettings {
            url: versioned(url),
            user: user.clone(),
            password: password.clone(),
            user_domain: self.user_domain.clone(),
            project: (!self.project.is_empty()).then(|| self.project.clone()),
            project_domain: self.project_domain.clone(),
            ca,
            connect: Duration::from_secs(self.connect_seconds),
            patience: Duration::from_secs(self.answer_seconds),
            cache: Duration::from_secs(self.cache_seconds),
            region: self.region.clone().unwrap_or_else(|| region.to_owned()),
            roles: KeystoneRoles {
                admin: self.admin_roles.clone(),
                member: self.member_roles.clone(),
                reader: self.reader_roles.clone(),
                system: self.system_roles.clone(),
            },
        }))
    }
}

/// The address with the version at its end, which operators write or leave out.
fn versioned(url: &str) -> String {
    let url = url.trim_end_matches('/');
    if url.ends_with(VERSION) {
        url.to_owned()
    } else {
        format!("{url}{VERSION}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::Hidden;
    use super::*;

    fn with_url(url: &str) -> Identity {
        Identity {
            keystone_url: Some(url.to_owned()),
            user: Some("gaze".into()),
            password: Hidden(Some("secret".into())),
            ..Identity::default()
        }
    }

    fn faults(identity: &Identity) -> Vec<String> {
        let faults = identity.check();
        faults
            .iter()
            .map(|fault| format!("{}: {}", fault.place, fault.reason))
            .collect()
    }

    #[test]
    fn without_keystone_nothing_is_asked_for() {
        assert_eq!(faults(&Identity::default()), Vec::<String>::new());
        assert!(Identity::default().keystone("r").unwrap().is_none());
    }

    #[test]
    fn the_version_may_be_left_out() {
        for url in [
            "https://keystone.example:5000",
            "https://keystone.example:5000/",
            "https://keystone.example:5000/v3",
            "https://keystone.example:5000/v3/",
        ] {
            let identity = with_url(url);
            assert_eq!(faults(&identity), Vec::<String>::new());
            let told = identity.keystone("region-1").unwrap().unwrap();
            assert_eq!(told.url, "https://keystone.example:5000/v3");
            assert_eq!(told.region, "region-1");
            assert_eq!(identity.told_url(), Some(told.url));
        }
        let below = with_url("http://cloud.example/identity");
        assert_eq!(
            below.told_url().unwrap(),
            "http://cloud.example/identity/v3"
        );
    }

    #[test]
    fn what_is_missing_or_senseless_is_named() {
        let bare = Identity {
            keystone_url: Some("https://k/v3".into()),
            project_domain: String::new(),
            answer_seconds: 0,
            ca_file: Some("/nonexistent/ca.pem".into()),
            ..Identity::default()
        };
        let found = faults(&bare);
        assert_eq!(
            found[..4],
            [
                "identity.answer_seconds: must be at least 1",
                "identity.user: is needed with identity.keystone_url",
                "identity.password: is needed with identity.keystone_url",
                "identity.project_domain: must not be empty",
            ]
        );
        assert!(found[4].starts_with("identity.ca_file: /nonexistent/ca.pem cannot be read"));
        for (url, expected) in [
            ("keystone.example", "must begin with http:// or https://"),
            ("https://", "must begin with http:// or https://"),
            (
                "https://user:secret@k/v3",
                "must hold a host and a path, and nothing else",
            ),
            (
                "https://k/v3?a=b",
                "must hold a host and a path, and nothing else",
            ),
        ] {
            let found = faults(&with_url(url));
            assert_eq!(found, [format!("identity.keystone_url: {expected}")]);
        }
        let idle = Identity {
            user: Some("gaze".into()),
            ..Identity::default()
        };
        assert_eq!(
            faults(&idle),
            ["identity.user: means nothing without identity.keystone_url"]
        );
    }
}
