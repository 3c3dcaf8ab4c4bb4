//! `ListRegionAndZone`: every region has images, so the product that is asked for makes no
//! difference.

use crate::call::Call;
use crate::errors::Failure;
use crate::map::region;
use crate::wire::Region;

pub(crate) async fn list_region(call: Call) -> Result<Vec<Region>, Failure> {
    let names = call.app.catalogue_names(&call.caller).await?;
    Ok(region::regions(&names))
}
