//! Whether values make sense that are of the right type.

use gaze_http::Proxies;

use super::{Config, Fault};

impl Config {
    /// Rules that concern a value's meaning rather than its type.
    pub(super) fn check(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let url = &self.database.url;
        let known = url == "sqlite"
            || ["sqlite:", "postgres://", "postgresql://"]
                .iter()
                .any(|scheme| url.starts_with(scheme));
        if !known {
            let reason = "is neither `sqlite`, `sqlite:PATH` nor `postgres://…`";
            faults.push(Fault::at("database.url", reason));
        }
        if let Some(url) = &self.server.public_url
            && !url.starts_with("http://")
            && !url.starts_with("https://")
        {
            let reason = "must begin with http:// or https://";
            faults.push(Fault::at("server.public_url", reason));
        }
        if let Err(entry) = Proxies::parse(&self.server.proxies) {
            let reason =
                format!("{entry:?} is neither an address nor a network such as 10.0.0.0/8");
            faults.push(Fault::at("server.proxies", reason));
        }
        for text in &self.import.glance_services {
            if let Err(reason) = gaze_face_glance::Other::parse(text) {
                faults.push(Fault::at("import.glance_services", reason));
            }
        }
        for (key, empty) in [
            ("place.region", self.place.region.is_empty()),
            ("place.zone", self.place.zone.is_empty()),
        ] {
            if empty {
                faults.push(Fault::at(key, "must not be empty"));
            }
        }
        faults.extend(self.identity.check());
        for (key, zero) in [
            ("server.connections", self.server.connections == 0),
            (
                "server.connections_per_address",
                self.server.connections_per_address == 0,
            ),
            ("jobs.transfers", self.jobs.transfers == 0),
            ("jobs.quick", self.jobs.quick == 0),
            ("limits.image_bytes", self.limits.image_bytes == 0),
            ("limits.uploads", self.limits.uploads == 0),
            ("limits.idle_seconds", self.limits.idle_seconds == 0),
            ("tokens.session_seconds", self.tokens.session_seconds == 0),
            ("tokens.login_seconds", self.tokens.login_seconds == 0),
        ] {
            if zero {
                faults.push(Fault::at(key, "must be at least 1"));
            }
        }
        faults
    }
}
