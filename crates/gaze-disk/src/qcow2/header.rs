//! The qcow2 header and its extensions: parsed once, for the inspector and for the reader.

use super::MAGIC;
use crate::bytes::{be32, be64, index, length};
use crate::format::Format;
use crate::refusal::Refusal;

const FORMAT: Format = Format::Qcow2;

/// Length of the version 2 header, and where version 3 adds to it.
const V2_LENGTH: usize = 72;
/// Length of the shortest version 3 header.
const V3_LENGTH: usize = 104;
/// Cluster sizes go from 512 bytes to 2 MiB, as in QEMU.
const CLUSTER_BITS: std::ops::RangeInclusive<u32> = 9..=21;
/// Clusters of images with subclusters have at least 16 KiB.
const MIN_SUBCLUSTER_BITS: u32 = 14;
/// Largest L1 table in bytes, as in QEMU.
const MAX_L1_BYTES: u64 = 32 << 20;
/// Largest refcount table in bytes, as in QEMU.
const MAX_REFCOUNT_TABLE_BYTES: u64 = 8 << 20;
/// Most internal snapshots, as in QEMU.
const MAX_SNAPSHOTS: u32 = 65_536;
/// Longest backing file name in bytes, by the specification.
const MAX_BACKING_NAME: u32 = 1023;
/// Most header extensions; the specification defines five.
const MAX_EXTENSIONS: usize = 64;

/// Types of header extension.
pub(crate) struct Ext;

impl Ext {
    pub(crate) const END: u32 = 0;
    pub(crate) const BACKING_FORMAT: u32 = 0xe279_2aca;
    pub(crate) const DATA_FILE: u32 = 0x4441_5441;
    pub(crate) const ENCRYPTION: u32 = 0x0537_be77;
}

/// Bits of the incompatible features field.
pub(crate) mod incompatible {
    /// Refcounts may be stale.
    pub(crate) const DIRTY: u64 = 1;
    /// Known to be corrupt.
    pub(crate) const CORRUPT: u64 = 1 << 1;
    /// Guest data lies in an external file.
    pub(crate) const DATA_FILE: u64 = 1 << 2;
    /// The compression type is not zlib.
    pub(crate) const COMPRESSION: u64 = 1 << 3;
    /// L2 entries carry subclusters.
    pub(crate) const EXTENDED_L2: u64 = 1 << 4;
    /// All of the above.
    pub(crate) const KNOWN: u64 = DIRTY | CORRUPT | DATA_FILE | COMPRESSION | EXTENDED_L2;
}

/// How compressed clusters are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Raw deflate.
    Zlib,
    /// One Zstandard frame a cluster.
    Zstd,
}

/// What a qcow2 header says beyond the virtual size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qcow2Facts {
    /// 2 or 3.
    pub version: u32,
    /// Log2 of the cluster size in bytes, 9 to 21.
    pub cluster_bits: u32,
    /// How compressed clusters, if there are any, are compressed.
    pub compression: Compression,
    /// Whether L2 entries carry subclusters.
    pub extended_l2: bool,
    /// How many internal snapshots the image holds besides its active state.
    pub internal_snapshots: u32,
    /// Whether the refcounts may be stale after an unclean shutdown.
    pub dirty: bool,
}

/// A header that is well formed by itself.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    pub(crate) facts: Qcow2Facts,
    pub(crate) virtual_size: u64,
    pub(crate) incompatible: u64,
    pub(crate) encrypted: bool,
    pub(crate) l1_offset: u64,
    pub(crate) l1_entries: u64,
    /// Where the backing file's name lies, `(offset, length)`.
    pub(crate) backing: Option<(u64, u32)>,
    pub(crate) backing_format: Option<String>,
    pub(crate) has_data_file: bool,
    refcount_offset: u64,
    refcount_bytes: u64,
    snapshots_offset: u64,
}

impl Header {
    /// Parses the header at the start of `head`. The policy on what it says is the caller's.
    pub(crate) fn parse(head: &[u8]) -> Result<Self, Refusal> {
        Self::fields(head)?.with_extensions(head)
    }

