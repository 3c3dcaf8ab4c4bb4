//! Regions and zones. Source: DiDi Cloud, "Regions of a product (ListRegionAndZone)".

use serde::Serialize;

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Region {
    pub(crate) area_name: String,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) zone: Vec<Zone>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Zone {
    pub(crate) id: String,
    pub(crate) name: String,
}
