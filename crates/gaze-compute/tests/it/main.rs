//! The gate and the locks against real files, real links and a real QEMU.

#[cfg(test)]
mod folder;
#[cfg(test)]
mod folders;
#[cfg(test)]
mod locks;
#[cfg(test)]
mod qemu;
