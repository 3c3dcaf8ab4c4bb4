//! One file an operation.

mod absent;
mod list_cloud_images;

pub(crate) use absent::absent;
pub(crate) use list_cloud_images::list_cloud_images;
