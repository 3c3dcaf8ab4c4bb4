//! A disk flattened into one qcow2 file, produced strictly in order.
//!
//! A qcow2's tables stand before or after its data but point into it, so a writer that cannot go
//! back must know the whole layout first. The disk's own maps tell which clusters hold data
//! without reading any: from them the plan places header, refcounts, L1, L2 and then the data
//! clusters in guest order, and the file's exact length is known before its first byte.
//!
//! Layout, in clusters of 64 KiB: header · refcount table · refcount blocks · L1 table ·
//! L2 tables · data.

use super::{CHUNK, Sink};
use crate::bytes::{index, length};
use crate::disk::Disk;
use crate::error::DiskError;
use crate::qcow2::{COPIED, MAGIC};
use crate::refusal::MAX_VIRTUAL_SIZE;
use crate::source::ExtentKind;

const CLUSTER_BITS: u32 = 16;
const CLUSTER: u64 = 1 << CLUSTER_BITS;
const SECTOR: u64 = 512;
/// Entries of one L2 table: 8 bytes each.
const L2_ENTRIES: u64 = CLUSTER / 8;
/// Refcounts of 16 bits in one block.
const BLOCK_REFCOUNTS: u64 = CLUSTER / 2;
/// `docs/interop/qcow2.rst`: 104 bytes of version 3's header and 8 of the end of extensions.
const HEADER_BYTES: usize = 112;

/// The layout of a flattened disk.
#[derive(Debug, Clone)]
pub struct Qcow2Plan {
    /// Size of the disk that was planned.
    disk_size: u64,
    /// Size of the disk in the file: QEMU counts sectors and would drop a partial one.
    virtual_size: u64,
    /// Runs of data clusters in guest order: first cluster and how many.
    runs: Vec<(u64, u64)>,
    data_clusters: u64,
    refcount_table: Region,
    refcount_blocks: Region,
    l1: Region,
    l2: Region,
    /// First data cluster of the file.
    data: u64,
}

/// Clusters of the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Region {
    first: u64,
    clusters: u64,
}

impl Qcow2Plan {
    /// Lays out `disk`. Reads its maps, not its data.
    ///
    /// # Errors
    /// When the maps cannot be read, or the disk is larger than [`MAX_VIRTUAL_SIZE`].
    pub fn new(disk: &Disk) -> Result<Self, DiskError> {
        let size = disk.virtual_size();
        if size > MAX_VIRTUAL_SIZE {
            return Err(DiskError::Unwritable("the disk is too large for qcow2"));
        }
        let mut runs: Vec<(u64, u64)> = Vec::new();
        let mut at = 0;
        while at < size {
            let extent = disk.map(at, size - at)?;
            if extent.kind == ExtentKind::Data {
                let first = at / CLUSTER;
                let end = (at + extent.len).div_ceil(CLUSTER);
                match runs.last_mut() {
                    Some((start, many)) if *start + *many >= first => *many = end - *start,
                    _ => runs.push((first, end - first)),
                }
            }
            at += extent.len;
        }
        Ok(Self::lay_out(size, runs))
    }

    fn lay_out(disk_size: u64, runs: Vec<(u64, u64)>) -> Self {
        let virtual_size = disk_size.next_multiple_of(SECTOR);
        let data_clusters: u64 = runs.iter().map(|(_, many)| many).sum();
        let l1_entries = virtual_size.div_ceil(CLUSTER * L2_ENTRIES);
        let l1_clusters = (l1_entries * 8).div_ceil(CLUSTER).max(1);
        let l2_clusters = tables_in_use(&runs);
        let fixed = 1 + l1_clusters + l2_clusters + data_clusters;
        // Refcounts count their own clusters too; a few rounds reach the fixed point.
        let (mut table, mut blocks) = (1_u64, 1_u64);
        loop {
            let all = fixed + table + blocks;
            let blocks_needed = all.div_ceil(BLOCK_REFCOUNTS);
            let table_needed = (blocks_needed * 8).div_ceil(CLUSTER);
            if (table_needed, blocks_needed) == (table, blocks) {
                break;
            }
            (table, blocks) = (table_needed.max(table), blocks_needed.max(blocks));
            if table * CLUSTER / 8 >= blocks && blocks * BLOCK_REFCOUNTS >= fixed + table + blocks {
                break;
            }
        }
        let refcount_table = Region {
            first: 1,
            clusters: table,
        };
        let refcount_blocks = Region {
            first: 1 + table,
            clusters: blocks,
        };
        let l1 = Region {
            first: 1 + table + blocks,
            clusters: l1_clusters,
        };
        let l2 = Region {
            first: l1.first + l1_clusters,
            clusters: l2_clusters,
        };
        let data = l2.first + l2_clusters;
        Self {
            disk_size,
            virtual_size,
            runs,
            data_clusters,
            refcount_table,
            refcount_blocks,
            l1,
            l2,
            data,
        }
    }

