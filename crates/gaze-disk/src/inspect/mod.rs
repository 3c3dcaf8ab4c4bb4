//! Inspection of an upload while it passes: what it is, and whether it may be accepted.
//!
//! The inspector sees every byte once, in order, and keeps only a bounded head and tail. It never
//! opens another file and never follows a name. It refuses what would later have to: images that
//! refer to other files, that are encrypted, damaged or cut short, or whose headers lie.

mod vdi;
mod vhd;
mod vhdx;
mod vmdk;

use crate::bytes::{index, length};
use crate::format::{Format, IDENTIFY_BYTES, has_iso_magic, identify_with_tail, leading_magic};
use crate::qcow2::{Header, Qcow2Facts};
use crate::refusal::Refusal;

pub use vdi::VdiKind;
pub use vhd::VhdKind;
pub(crate) use vhd::is_fixed_vhd;
pub use vhdx::MAX_VHDX_METADATA;
pub use vmdk::VmdkKind;

/// Most bytes of the beginning that are kept. A VHDX's metadata lie within its first MiBs; all
/// others need less than 256 KiB.
pub const HEAD_LIMIT: usize = 8 << 20;
/// Bytes of the end that are kept: a VHD's footer, or a streamed VMDK's footer and end marker.
pub const TAIL_LIMIT: usize = 1024;
/// What all formats but VHDX need of the beginning.
const COMMON_HEAD: usize = 256 << 10;

/// What is known of an image beyond its format and size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Facts {
    /// Raw bytes.
    Raw,
    /// A qcow2's header.
    Qcow2(Qcow2Facts),
    /// A VMDK's kind.
    Vmdk(VmdkKind),
    /// A VHD's kind.
    Vhd(VhdKind),
    /// A VHDX.
    Vhdx,
    /// A VDI's kind.
    Vdi(VdiKind),
    /// An ISO 9660 disc.
    Iso,
}

/// An accepted image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Decided by content.
    pub format: Format,
    /// Size of the disk that a guest sees, in bytes.
    pub virtual_size: u64,
    /// What else the headers tell.
    pub facts: Facts,
}

/// Inspects a stream. Feed it everything, then ask it to finish.
#[derive(Debug)]
pub struct Inspector {
    head: Vec<u8>,
    tail: Vec<u8>,
    seen: u64,
    refusal: Option<Refusal>,
    judged: bool,
}

impl Default for Inspector {
    fn default() -> Self {
        Self::new()
    }
}

impl Inspector {
    /// An inspector that has seen nothing.
    pub fn new() -> Self {
        Self {
            head: Vec::new(),
            tail: Vec::new(),
            seen: 0,
            refusal: None,
            judged: false,
        }
    }

    /// The next bytes of the stream, however many.
    pub fn feed(&mut self, chunk: &[u8]) {
        let mut rest = chunk;
        // Twice, as the first bytes decide how much is wanted.
        for _ in 0..2 {
            let wanted = self.head_limit().saturating_sub(self.head.len());
            let (part, later) = rest.split_at(wanted.min(rest.len()));
            self.head.extend_from_slice(part);
            rest = later;
        }
        self.keep_tail(chunk);
        self.seen = self.seen.saturating_add(length(chunk.len()));
        if !self.judged && self.head.len() >= COMMON_HEAD {
            self.judged = true;
            self.refusal = self.judge_head().err();
        }
    }

    /// Why the stream need not be read any further, once that is known.
    pub fn early_refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    /// The format, as soon as the beginning has told it; a fixed VHD is known only at the end.
    pub fn format(&self) -> Option<Format> {
        leading_magic(&self.head).or_else(|| {
            (self.head.len() >= IDENTIFY_BYTES).then(|| {
                if has_iso_magic(&self.head) {
                    Format::Iso
                } else {
                    Format::Raw
                }
            })
        })
    }

