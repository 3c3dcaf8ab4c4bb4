//! One qcow2 file as a layer of a disk: guest offsets to places, places to bytes.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::entry::Geometry;
use super::inflate::inflate;
use super::{Header, OFFSET_MASK};
use crate::bytes::{index, length};
use crate::error::DiskError;
use crate::refusal::Refusal;
use crate::source::Source;

/// Memory for the L2 tables of one layer, in bytes; at least two tables are kept.
const L2_CACHE_BYTES: u64 = 4 << 20;
/// Most L2 entries that one call of `map` looks at. A chain asks every layer again for each extent
/// that it finds below, so a long look ahead would be paid for again and again.
const MAX_ENTRIES_PER_MAP: u64 = 256;
/// How much of a file's start is read for the header and its extensions.
const HEAD_BYTES: usize = 256 << 10;
/// Unit of a compressed cluster's length (`docs/interop/qcow2.rst`).
const COMPRESSED_SECTOR: u64 = 512;

/// Where guest bytes lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// At this offset of the layer's own file.
    Host(u64),
    /// `skip` bytes into the cluster that decompresses from `offset..offset + len`.
    Compressed { offset: u64, len: u64, skip: u64 },
    /// Zeros.
    Zero,
    /// In the next layer of the chain.
    Below,
}

impl Place {
    /// Whether `next` is what follows `len` bytes of `self`, so that the two are one run.
    pub(crate) fn goes_on_as(self, len: u64, next: Self) -> bool {
        match (self, next) {
            (Self::Host(here), Self::Host(there)) => here + len == there,
            (Self::Zero, Self::Zero) | (Self::Below, Self::Below) => true,
            _ => false,
        }
    }
}

/// An opened qcow2 file. Tables are read when needed and kept within a bound.
#[derive(Debug)]
pub(crate) struct Qcow2Layer {
    source: Box<dyn Source>,
    path: PathBuf,
    header: Header,
    backing_name: Option<Vec<u8>>,
    l1: Vec<u64>,
    tables: Mutex<Tables>,
    /// The cluster that was decompressed last.
    inflated: Mutex<Option<Inflated>>,
}

/// A decompressed cluster, and where it lies in the file.
#[derive(Debug)]
struct Inflated {
    offset: u64,
    len: u64,
    cluster: Arc<[u8]>,
}

#[derive(Debug)]
struct Tables {
    /// Most recently used last.
    kept: Vec<(u64, Arc<[u64]>)>,
    limit: usize,
}

