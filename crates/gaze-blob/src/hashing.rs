//! Digests computed beside the writing, on threads that are all fed with the same bytes.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use bytes::Bytes;
use gaze_digest::{Md5Sha256, Md5Sum};
use tokio::sync::oneshot;

use crate::background::{Manners, Work};
use crate::digest::{Digest, DigestSet, Digests};
use crate::error::{BlobError, BlobErrorKind};
use crate::flow::{Budget, Gauge, Matter, Piece};
use crate::zeros::ZERO_RUN;

const OP: &str = "compute the digests of the blob";

/// Computes the digests of a stream of bytes, each on a thread of its own, but MD5 and SHA-256
/// together where that takes no longer than MD5 alone.
///
/// Chunks are shared with the threads, not copied. [`Hashing::update`] waits while
/// [`crate::MAX_IN_FLIGHT_BYTES`] are not yet digested. Dropping it ends the threads.
#[derive(Debug)]
pub struct Hashing {
    budget: Budget,
    lanes: Lanes,
}

impl Hashing {
    /// Starts the threads for the digests of `set`. Fails with `Unavailable` if the system has no
    /// thread to give.
    pub fn start(set: DigestSet) -> Result<Self, BlobError> {
        Ok(Self {
            budget: Budget::new(Arc::new(Gauge::default())),
            lanes: Lanes::start(set, &Work::Background)?,
        })
    }

    /// Digests the bytes of `chunk`.
    pub async fn update(&mut self, mut chunk: Bytes) -> Result<(), BlobError> {
        while let Some(piece) = self.budget.fill(&mut chunk).await? {
            self.lanes.send(&piece)?;
        }
        Ok(())
    }

    /// Digests `len` zero bytes.
    pub async fn zeros(&mut self, mut len: u64) -> Result<(), BlobError> {
        self.send_batch()?;
        while let Some(piece) = self.budget.zeros(&mut len).await? {
            self.lanes.send(&piece)?;
        }
        Ok(())
    }

    /// The digests of all bytes so far.
    pub async fn finish(mut self) -> Result<Digests, BlobError> {
        self.send_batch()?;
        self.lanes.finish().await
    }

    fn send_batch(&mut self) -> Result<(), BlobError> {
        match self.budget.batch() {
            Some(piece) => self.lanes.send(&piece),
            None => Ok(()),
        }
    }
}

/// The digest threads of one writer.
#[derive(Debug)]
pub(crate) struct Lanes {
    /// MD5 and SHA-256, one after the other.
    both: Option<Lane<48>>,
    md5: Option<Lane<16>>,
    sha256: Option<Lane<32>>,
    sha512: Option<Lane<64>>,
}

impl Lanes {
    /// No thread at all.
    pub(crate) const NONE: Self = Self {
        both: None,
        md5: None,
        sha256: None,
        sha512: None,
    };

    pub(crate) fn start(set: DigestSet, work: &Work) -> Result<Self, BlobError> {
        let mut lanes = Self::NONE;
        if let (true, true, Some(both)) = (set.md5, set.sha256, Md5Sha256::new()) {
            lanes.both = Some(Lane::start(both, work)?);
        } else {
            lanes.md5 = set.md5.then(|| Lane::of::<Md5Sum>(work)).transpose()?;
            let sha256 = set.sha256.then(|| Lane::of::<sha2::Sha256>(work));
            lanes.sha256 = sha256.transpose()?;
        }
        let sha512 = set.sha512.then(|| Lane::of::<sha2::Sha512>(work));
        lanes.sha512 = sha512.transpose()?;
        Ok(lanes)
    }

    /// Queues `piece` on every thread. Never waits: the charge of the piece bounds the queues.
    pub(crate) fn send(&self, piece: &Piece) -> Result<(), BlobError> {
        send(self.both.as_ref(), piece)?;
        send(self.md5.as_ref(), piece)?;
        send(self.sha256.as_ref(), piece)?;
        send(self.sha512.as_ref(), piece)
    }

    /// The digests of every piece sent.
    pub(crate) async fn finish(self) -> Result<Digests, BlobError> {
        let mut digests = Digests {
            md5: finish(self.md5).await?.map(Digest),
            sha256: finish(self.sha256).await?.map(Digest),
            sha512: finish(self.sha512).await?.map(Digest),
        };
        if let Some(both) = finish(self.both).await? {
            let (md5, sha256) = split(both);
            digests.md5 = Some(Digest(md5));
            digests.sha256 = Some(Digest(sha256));
        }
        Ok(digests)
    }
}

fn send<const N: usize>(lane: Option<&Lane<N>>, piece: &Piece) -> Result<(), BlobError> {
    lane.map_or(Ok(()), |lane| lane.send(piece))
}

async fn finish<const N: usize>(lane: Option<Lane<N>>) -> Result<Option<[u8; N]>, BlobError> {
    let Some(lane) = lane else { return Ok(None) };
    drop(lane.pieces);
    match lane.digest.await {
        Ok(digest) => Ok(Some(digest)),
        Err(ended) => Err(BlobError::new(BlobErrorKind::Io, OP).because(ended)),
    }
}

#[derive(Debug)]
struct Lane<const N: usize> {
    pieces: Sender<Piece>,
    digest: oneshot::Receiver<[u8; N]>,
}

impl<const N: usize> Lane<N> {
    fn of<S: Sum<N> + Default>(work: &Work) -> Result<Self, BlobError> {
        Self::start(S::default(), work)
    }

