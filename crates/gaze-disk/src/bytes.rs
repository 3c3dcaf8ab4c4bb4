//! Bounds-checked reads of fixed-width integers from untrusted bytes.

/// The `N` bytes at `at`, or `None` when `bytes` is too short.
pub(crate) fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk::<N>().copied()
}

/// The big-endian `u32` at `at`.
pub(crate) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_be_bytes)
}

/// The big-endian `u64` at `at`.
pub(crate) fn be64(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_be_bytes)
}

/// The little-endian `u16` at `at`.
pub(crate) fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

/// The little-endian `u32` at `at`.
pub(crate) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

/// The little-endian `u64` at `at`.
pub(crate) fn le64(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_le_bytes)
}

/// `n` as an index; a number that no memory could hold becomes `usize::MAX`, which every bounds
/// check then refuses.
pub(crate) fn index(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// A length in memory as a length in a file.
pub(crate) fn length(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

/// Whether every byte is zero; folded over wide blocks so that the compiler vectorises it.
pub(crate) fn is_zero(bytes: &[u8]) -> bool {
    let (blocks, rest) = bytes.as_chunks::<64>();
    let block_is_zero = |block: &[u8; 64]| {
        let (words, _) = block.as_chunks::<8>();
        words
            .iter()
            .fold(0, |all, word| all | u64::from_ne_bytes(*word))
            == 0
    };
    blocks.iter().all(block_is_zero) && rest.iter().all(|byte| *byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_set_byte_anywhere_is_not_zero() {
        let mut bytes = vec![0u8; 200];
        assert!(is_zero(&bytes));
        for at in 0..bytes.len() {
            bytes[at] = 1;
            assert!(!is_zero(&bytes), "byte {at}");
            bytes[at] = 0;
        }
    }

    #[test]
    fn reads_past_the_end_are_none() {
        assert_eq!(be32(&[1, 2, 3, 4], 0), Some(0x0102_0304));
        assert_eq!(be32(&[1, 2, 3, 4], 1), None);
        assert_eq!(le64(&[], usize::MAX), None);
    }
}