    /// Judges the whole stream, which should have had `total_len` bytes.
    ///
    /// # Errors
    /// The reason, if the image is not accepted; also when fewer or more bytes were fed.
    pub fn finish(self, total_len: u64) -> Result<Inspection, Refusal> {
        if let Some(refusal) = self.refusal {
            return Err(refusal);
        }
        let format = identify_with_tail(&self.head, &self.tail, total_len);
        if self.seen != total_len {
            return Err(Refusal::Truncated {
                format,
                what: "content",
                needed: total_len,
                have: self.seen,
            });
        }
        refuse_two_beginnings(&self.head, format)?;
        let (virtual_size, facts) = match format {
            Format::Raw => (total_len, Facts::Raw),
            Format::Iso => (total_len, Facts::Iso),
            Format::Qcow2 => {
                let header = Header::parse(&self.head)?;
                header.check_standalone()?;
                header.check_length(total_len)?;
                (header.virtual_size, Facts::Qcow2(header.facts))
            }
            Format::Vmdk => {
                let (size, kind) = vmdk::inspect(&self.head, Some(&self.tail), total_len)?;
                (size, Facts::Vmdk(kind))
            }
            Format::Vhd => {
                let (size, kind) = vhd::inspect(&self.head, &self.tail, total_len)?;
                (size, Facts::Vhd(kind))
            }
            Format::Vhdx => (vhdx::inspect(&self.head, total_len)?, Facts::Vhdx),
            Format::Vdi => {
                let (size, kind) = vdi::inspect(&self.head, total_len)?;
                (size, Facts::Vdi(kind))
            }
        };
        Refusal::check_size(format, virtual_size)?;
        Ok(Inspection {
            format,
            virtual_size,
            facts,
        })
    }

    fn head_limit(&self) -> usize {
        match leading_magic(&self.head) {
            Some(Format::Vhdx) => HEAD_LIMIT,
            Some(_) | None => COMMON_HEAD,
        }
    }

    fn keep_tail(&mut self, chunk: &[u8]) {
        if chunk.len() >= TAIL_LIMIT {
            self.tail.clear();
            self.tail
                .extend_from_slice(&chunk[chunk.len() - TAIL_LIMIT..]);
            return;
        }
        let surplus = (self.tail.len() + chunk.len()).saturating_sub(TAIL_LIMIT);
        self.tail.drain(..surplus);
        self.tail.extend_from_slice(chunk);
    }

    /// What the beginning alone can refuse.
    fn judge_head(&self) -> Result<(), Refusal> {
        let Some(format) = leading_magic(&self.head) else {
            return Ok(());
        };
        refuse_two_beginnings(&self.head, format)?;
        match format {
            Format::Qcow2 => Header::parse(&self.head)?.check_standalone(),
            Format::Vmdk => vmdk::inspect(&self.head, None, u64::MAX).map(|_accepted| ()),
            Format::Vdi => vdi::inspect(&self.head, u64::MAX).map(|_accepted| ()),
            Format::Raw | Format::Vhd | Format::Vhdx | Format::Iso => Ok(()),
        }
    }
}

/// A disc's magic at 32769 lets a file be a valid ISO and begin as another image at once; whoever
/// reads it by the other magic would follow what was never inspected.
fn refuse_two_beginnings(head: &[u8], format: Format) -> Result<(), Refusal> {
    if format != Format::Iso && format != Format::Raw && has_iso_magic(head) {
        return Err(Refusal::Ambiguous {
            first: format,
            second: Format::Iso,
        });
    }
    Ok(())
}

/// A slice of the head, or the refusal that it is cut short.
fn part<'h>(
    format: Format,
    what: &'static str,
    head: &'h [u8],
    offset: u64,
    len: u64,
) -> Result<&'h [u8], Refusal> {
    let start = index(offset);
    let found = head.get(start..start.saturating_add(index(len)));
    found.ok_or_else(|| Refusal::Truncated {
        format,
        what,
        needed: offset.saturating_add(len),
        have: length(head.len()),
    })
}
