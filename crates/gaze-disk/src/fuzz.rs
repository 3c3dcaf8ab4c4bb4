//! Entry points for fuzzers: each takes any bytes and must neither panic nor run away.

use crate::disk::Disk;
use crate::inspect::Inspector;
use crate::source::MemorySource;

/// Bytes that are read from a disk at most, whatever size it claims.
const READ_LIMIT: u64 = 1 << 20;

/// Inspects `data` as an upload, in uneven chunks.
pub fn inspector(data: &[u8]) {
    let mut inspector = Inspector::new();
    for chunk in data.chunks(4093) {
        inspector.feed(chunk);
    }
    drop(inspector.finish(crate::bytes::length(data.len())));
}

/// Opens `data` as a qcow2 without backing file, maps it and reads some of it.
pub fn qcow2(data: &[u8]) {
    let source = Box::new(MemorySource::new(data.to_vec(), 0));
    let Ok(disk) = Disk::from_qcow2_source(source) else {
        return;
    };
    let (mut at, mut steps) = (0, 0);
    while at < disk.virtual_size() && steps < 10_000 {
        let Ok(extent) = disk.map(at, disk.virtual_size() - at) else {
            break;
        };
        at += extent.len;
        steps += 1;
    }
    let mut buffer = vec![0; crate::bytes::index(READ_LIMIT.min(disk.virtual_size()))];
    drop(disk.read_at(&mut buffer, 0));
}
