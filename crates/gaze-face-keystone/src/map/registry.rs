//! The catalogue taken apart into regions, services and endpoints, and what a query wants of them.

use gaze_domain::Region;

use crate::wire::SelfLink;
use crate::wire::catalog::Service;
use crate::wire::registry;

pub(crate) fn region(of: &Region, origin: &str) -> registry::Region {
    registry::Region {
        id: of.name.clone(),
        description: if of.title == of.name {
            String::new()
        } else {
            of.title.clone()
        },
        parent_region_id: None,
        links: SelfLink {
            this: format!("{origin}/v3/regions/{}", of.name),
        },
    }
}

pub(crate) fn service(of: &Service, origin: &str) -> registry::Service {
    registry::Service {
        id: of.id,
        kind: of.kind,
        name: of.name,
        enabled: true,
        links: SelfLink {
            this: format!("{origin}/v3/services/{}", of.id),
        },
    }
}

/// The endpoints of all services, in the order of the catalogue.
pub(crate) fn endpoints(catalog: Vec<Service>, origin: &str) -> Vec<registry::Endpoint> {
    let of_service = |service: Service| {
        service
            .endpoints
            .into_iter()
            .map(move |endpoint| (service.id, endpoint))
    };
    catalog
        .into_iter()
        .flat_map(of_service)
        .map(|(service_id, endpoint)| registry::Endpoint {
            links: SelfLink {
                this: format!("{origin}/v3/endpoints/{}", endpoint.id),
            },
            id: endpoint.id,
            interface: endpoint.interface,
            region: endpoint.region,
            region_id: endpoint.region_id,
            service_id,
            url: endpoint.url,
            enabled: true,
        })
        .collect()
}

/// Whether a service is wanted. As in Keystone, filters that are unknown are ignored.
pub(crate) fn wants_service(filters: &[(String, String)], service: &registry::Service) -> bool {
    filters.iter().all(|(name, value)| match name.as_str() {
        "type" => value == service.kind,
        "name" => value == service.name,
        _ => true,
    })
}

/// Whether an endpoint is wanted.
pub(crate) fn wants_endpoint(filters: &[(String, String)], endpoint: &registry::Endpoint) -> bool {
    filters.iter().all(|(name, value)| match name.as_str() {
        "interface" => value == endpoint.interface,
        "service_id" => value == endpoint.service_id,
        "region" | "region_id" => Some(value) == endpoint.region_id.as_ref(),
        _ => true,
    })
}

/// Whether a region is wanted: those that lie in another are none.
pub(crate) fn wants_region(filters: &[(String, String)], _region: &registry::Region) -> bool {
    filters
        .iter()
        .all(|(name, value)| name != "parent_region_id" || value.is_empty())
}

#[cfg(test)]
mod tests {
    use gaze_domain::{RegionId, Timestamp};

    use super::*;
    use crate::map::catalog::catalog;

    fn found(pairs: &[(&str, &str)]) -> Vec<String> {
        let filters: Vec<(String, String)> = pairs
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect();
        let region = Region {
            id: RegionId::parse(&"1".repeat(32)).unwrap(),
            name: "bj".into(),
            title: "Beijing".into(),
            created_at: Timestamp::UNIX_EPOCH,
        };
        let all = endpoints(catalog("http://h", &[region]), "http://h");
        all.into_iter()
            .filter(|endpoint| wants_endpoint(&filters, endpoint))
            .map(|endpoint| endpoint.id)
            .collect()
    }

    #[test]
    fn endpoints_are_filtered_by_each_of_their_fields() {
        assert_eq!(found(&[]).len(), 9);
        assert_eq!(found(&[("interface", "public")]).len(), 3);
        assert_eq!(found(&[("service_id", "image")]).len(), 3);
        assert_eq!(found(&[("region_id", "gz")]).len(), 0);
        assert_eq!(found(&[("unknown", "x")]).len(), 9);
        let one = [
            ("interface", "admin"),
            ("service_id", "image"),
            ("region_id", "bj"),
        ];
        assert_eq!(found(&one), ["image-bj-admin"]);
    }
}