    fn fields(head: &[u8]) -> Result<Self, Refusal> {
        let cut = |needed: usize| Refusal::Truncated {
            format: FORMAT,
            what: "header",
            needed: length(needed),
            have: length(head.len()),
        };
        let u32_at = |at: usize| be32(head, at).ok_or_else(|| cut(V2_LENGTH));
        let u64_at = |at: usize| be64(head, at).ok_or_else(|| cut(V2_LENGTH));
        if u32_at(0)? != MAGIC {
            return Err(malformed("the magic is missing"));
        }
        let version = u32_at(4)?;
        if !(2..=3).contains(&version) {
            return Err(Refusal::Unsupported {
                format: FORMAT,
                what: format!("version {version}"),
            });
        }
        let cluster_bits = u32_at(20)?;
        if !CLUSTER_BITS.contains(&cluster_bits) {
            return Err(malformed(
                "the cluster size is not between 512 bytes and 2 MiB",
            ));
        }
        let crypt_method = u32_at(32)?;
        if crypt_method > 2 {
            return Err(malformed("the encryption method is unknown"));
        }
        let backing_offset = u64_at(8)?;
        let backing_len = u32_at(16)?;
        let refcount_clusters = u64::from(u32_at(56)?);
        let mut header = Self {
            facts: Qcow2Facts {
                version,
                cluster_bits,
                compression: Compression::Zlib,
                extended_l2: false,
                internal_snapshots: u32_at(60)?,
                dirty: false,
            },
            virtual_size: u64_at(24)?,
            incompatible: 0,
            encrypted: crypt_method != 0,
            l1_entries: u64::from(u32_at(36)?),
            l1_offset: u64_at(40)?,
            backing: (backing_offset != 0).then_some((backing_offset, backing_len)),
            backing_format: None,
            has_data_file: false,
            refcount_offset: u64_at(48)?,
            refcount_bytes: refcount_clusters << cluster_bits,
            snapshots_offset: u64_at(64)?,
        };
        if version == 3 {
            header.version3(head, cut)?;
        }
        header.check()?;
        Ok(header)
    }

