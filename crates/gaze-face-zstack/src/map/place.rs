//! Zone → ZoneInventory, Cluster → ClusterInventory.

use gaze_domain::{Cluster, Zone};

use super::words;
use crate::wire::{cluster, date, zone};

pub(crate) fn zone(zone: &Zone) -> zone::Zone {
    zone::Zone {
        uuid: zone.id.hex(),
        name: zone.name.clone(),
        description: zone.description.clone(),
        state: words::enabled(zone.enabled),
        r#type: "zstack",
        is_default: false,
        create_date: date::show(zone.created_at),
        last_op_date: date::show(zone.updated_at),
    }
}

/// A cluster is always enabled and of KVM: the catalogue knows no other.
pub(crate) fn cluster(cluster: &Cluster) -> cluster::Cluster {
    cluster::Cluster {
        name: cluster.name.clone(),
        uuid: cluster.id.hex(),
        description: cluster.description.clone(),
        state: words::enabled(true),
        hypervisor_type: "KVM",
        create_date: date::show(cluster.created_at),
        last_op_date: date::show(cluster.updated_at),
        zone_uuid: cluster.zone.hex(),
        r#type: "zstack",
        architecture: words::architecture(cluster.architecture),
    }
}
