//! Documented attributes that the domain does not type: they live among an image's free
//! properties under the vendor's own names, and pass through as text.

use std::collections::BTreeMap;

/// Attributes that are `"true"` or absent (`ListCloudImages`, table 5): any other value that was
/// stored under the name is not shown. `__support_gpu_t4` is known from the page's example.
pub(crate) const FLAGS: &[&str] = &[
    "__support_diskintensive",
    "__support_gpu_t4",
    "__support_highperformance",
    "__support_kvm",
    "__support_kvm_infiniband",
    "__support_largememory",
    "__support_xen",
    "__support_xen_hana",
];

/// Attributes with a value of their own, shown as stored.
pub(crate) const TEXTS: &[&str] = &[
    "__backup_id",
    "__originalimagename",
    "__productcode",
    "__sequence_num",
    "__support_amd",
    "__support_kvm_gpu_type",
    "__support_xen_gpu_type",
    "data_source",
    "enterprise_project_id",
    "hw_vif_multiqueue_enabled",
    // Text even though it is a number: a number here crashes the vendor's Terraform plugin.
    "max_ram",
];

/// What a flag holds where it is set.
pub(crate) const SET: &str = "true";

/// The attributes among the properties.
pub(crate) fn attributes(properties: &BTreeMap<String, String>) -> BTreeMap<&'static str, String> {
    let flags = FLAGS
        .iter()
        .filter(|name| properties.get(**name).is_some_and(|value| value == SET))
        .map(|name| (*name, SET.to_owned()));
    let texts = TEXTS
        .iter()
        .filter_map(|name| properties.get(*name).map(|value| (*name, value.clone())));
    flags.chain(texts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(properties: &[(&str, &str)], expected: &[(&str, &str)]) {
        let properties = properties
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let shown = attributes(&properties);
        let shown: Vec<(&str, &str)> = shown.iter().map(|(k, v)| (*k, v.as_str())).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_flag_is_true_or_absent() {
        check(&[("__support_kvm", "true")], &[("__support_kvm", "true")]);
        check(&[("__support_kvm", "false")], &[]);
        check(&[("__support_kvm", "")], &[]);
    }

    #[test]
    fn texts_pass_and_strangers_do_not() {
        check(
            &[
                ("max_ram", "4096"),
                ("__support_amd", "false"),
                ("team", "red"),
            ],
            &[("__support_amd", "false"), ("max_ram", "4096")],
        );
    }

    #[test]
    fn no_attribute_is_both_flag_and_text() {
        assert!(FLAGS.iter().all(|flag| !TEXTS.contains(flag)));
    }
}
