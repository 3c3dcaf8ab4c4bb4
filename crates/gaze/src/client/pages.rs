//! Lists that come in pages.

use anyhow::Result;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::Client;

/// A query string that is put together piece by piece.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(String);

impl Query {
    pub(crate) fn push(&mut self, name: &str, value: impl AsRef<str>) {
        self.0.push(if self.0.is_empty() { '?' } else { '&' });
        self.0.extend(utf8_percent_encode(name, NON_ALPHANUMERIC));
        self.0.push('=');
        self.0
            .extend(utf8_percent_encode(value.as_ref(), NON_ALPHANUMERIC));
    }

    pub(crate) fn push_some(&mut self, name: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value {
            self.push(name, value);
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

/// Every item of a list, page by page.
pub(crate) async fn all_pages(client: &Client, path: &str, query: &Query) -> Result<Vec<Value>> {
    let mut items = Vec::new();
    let mut after = None;
    loop {
        let mut query = query.clone();
        query.push_some("after", after.as_deref());
        let mut page = client.get(&format!("{path}{}", query.text())).await?;
        if let Some(found) = page["items"].as_array_mut() {
            items.append(found);
        }
        match page["next"].as_str() {
            Some(next) => after = Some(next.to_owned()),
            None => return Ok(items),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped() {
        let mut query = Query::default();
        query.push("name", "a b&c=*");
        query.push("property.hw:disk", "北");
        assert_eq!(
            query.text(),
            "?name=a%20b%26c%3D%2A&property%2Ehw%3Adisk=%E5%8C%97"
        );
    }
}
