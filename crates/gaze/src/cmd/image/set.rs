//! `gaze image set`.

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value};

use super::NAMED;
use crate::client::Kind;
use crate::cmd::{Session, document, value};
use crate::failure::Failure;

/// A value that is given replaces what there was; `none` clears where that is possible.
#[derive(Args, Debug)]
pub(crate) struct Set {
    image: String,
    #[arg(long)]
    name: Option<String>,
    /// Or none
    #[arg(long)]
    description: Option<String>,
    /// private, shared, community or public
    #[arg(long)]
    visibility: Option<String>,
    #[arg(long)]
    protected: Option<bool>,
    #[arg(long)]
    hidden: Option<bool>,
    #[arg(long)]
    media: Option<String>,
    #[arg(long)]
    platform: Option<String>,
    /// Or none
    #[arg(long)]
    arch: Option<String>,
    /// Or none
    #[arg(long)]
    firmware: Option<String>,
    /// Or none
    #[arg(long)]
    os: Option<String>,
    /// Or none
    #[arg(long)]
    os_version: Option<String>,
    #[arg(long)]
    virtio: Option<bool>,
    #[arg(long, value_name = "GIB")]
    min_disk: Option<u64>,
    #[arg(long, value_name = "MIB")]
    min_ram: Option<u64>,
    /// All the tags that it is to have; may be repeated
    #[arg(long, conflicts_with = "no_tags")]
    tag: Vec<String>,
    /// Remove all tags
    #[arg(long)]
    no_tags: bool,
    /// Set a free property; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = value::property)]
    property: Vec<(String, String)>,
    /// Remove a free property; may be repeated
    #[arg(long, value_name = "KEY")]
    no_property: Vec<String>,
}

impl Set {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        let patch = self.patch();
        if patch.as_object().is_some_and(Map::is_empty) {
            return Err(Failure::new("there is nothing to change")
                .hint("`gaze image set --help` lists what can be changed")
                .into());
        }
        let id = session.client.id(Kind::Image, &self.image).await?;
        let image = session
            .client
            .patch(&format!("/images/{id}"), &patch)
            .await?;
        session.thing(&image, NAMED).await
    }

    fn patch(&self) -> Value {
        let text = |value: &Option<String>| value.clone().map(Value::from);
        let clearable = |value: &Option<String>| match value.as_deref() {
            Some("none") => Some(Value::Null),
            other => other.map(Value::from),
        };
        let os = document([
            ("distro", clearable(&self.os)),
            ("version", clearable(&self.os_version)),
        ]);
        let mut properties = Map::new();
        for key in &self.no_property {
            properties.insert(key.clone(), Value::Null);
        }
        for (key, value) in &self.property {
            properties.insert(key.clone(), Value::from(value.clone()));
        }
        let tagged = self.no_tags || !self.tag.is_empty();
        document([
            ("name", text(&self.name)),
            ("description", clearable(&self.description)),
            ("visibility", text(&self.visibility)),
            ("protected", self.protected.map(Value::from)),
            ("hidden", self.hidden.map(Value::from)),
            ("media", text(&self.media)),
            ("platform", text(&self.platform)),
            ("architecture", clearable(&self.arch)),
            ("firmware", clearable(&self.firmware)),
            (
                "os",
                os.as_object()
                    .is_some_and(|os| !os.is_empty())
                    .then_some(os),
            ),
            ("virtio", self.virtio.map(Value::from)),
            ("min_disk_gib", self.min_disk.map(Value::from)),
            ("min_ram_mib", self.min_ram.map(Value::from)),
            ("tags", tagged.then(|| Value::from(self.tag.clone()))),
            (
                "properties",
                (!properties.is_empty()).then(|| properties.into()),
            ),
        ])
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        set: Set,
    }

    fn check(line: &str, expected: &Value) {
        let words = ["set", "web"].into_iter().chain(line.split_whitespace());
        assert_eq!(
            &Line::try_parse_from(words).unwrap().set.patch(),
            expected,
            "{line}"
        );
    }

    #[test]
    fn a_patch_holds_what_is_said_and_nothing_else() {
        check("", &json!({}));
        check(
            "--name web-2 --protected true",
            &json!({"name": "web-2", "protected": true}),
        );
        check(
            "--arch none --os none",
            &json!({"architecture": null, "os": {"distro": null}}),
        );
        check("--tag a --tag b", &json!({"tags": ["a", "b"]}));
        check("--no-tags", &json!({"tags": []}));
        check(
            "--property a=1 --no-property b",
            &json!({"properties": {"a": "1", "b": null}}),
        );
    }
}