    fn version3(&mut self, head: &[u8], cut: impl Fn(usize) -> Refusal) -> Result<(), Refusal> {
        let bits = be64(head, 72).ok_or_else(|| cut(V3_LENGTH))?;
        let refcount_order = be32(head, 96).ok_or_else(|| cut(V3_LENGTH))?;
        let header_length = be32(head, 100).ok_or_else(|| cut(V3_LENGTH))?;
        if refcount_order > 6 {
            return Err(malformed("refcounts are wider than 64 bits"));
        }
        if header_length < 104 || header_length % 8 != 0 {
            return Err(malformed(
                "the header length is below 104 or no multiple of 8",
            ));
        }
        if u64::from(header_length) > self.cluster_size() {
            return Err(malformed("the header is longer than a cluster"));
        }
        let compression = if header_length > 104 {
            *head.get(104).ok_or_else(|| cut(V3_LENGTH + 1))?
        } else {
            0
        };
        self.facts.compression = match compression {
            0 => Compression::Zlib,
            1 => Compression::Zstd,
            _ => return Err(malformed("the compression type is unknown")),
        };
        if (bits & incompatible::COMPRESSION != 0) != (compression != 0) {
            return Err(malformed(
                "the compression type and its feature bit disagree",
            ));
        }
        self.incompatible = bits;
        self.facts.dirty = bits & incompatible::DIRTY != 0;
        self.facts.extended_l2 = bits & incompatible::EXTENDED_L2 != 0;
        if self.facts.extended_l2 && self.facts.cluster_bits < MIN_SUBCLUSTER_BITS {
            return Err(malformed("clusters are too small for subclusters"));
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Refusal> {
        Refusal::check_size(FORMAT, self.virtual_size)?;
        if self.l1_entries * 8 > MAX_L1_BYTES {
            return Err(malformed("the L1 table is larger than 32 MiB"));
        }
        if self.l1_entries < self.l1_needed() {
            return Err(malformed("the L1 table is too small for the virtual size"));
        }
        if self.refcount_bytes > MAX_REFCOUNT_TABLE_BYTES {
            return Err(malformed("the refcount table is larger than 8 MiB"));
        }
        if self.facts.internal_snapshots > MAX_SNAPSHOTS {
            return Err(malformed("there are too many internal snapshots"));
        }
        let aligned = |offset: u64| offset & (self.cluster_size() - 1) == 0;
        if !aligned(self.l1_offset) || !aligned(self.refcount_offset) {
            return Err(malformed("a table does not start at a cluster"));
        }
        if self.facts.internal_snapshots > 0 && !aligned(self.snapshots_offset) {
            return Err(malformed("the snapshot table does not start at a cluster"));
        }
        if (self.l1_offset == 0 && self.l1_entries > 0) || self.refcount_offset == 0 {
            return Err(malformed("a table lies upon the header"));
        }
        if let Some((offset, len)) = self.backing {
            let end = offset.checked_add(u64::from(len));
            if len > MAX_BACKING_NAME || end.is_none_or(|end| end > self.cluster_size()) {
                return Err(malformed(
                    "the backing file name does not lie in the first cluster",
                ));
            }
        }
        Ok(())
    }

    /// Walks the extensions as far as `head` goes; they lie between the header and the backing
    /// file name or the end of the first cluster.
    fn with_extensions(mut self, head: &[u8]) -> Result<Self, Refusal> {
        let mut at = match self.facts.version {
            2 => V2_LENGTH,
            _ => be32(head, 100).map_or(V3_LENGTH, |length| index(u64::from(length))),
        };
        let end = self
            .backing
            .map_or(self.cluster_size(), |(offset, _)| offset);
        let end = index(end);
        for _ in 0..MAX_EXTENSIONS {
            if at.saturating_add(8) > end {
                return Ok(self);
            }
            let cut = || Refusal::Truncated {
                format: FORMAT,
                what: "header extensions",
                needed: length(at) + 8,
                have: length(head.len()),
            };
            let kind = be32(head, at).ok_or_else(cut)?;
            let len = index(u64::from(be32(head, at + 4).ok_or_else(cut)?));
            let start = at + 8;
            if kind == Ext::END {
                return Ok(self);
            }
            if len > end.saturating_sub(start) {
                return Err(malformed("a header extension is longer than its place"));
            }
            match kind {
                Ext::DATA_FILE => self.has_data_file = true,
                Ext::ENCRYPTION => self.encrypted = true,
                Ext::BACKING_FORMAT => {
                    let name = head.get(start..start + len).ok_or_else(cut)?;
                    self.backing_format = Some(String::from_utf8_lossy(name).into_owned());
                }
                _ => {}
            }
            at = start + len.next_multiple_of(8);
        }
        Err(malformed("there are too many header extensions"))
    }

    /// Refuses what nobody here reads: encryption, external data, unknown features, corruption.
    pub(crate) fn check_readable(&self) -> Result<(), Refusal> {
        if self.encrypted {
            return Err(Refusal::Encrypted { format: FORMAT });
        }
        if self.has_data_file || self.incompatible & incompatible::DATA_FILE != 0 {
            return Err(Refusal::ExternalData { format: FORMAT });
        }
        let unknown = self.incompatible & !incompatible::KNOWN;
        if unknown != 0 {
            return Err(Refusal::UnknownFeatures {
                format: FORMAT,
                bits: unknown,
            });
        }
        if self.incompatible & incompatible::CORRUPT != 0 {
            return Err(Refusal::Corrupt { format: FORMAT });
        }
        Ok(())
    }

    /// Refuses what an upload must not have: whatever is unreadable, a parent, an unclean state.
    pub(crate) fn check_standalone(&self) -> Result<(), Refusal> {
        if self.backing.is_some() {
            return Err(Refusal::Parent { format: FORMAT });
        }
        self.check_readable()?;
        if self.facts.dirty {
            return Err(Refusal::Dirty { format: FORMAT });
        }
        Ok(())
    }

    /// Refuses tables that do not lie in a file of `total_len` bytes.
    pub(crate) fn check_length(&self, total_len: u64) -> Result<(), Refusal> {
        let inside =
            |what, offset, len| Refusal::check_inside(FORMAT, what, offset, len, total_len);
        inside("L1 table", self.l1_offset, self.l1_entries * 8)?;
        inside("refcount table", self.refcount_offset, self.refcount_bytes)?;
        if self.facts.internal_snapshots > 0 {
            // The smallest entry of the snapshot table has 40 bytes.
            let least = u64::from(self.facts.internal_snapshots) * 40;
            inside("snapshot table", self.snapshots_offset, least)?;
        }
        Ok(())
    }

    pub(crate) fn cluster_size(&self) -> u64 {
        1 << self.facts.cluster_bits
    }

    /// Log2 of the number of entries in an L2 table.
    pub(crate) fn l2_bits(&self) -> u32 {
        self.facts.cluster_bits - if self.facts.extended_l2 { 4 } else { 3 }
    }

    /// How many L1 entries the virtual size needs.
    pub(crate) fn l1_needed(&self) -> u64 {
        self.virtual_size
            .div_ceil(1 << (self.facts.cluster_bits + self.l2_bits()))
    }
}

fn malformed(what: &'static str) -> Refusal {
    Refusal::Malformed {
        format: FORMAT,
        what,
    }
}
