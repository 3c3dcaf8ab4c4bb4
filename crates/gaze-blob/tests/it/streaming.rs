use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use futures_util::StreamExt as _;
use gaze_blob::suite::{all_digests, bytes_of, drain, key};
use gaze_blob::{FsStore, MAX_IN_FLIGHT_BYTES, READ_CHUNK_BYTES, Store};

const MIB: usize = 1 << 20;

/// Counts the bytes of all chunks that are alive, and the most there have been.
#[derive(Default)]
struct Alive {
    now: AtomicUsize,
    peak: AtomicUsize,
}

struct Counted {
    data: Bytes,
    alive: Arc<Alive>,
}

impl Counted {
    fn chunk(data: Bytes, alive: &Arc<Alive>) -> Bytes {
        let now = alive.now.fetch_add(data.len(), Ordering::SeqCst) + data.len();
        alive.peak.fetch_max(now, Ordering::SeqCst);
        Bytes::from_owner(Self {
            data,
            alive: Arc::clone(alive),
        })
    }
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.data
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.alive.now.fetch_sub(self.data.len(), Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn zeros_make_a_sparse_file_and_little_is_in_flight() {
    let dir = tempfile::tempdir().unwrap();
    let store = FsStore::create(dir.path().join("store"), "test")
        .await
        .unwrap();
    let alive = Arc::new(Alive::default());
    let mut writer = store.writer(&key("sparse"), all_digests()).await.unwrap();
    let (zeros, data) = (Bytes::from(vec![0; MIB]), bytes_of(1, MIB));
    // Zeros as data, not aligned to anything, then data, then zeros as a hole.
    writer.write(data.slice(..100)).await.unwrap();
    for _ in 0..64 {
        writer
            .write(Counted::chunk(zeros.clone(), &alive))
            .await
            .unwrap();
    }
    for _ in 0..3 {
        writer
            .write(Counted::chunk(data.clone(), &alive))
            .await
            .unwrap();
    }
    writer.zeros(64 * MIB as u64).await.unwrap();
    let stored = writer.finish().await.unwrap();

    assert_eq!(stored.size, 131 * MIB as u64 + 100);
    assert!(stored.allocated >= 3 * MIB as u64, "{}", stored.allocated);
    assert!(stored.allocated < 4 * MIB as u64, "{}", stored.allocated);
    assert_eq!(alive.now.load(Ordering::SeqCst), 0);
    let peak = alive.peak.load(Ordering::SeqCst);
    // The budget, and the one chunk that waits for room.
    assert!(
        peak <= MAX_IN_FLIGHT_BYTES + 2 * MIB,
        "{peak} bytes were alive"
    );
    let in_flight = store.in_flight();
    assert_eq!(in_flight.bytes, 0);
    assert!(in_flight.peak_bytes > 0);
    assert!(in_flight.peak_bytes <= MAX_IN_FLIGHT_BYTES as u64);

    // Chunks of a hole share one memory.
    let part = Some(4096..64 * MIB as u64);
    let reader = store.get(&key("sparse"), part).await.unwrap();
    let read: Vec<Bytes> = reader.map(Result::unwrap).collect().await;
    assert!(read.iter().all(|chunk| chunk.iter().all(|byte| *byte == 0)));
    assert!(
        read.windows(2)
            .all(|two| two[0].as_ptr() == two[1].as_ptr())
    );

    let copied = store.copy(&key("sparse"), &key("copy")).await.unwrap();
    assert_eq!(copied.size, stored.size);
    assert!(copied.allocated < 4 * MIB as u64, "{}", copied.allocated);
}

#[tokio::test]
async fn a_chunk_of_any_size_and_many_tiny_ones_stay_within_the_budget() {
    let dir = tempfile::tempdir().unwrap();
    let store = FsStore::create(dir.path().join("store"), "test")
        .await
        .unwrap();
    let data = bytes_of(1, 20 * MIB);
    let mut writer = store.writer(&key("a"), all_digests()).await.unwrap();
    writer.write(data.clone()).await.unwrap();
    for at in 0..10_000 {
        writer.write(data.slice(at..=at)).await.unwrap();
    }
    writer.finish().await.unwrap();
    assert!(store.in_flight().peak_bytes <= MAX_IN_FLIGHT_BYTES as u64);
    let read = drain(store.get(&key("a"), None).await.unwrap())
        .await
        .unwrap();
    assert!(read[..data.len()] == data && read[data.len()..] == data[..10_000]);
}

#[tokio::test]
async fn a_download_reads_ahead_by_a_few_chunks_only() {
    let dir = tempfile::tempdir().unwrap();
    let store = FsStore::create(dir.path().join("store"), "test")
        .await
        .unwrap();
    let mut writer = store.writer(&key("a"), all_digests()).await.unwrap();
    writer
        .write(bytes_of(1, 64 * READ_CHUNK_BYTES))
        .await
        .unwrap();
    writer.finish().await.unwrap();
    let mut reader = store.get(&key("a"), None).await.unwrap();
    assert_eq!(
        reader.next().await.unwrap().unwrap().len(),
        READ_CHUNK_BYTES
    );
    // Cut the file off behind its reader: what it has not read ahead is missed.
    let file = std::fs::File::options()
        .write(true)
        .open(store.local_file(&key("a")).unwrap());
    file.unwrap().set_len(READ_CHUNK_BYTES as u64).unwrap();
    let mut chunks = 1;
    let error = loop {
        match reader.next().await.unwrap() {
            Ok(chunk) => chunks += usize::from(!chunk.is_empty()),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), gaze_blob::BlobErrorKind::Io);
    assert!(chunks <= 8, "{chunks} chunks were read ahead");
    assert!(reader.next().await.is_none());
}
