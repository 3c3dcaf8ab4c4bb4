//! The promises of the catalogue, on real databases of both kinds.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod calls;
mod candidates;
mod classes;
mod earlier;
mod exports;
mod images;
mod lists;

mod locations;
mod long_jobs;
mod places;
mod plans;

mod projects;
mod revisions;
mod stores;
mod tags;
mod upload_tickets;
mod watched;
mod world;