impl Qcow2Layer {
    /// Reads the header and the L1 table.
    pub(crate) fn open(source: Box<dyn Source>, path: &Path) -> Result<Self, DiskError> {
        let refused = |refusal| DiskError::Refused {
            path: path.to_owned(),
            refusal,
        };
        let mut head = vec![0; HEAD_BYTES.min(index(source.len()))];
        read(source.as_ref(), path, &mut head, 0)?;
        let header = Header::parse(&head).map_err(refused)?;
        header.check_readable().map_err(refused)?;
        header.check_length(source.len()).map_err(refused)?;
        let backing_name = match header.backing {
            Some((offset, len)) => {
                let mut name = vec![0; index(u64::from(len))];
                let inside = Refusal::check_inside(
                    crate::Format::Qcow2,
                    "backing file name",
                    offset,
                    u64::from(len),
                    source.len(),
                );
                inside.map_err(refused)?;
                read(source.as_ref(), path, &mut name, offset)?;
                Some(name)
            }
            None => None,
        };
        let mut l1 = vec![0; index(header.l1_needed() * 8)];
        read(source.as_ref(), path, &mut l1, header.l1_offset)?;
        let limit = index((L2_CACHE_BYTES >> header.facts.cluster_bits).max(2));
        Ok(Self {
            source,
            path: path.to_owned(),
            l1: words(&l1),
            header,
            backing_name,
            tables: Mutex::new(Tables {
                kept: Vec::new(),
                limit,
            }),
            inflated: Mutex::new(None),
        })
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// The backing file's name as it stands in the header.
    pub(crate) fn backing_name(&self) -> Option<&[u8]> {
        self.backing_name.as_deref().filter(|name| !name.is_empty())
    }

    /// Where the bytes from `offset` lie, for the longest run up to `max_len` that is found with
    /// bounded work. `offset` lies within the virtual size and `max_len` is not 0.
    pub(crate) fn map(&self, offset: u64, max_len: u64) -> Result<(Place, u64), DiskError> {
        let max_len = max_len.min(self.header.virtual_size - offset);
        let span_bits = self.header.facts.cluster_bits + self.header.l2_bits();
        let l1_at = index(offset >> span_bits);
        let entries = self.l1.get(l1_at..).unwrap_or_default();
        let empty = entries
            .iter()
            .take_while(|entry| **entry & OFFSET_MASK == 0)
            .count();
        if empty > 0 {
            let end = length(l1_at + empty) << span_bits;
            return Ok((Place::Below, max_len.min(end - offset)));
        }
        let Some(entry) = entries.first() else {
            return Err(self.damaged(offset, "the L1 table is too short"));
        };
        let table = self.table(entry & OFFSET_MASK, offset)?;
        let span_end = ((offset >> span_bits) + 1) << span_bits;
        self.map_in_table(&table, offset, max_len.min(span_end - offset))
    }

    fn map_in_table(
        &self,
        table: &[u64],
        offset: u64,
        max: u64,
    ) -> Result<(Place, u64), DiskError> {
        let facts = &self.header.facts;
        let geometry = Geometry {
            cluster_bits: facts.cluster_bits,
            version: facts.version,
            extended_l2: facts.extended_l2,
        };
        let decode = |at: u64| {
            let slot = index(at >> facts.cluster_bits & ((1 << self.header.l2_bits()) - 1));
            let (slot, bitmap) = if facts.extended_l2 {
                (slot * 2, slot * 2 + 1)
            } else {
                (slot, slot)
            };
            let word = |slot: usize| table.get(slot).copied().unwrap_or(0);
            geometry
                .decode(
                    word(slot),
                    word(bitmap),
                    at & (self.header.cluster_size() - 1),
                )
                .map_err(|what| self.damaged(at, what))
        };
        let (place, mut len) = decode(offset)?;
        let mut looked = 0;
        while len < max && looked < MAX_ENTRIES_PER_MAP {
            let (next, more) = decode(offset + len)?;
            if !place.goes_on_as(len, next) {
                break;
            }
            len += more;
            looked += 1;
        }
        let len = len.min(max);
        // The length of a compressed cluster is rounded up to sectors.
        if let Place::Compressed {
            offset: host,
            len: stored,
            ..
        } = place
            && host.saturating_add(stored) >= self.source.len().saturating_add(COMPRESSED_SECTOR)
        {
            let what = "a compressed cluster lies beyond the end of the file";
            return Err(self.damaged(offset, what));
        }
        if let Place::Host(host) = place
            && host
                .checked_add(len - 1)
                .is_none_or(|last| last >= self.source.len())
        {
            return self.clip(place, host, len, offset);
        }
        Ok((place, len))
    }

    /// The last cluster of a file may be cut where its data ends; a whole cluster beyond the end
    /// means that the file was cut.
    fn clip(&self, place: Place, host: u64, len: u64, at: u64) -> Result<(Place, u64), DiskError> {
        let cluster = self.header.cluster_size();
        let last_cluster = (host + (len - 1)) & !(cluster - 1);
        if last_cluster >= self.source.len() {
            return Err(self.damaged(at, "a data cluster lies beyond the end of the file"));
        }
        Ok((place, len))
    }

    fn table(&self, host: u64, guest: u64) -> Result<Arc<[u64]>, DiskError> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = tables.kept.iter().position(|(offset, _)| *offset == host) {
            let found = tables.kept.remove(at);
            let table = Arc::clone(&found.1);
            tables.kept.push(found);
            return Ok(table);
        }
        let size = self.header.cluster_size();
        if host & (size - 1) != 0 {
            return Err(self.damaged(guest, "an L2 table is not aligned"));
        }
        if host
            .checked_add(size)
            .is_none_or(|end| end > self.source.len())
        {
            return Err(self.damaged(guest, "an L2 table lies beyond the end of the file"));
        }
        let mut bytes = vec![0; index(size)];
        read(self.source.as_ref(), &self.path, &mut bytes, host)?;
        let table: Arc<[u64]> = words(&bytes).into();
        if tables.kept.len() >= tables.limit {
            tables.kept.remove(0);
        }
        tables.kept.push((host, Arc::clone(&table)));
        Ok(table)
    }

