//! The service's configuration: read once, here, and handed on as plain values.
//!
//! In rising order: the defaults below, `gaze.toml`, `GAZE_<SECTION>_<KEY>` in the environment,
//! flags. Every key is declared once, in the table of this file; `docs/configuration.md` says the
//! same to people, and a test compares the two.

mod check;
mod fault;
mod file;
mod flags;
mod identity;
mod setting;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use gaze_app::RootDisks;

pub(crate) use fault::{Fault, Faults};
pub(crate) use flags::{Flag, ServeFlags};
use setting::Raw;
pub(crate) use setting::{Deletion, Hidden, LogFormat, Setting};

/// The process's environment, taken once at the start.
pub(crate) type Environment = BTreeMap<String, String>;

/// One key of the configuration.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) section: &'static str,
    pub(crate) name: &'static str,
    /// What it takes, in a few words; for the documentation.
    #[cfg(test)]
    pub(crate) kind: &'static str,
    /// The sentences of its documentation.
    pub(crate) about: &'static [&'static str],
    read: fn(&mut Config, &Raw) -> Result<(), String>,
    show: fn(&Config) -> Option<String>,
}

impl Key {
    /// The variable that overrides the file.
    pub(crate) fn variable(&self) -> String {
        format!("GAZE_{}_{}", self.section, self.name).to_ascii_uppercase()
    }

    /// The value as TOML; `None` if there is none.
    pub(crate) fn show(&self, config: &Config) -> Option<String> {
        (self.show)(config)
    }
}

