//! Virtual hard disks, by Microsoft's "Virtual Hard Disk Image Format Specification" 1.0.

use super::part;
use crate::bytes::{be32, be64};
use crate::format::{Format, VHD_FOOTER_BYTES};
use crate::refusal::Refusal;

const FORMAT: Format = Format::Vhd;
const FOOTER: u64 = 512;
const DYNAMIC_HEADER: u64 = 1024;
/// Largest disk of the format: 2040 GiB.
const MAX_SIZE: u64 = 2040 << 30;

/// How a VHD keeps its blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VhdKind {
    /// Raw data followed by a footer.
    Fixed,
    /// Blocks appear when they are written.
    Dynamic,
}

/// Whether these last bytes of a file of `total_len` bytes are the footer of a fixed VHD.
pub(crate) fn is_fixed_vhd(tail: &[u8], total_len: u64) -> bool {
    let Some(footer) = tail.last_chunk::<VHD_FOOTER_BYTES>() else {
        return false;
    };
    footer.starts_with(b"conectix")
        && checksum_holds(footer)
        && be32(footer, 60) == Some(2)
        && be64(footer, 48).and_then(|size| size.checked_add(FOOTER)) == Some(total_len)
}

pub(super) fn inspect(head: &[u8], tail: &[u8], total_len: u64) -> Result<(u64, VhdKind), Refusal> {
    let malformed = |what| Refusal::Malformed {
        format: FORMAT,
        what,
    };
    if is_fixed_vhd(tail, total_len) {
        if head.starts_with(b"conectix") {
            return Err(malformed("a fixed disk has its footer at the end only"));
        }
        let size = total_len - FOOTER;
        return Ok((size, VhdKind::Fixed));
    }
    let footer = part(FORMAT, "header", head, 0, FOOTER)?;
    if !checksum_holds(footer) {
        return Err(malformed("the checksum of its footer's copy does not hold"));
    }
    let size = be64(footer, 48).unwrap_or(0);
    if size > MAX_SIZE {
        return Err(Refusal::TooLarge {
            format: FORMAT,
            virtual_size: size,
        });
    }
    match be32(footer, 60) {
        Some(3) => {}
        Some(4) => return Err(Refusal::Parent { format: FORMAT }),
        Some(2) => return Err(malformed("a fixed disk has its footer at the end only")),
        _ => return Err(malformed("the disk type is unknown")),
    }
    let offset = be64(footer, 16).unwrap_or(0);
    let dynamic = part(FORMAT, "dynamic header", head, offset, DYNAMIC_HEADER)?;
    if !dynamic.starts_with(b"cxsparse") {
        return Err(malformed("the dynamic header is missing"));
    }
    // The parent's name and locators of a dynamic disk are empty; a differencing disk's are not.
    let named = dynamic
        .get(64..576)
        .is_some_and(|name| name.iter().any(|byte| *byte != 0));
    if named {
        return Err(Refusal::Parent { format: FORMAT });
    }
    let table = be64(dynamic, 16).unwrap_or(0);
    let entries = u64::from(be32(dynamic, 28).unwrap_or(0));
    let block = u64::from(be32(dynamic, 32).unwrap_or(0));
    if block == 0 || !block.is_power_of_two() {
        return Err(malformed("the block size is no power of two"));
    }
    if entries.checked_mul(block).is_none_or(|room| room < size) {
        return Err(malformed("the block table is too small for the size"));
    }
    Refusal::check_inside(FORMAT, "block table", table, entries * 4, total_len)?;
    check_end(footer, tail, total_len)?;
    Ok((size, VhdKind::Dynamic))
}

/// The footer ends the file, and its copy at the start must say the same: readers differ in which
/// of the two they believe.
fn check_end(copy: &[u8], tail: &[u8], total_len: u64) -> Result<(), Refusal> {
    let footer = tail.last_chunk::<VHD_FOOTER_BYTES>();
    let Some(footer) = footer.filter(|footer| footer.starts_with(b"conectix")) else {
        return Err(Refusal::Truncated {
            format: FORMAT,
            what: "footer",
            needed: total_len.saturating_add(FOOTER),
            have: total_len,
        });
    };
    let says = |footer: &[u8]| (be64(footer, 16), be64(footer, 48), be32(footer, 60));
    if !checksum_holds(footer) || says(footer) != says(copy) {
        return Err(Refusal::Malformed {
            format: FORMAT,
            what: "the footer and its copy at the start differ",
        });
    }
    Ok(())
}

/// The one's complement of the sum of all bytes but the checksum's own.
fn checksum_holds(footer: &[u8]) -> bool {
    let sum = footer
        .iter()
        .enumerate()
        .filter(|(at, _)| !(64..68).contains(at))
        .fold(0_u32, |sum, (_, byte)| sum.wrapping_add(u32::from(*byte)));
    be32(footer, 64) == Some(!sum)
}
