//! Bytes on their way from one writer to its threads, with a bound on how many are in flight.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{BlobError, BlobErrorKind};

/// Most bytes that one writer holds in flight: accepted, and not yet written and digested.
pub const MAX_IN_FLIGHT_BYTES: usize = 8 * 1024 * 1024;

/// What all writers of a store hold in flight together, as long as there are no more of them than
/// have room for [`MIN_SHARE_BYTES`] each. The memory that it takes is a multiple, since a chunk of
/// what a socket had keeps the whole buffer that was offered to the socket: measured, 64 uploads at
/// once took 230 MiB when this was 64 MiB.
const MAX_SHARED_BYTES: usize = 32 * 1024 * 1024;

/// What each of very many writers may hold: still some batches.
const MIN_SHARE_BYTES: usize = 256 * 1024;

/// Most bytes of data in one batch. Its end is at a multiple of its size in the blob, so that whole
/// pages are written, and each thread is woken once for it. Small enough for some of them to lie in
/// a processor's cache while its threads read them one after the other. Measured on two processors:
/// 626 MB/s for 586 with half of this and of [`MAX_IN_FLIGHT_BYTES`], since the file's thread puts
/// off that of the digests less often; twice as much gains nothing.
const MAX_BATCH_BYTES: usize = 512 * 1024;

/// A writer's share is some batches, so that its threads can be at different ones.
const BATCHES_OF_A_SHARE: usize = 8;

/// Who has had to wait for room waits for that part of its share: it then works for a while before
/// it waits again, and is woken, with the threads that it feeds, once for several batches.
const WAITS_OF_A_SHARE: usize = 2;

/// Most zeros in one piece: little enough that a digest thread soon sees that it was given up.
const MAX_ZERO_PIECE_BYTES: u64 = 16 * 1024 * 1024;

/// The unit in which bytes are charged, and the least charge of a chunk: it bounds how many tiny
/// chunks queue, and so the memory of the queues themselves.
const CHARGE_BYTES: usize = 4096;

/// How many bytes the writers of a store hold in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// Now, over all writers.
    pub bytes: u64,
    /// The most there has been at one time.
    pub peak_bytes: u64,
}

/// Counts bytes in flight over the writers of a store, and these writers.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    now: AtomicU64,
    peak: AtomicU64,
    writers: AtomicU64,
}

impl Gauge {
    pub(crate) fn read(&self) -> InFlight {
        InFlight {
            bytes: self.now.load(Ordering::Relaxed),
            peak_bytes: self.peak.load(Ordering::Relaxed),
        }
    }

    /// Whether there is more than one writer.
    pub(crate) fn is_crowded(&self) -> bool {
        self.writers.load(Ordering::Relaxed) > 1
    }

    /// What each of the writers may hold.
    fn share(&self) -> usize {
        let writers = usize::try_from(self.writers.load(Ordering::Relaxed)).unwrap_or(usize::MAX);
        (MAX_SHARED_BYTES / writers.max(1)).clamp(MIN_SHARE_BYTES, MAX_IN_FLIGHT_BYTES)
    }
}

/// What a piece is made of.
#[derive(Debug)]
pub(crate) enum Matter {
    /// Chunks that follow each other.
    Data(Vec<Bytes>),
    Zeros(u64),
}

/// A part of a blob on its way to every thread of its writer. The clones share the bytes and the
/// charge, which ends with the last of them.
#[derive(Clone, Debug)]
pub(crate) struct Piece(Arc<Load>);

#[derive(Debug)]
struct Load {
    matter: Matter,
    _charge: Charge,
}

impl Piece {
    pub(crate) fn matter(&self) -> &Matter {
        &self.0.matter
    }
}

#[derive(Debug)]
struct Charge {
    bytes: u64,
    gauge: Arc<Gauge>,
    /// `None` if nothing was charged.
    permit: Option<OwnedSemaphorePermit>,
}

impl Charge {
    fn none(gauge: &Arc<Gauge>) -> Self {
        Self {
            bytes: 0,
            gauge: Arc::clone(gauge),
            permit: None,
        }
    }

    fn add(&mut self, bytes: usize, permit: OwnedSemaphorePermit) {
        let bytes = bytes as u64;
        self.bytes += bytes;
        let now = self.gauge.now.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.gauge.peak.fetch_max(now, Ordering::Relaxed);
        match &mut self.permit {
            Some(held) => held.merge(permit),
            none => *none = Some(permit),
        }
    }

