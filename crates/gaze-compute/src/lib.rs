//! How the disk of a virtual machine is reached: files on this host, and who is using them.
//!
//! [`Folders`] is the gate: it opens only files in the folders an operator allowed. What it opens
//! for reading is locked in QEMU's own way, so that a disk in use is refused and a disk being read
//! cannot be started from. New files are made in a [`Folder`] behind the same gate. This crate knows
//! no catalogue, tenant or request, and is synchronous.

mod disk;
mod error;
mod folder;
mod folders;
mod lock;
mod room;

pub use disk::{InstanceDisk, InstanceState};
pub use error::ComputeError;
pub use folder::{Folder, share_like};
pub use folders::Folders;
pub use lock::{LockState, LockedFile, inspect_lock};
pub use room::Room;
