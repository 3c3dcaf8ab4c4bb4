//! SystemTagInventory, UserTagInventory and TagPatternInventory (`org.zstack.header.tag`).

use serde::Serialize;

use super::Inventory;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SystemTag {
    pub(crate) uuid: String,
    pub(crate) resource_uuid: String,
    pub(crate) resource_type: &'static str,
    pub(crate) tag: String,
    pub(crate) r#type: &'static str,
    /// Whether the server itself made it, so that nobody may delete it.
    pub(crate) inherent: bool,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
}

impl Inventory for SystemTag {
    const CLASS: &'static str = "org.zstack.header.tag.SystemTagInventory";
    const FIELDS: &'static [&'static str] = &[
        "uuid",
        "resourceUuid",
        "resourceType",
        "tag",
        "type",
        "inherent",
        "createDate",
        "lastOpDate",
    ];
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UserTag {
    pub(crate) uuid: String,
    pub(crate) resource_uuid: String,
    pub(crate) resource_type: &'static str,
    pub(crate) tag: String,
    pub(crate) r#type: &'static str,
    pub(crate) tag_pattern_uuid: Option<String>,
    pub(crate) tag_pattern: Option<TagPattern>,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
}

impl Inventory for UserTag {
    const CLASS: &'static str = "org.zstack.header.tag.UserTagInventory";
    const NESTED: &'static [(&'static str, &'static str)] = &[("tagPattern", TagPattern::CLASS)];
    const FIELDS: &'static [&'static str] = &[
        "uuid",
        "resourceUuid",
        "resourceType",
        "tag",
        "type",
        "tagPatternUuid",
        "tagPattern",
        "createDate",
        "lastOpDate",
    ];
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TagPattern {
    pub(crate) uuid: String,
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) description: Option<String>,
    pub(crate) color: Option<String>,
    pub(crate) r#type: &'static str,
    pub(crate) create_date: String,
    pub(crate) last_op_date: String,
}

impl Inventory for TagPattern {
    const CLASS: &'static str = "org.zstack.header.tag.TagPatternInventory";
    const FIELDS: &'static [&'static str] = &[
        "uuid",
        "name",
        "value",
        "description",
        "color",
        "type",
        "createDate",
        "lastOpDate",
    ];
}
