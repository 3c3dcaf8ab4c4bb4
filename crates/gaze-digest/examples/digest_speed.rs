//! How fast the digests of uploads are computed: each alone, both on threads of their own, and both on
//! one.
//!
//! `cargo run --release -p gaze-digest --example digest_speed`
//!
//! Prints megabytes a second.

#![expect(
    clippy::print_stdout,
    reason = "the figures are what this program is for"
)]

use std::hint::black_box;
use std::time::Instant;

use gaze_digest::{Md5Sha256, Md5Sum};
use sha2::{Digest as _, Sha256};

const BLOCK: usize = 1 << 20;
const BLOCKS: usize = 1 << 10;
/// Of all blocks.
const MEGABYTES: f64 = 1_073.741_824;

fn main() {
    let block: Vec<u8> = (0..=u8::MAX).cycle().take(BLOCK).collect();
    println!("md5 {:.0}", speed(|| md5(&block)));
    println!("sha256 {:.0}", speed(|| sha256(&block)));
    let both = speed(|| {
        std::thread::scope(|threads| {
            threads.spawn(|| md5(&block));
            threads.spawn(|| sha256(&block));
        });
    });
    println!("both {both:.0}");
    if let Some(digest) = Md5Sha256::new() {
        println!("stitched {:.0}", speed(|| stitched(digest, &block)));
    }
}

fn speed(run: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    run();
    MEGABYTES / begun.elapsed().as_secs_f64()
}

fn md5(block: &[u8]) {
    let mut digest = Md5Sum::default();
    for _ in 0..BLOCKS {
        digest.update(black_box(block));
    }
    black_box(digest.finish());
}

fn stitched(mut digest: Md5Sha256, block: &[u8]) {
    for _ in 0..BLOCKS {
        digest.update(black_box(block));
    }
    black_box(digest.finish());
}

fn sha256(block: &[u8]) {
    let mut digest = Sha256::new();
    for _ in 0..BLOCKS {
        digest.update(black_box(block));
    }
    black_box(digest.finalize());
}
