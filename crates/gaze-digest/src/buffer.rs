//! Bytes that do not fill a block yet, as digests of the family of MD4 keep them.

/// Bytes of a block.
pub(crate) const BLOCK: usize = 64;
/// Where a digest's last block holds the length of the whole.
const LENGTH_AT: usize = BLOCK - 8;

#[derive(Clone, Debug)]
pub(crate) struct Buffer {
    rest: [u8; BLOCK],
    /// Bytes in all.
    len: u64,
}

impl Default for Buffer {
    fn default() -> Self {
        Self {
            rest: [0; BLOCK],
            len: 0,
        }
    }
}

impl Buffer {
    /// Hands all blocks on that are complete with `data`, and keeps the rest.
    pub(crate) fn add(&mut self, mut data: &[u8], mut blocks_to: impl FnMut(&[[u8; BLOCK]])) {
        let held = self.held();
        self.len = self.len.wrapping_add(data.len() as u64);
        if held > 0 {
            let (part, later) = data.split_at(data.len().min(BLOCK - held));
            self.rest[held..held + part.len()].copy_from_slice(part);
            if held + part.len() < BLOCK {
                return;
            }
            blocks_to(&[self.rest]);
            data = later;
        }
        let (blocks, rest) = data.as_chunks();
        blocks_to(blocks);
        self.rest[..rest.len()].copy_from_slice(rest);
    }

    /// The length of the whole in bits.
    pub(crate) fn bits(&self) -> u64 {
        self.len.wrapping_mul(8)
    }

    /// The rest, a bit that ends it, and `bits`, which is the length as the digest writes it: in one
    /// block or two, of which the number says how many count.
    pub(crate) fn last_blocks(&self, bits: [u8; 8]) -> ([[u8; BLOCK]; 2], usize) {
        let held = self.held();
        let mut last = [[0; BLOCK]; 2];
        last[0][..held].copy_from_slice(&self.rest[..held]);
        last[0][held] = 0x80;
        let many = if held < LENGTH_AT { 1 } else { 2 };
        last[many - 1][LENGTH_AT..].copy_from_slice(&bits);
        (last, many)
    }

    fn held(&self) -> usize {
        usize::try_from(self.len % BLOCK as u64).unwrap_or(0)
    }
}
