//! The verbs on a whole service: a real catalogue on both databases, real files, real disks, a
//! real web server. Each test ends by comparing all accounts with what is really there.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod accounts;
mod application_credentials;
mod boot;
mod capture;
mod capture_refused;
mod community;
mod copies;
mod copying;
mod copying_crash;
mod crash;
mod delete;
mod disc_candidates;
mod export;
mod export_ends;
mod fetching;
mod harness;
mod identity;
mod import;
mod import_limits;
mod keystone;
mod metadefs;
mod metadefs_load;
mod metadefs_pages;
mod mirroring;
mod owners;
mod paces;
mod people;
mod places;
mod reimage;
mod reimage_crash;
mod roles;
mod sharing;
mod sharing_at_once;
mod snapshots;
mod statements;
mod tags;
mod tenancies;
mod tickets;
mod told;
mod upkeep;
mod upload;
mod upload_many;
mod verify;
mod web;
