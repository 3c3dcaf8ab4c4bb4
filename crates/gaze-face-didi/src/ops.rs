//! The operations: parameters, one question to the app, the vendor's form of the answer.

mod job_result;
mod list_cimg;
mod list_image;
mod list_region;

pub(crate) use job_result::job_result;
pub(crate) use list_cimg::list_cimg;
pub(crate) use list_image::list_image;
pub(crate) use list_region::list_region;