    /// Fills `buf` from `offset` of the file itself; what lies beyond its end is zeros.
    pub(crate) fn read_host(&self, buf: &mut [u8], offset: u64) -> Result<(), DiskError> {
        let stored = buf
            .len()
            .min(index(self.source.len().saturating_sub(offset)));
        let (stored, beyond) = buf.split_at_mut(stored);
        beyond.fill(0);
        read(self.source.as_ref(), &self.path, stored, offset)
    }

    /// Fills `buf` from `skip` bytes into the compressed cluster at `offset..offset + len` of the
    /// file. `guest` is for the error.
    pub(crate) fn read_compressed(
        &self,
        buf: &mut [u8],
        (offset, len, skip): (u64, u64, u64),
        guest: u64,
    ) -> Result<(), DiskError> {
        let cluster = self.inflated(offset, len, guest)?;
        let from = cluster
            .get(index(skip)..)
            .and_then(|from| from.get(..buf.len()));
        let from = from.ok_or_else(|| self.damaged(guest, "a compressed cluster is too short"))?;
        buf.copy_from_slice(from);
        Ok(())
    }

    fn inflated(&self, offset: u64, len: u64, guest: u64) -> Result<Arc<[u8]>, DiskError> {
        {
            let last = self.inflated.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(last) = last.as_ref()
                && (last.offset, last.len) == (offset, len)
            {
                return Ok(Arc::clone(&last.cluster));
            }
        }
        // The length is rounded up to sectors, so the last cluster of a file may seem to go on.
        let stored = len.min(self.source.len().saturating_sub(offset));
        if stored == 0 {
            return Err(self.damaged(
                guest,
                "a compressed cluster lies beyond the end of the file",
            ));
        }
        let mut packed = vec![0; index(stored)];
        read(self.source.as_ref(), &self.path, &mut packed, offset)?;
        let mut cluster = vec![0; index(self.header.cluster_size())];
        inflate(self.header.facts.compression, &packed, &mut cluster)
            .map_err(|what| self.damaged(guest, what))?;
        let cluster: Arc<[u8]> = cluster.into();
        let mut last = self.inflated.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(Inflated {
            offset,
            len,
            cluster: Arc::clone(&cluster),
        });
        Ok(cluster)
    }

    fn damaged(&self, offset: u64, what: &'static str) -> DiskError {
        DiskError::Damaged {
            path: self.path.clone(),
            offset,
            what,
        }
    }
}

fn words(bytes: &[u8]) -> Vec<u64> {
    let (words, _) = bytes.as_chunks::<8>();
    words.iter().map(|word| u64::from_be_bytes(*word)).collect()
}

/// Reads from `source`, which is the file at `path`.
pub(crate) fn read(
    source: &dyn Source,
    path: &Path,
    buf: &mut [u8],
    offset: u64,
) -> Result<(), DiskError> {
    let len = buf.len();
    source
        .read_at(buf, offset)
        .map_err(|source| DiskError::Read {
            path: path.to_owned(),
            offset,
            len,
            source,
        })
}
