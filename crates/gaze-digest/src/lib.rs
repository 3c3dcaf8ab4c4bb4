//! The digests that every upload waits for, as fast as the processor allows.

mod buffer;
mod md5;

#[cfg(target_arch = "x86_64")]
mod both;
#[cfg(target_arch = "x86_64")]
mod stitched;
#[cfg(target_arch = "x86_64")]
pub use both::Md5Sha256;

#[cfg(not(target_arch = "x86_64"))]
mod elsewhere;
#[cfg(not(target_arch = "x86_64"))]
pub use elsewhere::Md5Sha256;

pub use md5::Md5Sum;
