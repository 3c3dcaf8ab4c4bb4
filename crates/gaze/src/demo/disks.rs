//! The demo's disks, written by our own code.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gaze_disk::{
    Disk, FileSink, Format, MemorySource, Qcow2Plan, boot_sector_disk, create_overlay_with,
};

/// What the machine says when it starts.
pub(crate) const GREETING: &str = "Hello from a disk that Gaze wrote.";
/// Size of the demo's disks in bytes.
pub(crate) const SIZE: u64 = 8 << 20;

/// The bytes of the bootable disk that are not zero: its first sector.
pub(crate) fn boot_sector() -> anyhow::Result<Vec<u8>> {
    Ok(boot_sector_disk(GREETING, SIZE)
        .context("writing a boot sector")?
        .to_vec())
}

/// A qcow2 file of the bootable disk.
pub(crate) fn write_boot_qcow2(path: &Path) -> anyhow::Result<()> {
    let disk = Disk::from_source(Box::new(MemorySource::new(boot_sector()?, SIZE)));
    let plan = Qcow2Plan::new(&disk).context("planning the disk")?;
    let file = File::create(path).with_context(|| format!("creating {}", path.display()))?;
    let mut sink = FileSink::new(file);
    plan.write(&disk, &mut sink, &mut |_done| {})
        .context("writing the disk")?;
    sink.finish().context("writing the disk")?;
    Ok(())
}

/// The machine's root disk: an overlay with a cluster of its own on a backing file.
pub(super) fn write_machine_disk(folder: &Path) -> anyhow::Result<PathBuf> {
    write_boot_qcow2(&folder.join("base.qcow2"))?;
    let own: &[(u64, &[u8])] = &[(
        1 << 20,
        b"This cluster is in the overlay, not in its base.\n",
    )];
    let overlay = create_overlay_with("base.qcow2", Format::Qcow2, SIZE, own)
        .context("making the overlay")?;
    let path = folder.join("web-1.qcow2");
    std::fs::write(&path, overlay).with_context(|| format!("writing {}", path.display()))?;
    Ok(path)
}
