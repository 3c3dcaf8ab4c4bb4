//! Where written bytes go.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};

use crate::error::DiskError;

/// Takes an image from its first byte to its last, with its holes told apart.
pub trait Sink {
    /// The next bytes.
    ///
    /// # Errors
    /// [`DiskError::Sink`] when they cannot be taken, [`DiskError::Cancelled`] to stop.
    fn data(&mut self, bytes: &[u8]) -> Result<(), DiskError>;

    /// The next `len` bytes are zero.
    ///
    /// # Errors
    /// As for [`Sink::data`].
    fn zeros(&mut self, len: u64) -> Result<(), DiskError>;
}

/// A new file; zeros become holes.
#[derive(Debug)]
pub struct FileSink {
    file: File,
    len: u64,
}

impl FileSink {
    /// Writes from the beginning of an empty file.
    pub fn new(file: File) -> Self {
        Self { file, len: 0 }
    }

    /// Sets the length, so that a hole at the end counts, and makes the file durable.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn finish(self) -> Result<File, DiskError> {
        let done = self
            .file
            .set_len(self.len)
            .and_then(|()| self.file.sync_all());
        done.map_err(|error| DiskError::Sink(error.into()))?;
        Ok(self.file)
    }
}

impl Sink for FileSink {
    fn data(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        self.file
            .write_all(bytes)
            .map_err(|error| DiskError::Sink(error.into()))?;
        self.len += crate::bytes::length(bytes.len());
        Ok(())
    }

    fn zeros(&mut self, len: u64) -> Result<(), DiskError> {
        self.len += len;
        self.file
            .seek(SeekFrom::Start(self.len))
            .map(|_position| ())
            .map_err(|error| DiskError::Sink(error.into()))
    }
}
