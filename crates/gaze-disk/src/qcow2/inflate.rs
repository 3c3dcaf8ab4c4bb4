//! One compressed cluster to its bytes, within bounds fixed by the cluster size.

use flate2::{Decompress, FlushDecompress};
use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

use super::Compression;

/// Log2 of the largest Zstandard window in bytes. A cluster has at most 2 MiB, and the window of
/// the highest ordinary compression level has 8 MiB; more is only asked for to exhaust memory.
const MAX_ZSTD_WINDOW_LOG: u32 = 23;

/// Fills `out`, one cluster, from `input`, which may go on after the compressed bytes. The error
/// says in what way the data is damaged.
pub(super) fn inflate(kind: Compression, input: &[u8], out: &mut [u8]) -> Result<(), &'static str> {
    match kind {
        Compression::Zlib => deflate(input, out),
        Compression::Zstd => zstandard(input, out),
    }
}

fn deflate(input: &[u8], out: &mut [u8]) -> Result<(), &'static str> {
    let mut stream = Decompress::new(false);
    // The buffer is as long as the output, so one call does all there is to do.
    let result = stream.decompress(input, out, FlushDecompress::Finish);
    let filled = usize::try_from(stream.total_out()).is_ok_and(|total| total == out.len());
    match result {
        Ok(_) if filled => Ok(()),
        Ok(_) => Err("a compressed cluster is shorter than a cluster"),
        Err(_) => Err("a compressed cluster does not decompress"),
    }
}

fn zstandard(input: &[u8], out: &mut [u8]) -> Result<(), &'static str> {
    const DAMAGED: &str = "a compressed cluster does not decompress";
    let mut decoder = Decoder::new().or(Err("the decompressor could not be made"))?;
    decoder
        .set_parameter(DParameter::WindowLogMax(MAX_ZSTD_WINDOW_LOG))
        .or(Err("the decompressor could not be made"))?;
    let mut input = InBuffer::around(input);
    let mut output = OutBuffer::around(out);
    while output.pos() < output.capacity() {
        let before = (input.pos(), output.pos());
        decoder.run(&mut input, &mut output).or(Err(DAMAGED))?;
        if (input.pos(), output.pos()) == before {
            return Err("a compressed cluster is shorter than a cluster");
        }
    }
    Ok(())
}
