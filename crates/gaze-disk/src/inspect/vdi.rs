//! VirtualBox disk images, by the header that VirtualBox writes (version 1.1).

use super::part;
use crate::bytes::{le32, le64};
use crate::format::Format;
use crate::refusal::Refusal;

const FORMAT: Format = Format::Vdi;
/// Up to the UUIDs of the previous and the parent image, which end the header.
const HEADER: u64 = 0x1c8;
/// The UUIDs of the previous and of the parent image; all zero when there is none.
const PARENT_UUIDS: std::ops::Range<usize> = 0x1a8..0x1c8;

/// How a VDI keeps its blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VdiKind {
    /// Blocks appear when they are written.
    Dynamic,
    /// All blocks are there.
    Fixed,
}

pub(super) fn inspect(head: &[u8], total_len: u64) -> Result<(u64, VdiKind), Refusal> {
    let header = part(FORMAT, "header", head, 0, HEADER)?;
    let u32_at = |at: usize| le32(header, at).unwrap_or(0);
    let version = u32_at(0x44);
    if version != 0x0001_0001 {
        let what = format!("version {}.{}", version >> 16, version & 0xffff);
        return Err(Refusal::Unsupported {
            format: FORMAT,
            what,
        });
    }
    let kind = match u32_at(0x4c) {
        1 => VdiKind::Dynamic,
        2 => VdiKind::Fixed,
        // 3 is an undo image, 4 a differencing one; both stand on a parent.
        3 | 4 => return Err(Refusal::Parent { format: FORMAT }),
        other => {
            return Err(Refusal::Unsupported {
                format: FORMAT,
                what: format!("type {other}"),
            });
        }
    };
    let uuids = header.get(PARENT_UUIDS).unwrap_or_default();
    if uuids.iter().any(|byte| *byte != 0) {
        return Err(Refusal::Parent { format: FORMAT });
    }
    let (map, data) = (u64::from(u32_at(0x154)), u64::from(u32_at(0x158)));
    let size = le64(header, 0x170).unwrap_or(0);
    let block = u64::from(u32_at(0x178));
    let (blocks, allocated) = (u64::from(u32_at(0x180)), u64::from(u32_at(0x184)));
    if block == 0 || !block.is_power_of_two() || block > 256 << 20 {
        return Err(Refusal::Malformed {
            format: FORMAT,
            what: "the block size is absurd",
        });
    }
    if blocks.checked_mul(block).is_none_or(|room| room < size) || allocated > blocks {
        return Err(Refusal::Malformed {
            format: FORMAT,
            what: "the blocks do not fit the size",
        });
    }
    Refusal::check_size(FORMAT, size)?;
    Refusal::check_inside(FORMAT, "block map", map, blocks * 4, total_len)?;
    let stored = allocated.saturating_mul(block);
    Refusal::check_inside(FORMAT, "data", data, stored, total_len)?;
    Ok((size, kind))
}
