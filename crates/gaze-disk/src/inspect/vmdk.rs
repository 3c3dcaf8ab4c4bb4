//! VMDK, by VMware's "Virtual Disk Format 5.0": only images that are one file.

use super::part;
use crate::bytes::{le32, le64};
use crate::format::Format;
use crate::refusal::Refusal;

const FORMAT: Format = Format::Vmdk;
const SECTOR: u64 = 512;
/// Longest embedded descriptor, in bytes.
const MAX_DESCRIPTOR: u64 = 64 << 10;
/// Bit 16 of the flags: grains are compressed and the file is a stream.
const COMPRESSED: u32 = 1 << 16;
/// `gdOffset` of a stream: the grain directory's place is told by a footer at the end.
const GD_AT_END: u64 = u64::MAX;

/// How a VMDK keeps its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VmdkKind {
    /// `monolithicSparse`.
    Sparse,
    /// `streamOptimized`.
    Stream,
}

pub(super) fn inspect(head: &[u8], total_len: u64) -> Result<(u64, VmdkKind), Refusal> {
    if head.starts_with(b"# Disk DescriptorFile") {
        return Err(Refusal::ExternalData { format: FORMAT });
    }
    if head.starts_with(b"COWD") {
        let what = "the ESX host format COWD".to_owned();
        return Err(Refusal::Unsupported {
            format: FORMAT,
            what,
        });
    }
    let header = part(FORMAT, "header", head, 0, SECTOR)?;
    let sectors = |at: usize| le64(header, at).unwrap_or(0);
    let version = le32(header, 4).unwrap_or(0);
    if !(1..=3).contains(&version) {
        return Err(Refusal::Unsupported {
            format: FORMAT,
            what: format!("version {version}"),
        });
    }
    let malformed = |what| Refusal::Malformed {
        format: FORMAT,
        what,
    };
    let flags = le32(header, 8).unwrap_or(0);
    let (capacity, grain) = (sectors(12), sectors(20));
    let descriptor_at = sectors(28).checked_mul(SECTOR);
    let descriptor_len = sectors(36).checked_mul(SECTOR);
    if grain == 0 || !grain.is_power_of_two() || grain > 1 << 20 {
        return Err(malformed("the grain size is no power of two"));
    }
    let size = capacity
        .checked_mul(SECTOR)
        .ok_or_else(|| malformed("the size is absurd"))?;
    Refusal::check_size(FORMAT, size)?;
    let (Some(at), Some(len)) = (descriptor_at, descriptor_len) else {
        return Err(malformed("the descriptor lies beyond any file"));
    };
    if at == 0 || len == 0 || len > MAX_DESCRIPTOR {
        return Err(malformed("the descriptor is missing or too long"));
    }
    Refusal::check_inside(FORMAT, "descriptor", at, len, total_len)?;
    check_descriptor(part(FORMAT, "descriptor", head, at, len)?, capacity)?;
    let directory = sectors(56);
    if directory != GD_AT_END {
        let at = directory
            .checked_mul(SECTOR)
            .ok_or_else(|| malformed("a table is nowhere"))?;
        Refusal::check_inside(FORMAT, "grain directory", at, SECTOR, total_len)?;
    }
    let kind = if flags & COMPRESSED != 0 {
        VmdkKind::Stream
    } else {
        VmdkKind::Sparse
    };
    Ok((size, kind))
}

/// The descriptor is text that names extents. Exactly one is allowed: this file itself, as a
/// sparse extent of the whole capacity. Every other line that could name a file is refused.
fn check_descriptor(bytes: &[u8], capacity: u64) -> Result<(), Refusal> {
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    let text = String::from_utf8_lossy(&bytes[..end]);
    let mut extents = 0;
    for line in text.lines().map(str::trim) {
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let (key, value) = (
            key.trim().to_ascii_lowercase(),
            value.trim().trim_matches('"'),
        );
        match key.as_str() {
            "parentcid" if !value.eq_ignore_ascii_case("ffffffff") => {
                return Err(Refusal::Parent { format: FORMAT });
            }
            "parentfilenamehint" => return Err(Refusal::Parent { format: FORMAT }),
            "createtype"
                if !["monolithicsparse", "streamoptimized"]
                    .contains(&value.to_ascii_lowercase().as_str()) =>
            {
                return Err(Refusal::ExternalData { format: FORMAT });
            }
            _ => {}
        }
        let mut words = line.split_whitespace();
        let access = words.next().unwrap_or_default();
        if ["RW", "RDONLY", "NOACCESS"].contains(&access) {
            extents += 1;
            let (sectors, kind) = (words.next(), words.next());
            let whole = sectors.and_then(|sectors| sectors.parse::<u64>().ok()) == Some(capacity);
            let sparse = kind == Some("SPARSE");
            let plain_name = extent_name(line).is_some_and(|name| !name.contains(['/', '\\']));
            if access != "RW" || !whole || !sparse || !plain_name {
                return Err(Refusal::ExternalData { format: FORMAT });
            }
        }
    }
    if extents == 1 {
        Ok(())
    } else {
        Err(Refusal::ExternalData { format: FORMAT })
    }
}

fn extent_name(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once('"')?;
    rest.split_once('"').map(|(name, _)| name)
}
