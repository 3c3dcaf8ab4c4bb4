//! The flags of `gaze serve` that stand for keys of the configuration.

use std::path::{Path, PathBuf};

use clap::Args;

use super::setting::Raw;

/// A value from the command line, for the key `section.name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flag {
    /// As the user typed it, such as `--listen`.
    pub(crate) typed: &'static str,
    pub(crate) key: &'static str,
    pub(crate) value: Raw,
}

/// Flags override the environment and the file.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ServeFlags {
    /// Folder of the database, the first image store and the administrator's token
    /// [default: gaze-data]
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Address and port of the listener [default: 127.0.0.1:9292]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
    /// sqlite, sqlite:PATH or postgres://user:password@host/name [default: sqlite]
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
    /// Name of the region that the first start creates
    #[arg(long, value_name = "NAME")]
    pub(crate) region: Option<String>,
    /// Name of the zone that the first start creates
    #[arg(long, value_name = "NAME")]
    pub(crate) zone: Option<String>,
    /// A folder from which disks of virtual machines may be read; may be repeated
    #[arg(long, value_name = "DIR")]
    pub(crate) disk_dir: Vec<PathBuf>,
    /// A folder from which file:// URLs may be imported; may be repeated
    #[arg(long, value_name = "DIR")]
    pub(crate) import_dir: Vec<PathBuf>,
    /// Import from loopback, link-local and private addresses too
    #[arg(long)]
    pub(crate) allow_private_imports: bool,
    /// Address under which clients reach the service
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Log levels, such as info or info,gaze_app=debug
    #[arg(long, value_name = "LEVELS")]
    pub(crate) log_level: Option<String>,
    /// text or json
    #[arg(long, value_name = "FORMAT")]
    pub(crate) log_format: Option<String>,
}

impl ServeFlags {
    /// The flags that were given, as values of keys.
    pub(crate) fn values(&self) -> Vec<Flag> {
        let data_dir = self.data_dir.as_deref().map(text);
        let every_address = ["0.0.0.0/0", "::/0"].map(str::to_owned);
        let private = self.allow_private_imports.then_some(every_address);
        let one = |value: &Option<String>| value.clone().map(Raw::Word);
        let list = |values: Vec<String>| {
            let items: Vec<_> = values.into_iter().map(Raw::Text).collect();
            (!items.is_empty()).then_some(Raw::List(items))
        };
        let paths = |paths: &[PathBuf]| list(paths.iter().map(|path| text(path)).collect());
        [
            ("--data-dir", "data.dir", one(&data_dir)),
            ("--listen", "server.listen", one(&self.listen)),
            ("--database", "database.url", one(&self.database)),
            ("--region", "place.region", one(&self.region)),
            ("--zone", "place.zone", one(&self.zone)),
            ("--disk-dir", "compute.disk_dirs", paths(&self.disk_dir)),
            ("--import-dir", "import.file_dirs", paths(&self.import_dir)),
            (
                "--allow-private-imports",
                "import.allow_private_addresses",
                private.and_then(|networks| list(networks.to_vec())),
            ),
            ("--public-url", "server.public_url", one(&self.public_url)),
            ("--log-level", "log.level", one(&self.log_level)),
            ("--log-format", "log.format", one(&self.log_format)),
        ]
        .into_iter()
        .filter_map(|(typed, key, value)| {
            Some(Flag {
                typed,
                key,
                value: value?,
            })
        })
        .collect()
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
