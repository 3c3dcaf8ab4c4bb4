//! Formats of disk images, as recorded with an image.

crate::words! {
    /// How the bytes of an image are laid out. Decided by content once, at ingest.
    pub enum DiskFormat("disk format") {
        Raw = "raw",
        Qcow2 = "qcow2",
        Vmdk = "vmdk",
        /// Microsoft's older format, called `vpc` by QEMU.
        Vhd = "vhd",
        Vhdx = "vhdx",
        Vdi = "vdi",
        /// An ISO 9660 optical disc.
        Iso = "iso",
        /// Huawei Cloud's compressed VHD; accepted as a word, not yet readable.
        Zvhd = "zvhd",
        Zvhd2 = "zvhd2",
        /// Kernel, ramdisk and machine images of EC2; bytes without a container.
        Aki = "aki",
        Ari = "ari",
        Ami = "ami",
        Ploop = "ploop",
    }
}
