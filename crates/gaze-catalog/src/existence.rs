//! Whether things exist: all that may be told to somebody who is not known.

use gaze_domain::Noun;

use crate::{Failure, Rows};

/// Whether there is a thing of that kind and id. Of kinds that have no rows with an id of their
/// own, everything is said to exist.
pub async fn exists(rows: &mut impl Rows, noun: Noun, id: &str) -> Result<bool, Failure> {
    let Some(table) = table(noun) else {
        return Ok(true);
    };
    let sql = format!("SELECT 1 FROM {table} WHERE id = $1");
    Ok(!rows.rows(&sql, &[id.into()]).await?.is_empty())
}

const fn table(noun: Noun) -> Option<&'static str> {
    Some(match noun {
        Noun::Image => "image",
        Noun::Location => "image_location",
        Noun::Store => "store",
        Noun::Pool => "pool",
        Noun::Volume => "volume",
        Noun::Snapshot => "snapshot",
        Noun::Instance => "instance",
        Noun::Zone => "zone",
        Noun::Cluster => "cluster",
        Noun::Region => "region",
        Noun::Project => "project",
        Noun::Domain => "domain",
        Noun::User => "account",
        Noun::AccessKey => "access_key",
        Noun::ApplicationCredential => "application_credential",
        Noun::Tag => "tag",
        Noun::Namespace => "metadef_namespace",
        Noun::Token
        | Noun::Job
        | Noun::Member
        | Noun::MetadefObject
        | Noun::MetadefProperty
        | Noun::MetadefTag
        | Noun::ResourceType => return None,
        Noun::Export => "export",
    })
}