    fn start(sum: impl Sum<N>, work: &Work) -> Result<Self, BlobError> {
        let manners = Manners::new(work.clone());
        let (pieces, queue) = channel();
        let (answer, digest) = oneshot::channel();
        thread::Builder::new()
            .name("gaze-digest".into())
            .spawn(move || run(sum, &queue, answer, manners))
            .map_err(|error| BlobError::new(BlobErrorKind::Unavailable, OP).because(error))?;
        Ok(Self { pieces, digest })
    }

    fn send(&self, piece: &Piece) -> Result<(), BlobError> {
        self.pieces.send(piece.clone()).map_err(|_piece| {
            BlobError::new(BlobErrorKind::Io, OP).because("the digest thread has ended")
        })
    }
}

/// A digest that is being computed.
trait Sum<const N: usize>: Send + 'static {
    fn add(&mut self, data: &[u8]);
    fn end(self) -> [u8; N];
}

impl Sum<16> for Md5Sum {
    fn add(&mut self, data: &[u8]) {
        self.update(data);
    }

    fn end(self) -> [u8; 16] {
        self.finish()
    }
}

impl Sum<48> for Md5Sha256 {
    fn add(&mut self, data: &[u8]) {
        self.update(data);
    }

    fn end(self) -> [u8; 48] {
        let (md5, sha256) = self.finish();
        let mut both = [0; 48];
        both[..16].copy_from_slice(&md5);
        both[16..].copy_from_slice(&sha256);
        both
    }
}

/// What [`Md5Sha256`] ended with.
fn split(both: [u8; 48]) -> ([u8; 16], [u8; 32]) {
    let (mut md5, mut sha256) = ([0; 16], [0; 32]);
    md5.copy_from_slice(&both[..16]);
    sha256.copy_from_slice(&both[16..]);
    (md5, sha256)
}

impl Sum<32> for sha2::Sha256 {
    fn add(&mut self, data: &[u8]) {
        sha2::Digest::update(self, data);
    }

    fn end(self) -> [u8; 32] {
        sha2::Digest::finalize(self).into()
    }
}

impl Sum<64> for sha2::Sha512 {
    fn add(&mut self, data: &[u8]) {
        sha2::Digest::update(self, data);
    }

    fn end(self) -> [u8; 64] {
        sha2::Digest::finalize(self).into()
    }
}

fn run<const N: usize>(
    mut digest: impl Sum<N>,
    queue: &Receiver<Piece>,
    answer: oneshot::Sender<[u8; N]>,
    mut manners: Manners,
) {
    while let Ok(piece) = queue.recv() {
        // Pieces that still queue when the writer was given up are not worth digesting.
        if answer.is_closed() {
            return;
        }
        manners.mind();
        match piece.matter() {
            Matter::Data(chunks) => chunks.iter().for_each(|data| digest.add(data)),
            Matter::Zeros(len) => {
                let mut len = *len;
                while len > 0 {
                    let run = len.min(ZERO_RUN.len() as u64);
                    let take = usize::try_from(run).unwrap_or(ZERO_RUN.len());
                    digest.add(ZERO_RUN.get(..take).unwrap_or(&ZERO_RUN));
                    len -= run;
                }
            }
        }
    }
    // A closed answer means that the writer was given up: nobody is left to tell.
    answer.send(digest.end()).ok();
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::Digest as _;

    fn independent(data: &[u8]) -> Digests {
        Digests {
            md5: Some(Digest(md5::Md5::digest(data).into())),
            sha256: Some(Digest(sha2::Sha256::digest(data).into())),
            sha512: Some(Digest(sha2::Sha512::digest(data).into())),
        }
    }

    #[tokio::test]
    async fn chunks_and_zeros_digest_like_the_whole() {
        let mut hashing = Hashing::start(DigestSet::ALL).unwrap();
        let mut whole = Vec::new();
        for (len, zeros) in [(0_usize, 0_u64), (1, 65_537), (600_000, 65_536), (4096, 1)] {
            let data: Vec<u8> = (0..len).map(|i| u8::try_from(i % 251).unwrap()).collect();
            whole.extend_from_slice(&data);
            whole.resize(whole.len() + usize::try_from(zeros).unwrap(), 0);
            hashing.update(data.into()).await.unwrap();
            hashing.zeros(zeros).await.unwrap();
        }
        assert_eq!(hashing.finish().await.unwrap(), independent(&whole));
    }

    #[tokio::test]
    async fn only_what_was_asked_for_is_computed() {
        let digests = Hashing::start(DigestSet::NONE)
            .unwrap()
            .finish()
            .await
            .unwrap();
        assert_eq!(digests, Digests::default());
        for (md5, sha256, sha512) in [
            (true, true, false),
            (true, false, false),
            (false, true, false),
            (true, false, true),
        ] {
            let set = DigestSet {
                md5,
                sha256,
                sha512,
            };
            let mut hashing = Hashing::start(set).unwrap();
            hashing.update(Bytes::from_static(b"abc")).await.unwrap();
            let all = independent(b"abc");
            let expected = Digests {
                md5: all.md5.filter(|_| md5),
                sha256: all.sha256.filter(|_| sha256),
                sha512: all.sha512.filter(|_| sha512),
            };
            assert_eq!(hashing.finish().await.unwrap(), expected, "{set:?}");
        }
    }
}