macro_rules! settings {
    ($($(#[doc = $purpose:literal])* $section:ident: $Section:ident {
        $($(#[doc = $about:literal])* $key:ident: $kind:ty = $default:expr,)*
    })*) => {
        /// Everything that an operator decides.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub(crate) struct Config {
            $($(#[doc = $purpose])* pub(crate) $section: $Section,)*
        }

        $($(#[doc = $purpose])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) struct $Section {
            $($(#[doc = $about])* pub(crate) $key: $kind,)*
        }

        impl Default for $Section {
            fn default() -> Self {
                Self { $($key: $default,)* }
            }
        })*

        /// All keys, in the order of the documentation.
        pub(crate) const KEYS: &[Key] = &[$($(Key {
            section: stringify!($section),
            name: stringify!($key),
            #[cfg(test)]
            kind: <$kind as Setting>::KIND,
            about: &[$($about,)*],
            read: |config, raw| {
                config.$section.$key = Setting::read(raw)?;
                Ok(())
            },
            show: |config| config.$section.$key.show(),
        },)*)*];
    };
}

settings! {
    /// How the service is reached.
    server: Server {
        /// Address and port of the one listener of every face.
        listen: SocketAddr = SocketAddr::from((Ipv4Addr::LOCALHOST, 9292)),
        /// The address under which clients reach the service, if a proxy stands before it;
        /// links in answers begin with it. By default the address of the listener.
        public_url: Option<String> = None,
        /// Most connections at one time; further ones wait until one ends.
        connections: usize = 4096,
        /// Most connections of one address; further ones are closed. Those of
        /// `server.proxies` are not counted.
        connections_per_address: usize = 512,
        /// Addresses and networks (`10.0.0.0/8`) of proxies. What such a one says of its client's
        /// address, in `X-Forwarded-For`, is believed, for the log and for all that is counted by
        /// address.
        proxies: Vec<String> = vec!["127.0.0.0/8".to_owned(), "::1".to_owned()],
        /// How long a stopping server waits for requests in flight before it ends them.
        shutdown_grace_seconds: u64 = 30,
    }
    /// Where the service keeps what it owns.
    data: Data {
        /// The folder of the embedded database, the first image store and the administrator's
        /// token.
        dir: PathBuf = PathBuf::from("gaze-data"),
        /// Folders, beside the data folder, in which image stores may be made.
        store_dirs: Vec<PathBuf> = Vec::new(),
    }
    /// The catalogue's database.
    database: Database {
        /// `sqlite` for a file in the data folder, `sqlite:PATH` for a file elsewhere, or
        /// `postgres://user:password@host/name`.
        url: String = "sqlite".to_owned(),
    }
    /// The region and zone that the first start creates.
    place: Place {
        /// The region's name, which Huawei Cloud and DiDi Cloud put into requests.
        region: String = "region-1".to_owned(),
        /// The zone's name.
        zone: String = "zone-1".to_owned(),
    }
    /// Images from URLs.
    import: Import {
        /// Folders from which `file://` URLs may be imported. None by default.
        file_dirs: Vec<PathBuf> = Vec::new(),
        /// Networks (`10.0.0.0/8`), addresses or host names that may be imported from although
        /// they are loopback, link-local or private.
        allow_private_addresses: Vec<String> = Vec::new(),
        /// Other OpenStack Image services that images may be fetched from, each as `region=url`, or
        /// `region/interface=url` for another interface than `public`. They are asked with the
        /// caller's own token, so name only services that may be shown it.
        glance_services: Vec<String> = Vec::new(),
    }
    /// Virtual machines.
    compute: Compute {
        /// Folders from which disks of virtual machines may be read. None by default.
        disk_dirs: Vec<PathBuf> = Vec::new(),
        /// Folders into which root disks may be written when a machine changes its image; disks in
        /// them may be read too. None by default.
        write_dirs: Vec<PathBuf> = Vec::new(),
        /// `copy`: a new root disk is a whole copy of the image. `backed`: it is an overlay on one
        /// copy that its pool keeps for all.
        root_disks: RootDisks = RootDisks::Copy,
    }
    /// Long work.
    jobs: Jobs {
        /// How many imports and captures run at once.
        transfers: usize = 4,
        /// How many short jobs, such as the removal of a blob, run at once.
        quick: usize = 4,
    }
    /// The ZStack face.
    zstack: Zstack {
        /// How long an asynchronous call waits for its job before it answers 202 and an address
        /// to poll.
        sync_wait_seconds: u64 = 25,
        /// How long the answer of a finished call can be asked for.
        keep_answers_seconds: u64 = 10_800,
        /// What DeleteImage does: `delay` keeps the bytes for `keep.deleted_seconds`, `direct`
        /// removes them at once (the policies Delay and Direct of ZStack).
        deletion: Deletion = Deletion::Delay,
    }
    /// Bounds on transfers and stores.
    limits: Limits {
        /// Most bytes of one image, however it comes.
        image_bytes: u64 = 2 << 40,
        /// How many uploads are taken in at once, and at most half of them of one project. Further
        /// ones wait for their turn, fairly between projects, with nothing of them read.
        uploads: usize = 64,
        /// How long a client or source may stay silent in the middle of an image, and how long a
        /// client may be waited for that sends next to nothing (less than 512 bytes a second),
        /// before it counts as broken.
        idle_seconds: u64 = 60,
        /// How long the address of an upload, which is a credential by itself, may be used; an
        /// image whose upload has not begun by then is removed.
        upload_seconds: u64 = 86_400,
        /// Bytes that stay free in a store which the service chose by itself.
        store_headroom_bytes: u64 = 1 << 30,
        /// Bytes of memory in which images, and what the faces make of them, are kept to be told
        /// again. They are told only as long as nothing of them has changed.
        kept_images_bytes: u64 = 32 << 20,
    }
    /// How fast clients may go on.
    rates: Rates {
        /// Requests that one project may make in a second, through all faces together; further ones
        /// get their vendor's answer for that. With 0, as many as it likes. Administrators' do not
        /// count.
        requests_per_second: u32 = 0,
        /// Requests that a project may make at once after a pause, if there is a limit.
        requests_burst: u32 = 200,
        /// Wrong passwords that one address may send for one user, and five times as many for all
        /// users, before each further try has to wait. Others are not held up. With 0, nobody is.
        wrong_passwords: u32 = 10,
        /// How long it has to wait.
        wrong_password_seconds: u64 = 10,
    }
    /// How long credentials live.
    tokens: Tokens {
        /// Life of a session after its last use.
        session_seconds: u64 = 7200,
        /// Life of a token from a login.
        login_seconds: u64 = 86_400,
    }
    /// An external Keystone, whose tokens are taken beside the service's own.
    identity: Identity {
        /// Keystone's address, such as `https://keystone.example:5000/v3`. By default there is
        /// none, and only tokens of the service's own are taken.
        keystone_url: Option<String> = None,
        /// Keystone's address as clients reach it, told to those who bring no good token. By
        /// default `identity.keystone_url`.
        public_url: Option<String> = None,
        /// The user as whom the service asks Keystone about tokens.
        user: Option<String> = None,
        /// That user's password.
        password: Hidden = Hidden::default(),
        /// The name of that user's domain.
        user_domain: String = "Default".to_owned(),
        /// The name of the project in which that user has a role; empty if it has one on the
        /// system.
        project: String = "service".to_owned(),
        /// The name of that project's domain.
        project_domain: String = "Default".to_owned(),
        /// The region in which Keystone's catalogue names this service. By default
        /// `place.region`.
        region: Option<String> = None,
        /// A file of certificates in PEM that alone are trusted for Keystone. By default those of
        /// the system are.
        ca_file: Option<PathBuf> = None,
        /// How long a connection to Keystone may take to be made.
        connect_seconds: u64 = 5,
        /// How long an answer of Keystone's may take.
        answer_seconds: u64 = 10,
        /// How long what Keystone said of a token is believed; a token that is revoked there is
        /// refused here after that time at most. With 0, Keystone is asked each time.
        cache_seconds: u64 = 60,
        /// Keystone's roles that make an administrator, on whatever project.
        admin_roles: Vec<String> = vec!["admin".to_owned()],
        /// Keystone's roles that make a member of the project.
        member_roles: Vec<String> = vec!["manager".to_owned(), "member".to_owned()],
        /// Keystone's roles that make a reader of the project.
        reader_roles: Vec<String> = vec!["reader".to_owned()],
        /// Keystone's roles on the system that make an administrator. With none, tokens for the
        /// system are refused.
        system_roles: Vec<String> = vec!["admin".to_owned()],
    }
    /// How long what has ended is kept.
    keep: Keep {
        /// How long a deleted image can be recovered before it is purged.
        deleted_seconds: u64 = 259_200,
        /// How long finished jobs are remembered.
        finished_seconds: u64 = 604_800,
    }
    /// Answers that are posted to web hooks.
    notices: Notices {
        /// Notices that are posted at once.
        at_once: usize = 8,
        /// How often one is tried.
        tries: u32 = 15,
        /// Pause between two tries.
        pause_seconds: u64 = 2,
    }
    /// The log, on standard error.
    log: Log {
        /// Levels in the syntax of `RUST_LOG`, such as `info` or `info,gaze_app=debug`.
        level: String = "info".to_owned(),
        /// `text` for people, `json` for collectors.
        format: LogFormat = LogFormat::Text,
    }
}

impl Config {
    /// Merges the four sources. All faults of the file and the environment are reported at once.
    ///
    /// `file` is read if given; otherwise `GAZE_CONFIG` names it; otherwise `gaze.toml` in the
    /// working directory is read if it exists.
    pub(crate) fn load(
        file: Option<&Path>,
        env: &Environment,
        flags: &[Flag],
    ) -> Result<Self, Faults> {
        let mut config = Self::default();
        let mut faults = Vec::new();
        if let Some(path) = Self::file(file, env) {
            match std::fs::read_to_string(&path) {
                Ok(text) => faults.extend(file::merge(&mut config, &path, &text)),
                Err(error) => faults.push(Fault::unreadable(&path, &error)),
            }
        }
        faults.extend(config.merge_environment(env));
        faults.extend(config.merge_flags(flags));
        faults.extend(config.check());
        if faults.is_empty() {
            Ok(config)
        } else {
            Err(Faults(faults))
        }
    }

    /// The file that [`Self::load`] reads, if any.
    pub(crate) fn file(given: Option<&Path>, env: &Environment) -> Option<PathBuf> {
        let usual = Path::new("gaze.toml");
        given
            .map(Path::to_path_buf)
            .or_else(|| env.get("GAZE_CONFIG").map(PathBuf::from))
            .or_else(|| usual.exists().then(|| usual.to_path_buf()))
    }

    fn merge_environment(&mut self, env: &Environment) -> Vec<Fault> {
        KEYS.iter()
            .filter_map(|key| {
                let variable = key.variable();
                let raw = Raw::Word(env.get(&variable)?.clone());
                let reason = (key.read)(self, &raw).err()?;
                Some(Fault::at(variable, reason))
            })
            .collect()
    }

    fn merge_flags(&mut self, flags: &[Flag]) -> Vec<Fault> {
        let mut faults = Vec::new();
        for flag in flags {
            let key = KEYS
                .iter()
                .find(|key| flag.key.split_once('.') == Some((key.section, key.name)));
            let outcome = key.map_or_else(
                || Err(format!("there is no key {}", flag.key)),
                |key| (key.read)(self, &flag.value),
            );
            if let Err(reason) = outcome {
                faults.push(Fault::at(flag.typed, reason));
            }
        }
        faults
    }

    /// The whole configuration as a `gaze.toml` that explains itself; a database password is
    /// masked.
    pub(crate) fn to_toml(&self) -> String {
        let mut lines = Vec::new();
        let mut section = "";
        for key in KEYS {
            if key.section != section {
                if !section.is_empty() {
                    lines.push(String::new());
                }
                lines.push(format!("[{}]", key.section));
                section = key.section;
            }
            lines.extend(key.about.iter().map(|line| format!("#{line}")));
            lines.push(match key.show(self) {
                Some(value) => format!("{} = {}", key.name, masked(&value)),
                None => format!("# {} is not set", key.name),
            });
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

/// Hides the password of `scheme://user:password@host`.
fn masked(value: &str) -> String {
    let Some((head, rest)) = value.split_once("://") else {
        return value.to_owned();
    };
    match rest.split_once('@') {
        Some((credentials, host)) => {
            let user = credentials.split(':').next().unwrap_or_default();
            format!("{head}://{user}:***@{host}")
        }
        None => value.to_owned(),
    }
}
