//! Disk formats against QEMU's own tools, which must be installed.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod boot;
mod chains;
mod hostile;
mod inspection;
mod lab;
mod overlays;
mod reading;
mod refusals;
