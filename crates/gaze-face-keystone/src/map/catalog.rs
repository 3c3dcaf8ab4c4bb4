//! Which services a client finds, and where.

use gaze_domain::Region;

use crate::wire::catalog::{Endpoint, Service};

/// Id and type, name, and path behind the address of the service.
const SERVICES: &[(&str, &str, &str)] = &[
    ("identity", "keystone", "/v3"),
    // Without a version: clients read the list of versions at the root and choose.
    ("image", "glance", ""),
    // Intelligent EdgeCloud under the name that Huawei Cloud's catalogue has for it.
    ("iec", "iecs", ""),
];

/// One address serves all three; clients that were told to use an inner one find it too.
const INTERFACES: &[&str] = &["public", "internal", "admin"];

/// Every service in every region, in a fixed order.
pub(crate) fn catalog(origin: &str, regions: &[Region]) -> Vec<Service> {
    SERVICES
        .iter()
        .map(|(kind, name, path)| Service {
            endpoints: endpoints(kind, &format!("{origin}{path}"), regions),
            id: kind,
            name,
            kind,
        })
        .collect()
}

fn endpoints(kind: &str, url: &str, regions: &[Region]) -> Vec<Endpoint> {
    let mut names: Vec<Option<&str>> = regions.iter().map(|it| Some(it.name.as_str())).collect();
    if names.is_empty() {
        names.push(None);
    }
    names
        .into_iter()
        .flat_map(|region| INTERFACES.iter().map(move |interface| (region, *interface)))
        .map(|(region, interface)| Endpoint {
            id: format!("{kind}-{}-{interface}", region.unwrap_or("everywhere")),
            interface,
            region: region.map(str::to_owned),
            region_id: region.map(str::to_owned),
            url: url.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use gaze_domain::{RegionId, Timestamp};

    use super::*;

    fn region(name: &str) -> Region {
        Region {
            id: RegionId::parse(&"1".repeat(32)).unwrap(),
            name: name.into(),
            title: name.into(),
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn each_service_is_in_each_region_on_each_interface() {
        let services = catalog("http://h:1", &[region("bj"), region("gz")]);
        let urls: Vec<(&str, &str)> = services
            .iter()
            .map(|service| (service.kind, service.endpoints[0].url.as_str()))
            .collect();
        assert_eq!(
            urls,
            [
                ("identity", "http://h:1/v3"),
                ("image", "http://h:1"),
                ("iec", "http://h:1")
            ]
        );
        for service in &services {
            let seen: Vec<(Option<&str>, &str)> = service
                .endpoints
                .iter()
                .map(|endpoint| (endpoint.region.as_deref(), endpoint.interface))
                .collect();
            assert_eq!(
                seen,
                [
                    (Some("bj"), "public"),
                    (Some("bj"), "internal"),
                    (Some("bj"), "admin"),
                    (Some("gz"), "public"),
                    (Some("gz"), "internal"),
                    (Some("gz"), "admin"),
                ]
            );
        }
    }

    #[test]
    fn without_regions_services_are_still_found() {
        let services = catalog("http://h", &[]);
        assert_eq!(services[1].endpoints[0].region, None);
        assert_eq!(services[1].endpoints[0].id, "image-everywhere-public");
    }
}
