//! AccessKeyInventory (`org.zstack.accessKey.AccessKeyInventory`). Two of its keys begin with a
//! capital letter.

use serde::Serialize;

use super::Inventory;

#[derive(Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessKey {
    pub(crate) uuid: String,
    pub(crate) description: Option<String>,
    pub(crate) account_uuid: String,
    pub(crate) user_uuid: String,
    #[serde(rename = "AccessKeyID")]
    pub(crate) id: String,
    #[serde(rename = "AccessKeySecret")]
    pub(crate) secret: Option<String>,
    pub(crate) state: &'static str,
    pub(crate) create_date: String,
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessKey")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Inventory for AccessKey {
    const CLASS: &'static str = "org.zstack.accessKey.AccessKeyInventory";
    const FIELDS: &'static [&'static str] = &[
        "uuid",
        "description",
        "accountUuid",
        "userUuid",
        "AccessKeyID",
        "AccessKeySecret",
        "state",
        "createDate",
    ];
}
