//! Bytes on their way from one writer to its threads, with a bound on how many are in flight.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{BlobError, BlobErrorKind};

/// Most bytes that one writer holds in flight: accepted, and not yet written and digested.
pub const MAX_IN_FLIGHT_BYTES: usize = 4 * 1024 * 1024;

/// Most bytes of data in one piece. A larger chunk is cut, sharing its memory.
const MAX_PIECE_BYTES: usize = 256 * 1024;

/// Most zeros in one piece: little enough that a digest thread soon sees that it was given up.
const MAX_ZERO_PIECE_BYTES: u64 = 16 * 1024 * 1024;

/// The unit in which a piece is charged, and the least charge: it bounds how many tiny pieces
/// queue, and so the memory of the queues themselves.
const CHARGE_BYTES: usize = 4096;

/// How many bytes the writers of a store hold in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// Now, over all writers.
    pub bytes: u64,
    /// The most there has been at one time.
    pub peak_bytes: u64,
}

/// Counts bytes in flight over the writers of a store.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    now: AtomicU64,
    peak: AtomicU64,
}

impl Gauge {
    pub(crate) fn read(&self) -> InFlight {
        InFlight {
            bytes: self.now.load(Ordering::Relaxed),
            peak_bytes: self.peak.load(Ordering::Relaxed),
        }
    }
}

/// What a piece is made of.
#[derive(Clone, Debug)]
pub(crate) enum Matter {
    Data(Bytes),
    Zeros(u64),
}

/// A part of a blob on its way to every thread of its writer. The clones share the bytes and the
/// charge, which ends with the last of them.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) matter: Matter,
    _charge: Arc<Charge>,
}

#[derive(Debug)]
struct Charge {
    bytes: u64,
    gauge: Arc<Gauge>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.gauge.now.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// The room that one writer has for bytes in flight.
#[derive(Debug)]
pub(crate) struct Budget {
    room: Arc<Semaphore>,
    gauge: Arc<Gauge>,
}

impl Budget {
    pub(crate) fn new(gauge: Arc<Gauge>) -> Self {
        Self {
            room: Arc::new(Semaphore::new(MAX_IN_FLIGHT_BYTES / CHARGE_BYTES)),
            gauge,
        }
    }

    /// Cuts the next piece off `rest` and waits until there is room for it; `None` when nothing is
    /// left.
    pub(crate) async fn next(&self, rest: &mut Matter) -> Result<Option<Piece>, BlobError> {
        let (matter, bytes) = match rest {
            Matter::Data(data) if data.is_empty() => return Ok(None),
            Matter::Data(data) => {
                let piece = data.split_to(data.len().min(MAX_PIECE_BYTES));
                let bytes = piece.len();
                (Matter::Data(piece), bytes)
            }
            Matter::Zeros(0) => return Ok(None),
            Matter::Zeros(len) => {
                let piece = (*len).min(MAX_ZERO_PIECE_BYTES);
                *len -= piece;
                (Matter::Zeros(piece), 0)
            }
        };
        let units = u32::try_from(bytes.div_ceil(CHARGE_BYTES).max(1)).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.room)
            .acquire_many_owned(units)
            .await
            .map_err(|closed| {
                BlobError::new(BlobErrorKind::Interrupted, "write the blob").because(closed)
            })?;
        let bytes = bytes as u64;
        let now = self.gauge.now.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.gauge.peak.fetch_max(now, Ordering::Relaxed);
        let charge = Charge {
            bytes,
            gauge: Arc::clone(&self.gauge),
            _permit: permit,
        };
        Ok(Some(Piece {
            matter,
            _charge: Arc::new(charge),
        }))
    }
}