    /// Size of the virtual disk in the file, in bytes: the disk's, rounded up to sectors of 512.
    pub fn virtual_size(&self) -> u64 {
        self.virtual_size
    }

    /// Length of the file in bytes.
    pub fn total_len(&self) -> u64 {
        (self.data + self.data_clusters) * CLUSTER
    }

    /// Bytes of it that are guest data.
    pub fn data_len(&self) -> u64 {
        self.data_clusters * CLUSTER
    }

    /// Writes the file. `disk` is the one that was planned and has not changed since. `progress`
    /// is told the bytes of the file done so far.
    ///
    /// # Errors
    /// When the disk cannot be read or the sink stops.
    pub fn write(
        &self,
        disk: &Disk,
        sink: &mut dyn Sink,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), DiskError> {
        if disk.virtual_size() != self.disk_size {
            return Err(DiskError::Unwritable(
                "the disk is not the one that was planned",
            ));
        }
        self.write_header(sink)?;
        self.write_refcounts(sink)?;
        self.write_tables(sink)?;
        progress(self.data * CLUSTER);
        self.write_data(disk, sink, progress)
    }

    fn write_header(&self, sink: &mut dyn Sink) -> Result<(), DiskError> {
        let l1_entries = u32::try_from(self.virtual_size.div_ceil(CLUSTER * L2_ENTRIES))
            .map_err(|_too_many| DiskError::Unwritable("the disk is too large for qcow2"))?;
        let table = u32::try_from(self.refcount_table.clusters)
            .map_err(|_too_many| DiskError::Unwritable("the disk is too large for qcow2"))?;
        let mut header = Vec::with_capacity(HEADER_BYTES);
        header.extend(MAGIC.to_be_bytes());
        header.extend(3_u32.to_be_bytes());
        header.extend(0_u64.to_be_bytes()); // no backing file
        header.extend(0_u32.to_be_bytes());
        header.extend(CLUSTER_BITS.to_be_bytes());
        header.extend(self.virtual_size.to_be_bytes());
        header.extend(0_u32.to_be_bytes()); // not encrypted
        header.extend(l1_entries.to_be_bytes());
        header.extend((self.l1.first * CLUSTER).to_be_bytes());
        header.extend((self.refcount_table.first * CLUSTER).to_be_bytes());
        header.extend(table.to_be_bytes());
        header.extend(0_u32.to_be_bytes()); // no snapshots
        header.extend(0_u64.to_be_bytes());
        header.extend([0; 24]); // no feature bits of any kind
        header.extend(4_u32.to_be_bytes()); // refcounts of 16 bits
        header.extend(104_u32.to_be_bytes());
        header.extend([0; 8]); // end of extensions
        let written = length(header.len());
        sink.data(&header)?;
        sink.zeros(CLUSTER - written)
    }

