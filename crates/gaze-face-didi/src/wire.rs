//! Answers as DiDi Cloud spells them. Keys stand in the order of the published examples.

mod cimg;
mod envelope;
mod image;
mod job;
mod region;

pub(crate) use cimg::{BackupStorage, Cimg, Page, Requirement};
pub(crate) use envelope::Envelope;
pub(crate) use image::PublicImage;
pub(crate) use job::Job;
pub(crate) use region::{Region, Zone};
