//! VHDX, by Microsoft's [MS-VHDX].

use super::part;
use crate::bytes::{le16, le32, le64};
use crate::format::Format;
use crate::refusal::Refusal;

const FORMAT: Format = Format::Vhdx;
/// The two region tables lie at 192 KiB and 256 KiB; the first suffices.
const REGION_TABLE: u64 = 192 << 10;
const REGION_TABLE_BYTES: u64 = 64 << 10;
const MAX_REGIONS: u32 = 2047;
const METADATA_TABLE_BYTES: u64 = 64 << 10;
const MAX_ITEMS: u16 = 2047;
/// Most bytes from the file's start that the metadata may reach.
pub const MAX_VHDX_METADATA: u64 = super::HEAD_LIMIT as u64;

/// GUIDs as they lie in the file: the first three fields are little-endian.
const METADATA_REGION: [u8; 16] = [
    0x06, 0xa2, 0x7c, 0x8b, 0x90, 0x47, 0x9a, 0x4b, 0xb8, 0xfe, 0x57, 0x5f, 0x05, 0x0f, 0x88, 0x6e,
];
const FILE_PARAMETERS: [u8; 16] = [
    0x37, 0x67, 0xa1, 0xca, 0x36, 0xfa, 0x43, 0x4d, 0xb3, 0xb6, 0x33, 0xf0, 0xaa, 0x44, 0xe7, 0x6b,
];
const VIRTUAL_DISK_SIZE: [u8; 16] = [
    0x24, 0x42, 0xa5, 0x2f, 0x1b, 0xcd, 0x76, 0x48, 0xb2, 0x11, 0x5d, 0xbe, 0xd8, 0x3b, 0xf4, 0xb8,
];
const PARENT_LOCATOR: [u8; 16] = [
    0x2d, 0x5f, 0xd3, 0xa8, 0x0b, 0xb3, 0x4d, 0x45, 0xab, 0xf7, 0xd3, 0xd8, 0x48, 0x34, 0xab, 0x0c,
];
const HAS_PARENT: u32 = 2;

pub(super) fn inspect(head: &[u8], total_len: u64) -> Result<u64, Refusal> {
    let malformed = |what| Refusal::Malformed {
        format: FORMAT,
        what,
    };
    let table = part(
        FORMAT,
        "region table",
        head,
        REGION_TABLE,
        REGION_TABLE_BYTES,
    )?;
    if !table.starts_with(b"regi") {
        return Err(malformed("the region table is missing"));
    }
    let regions = le32(table, 8).unwrap_or(0);
    if regions > MAX_REGIONS {
        return Err(malformed("there are too many regions"));
    }
    let (mut metadata, mut at) = (None, 16);
    for _ in 0..regions {
        let entry = table
            .get(at..at + 32)
            .ok_or_else(|| malformed("a region is cut off"))?;
        let offset = le64(entry, 16).unwrap_or(0);
        let len = u64::from(le32(entry, 24).unwrap_or(0));
        Refusal::check_inside(FORMAT, "region", offset, len, total_len)?;
        if entry.starts_with(&METADATA_REGION) {
            metadata = Some((offset, len));
        }
        at += 32;
    }
    let (start, len) = metadata.ok_or_else(|| malformed("there is no metadata region"))?;
    if len < METADATA_TABLE_BYTES {
        return Err(malformed("the metadata region is too small"));
    }
    if start.saturating_add(len) > MAX_VHDX_METADATA {
        let what = "its metadata lie too far from its beginning".to_owned();
        return Err(Refusal::Unsupported {
            format: FORMAT,
            what,
        });
    }
    read_items(part(FORMAT, "metadata", head, start, len)?)
}

fn read_items(region: &[u8]) -> Result<u64, Refusal> {
    let malformed = |what| Refusal::Malformed {
        format: FORMAT,
        what,
    };
    if !region.starts_with(b"metadata") {
        return Err(malformed("the metadata table is missing"));
    }
    let items = le16(region, 10).unwrap_or(0);
    if items > MAX_ITEMS {
        return Err(malformed("there are too many metadata items"));
    }
    let (mut size, mut parameters, mut at) = (None, None, 32);
    for _ in 0..items {
        let entry = region
            .get(at..at + 32)
            .ok_or_else(|| malformed("an item is cut off"))?;
        let offset = crate::bytes::index(u64::from(le32(entry, 16).unwrap_or(0)));
        let item = region.get(offset..).unwrap_or_default();
        if entry.starts_with(&PARENT_LOCATOR) {
            return Err(Refusal::Parent { format: FORMAT });
        }
        if entry.starts_with(&FILE_PARAMETERS) {
            parameters = le32(item, 4);
        }
        if entry.starts_with(&VIRTUAL_DISK_SIZE) {
            size = le64(item, 0);
        }
        at += 32;
    }
    let parameters = parameters.ok_or_else(|| malformed("the file parameters are missing"))?;
    if parameters & HAS_PARENT != 0 {
        return Err(Refusal::Parent { format: FORMAT });
    }
    size.ok_or_else(|| malformed("the size is missing"))
}
