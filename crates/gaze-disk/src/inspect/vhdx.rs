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
const BLOCK_TABLE_REGION: [u8; 16] = [
    0x66, 0x77, 0xc2, 0x2d, 0x23, 0xf6, 0x00, 0x42, 0x9d, 0x64, 0x11, 0x5e, 0x9b, 0xfd, 0x4a, 0x08,
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
/// Items that change nothing here: the disk's identity, its logical and physical sector sizes.
const OTHER_ITEMS: [[u8; 16]; 3] = [
    [
        0xab, 0x12, 0xca, 0xbe, 0xe6, 0xb2, 0x23, 0x45, 0x93, 0xef, 0xc3, 0x09, 0xe0, 0x00, 0xc7,
        0x46,
    ],
    [
        0x1d, 0xbf, 0x41, 0x81, 0x6f, 0xa9, 0x09, 0x47, 0xba, 0x47, 0xf2, 0x33, 0xa8, 0xfa, 0xab,
        0x5f,
    ],
    [
        0xc7, 0x48, 0xa3, 0xcd, 0x5d, 0x44, 0x71, 0x44, 0x9c, 0xc9, 0xe9, 0x88, 0x52, 0x51, 0xc5,
        0x56,
    ],
];
/// Bit 1 of the file parameters' flags.
const HAS_PARENT: u32 = 2;
/// Bit 2 of a metadata item's flags.
const IS_REQUIRED: u32 = 4;
/// The two headers lie at 64 KiB and 128 KiB; the valid one with the greater sequence number holds.
const HEADERS: [u64; 2] = [64 << 10, 128 << 10];
const HEADER_BYTES: u64 = 4096;

pub(super) fn inspect(head: &[u8], total_len: u64) -> Result<u64, Refusal> {
    let malformed = |what| Refusal::Malformed {
        format: FORMAT,
        what,
    };
    check_log(head)?;
    let table = part(
        FORMAT,
        "region table",
        head,
        REGION_TABLE,
        REGION_TABLE_BYTES,
    )?;
    if !table.starts_with(b"regi") || !checksum_holds(table) {
        return Err(malformed("the region table is missing or damaged"));
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
            if metadata.replace((offset, len)).is_some() {
                return Err(malformed("there are two metadata regions"));
            }
        } else if !entry.starts_with(&BLOCK_TABLE_REGION) && le32(entry, 28) != Some(0) {
            return Err(unknown("a required region that is not known"));
        }
        at += 32;
    }
    let (start, len) = metadata.ok_or_else(|| malformed("there is no metadata region"))?;
    if len < METADATA_TABLE_BYTES {
        return Err(malformed("the metadata region is too small"));
    }
    if start.saturating_add(len) > MAX_VHDX_METADATA {
        return Err(unknown("metadata far from its beginning"));
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
        let again = if entry.starts_with(&FILE_PARAMETERS) {
            std::mem::replace(&mut parameters, le32(item, 4)).is_some()
        } else if entry.starts_with(&VIRTUAL_DISK_SIZE) {
            std::mem::replace(&mut size, le64(item, 0)).is_some()
        } else {
            let known = OTHER_ITEMS.iter().any(|item| entry.starts_with(item));
            if !known && le32(entry, 24).is_none_or(|flags| flags & IS_REQUIRED != 0) {
                return Err(unknown("a required metadata item that is not known"));
            }
            false
        };
        if again {
            return Err(malformed("a metadata item is there twice"));
        }
        at += 32;
    }
    let parameters = parameters.ok_or_else(|| malformed("the file parameters are missing"))?;
    if parameters & HAS_PARENT != 0 {
        return Err(Refusal::Parent { format: FORMAT });
    }
    size.ok_or_else(|| malformed("the size is missing"))
}

/// A log that has not been replayed may still change the metadata that we would read.
fn check_log(head: &[u8]) -> Result<(), Refusal> {
    let mut current: Option<(u64, &[u8])> = None;
    for offset in HEADERS {
        let header = part(FORMAT, "header", head, offset, HEADER_BYTES)?;
        let sequence = le64(header, 8).unwrap_or(0);
        if header.starts_with(b"head")
            && checksum_holds(header)
            && current.is_none_or(|(newest, _)| newest < sequence)
        {
            current = Some((sequence, header));
        }
    }
    let (_, header) = current.ok_or(Refusal::Malformed {
        format: FORMAT,
        what: "neither header is valid",
    })?;
    let log = header.get(48..64).unwrap_or_default();
    if log.iter().any(|byte| *byte != 0) {
        return Err(Refusal::Dirty { format: FORMAT });
    }
    Ok(())
}

fn unknown(what: &str) -> Refusal {
    Refusal::Unsupported {
        format: FORMAT,
        what: what.to_owned(),
    }
}

/// The CRC-32C of the structure with its own checksum, the four bytes at 4, taken as zero.
fn checksum_holds(structure: &[u8]) -> bool {
    /// The Castagnoli polynomial, reflected.
    const POLYNOMIAL: u32 = 0x82f6_3b78;
    let crc = structure
        .iter()
        .enumerate()
        .fold(!0_u32, |crc, (at, byte)| {
            let byte = if (4..8).contains(&at) { 0 } else { *byte };
            (0..8).fold(crc ^ u32::from(byte), |crc, _| {
                (crc >> 1) ^ if crc & 1 == 1 { POLYNOMIAL } else { 0 }
            })
        });
    le32(structure, 4) == Some(!crc)
}
