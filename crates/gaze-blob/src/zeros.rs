//! Zero bytes: a shared run of them to hash, and a fast test for blocks that need not be written.

use std::ops::Range;

/// Bytes in the shared run of zeros.
pub(crate) const ZERO_RUN_BYTES: usize = 64 * 1024;

/// Block in which zeros are looked for: the block of the usual file systems, so that a skipped one
/// saves room.
const BLOCK_BYTES: u64 = 4096;

/// Zeros to hash and to compare with.
pub(crate) static ZERO_RUN: [u8; ZERO_RUN_BYTES] = [0; ZERO_RUN_BYTES];

/// Whether `bytes` are all zero; comparison of slices is `memcmp`, which runs at memory speed.
fn is_zero(bytes: &[u8]) -> bool {
    bytes
        .chunks(ZERO_RUN_BYTES)
        .all(|chunk| Some(chunk) == ZERO_RUN.get(..chunk.len()))
}

/// The parts of `data` that have to be written, if `data` goes to `offset` of a file that has only
/// holes there: everything but the blocks that are zero, neighbours joined.
pub(crate) fn written_parts(data: &[u8], offset: u64) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let mut part: Option<Range<usize>> = None;
        while at < data.len() {
            let into_block = (offset.wrapping_add(at as u64)) % BLOCK_BYTES;
            let block = usize::try_from(BLOCK_BYTES - into_block).unwrap_or(usize::MAX);
            let end = at.saturating_add(block).min(data.len());
            let zero = data.get(at..end).is_some_and(is_zero);
            match (&mut part, zero) {
                (Some(_), true) => return part,
                (Some(part), false) => part.end = end,
                (None, true) => {}
                (None, false) => part = Some(at..end),
            }
            at = end;
        }
        part
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn zero_blocks_are_left_out_and_neighbours_joined() {
        let mut data = vec![0_u8; 5 * 4096];
        let check = |data: &[u8], offset: u64, expected: &[Range<usize>]| {
            assert_eq!(
                written_parts(data, offset).collect::<Vec<_>>(),
                expected,
                "at {offset}"
            );
        };
        check(&[], 0, &[]);
        check(&data, 0, &[]);
        check(&data, 7, &[]);
        data[4096] = 1;
        data[3 * 4096 - 1] = 1;
        data[5 * 4096 - 1] = 1;
        check(&data, 0, &[4096..3 * 4096, 4 * 4096..5 * 4096]);
        check(&data, 1, &[4095..8191, 12_287..16_383, 20_479..20_480]);
    }

    proptest! {
        #[test]
        fn what_is_left_out_is_zero_and_nothing_is_lost(
            runs in proptest::collection::vec((any::<bool>(), 1_usize..9000), 0..8),
            offset in 0_u64..20_000,
        ) {
            let data: Vec<u8> =
                runs.iter().flat_map(|(zero, len)| vec![u8::from(!zero) * 7; *len]).collect();
            let mut rebuilt = vec![0; data.len()];
            let mut last_end = None;
            for part in written_parts(&data, offset) {
                prop_assert!(last_end.is_none_or(|end| end < part.start));
                last_end = Some(part.end);
                rebuilt[part.clone()].copy_from_slice(&data[part]);
            }
            prop_assert_eq!(rebuilt, data);
        }
    }
}
