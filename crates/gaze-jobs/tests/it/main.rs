//! Jobs on real databases of both kinds, under a clock that the tests turn.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod cancel;
mod enqueue;
mod fair;
mod harness;
mod inline;
mod leases;
mod outcomes;
mod read;
mod stop;
