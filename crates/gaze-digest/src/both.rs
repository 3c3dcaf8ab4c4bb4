//! MD5 and SHA-256 of the same bytes.

use sha2::block_api::compress256;

use crate::buffer::{BLOCK, Buffer};
use crate::{md5, stitched};

/// What SHA-256 begins with (FIPS 180-4, 5.3.3).
const START: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// Computes the MD5 and the SHA-256 digest in the time that MD5 alone takes: while a step of it waits
/// for the one before, the processor has nothing else to do.
#[derive(Clone, Debug)]
pub struct Md5Sha256 {
    md5: [u32; 4],
    sha256: [u32; 8],
    buffer: Buffer,
}

impl Md5Sha256 {
    /// `None` on processors without the instructions for SHA-256.
    pub fn new() -> Option<Self> {
        let has_all = is_x86_feature_detected!("sha")
            && is_x86_feature_detected!("ssse3")
            && is_x86_feature_detected!("sse4.1");
        has_all.then_some(Self {
            md5: md5::START,
            sha256: START,
            buffer: Buffer::default(),
        })
    }

    /// The next bytes.
    pub fn update(&mut self, data: &[u8]) {
        let (md5, sha256) = (&mut self.md5, &mut self.sha256);
        self.buffer
            .add(data, |blocks| compress(md5, sha256, blocks));
    }

    /// The digests of all bytes.
    pub fn finish(mut self) -> ([u8; 16], [u8; 32]) {
        let (last, many) = self.buffer.last_blocks(self.buffer.bits().to_be_bytes());
        compress256(&mut self.sha256, &last[..many]);
        let mut sha256 = [0; 32];
        for (bytes, word) in sha256.chunks_exact_mut(4).zip(self.sha256) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        (md5::end(self.md5, &self.buffer), sha256)
    }
}

#[expect(
    unsafe_code,
    reason = "a function that uses instructions which some processors lack"
)]
fn compress(md5: &mut [u32; 4], sha256: &mut [u32; 8], blocks: &[[u8; BLOCK]]) {
    // SAFETY: `Md5Sha256::new` makes none where an instruction is missing.
    unsafe { stitched::compress(md5, sha256, blocks) }
}

#[cfg(test)]
mod tests {
    use ::md5::Digest as _;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn however_bytes_come_the_digests_are_those_of_other_implementations(
            seed in any::<u64>(),
            lens in proptest::collection::vec(0_usize..300, 0..8),
        ) {
            let Some(mut sum) = Md5Sha256::new() else { return Ok(()) };
            let whole: Vec<u8> = (0..lens.iter().sum::<usize>() as u64)
                .map(|at| (at.wrapping_mul(seed) >> 13).to_le_bytes()[0])
                .collect();
            let mut rest = whole.as_slice();
            for len in lens {
                let (part, later) = rest.split_at(len);
                sum.update(part);
                rest = later;
            }
            let expected = (
                ::md5::Md5::digest(&whole).into(),
                sha2::Sha256::digest(&whole).into(),
            );
            prop_assert_eq!(sum.finish(), expected);
        }
    }
}
