//! JSON as ZStack spells it: field names, dates and the rule that absent values have no key.

pub(crate) mod access_key;
pub(crate) mod account;
pub(crate) mod backup_storage;
pub(crate) mod cluster;
pub(crate) mod date;
pub(crate) mod error_code;
pub(crate) mod image;
pub(crate) mod long_job;
pub(crate) mod management_node;
pub(crate) mod primary_storage;
pub(crate) mod quota;
pub(crate) mod resource;
pub(crate) mod session;
pub(crate) mod tag;
pub(crate) mod task_progress;
pub(crate) mod vm_instance;
pub(crate) mod volume;
pub(crate) mod volume_snapshot;
pub(crate) mod zone;

use gaze_domain::Error;
use serde::Serialize;
use serde_json::Value;

/// An object that ZStack calls an inventory. The class names tell the official Java client what
/// to build from it (the `schema` of an answer).
pub(crate) trait Inventory: Serialize {
    const CLASS: &'static str;
    /// Further inventories inside, one or a list of them: key and class.
    const NESTED: &'static [(&'static str, &'static str)] = &[];
    /// Every key that the object can have; queries may name these and no others.
    const FIELDS: &'static [&'static str];
    /// How many further inventories the list of that key has.
    fn nested(&self, _key: &str) -> usize {
        0
    }
}

/// The JSON of a wire value, without the keys whose value is null.
pub(crate) fn json(value: &impl Serialize) -> Result<Value, Error> {
    let mut value = serde_json::to_value(value)
        .map_err(|source| Error::internal("writing an answer", source))?;
    strip_nulls(&mut value);
    Ok(value)
}

fn strip_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, inner| !inner.is_null());
            map.values_mut().for_each(strip_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(strip_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn absent_values_have_no_key_at_any_depth() {
        let shown = super::json(&json!({"a": null, "b": [{"c": null, "d": 1}], "e": ""})).unwrap();
        assert_eq!(shown, json!({"b": [{"d": 1}], "e": ""}));
    }

    #[test]
    fn the_declared_fields_are_those_that_are_written() {
        fn check<T: Inventory + Default>() {
            check_of(&T::default());
        }
        fn check_of<T: Inventory>(filled: &T) {
            let written = serde_json::to_value(filled).unwrap();
            let mut written: Vec<&str> = written
                .as_object()
                .unwrap()
                .keys()
                .map(String::as_str)
                .collect();
            let mut declared = T::FIELDS.to_vec();
            written.sort_unstable();
            declared.sort_unstable();
            assert_eq!(written, declared, "{}", T::CLASS);
        }
        check_of(&image::Image {
            description: Some(String::new()),
            size: Some(0),
            actual_size: Some(0),
            md5_sum: Some(String::new()),
            guest_os_type: Some(String::new()),
            architecture: Some(""),
            format: Some(""),
            ..image::Image::default()
        });
        check_of(&image::BackupStorageRef {
            export_url: Some(String::new()),
            export_md5_sum: Some(String::new()),
            ..image::BackupStorageRef::default()
        });
        check::<session::Session>();
        check::<access_key::AccessKey>();
        check::<account::Account>();
        check::<quota::Quota>();
        check::<quota::Usage>();
        check::<resource::AccountResourceRef>();
        check::<resource::SharedResource>();
        check::<management_node::ManagementNode>();
        check::<backup_storage::BackupStorage>();
        check::<backup_storage::Sftp>();
        check::<backup_storage::ImageStore>();
        check::<backup_storage::Ceph>();
        check::<cluster::Cluster>();
        check::<primary_storage::PrimaryStorage>();
        check::<vm_instance::VmInstance>();
        check::<volume::Volume>();
        check::<long_job::LongJob>();
        check::<tag::SystemTag>();
        check::<tag::UserTag>();
        check::<tag::TagPattern>();
        check::<task_progress::TaskProgress>();
        check::<zone::Zone>();
    }
}