    /// Bytes for which there is no room as long as this is held.
    fn charged(&self) -> usize {
        let units = self.permit.as_ref();
        units.map_or(0, OwnedSemaphorePermit::num_permits) * CHARGE_BYTES
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.gauge.now.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// The room that one writer has for bytes in flight, and the batch that it is filling.
#[derive(Debug)]
pub(crate) struct Budget {
    room: Arc<Semaphore>,
    gauge: Arc<Gauge>,
    /// What may not be used, because there are many other writers.
    withheld: Option<OwnedSemaphorePermit>,
    chunks: Vec<Bytes>,
    charge: Charge,
    /// Where in the blob the next chunk begins.
    at: u64,
}

impl Budget {
    pub(crate) fn new(gauge: Arc<Gauge>) -> Self {
        gauge.writers.fetch_add(1, Ordering::Relaxed);
        Self {
            room: Arc::new(Semaphore::new(MAX_IN_FLIGHT_BYTES / CHARGE_BYTES)),
            withheld: None,
            chunks: Vec::new(),
            charge: Charge::none(&gauge),
            gauge,
            at: 0,
        }
    }

    /// Adds the bytes of `rest` to the batch as there is room for them, sharing their memory, and
    /// takes them off `rest`. A batch is returned when it is full, and `None` when nothing is left
    /// to be added. Waits until there is room.
    pub(crate) async fn fill(&mut self, rest: &mut Bytes) -> Result<Option<Piece>, BlobError> {
        while !rest.is_empty() {
            let share = self.gauge.share();
            let most = (share / BATCHES_OF_A_SHARE).min(MAX_BATCH_BYTES);
            // Many tiny chunks, or a share that has become smaller. What is in the batch leaves only
            // with it, so that waiting for its room would take forever.
            if self.charge.charged() >= 2 * most {
                return Ok(self.batch());
            }
            self.withhold(MAX_IN_FLIGHT_BYTES - share).await?;
            let into = usize::try_from(self.at % most as u64).unwrap_or(0);
            let chunk = rest.split_to(rest.len().min(most - into));
            let bytes = chunk.len();
            let permit = self.room_for(bytes, share).await?;
            self.charge.add(bytes, permit);
            self.chunks.push(chunk);
            self.at += bytes as u64;
            if into + bytes == most {
                return Ok(self.batch());
            }
        }
        Ok(None)
    }

    /// The batch, however little is in it; `None` if nothing is.
    pub(crate) fn batch(&mut self) -> Option<Piece> {
        if self.chunks.is_empty() {
            return None;
        }
        let matter = Matter::Data(std::mem::take(&mut self.chunks));
        let charge = std::mem::replace(&mut self.charge, Charge::none(&self.gauge));
        Some(piece(matter, charge))
    }

    /// Cuts the next piece off `rest` zeros, `None` when none is left. Waits until there is room.
    /// The batch must be empty.
    pub(crate) async fn zeros(&mut self, rest: &mut u64) -> Result<Option<Piece>, BlobError> {
        if *rest == 0 {
            return Ok(None);
        }
        let mut charge = Charge::none(&self.gauge);
        charge.add(0, self.permit(1).await?);
        let zeros = (*rest).min(MAX_ZERO_PIECE_BYTES);
        *rest -= zeros;
        self.at += zeros;
        Ok(Some(piece(Matter::Zeros(zeros), charge)))
    }

    /// Sees to it that `bytes` of the room are not used.
    async fn withhold(&mut self, bytes: usize) -> Result<(), BlobError> {
        let wanted = bytes / CHARGE_BYTES;
        let held = self.withheld.as_ref();
        let held = held.map_or(0, OwnedSemaphorePermit::num_permits);
        if let Some(withheld) = &mut self.withheld
            && held > wanted
        {
            drop(withheld.split(held - wanted));
        } else if held < wanted {
            let more = self.permit(wanted - held).await?;
            match &mut self.withheld {
                Some(withheld) => withheld.merge(more),
                none => *none = Some(more),
            }
        }
        Ok(())
    }

    /// Room for a chunk.
    async fn room_for(
        &self,
        bytes: usize,
        share: usize,
    ) -> Result<OwnedSemaphorePermit, BlobError> {
        let units = bytes.div_ceil(CHARGE_BYTES);
        if let Ok(most) = u32::try_from(units)
            && let Ok(permit) = Arc::clone(&self.room).try_acquire_many_owned(most)
        {
            return Ok(permit);
        }
        let enough = share / WAITS_OF_A_SHARE / CHARGE_BYTES;
        let mut permit = self.permit(units.max(enough)).await?;
        let rest = permit.num_permits() - units;
        drop(permit.split(rest));
        Ok(permit)
    }

    async fn permit(&self, units: usize) -> Result<OwnedSemaphorePermit, BlobError> {
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.room).acquire_many_owned(units).await;
        permit.map_err(|closed| {
            BlobError::new(BlobErrorKind::Interrupted, "write the blob").because(closed)
        })
    }
}

impl Drop for Budget {
    fn drop(&mut self) {
        self.gauge.writers.fetch_sub(1, Ordering::Relaxed);
    }
}

fn piece(matter: Matter, charge: Charge) -> Piece {
    Piece(Arc::new(Load {
        matter,
        _charge: charge,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lens(piece: &Piece) -> Vec<usize> {
        match piece.matter() {
            Matter::Data(chunks) => chunks.iter().map(Bytes::len).collect(),
            Matter::Zeros(_) => Vec::new(),
        }
    }

    #[tokio::test]
    async fn a_batch_ends_where_whole_pages_do() {
        let mut budget = Budget::new(Arc::default());
        let chunk = Bytes::from(vec![1; 65_000]);
        let mut batches = Vec::new();
        for _ in 0..17 {
            let mut rest = chunk.clone();
            while let Some(piece) = budget.fill(&mut rest).await.unwrap() {
                batches.push(lens(&piece));
            }
        }
        let whole = |many| vec![65_000; many];
        assert_eq!(
            batches,
            [
                [whole(8), vec![4288]].concat(),
                [vec![60_712], whole(7), vec![8576]].concat(),
            ]
        );
        assert_eq!(lens(&budget.batch().unwrap()), [56_424]);
        assert!(budget.batch().is_none());
        let mut zeros = MAX_ZERO_PIECE_BYTES + 1;
        for left in [1, 0] {
            assert!(budget.zeros(&mut zeros).await.unwrap().is_some());
            assert_eq!(zeros, left);
        }
        assert!(budget.zeros(&mut zeros).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn many_writers_hold_no_more_together_than_some() {
        let gauge = Arc::new(Gauge::default());
        let data = Bytes::from(vec![1; MAX_IN_FLIGHT_BYTES]);
        let mut first = Budget::new(Arc::clone(&gauge));
        let mut held = Vec::new();
        let mut rest = data.clone();
        while let Some(piece) = first.fill(&mut rest).await.unwrap() {
            held.push(piece);
        }
        assert_eq!(gauge.read().bytes, MAX_IN_FLIGHT_BYTES as u64);

        let mut others: Vec<Budget> = (0..127).map(|_| Budget::new(Arc::clone(&gauge))).collect();
        for budget in &mut others {
            let mut rest = data.clone();
            // None of them waits before it has its share.
            while let Some(Ok(Some(piece))) = soon(budget.fill(&mut rest)).await {
                held.push(piece);
            }
        }
        let most = (MAX_SHARED_BYTES + MAX_IN_FLIGHT_BYTES) as u64;
        assert!(gauge.read().bytes <= most, "{}", gauge.read().bytes);
        assert!(gauge.read().bytes > most / 2, "{}", gauge.read().bytes);

        // When they are gone the first has all of its room again.
        held.clear();
        drop(others);
        let mut rest = data;
        while let Some(piece) = first.fill(&mut rest).await.unwrap() {
            held.push(piece);
        }
        assert_eq!(gauge.read().bytes, MAX_IN_FLIGHT_BYTES as u64);
    }

    #[tokio::test]
    async fn who_has_to_wait_waits_for_room_for_several_batches() {
        let mut budget = Budget::new(Arc::default());
        let mut rest = Bytes::from(vec![1; 2 * MAX_IN_FLIGHT_BYTES]);
        let mut held = Vec::new();
        for _ in 0..MAX_IN_FLIGHT_BYTES / MAX_BATCH_BYTES {
            held.push(budget.fill(&mut rest).await.unwrap());
        }
        let several = MAX_IN_FLIGHT_BYTES / WAITS_OF_A_SHARE / MAX_BATCH_BYTES;
        let mut taken = Vec::new();
        {
            let mut next = std::pin::pin!(budget.fill(&mut rest));
            for _ in 0..several {
                assert!(soon(next.as_mut()).await.is_none());
                held.pop();
            }
            taken.extend(soon(next.as_mut()).await);
        }
        // It took no more than it needed.
        while let Some(piece) = soon(budget.fill(&mut rest)).await {
            taken.push(piece);
        }
        assert_eq!(taken.len(), several);
    }

    /// What a future yields without anything else happening.
    async fn soon<T>(future: impl Future<Output = T>) -> Option<T> {
        let mut future = std::pin::pin!(tokio::task::unconstrained(future));
        std::future::poll_fn(|context| match future.as_mut().poll(context) {
            std::task::Poll::Ready(it) => std::task::Poll::Ready(Some(it)),
            std::task::Poll::Pending => std::task::Poll::Ready(None),
        })
        .await
    }
}
