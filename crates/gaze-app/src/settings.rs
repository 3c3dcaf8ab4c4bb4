//! What the operator decides, as plain values. The binary reads the configuration; the app is
//! handed the result.

use std::path::PathBuf;
use std::time::Duration;

use crate::auth::KeystoneSettings;

gaze_domain::words! {
    /// What a new root disk is to the image that it is made from.
    pub enum RootDisks("kind of root disks") {
        /// A whole copy, which depends on nothing.
        Copy = "copy",
        /// An overlay on a copy that is kept in the pool once and shared by all.
        Backed = "backed",
    }
}

/// How fast clients may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Requests of one project in a second; with 0, as many as it likes.
    pub requests_per_second: u32,
    /// Requests that a project may make at once after a pause.
    pub requests_burst: u32,
    /// Wrong passwords for one user from one address before each further one has to wait; with 0,
    /// none ever has.
    pub wrong_passwords: u32,
    /// How long it has to wait.
    pub wrong_password_pause: Duration,
}

/// Everything that the verbs ask of the configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Folder of the first store and of temporary files.
    pub data_dir: PathBuf,
    /// Folders in which stores may be made, beside the data folder.
    pub store_dirs: Vec<PathBuf>,
    /// Folders from which disks of virtual machines may be read.
    pub disk_dirs: Vec<PathBuf>,
    /// Folders into which root disks may be written; disks in them may be read too.
    pub write_dirs: Vec<PathBuf>,
    /// How a machine that changes its image gets the image.
    pub root_disks: RootDisks,
    /// Folders from which `file://` imports may be read.
    pub import_dirs: Vec<PathBuf>,
    /// Networks, addresses or host names that imports may reach although they are loopback,
    /// link-local or private.
    pub private_sources: Vec<String>,
    /// Bytes of memory that what is known of images may take, to be told again without being read
    /// again.
    pub kept_images: usize,
    /// Most bytes of one image, however it comes.
    pub max_image_bytes: u64,
    /// Life of a session after its last use.
    pub session_life: Duration,
    /// Life of a login token.
    pub login_life: Duration,
    /// An external Keystone whose tokens are taken too.
    pub keystone: Option<KeystoneSettings>,
    /// How long an upload that was promised may begin.
    pub upload_life: Duration,
    /// How long a deleted image, or a deleted copy of one, can be recovered.
    pub keep_deleted: Duration,
    /// How long finished jobs are kept.
    pub keep_finished: Duration,
    /// How long the answer of a finished call can be asked for.
    pub keep_answers: Duration,
    /// Room that stays free in a store that was not named by the caller.
    pub store_headroom: u64,
    /// How fast clients may go on.
    pub rates: Rates,
    /// Uploads whose bytes are taken at once.
    pub uploads: usize,
    /// Imports and captures that run at once.
    pub transfers: usize,
    /// Short jobs that run at once.
    pub quick: usize,
    /// Notices of answers that are posted at once.
    pub notices: usize,
    /// How often a notice is tried.
    pub notice_tries: u32,
    /// Pause between two tries.
    pub notice_pause: Duration,
    /// Longest pause between two chunks of a source before it counts as broken.
    pub idle: Duration,
}

impl Settings {
    /// The defaults of a service whose data is in that folder.
    pub fn new(data_dir: PathBuf) -> Self {
        Self {
            data_dir,
            store_dirs: Vec::new(),
            disk_dirs: Vec::new(),
            write_dirs: Vec::new(),
            root_disks: RootDisks::Copy,
            import_dirs: Vec::new(),
            private_sources: Vec::new(),
            kept_images: 32 << 20,
            max_image_bytes: 2 << 40,
            session_life: Duration::from_hours(2),
            login_life: Duration::from_hours(24),
            keystone: None,
            upload_life: Duration::from_hours(24),
            keep_deleted: Duration::from_hours(72),
            keep_finished: Duration::from_hours(7 * 24),
            keep_answers: Duration::from_hours(3),
            store_headroom: 1 << 30,
            rates: Rates {
                requests_per_second: 0,
                requests_burst: 0,
                wrong_passwords: 10,
                wrong_password_pause: Duration::from_secs(10),
            },
            uploads: 64,
            transfers: 4,
            quick: 4,
            notices: 8,
            notice_tries: 15,
            notice_pause: Duration::from_secs(2),
            idle: Duration::from_mins(1),
        }
    }
}
