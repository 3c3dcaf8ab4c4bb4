//! A new qcow2 that stands on a backing file.

use crate::bytes::{index, length};
use crate::error::DiskError;
use crate::format::Format;
use crate::qcow2::{COPIED, Ext, MAGIC};
use crate::refusal::MAX_VIRTUAL_SIZE;

const CLUSTER_BITS: u32 = 16;
const CLUSTER: u64 = 1 << CLUSTER_BITS;
const L2_ENTRIES: u64 = CLUSTER / 8;
const HEADER_LENGTH: usize = 104;

/// The bytes of an empty overlay: a qcow2 of version 3 that reads as its backing file. `backing`
/// is written as given, so a relative name is relative to the overlay. The size is rounded up to
/// sectors of 512 bytes.
///
/// # Errors
/// When the name does not fit the first cluster.
pub fn create_overlay(
    backing: &str,
    backing_format: Format,
    virtual_size: u64,
) -> Result<Vec<u8>, DiskError> {
    create_overlay_with(backing, backing_format, virtual_size, &[])
}

/// As [`create_overlay`], with clusters of its own: each piece fills the start of the 64 KiB
/// cluster at its offset, and the rest of that cluster is zero. Pieces are in order, aligned to
/// clusters, at most a cluster long, and within the first 512 MiB.
///
/// # Errors
/// When the name or a piece does not fit.
pub fn create_overlay_with(
    backing: &str,
    backing_format: Format,
    virtual_size: u64,
    pieces: &[(u64, &[u8])],
) -> Result<Vec<u8>, DiskError> {
    if virtual_size > MAX_VIRTUAL_SIZE {
        return Err(DiskError::Unwritable("the overlay is too large"));
    }
    let virtual_size = virtual_size.next_multiple_of(512);
    let l1_entries = virtual_size.div_ceil(CLUSTER * L2_ENTRIES);
    let l1_bytes = l1_entries * 8;
    let fits = |offset: u64, piece: &[u8]| {
        offset.is_multiple_of(CLUSTER)
            && length(piece.len()) <= CLUSTER
            && offset < virtual_size.min(CLUSTER * L2_ENTRIES)
    };
    let ordered = pieces.windows(2).all(|pair| pair[0].0 < pair[1].0);
    if !ordered || !pieces.iter().all(|(offset, piece)| fits(*offset, piece)) {
        return Err(DiskError::Unwritable("a piece is out of place"));
    }
    if l1_bytes > CLUSTER || pieces.len() > 1000 {
        return Err(DiskError::Unwritable("the overlay is too large"));
    }
    // Clusters: header, refcount table, refcount block, L1, then an L2 and the pieces, if any.
    let (table, block, l1, l2) = (1_u64, 2_u64, 3_u64, 4_u64);
    let clusters = if pieces.is_empty() {
        l2
    } else {
        l2 + 1 + length(pieces.len())
    };
    let mut file = vec![0; index(clusters * CLUSTER)];
    let header = header(backing, backing_format, virtual_size, l1_entries)?;
    put(&mut file, 0, &header);
    put(&mut file, table * CLUSTER, &(block * CLUSTER).to_be_bytes());
    for cluster in 0..clusters {
        put(
            &mut file,
            block * CLUSTER + cluster * 2,
            &1_u16.to_be_bytes(),
        );
    }
    if !pieces.is_empty() {
        put(
            &mut file,
            l1 * CLUSTER,
            &((l2 * CLUSTER) | COPIED).to_be_bytes(),
        );
    }
    for ((offset, piece), host) in pieces.iter().zip(l2 + 1..) {
        let entry = (host * CLUSTER) | COPIED;
        put(
            &mut file,
            l2 * CLUSTER + offset / CLUSTER * 8,
            &entry.to_be_bytes(),
        );
        put(&mut file, host * CLUSTER, piece);
    }
    Ok(file)
}

fn header(
    backing: &str,
    format: Format,
    virtual_size: u64,
    l1_entries: u64,
) -> Result<Vec<u8>, DiskError> {
    let too_large = |_| DiskError::Unwritable("the overlay is too large");
    let name = format.as_str().as_bytes();
    let mut extensions = Vec::new();
    extensions.extend(Ext::BACKING_FORMAT.to_be_bytes());
    extensions.extend(u32::try_from(name.len()).map_err(too_large)?.to_be_bytes());
    extensions.extend(name);
    extensions.resize(extensions.len().next_multiple_of(8), 0);
    extensions.extend([0; 8]);
    let backing_at = HEADER_LENGTH + extensions.len();
    let backing_len = u32::try_from(backing.len()).map_err(too_large)?;
    if backing.is_empty() || backing.len() > 1023 {
        return Err(DiskError::Unwritable(
            "the backing file's name has 1 to 1023 bytes",
        ));
    }
    let mut header = Vec::with_capacity(backing_at + backing.len());
    header.extend(MAGIC.to_be_bytes());
    header.extend(3_u32.to_be_bytes());
    header.extend(length(backing_at).to_be_bytes());
    header.extend(backing_len.to_be_bytes());
    header.extend(CLUSTER_BITS.to_be_bytes());
    header.extend(virtual_size.to_be_bytes());
    header.extend(0_u32.to_be_bytes());
    header.extend(u32::try_from(l1_entries).map_err(too_large)?.to_be_bytes());
    header.extend((3 * CLUSTER).to_be_bytes());
    header.extend(CLUSTER.to_be_bytes());
    header.extend(1_u32.to_be_bytes());
    header.extend(0_u32.to_be_bytes());
    header.extend(0_u64.to_be_bytes());
    header.extend([0; 24]);
    header.extend(4_u32.to_be_bytes());
    header.extend(104_u32.to_be_bytes());
    header.extend(extensions);
    header.extend(backing.as_bytes());
    Ok(header)
}

fn put(file: &mut [u8], at: u64, bytes: &[u8]) {
    let at = index(at);
    file[at..at + bytes.len()].copy_from_slice(bytes);
}
