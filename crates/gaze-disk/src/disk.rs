//! A disk: a file and its backing chain, read as the guest sees it.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::bytes::{index, length};
use crate::chain::{BackingFormat, Layer, Opener, open_chain};
use crate::error::DiskError;
use crate::format::Format;
use crate::qcow2::{Header, Place, Qcow2Layer, read};
use crate::source::{Extent, ExtentKind, FileSource, Source};

/// One file of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it is.
    pub path: PathBuf,
    /// Its format.
    pub format: Format,
    /// Bytes that the file takes on its file system.
    pub allocated_bytes: u64,
}

/// An opened image with its backing chain. Reading does not change any file.
#[derive(Debug)]
pub struct Disk {
    layers: Vec<Layer>,
    links: Vec<Link>,
    virtual_size: u64,
}

/// Where a stretch of the guest's disk comes from.
enum Found<'d> {
    Zero,
    In(&'d Layer, Place),
}

impl Disk {
    /// Opens the image at `path` and everything that it stands on.
    ///
    /// # Errors
    /// When a file is not to be had, its header is refused, or the chain is none.
    pub fn open(
        opener: &dyn Opener,
        path: &Path,
        format: Format,
        policy: BackingFormat,
    ) -> Result<Self, DiskError> {
        let chain = open_chain(opener, path, format, policy)?;
        let mut layers = Vec::with_capacity(chain.len());
        let mut links = Vec::with_capacity(chain.len());
        for opened in chain {
            let (path, format, allocated_bytes) =
                (opened.path, opened.format, opened.allocated_bytes);
            links.push(Link {
                path,
                format,
                allocated_bytes,
            });
            layers.push(opened.layer);
        }
        let virtual_size = layers.first().map_or(0, Layer::len);
        Ok(Self {
            layers,
            links,
            virtual_size,
        })
    }

    /// A raw disk in a source that is not a file.
    pub fn from_source(source: Box<dyn Source>) -> Self {
        Self::from_layer(Layer::Raw {
            source,
            path: PathBuf::from("(memory)"),
        })
    }

    /// A qcow2 image in a source that is not a file. It must stand alone.
    ///
    /// # Errors
    /// When its header is refused, also for naming a backing file.
    pub fn from_qcow2_source(source: Box<dyn Source>) -> Result<Self, DiskError> {
        let path = Path::new("(memory)");
        let layer = Qcow2Layer::open(source, path)?;
        layer
            .header()
            .check_standalone()
            .map_err(|refusal| DiskError::Refused {
                path: path.to_owned(),
                refusal,
            })?;
        Ok(Self::from_layer(Layer::Qcow2(Box::new(layer))))
    }

    /// A disk of one layer that has been opened.
    fn from_layer(layer: Layer) -> Self {
        let virtual_size = layer.len();
        Self {
            layers: vec![layer],
            links: Vec::new(),
            virtual_size,
        }
    }

    /// The size that the guest of the qcow2 file at `path` sees, from its header alone: neither
    /// its backing files nor its locks are touched.
    ///
    /// # Errors
    /// When the header cannot be read or is refused.
    pub fn qcow2_virtual_size(path: &Path) -> Result<u64, DiskError> {
        const HEAD: usize = 64 << 10;
        let extents = |source| DiskError::Extents {
            path: path.to_owned(),
            offset: 0,
            source,
        };
        let source = File::open(path)
            .and_then(FileSource::new)
            .map_err(extents)?;
        let mut head = vec![0; HEAD.min(index(source.len()))];
        read(&source, path, &mut head, 0)?;
        let header = Header::parse(&head).map_err(|refusal| DiskError::Refused {
            path: path.to_owned(),
            refusal,
        })?;
        Ok(header.virtual_size)
    }

    /// Bytes of the disk as the guest sees it.
    pub fn virtual_size(&self) -> u64 {
        self.virtual_size
    }

    /// The files of the chain, the active one first.
    pub fn chain(&self) -> &[Link] {
        &self.links
    }

    /// What the bytes from `offset` hold, for at most `max_len` bytes and at least one, unless
    /// nothing is asked for. What no file of the chain holds is [`ExtentKind::Zero`].
    ///
    /// # Errors
    /// When the range leaves the disk or the tables are damaged.
    pub fn map(&self, offset: u64, max_len: u64) -> Result<Extent, DiskError> {
        self.check(offset, max_len)?;
        if max_len == 0 {
            return Ok(Extent {
                kind: ExtentKind::Zero,
                len: 0,
            });
        }
        let (found, len) = self.find(offset, max_len)?;
        match found {
            Found::Zero => Ok(Extent {
                kind: ExtentKind::Zero,
                len,
            }),
            Found::In(Layer::Raw { source, path }, _) => {
                let extent = source.extent(offset, len);
                extent.map_err(|source| DiskError::Extents {
                    path: path.clone(),
                    offset,
                    source,
                })
            }
            Found::In(Layer::Qcow2(_), _) => Ok(Extent {
                kind: ExtentKind::Data,
                len,
            }),
        }
    }

    /// Fills `buf` with the guest's bytes from `offset`.
    ///
    /// # Errors
    /// When the range leaves the disk, or a file of the chain is damaged or cannot be read.
    pub fn read_at(&self, buf: &mut [u8], offset: u64) -> Result<(), DiskError> {
        self.check(offset, length(buf.len()))?;
        let mut at = offset;
        let mut rest = buf;
        while !rest.is_empty() {
            let (found, len) = self.find(at, length(rest.len()))?;
            let (part, later) = rest.split_at_mut(index(len));
            match found {
                Found::Zero => part.fill(0),
                Found::In(Layer::Raw { source, path }, _) => {
                    read(source.as_ref(), path, part, at)?;
                }
                Found::In(Layer::Qcow2(layer), place) => match place {
                    Place::Host(host) => layer.read_host(part, host)?,
                    Place::Compressed { offset, len, skip } => {
                        layer.read_compressed(part, (offset, len, skip), at)?;
                    }
                    Place::Zero | Place::Below => part.fill(0),
                },
            }
            at += len;
            rest = later;
        }
        Ok(())
    }

    /// The uppermost layer that holds `offset`, and for how long it goes on so.
    fn find(&self, offset: u64, max_len: u64) -> Result<(Found<'_>, u64), DiskError> {
        let mut len = max_len;
        for layer in &self.layers {
            // A backing file shorter than its overlay reads as zeros beyond its end.
            if offset >= layer.len() {
                return Ok((Found::Zero, len));
            }
            len = len.min(layer.len() - offset);
            match layer {
                Layer::Raw { .. } => return Ok((Found::In(layer, Place::Host(offset)), len)),
                Layer::Qcow2(qcow2) => {
                    let (place, stretch) = qcow2.map(offset, len)?;
                    len = len.min(stretch);
                    match place {
                        Place::Below => {}
                        Place::Zero => return Ok((Found::Zero, len)),
                        Place::Host(_) | Place::Compressed { .. } => {
                            return Ok((Found::In(layer, place), len));
                        }
                    }
                }
            }
        }
        Ok((Found::Zero, len))
    }

    fn check(&self, offset: u64, len: u64) -> Result<(), DiskError> {
        match offset.checked_add(len) {
            Some(end) if end <= self.virtual_size => Ok(()),
            Some(_) | None => Err(DiskError::OutOfRange {
                offset,
                len,
                virtual_size: self.virtual_size,
            }),
        }
    }
}