    fn write_refcounts(&self, sink: &mut dyn Sink) -> Result<(), DiskError> {
        let blocks = (0..self.refcount_blocks.clusters)
            .map(|block| (self.refcount_blocks.first + block) * CLUSTER);
        write_words(sink, blocks, self.refcount_table.clusters * CLUSTER)?;
        let all = self.data + self.data_clusters;
        for block in 0..self.refcount_blocks.clusters {
            let used = all
                .saturating_sub(block * BLOCK_REFCOUNTS)
                .min(BLOCK_REFCOUNTS);
            let ones: Vec<u8> = (0..used).flat_map(|_| 1_u16.to_be_bytes()).collect();
            sink.data(&ones)?;
            if used < BLOCK_REFCOUNTS {
                sink.zeros((BLOCK_REFCOUNTS - used) * 2)?;
            }
        }
        Ok(())
    }

    fn write_tables(&self, sink: &mut dyn Sink) -> Result<(), DiskError> {
        let in_use = self.table_numbers();
        let l1_entries = self.virtual_size.div_ceil(CLUSTER * L2_ENTRIES);
        let mut placed = in_use.iter().zip(self.l2.first..).peekable();
        let l1 = (0..l1_entries).map(
            |entry| match placed.next_if(|(table, _)| **table == entry) {
                Some((_, cluster)) => (cluster * CLUSTER) | COPIED,
                None => 0,
            },
        );
        write_words(sink, l1, self.l1.clusters * CLUSTER)?;
        let mut guest = self.guest_clusters().zip(self.data..).peekable();
        for table in in_use {
            let first = table * L2_ENTRIES;
            let entries = (first..first + L2_ENTRIES).map(|cluster| {
                match guest.next_if(|(data, _)| *data == cluster) {
                    Some((_, host)) => (host * CLUSTER) | COPIED,
                    None => 0,
                }
            });
            write_words(sink, entries, CLUSTER)?;
        }
        Ok(())
    }

    fn write_data(
        &self,
        disk: &Disk,
        sink: &mut dyn Sink,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), DiskError> {
        let mut buffer = vec![0; index(CHUNK)];
        let mut done = self.data * CLUSTER;
        for (first, many) in &self.runs {
            let mut at = first * CLUSTER;
            let end = (first + many) * CLUSTER;
            while at < end {
                let part = &mut buffer[..index((end - at).min(CHUNK))];
                // The disk may end within its last cluster.
                let stored = index(self.disk_size.saturating_sub(at)).min(part.len());
                let (inside, beyond) = part.split_at_mut(stored);
                disk.read_at(inside, at)?;
                beyond.fill(0);
                sink.data(part)?;
                at += length(part.len());
                done += length(part.len());
                progress(done);
            }
        }
        Ok(())
    }

    fn guest_clusters(&self) -> impl Iterator<Item = u64> + '_ {
        self.runs
            .iter()
            .flat_map(|(first, many)| *first..first + many)
    }

    fn table_numbers(&self) -> Vec<u64> {
        let mut numbers = Vec::with_capacity(index(self.l2.clusters));
        for (first, many) in &self.runs {
            for table in first / L2_ENTRIES..=(first + many - 1) / L2_ENTRIES {
                if numbers.last() != Some(&table) {
                    numbers.push(table);
                }
            }
        }
        numbers
    }
}

/// How many L2 tables the runs touch.
fn tables_in_use(runs: &[(u64, u64)]) -> u64 {
    let mut tables = 0;
    let mut last = None;
    for (first, many) in runs {
        let (from, to) = (first / L2_ENTRIES, (first + many - 1) / L2_ENTRIES);
        tables += to - from + u64::from(last != Some(from));
        last = Some(to);
    }
    tables
}

/// Big-endian words, then zeros up to `len` bytes in all.
fn write_words(
    sink: &mut dyn Sink,
    words: impl Iterator<Item = u64>,
    len: u64,
) -> Result<(), DiskError> {
    let mut bytes = Vec::with_capacity(index(CLUSTER));
    let mut written = 0;
    for word in words {
        bytes.extend(word.to_be_bytes());
        if length(bytes.len()) >= CLUSTER {
            sink.data(&bytes)?;
            written += length(bytes.len());
            bytes.clear();
        }
    }
    if !bytes.is_empty() {
        sink.data(&bytes)?;
        written += length(bytes.len());
    }
    if written < len {
        sink.zeros(len - written)?;
    }
    Ok(())
}
