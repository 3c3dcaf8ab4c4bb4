//! VMDK, by VMware's "Virtual Disk Format 5.0": only images that are one file.

use super::part;
use crate::bytes::{le32, le64};
use crate::format::Format;
use crate::refusal::Refusal;

const FORMAT: Format = Format::Vmdk;
const SECTOR: u64 = 512;
/// A stream's footer and the end-of-stream marker behind it, in bytes.
const FOOTER_AND_MARKER: usize = 1024;
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

/// Inspects the head, and the end if it is known: `tail` holds the last bytes of the file.
pub(super) fn inspect(
    head: &[u8],
    tail: Option<&[u8]>,
    total_len: u64,
) -> Result<(u64, VmdkKind), Refusal> {
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
    if capacity == 0 {
        // QEMU reads such a file as a bare descriptor, whose extents are other files.
        return Err(Refusal::ExternalData { format: FORMAT });
    }
    let size = capacity
        .checked_mul(SECTOR)
        .ok_or_else(|| malformed("the size is absurd"))?;
    Refusal::check_size(FORMAT, size)?;
    let (Some(at), Some(len)) = (descriptor_at, descriptor_len) else {
        return Err(malformed("the descriptor lies beyond any file"));
    };
    // QEMU reads the descriptor behind the header whatever the header says, so it must be there.
    if at != SECTOR || len == 0 || len > MAX_DESCRIPTOR {
        return Err(malformed(
            "the descriptor does not follow the header or is too long",
        ));
    }
    Refusal::check_inside(FORMAT, "descriptor", at, len, total_len)?;
    check_descriptor(part(FORMAT, "descriptor", head, at, len)?, capacity)?;
    let directory = sectors(56);
    if directory == GD_AT_END {
        if let Some(tail) = tail {
            check_footer(tail, capacity, total_len)?;
        }
    } else {
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

/// A stream ends with a copy of its header, which knows where the grain directory is, and a marker
/// of one sector. Without them the stream was cut.
fn check_footer(tail: &[u8], capacity: u64, total_len: u64) -> Result<(), Refusal> {
    let footer = tail.last_chunk::<FOOTER_AND_MARKER>();
    let Some(footer) = footer.filter(|footer| footer.starts_with(b"KDMV")) else {
        return Err(Refusal::Truncated {
            format: FORMAT,
            what: "footer",
            needed: total_len.saturating_add(2 * SECTOR),
            have: total_len,
        });
    };
    let directory = le64(footer, 56).and_then(|at| at.checked_mul(SECTOR));
    match directory {
        Some(at) if le64(footer, 12) == Some(capacity) => {
            Refusal::check_inside(FORMAT, "grain directory", at, SECTOR, total_len)
        }
        _ => Err(Refusal::Malformed {
            format: FORMAT,
            what: "the footer and the header differ",
        }),
    }
}

/// The descriptor is text that names extents. Exactly one is allowed: this file itself, as a
/// sparse extent of the whole capacity. Every other line that could name a file is refused.
fn check_descriptor(bytes: &[u8], capacity: u64) -> Result<(), Refusal> {
    let end = bytes
        .iter()
        .position(|byte| *byte == 0)
        .unwrap_or(bytes.len());
    let text = String::from_utf8_lossy(&bytes[..end]);
    if names_parent(&text.to_ascii_lowercase()) {
        return Err(Refusal::Parent { format: FORMAT });
    }
    let mut extents = 0;
    for line in text.split(['\n', '\r']).map(str::trim) {
        if let Some((key, value)) = line.split_once('=')
            && key.trim().eq_ignore_ascii_case("createType")
        {
            let kind = value.trim().trim_matches('"').to_ascii_lowercase();
            if !["monolithicsparse", "streamoptimized"].contains(&kind.as_str()) {
                return Err(Refusal::ExternalData { format: FORMAT });
            }
        }
        let access = line.split_whitespace().next().unwrap_or_default();
        if ["RW", "RDONLY", "NOACCESS"].contains(&access.to_ascii_uppercase().as_str()) {
            extents += 1;
            if !is_this_file(line, capacity) {
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

/// Whether the descriptor, in lower case, tells of a parent. Readers look for these words anywhere
/// in the text, in comments too, and so do we.
fn names_parent(text: &str) -> bool {
    let foreign = |(_, rest): (&str, &str)| {
        let value = rest.trim_start().strip_prefix('=').unwrap_or_default();
        !value
            .trim_start()
            .trim_start_matches('"')
            .starts_with("ffffffff")
    };
    let mut rest = text;
    while let Some(found) = rest.split_once("parentcid") {
        if foreign(found) {
            return true;
        }
        rest = found.1;
    }
    text.contains("parentfilenamehint")
}

/// `RW <sectors> SPARSE "<name>"`, with the whole capacity and a name without folders. The name is
/// the one that the file was created by, and is never used.
fn is_this_file(line: &str, capacity: u64) -> bool {
    let mut words = line.split_whitespace();
    let (access, sectors, kind) = (words.next(), words.next(), words.next());
    access == Some("RW")
        && sectors.and_then(|sectors| sectors.parse().ok()) == Some(capacity)
        && kind == Some("SPARSE")
        && extent_name(line).is_some_and(|name| !name.contains(['/', '\\']))
}

fn extent_name(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once('"')?;
    rest.split_once('"').map(|(name, _)| name)
}
