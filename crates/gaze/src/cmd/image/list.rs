//! `gaze image list`.

use anyhow::Result;
use clap::Args;
use serde_json::json;

use super::COLUMNS;
use crate::client::{Kind, Query, all_pages};
use crate::cmd::{Session, value};

#[derive(Args, Debug)]
pub(crate) struct List {
    /// `*` stands for any characters
    #[arg(long)]
    name: Option<String>,
    /// queued, saving, importing, capturing, active, failed or deleted; may be repeated
    #[arg(long)]
    status: Vec<String>,
    /// Of this project
    #[arg(long)]
    owner: Option<String>,
    /// private, shared, community or public
    #[arg(long)]
    visibility: Option<String>,
    /// For images shared with one's project: accepted, pending or rejected
    #[arg(long)]
    membership: Option<String>,
    /// May be repeated; all must be there
    #[arg(long)]
    tag: Vec<String>,
    /// With a copy in this store
    #[arg(long)]
    store: Option<String>,
    /// A free property; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = value::property)]
    property: Vec<(String, String)>,
    #[arg(long)]
    platform: Option<String>,
    #[arg(long)]
    arch: Option<String>,
    #[arg(long)]
    format: Option<String>,
    /// root-disk, data-disk or iso
    #[arg(long)]
    media: Option<String>,
    #[arg(long)]
    enabled: Option<bool>,
    /// Fields separated by commas, - before one for descending, such as name,-created_at
    #[arg(long, allow_hyphen_values = true)]
    sort: Option<String>,
    /// Images on a page
    #[arg(long)]
    limit: Option<u32>,
    /// The page after this image
    #[arg(long)]
    after: Option<String>,
    /// All pages instead of one
    #[arg(long, conflicts_with = "after")]
    all: bool,
}

impl List {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        let client = &session.client;
        let mut query = Query::default();
        query.push_some("name", self.name);
        for status in self.status {
            query.push("status", status);
        }
        query.push_some(
            "owner",
            client.id_if(Kind::Project, self.owner.as_deref()).await?,
        );
        query.push_some("visibility", self.visibility);
        query.push_some("membership", self.membership);
        for tag in self.tag {
            query.push("tag", tag);
        }
        query.push_some(
            "store",
            client.id_if(Kind::Store, self.store.as_deref()).await?,
        );
        for (key, value) in self.property {
            query.push(&format!("property.{key}"), value);
        }
        query.push_some("platform", self.platform);
        query.push_some("architecture", self.arch);
        query.push_some("format", self.format);
        query.push_some("media", self.media);
        query.push_some("enabled", self.enabled.map(|enabled| enabled.to_string()));
        query.push_some("sort", self.sort);
        query.push_some("limit", self.limit.map(|limit| limit.to_string()));
        query.push_some("after", self.after);
        let list = if self.all {
            json!({ "items": all_pages(client, "/images", &query).await?, "next": null })
        } else {
            client.get(&format!("/images{}", query.text())).await?
        };
        let names = session.names(&[Kind::Project]).await?;
        session.output.list(COLUMNS, &list, &names)?;
        if let Some(next) = list["next"].as_str() {
            session.output.remark(&format!(
                "there are more: --after {next} for the next page, or --all"
            ))?;
        }
        Ok(())
    }
}
