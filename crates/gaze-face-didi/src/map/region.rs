//! Regions and zones.

use gaze_app::Names;

use crate::wire::{Region, Zone};

/// All regions with their open zones.
pub(crate) fn regions(names: &Names) -> Vec<Region> {
    names
        .regions
        .iter()
        .map(|region| Region {
            // The vendor groups regions by area, the catalogue does not.
            area_name: region.title.clone(),
            id: region.name.clone(),
            name: region.title.clone(),
            zone: names
                .zones
                .iter()
                .filter(|zone| zone.region == region.id && zone.enabled)
                .map(|zone| Zone {
                    id: zone.name.to_lowercase(),
                    name: zone
                        .description
                        .clone()
                        .filter(|text| !text.is_empty())
                        .unwrap_or_else(|| zone.name.clone()),
                })
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::map::testing;

    #[test]
    fn closed_zones_are_left_out_and_ids_are_lower_case() {
        let mut names = testing::names();
        names.zones[0].description = Some("北京一区".into());
        names.zones[1].description = Some(String::new());
        let mut closed = names.zones[0].clone();
        closed.name = "BJ03".into();
        closed.enabled = false;
        names.zones.push(closed);
        assert_eq!(
            serde_json::to_value(regions(&names)).unwrap(),
            json!([
                {
                    "areaName": "北京", "id": "bj", "name": "北京",
                    "zone": [{"id": "bj01", "name": "北京一区"}, {"id": "bj02", "name": "BJ02"}],
                },
                {"areaName": "广州", "id": "gz", "name": "广州", "zone": []},
            ])
        );
    }
}
