//! What a machine must be like to start from an image.

crate::words! {
    /// The guest's family as virtual hardware sees it. The five words are ZStack's; faces with
    /// fewer words fold them (see `docs/mapping.md`).
    pub enum Platform("platform") {
        Linux = "linux",
        Windows = "windows",
        /// Windows with virtio drivers installed.
        WindowsVirtio = "windows-virtio",
        /// Another guest with virtio drivers installed.
        Paravirtualization = "paravirtualization",
        Other = "other",
    }
}

crate::words! {
    pub enum Architecture("architecture") {
        X86_64 = "x86_64",
        I686 = "i686",
        Aarch64 = "aarch64",
        Mips64el = "mips64el",
        Loongarch64 = "loongarch64",
        Riscv64 = "riscv64",
        Ppc64le = "ppc64le",
        S390x = "s390x",
    }
}

impl Architecture {
    /// Width of the guest's addresses in bits: 32 or 64.
    pub const fn bits(self) -> u8 {
        match self {
            Self::I686 => 32,
            Self::X86_64
            | Self::Aarch64
            | Self::Mips64el
            | Self::Loongarch64
            | Self::Riscv64
            | Self::Ppc64le
            | Self::S390x => 64,
        }
    }
}

crate::words! {
    /// How the machine starts.
    pub enum Firmware("firmware") {
        Bios = "bios",
        Uefi = "uefi",
        /// UEFI with the compatibility support module.
        UefiCsm = "uefi-csm",
    }
}
