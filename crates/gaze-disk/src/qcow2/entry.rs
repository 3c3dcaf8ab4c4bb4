//! One L2 entry: where a stretch of a guest cluster lies.

use super::OFFSET_MASK;
use super::layer::Place;

/// Bit 62: the cluster is compressed.
const COMPRESSED: u64 = 1 << 62;
/// Bit 0, from version 3 on and without subclusters: the cluster reads as zeros.
const ZERO: u64 = 1;
/// Subclusters in a cluster.
const SUBCLUSTERS: u32 = 32;

/// The properties of the image that give an entry its meaning.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Geometry {
    pub(crate) cluster_bits: u32,
    pub(crate) version: u32,
    pub(crate) extended_l2: bool,
}

/// What a stretch of a cluster is: its place, and the bytes until the stretch ends.
pub(crate) type Stretch = (Place, u64);

impl Geometry {
    /// Decodes what lies at `within` bytes of the cluster that `entry` and, with subclusters,
    /// `bitmap` describe. The error names what contradicts the format.
    pub(crate) fn decode(
        self,
        entry: u64,
        bitmap: u64,
        within: u64,
    ) -> Result<Stretch, &'static str> {
        let cluster = 1u64 << self.cluster_bits;
        let rest = cluster - within;
        if entry & COMPRESSED != 0 {
            let (offset, len) = self.compressed(entry);
            return Ok((
                Place::Compressed {
                    offset,
                    len,
                    skip: within,
                },
                rest,
            ));
        }
        let host = entry & OFFSET_MASK;
        if host & (cluster - 1) != 0 {
            return Err("a data cluster is not aligned");
        }
        if self.extended_l2 {
            return self.subcluster(host, bitmap, within);
        }
        let place = if self.version >= 3 && entry & ZERO != 0 {
            Place::Zero
        } else if host == 0 {
            Place::Below
        } else {
            Place::Host(host + within)
        };
        Ok((place, rest))
    }

    /// Host offset and length in bytes of a compressed cluster. The length is an upper bound: it
    /// is counted in sectors of 512 bytes.
    fn compressed(self, entry: u64) -> (u64, u64) {
        let offset_bits = 62 - (self.cluster_bits - 8);
        let offset = entry & ((1 << offset_bits) - 1);
        let sectors = (entry & !(COMPRESSED | super::COPIED)) >> offset_bits;
        (offset, (sectors + 1) * 512 - (offset & 511))
    }

    fn subcluster(self, host: u64, bitmap: u64, within: u64) -> Result<Stretch, &'static str> {
        let bits = self.cluster_bits - 5;
        let (allocated, zero) = (bitmap & 0xffff_ffff, bitmap >> 32);
        if allocated & zero != 0 {
            return Err("a subcluster is both allocated and zero");
        }
        let first = within >> bits;
        let kind = |n: u64| (allocated >> n & 1, zero >> n & 1);
        let mut end = first + 1;
        while end < u64::from(SUBCLUSTERS) && kind(end) == kind(first) {
            end += 1;
        }
        let place = match kind(first) {
            (0, 0) => Place::Below,
            (0, _) => Place::Zero,
            _ if host == 0 => return Err("an allocated subcluster has no cluster"),
            _ => Place::Host(host + within),
        };
        Ok((place, (end << bits) - within))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Geometry = Geometry {
        cluster_bits: 16,
        version: 3,
        extended_l2: false,
    };
    const EXTENDED: Geometry = Geometry {
        cluster_bits: 16,
        version: 3,
        extended_l2: true,
    };

    #[test]
    fn plain_entries_decode() {
        fn check(version: u32, entry: u64, expected: Result<Stretch, &'static str>) {
            assert_eq!(
                Geometry { version, ..PLAIN }.decode(entry, 0, 0x100),
                expected
            );
        }
        check(3, 0, Ok((Place::Below, 0xff00)));
        check(
            3,
            0x8000_0000_0005_0000,
            Ok((Place::Host(0x5_0100), 0xff00)),
        );
        check(3, 0x8000_0000_0005_0001, Ok((Place::Zero, 0xff00)));
        check(
            2,
            0x8000_0000_0005_0001,
            Ok((Place::Host(0x5_0100), 0xff00)),
        );
        check(3, 1, Ok((Place::Zero, 0xff00)));
        check(3, 0x200, Err("a data cluster is not aligned"));
    }

    #[test]
    fn compressed_entries_hold_offset_and_sectors() {
        // 64 KiB clusters: 54 bits of offset, then 8 bits of further sectors.
        let entry = COMPRESSED | 3 << 54 | 0x1_2345;
        let place = Place::Compressed {
            offset: 0x1_2345,
            len: 4 * 512 - 0x145,
            skip: 0,
        };
        assert_eq!(PLAIN.decode(entry, 0, 0), Ok((place, 0x1_0000)));
    }

    #[test]
    fn subclusters_decode_in_stretches() {
        let bitmap = 0b0011 | 0b0100 << 32;
        let decode = |within| EXTENDED.decode(0x5_0000, bitmap, within);
        assert_eq!(decode(0), Ok((Place::Host(0x5_0000), 0x1000)));
        assert_eq!(decode(0x900), Ok((Place::Host(0x5_0900), 0x700)));
        assert_eq!(decode(0x1000), Ok((Place::Zero, 0x800)));
        assert_eq!(decode(0x1800), Ok((Place::Below, 0x1_0000 - 0x1800)));
        assert!(EXTENDED.decode(0x5_0000, 1 | 1 << 32, 0).is_err());
        assert!(EXTENDED.decode(0, 1, 0).is_err());
    }
}
