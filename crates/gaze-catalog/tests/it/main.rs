//! The promises of the catalogue, on real databases of both kinds.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod access;
mod images;
mod lists;

mod locations;
mod places;

mod projects;
mod stores;
mod world;
