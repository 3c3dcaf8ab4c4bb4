//! `gaze metadef`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Subcommand;
use serde_json::{Value, json};

use super::Session;
use crate::failure::Failure;
use crate::output::{Column, Show};

/// Most bytes of a file: the service takes no longer document, and Glance's longest has 19,000.
const MAX_FILE: u64 = 1 << 20;

const COLUMNS: &[Column] = &[
    ("NAMESPACE", "namespace", Show::Text),
    ("OUTCOME", "outcome", Show::Text),
];

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Load metadata definitions, such as those that Glance comes with
    Load {
        /// Files in the form that `glance-manage db_load_metadefs` reads, or folders of such files
        /// (*.json)
        #[arg(required = true, value_name = "FILE|DIR")]
        paths: Vec<PathBuf>,
        /// What becomes of namespaces that exist: keep, merge, update or replace
        #[arg(long, value_name = "WORD", default_value = "keep")]
        existing: String,
    },
}

impl Command {
    pub(crate) async fn run(self, session: &Session) -> Result<()> {
        match self {
            Self::Load { paths, existing } => {
                let mut namespaces = Vec::new();
                for path in &paths {
                    for file in files(path)? {
                        namespaces.push(read(&file)?);
                    }
                }
                let body = json!({ "namespaces": namespaces, "existing": existing });
                let loaded = session.client.post("/metadefs/load", &body).await?;
                let names = std::collections::HashMap::new();
                session.output.list(COLUMNS, &loaded, &names)
            }
        }
    }
}

/// The file, or the definitions in the folder by name.
fn files(path: &Path) -> Result<Vec<PathBuf>> {
    let told = || format!("{} cannot be read", path.display());
    if !std::fs::metadata(path).with_context(told)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path).with_context(told)? {
        let file = entry.with_context(told)?.path();
        if file.extension().is_some_and(|it| it == "json") && file.is_file() {
            found.push(file);
        }
    }
    if found.is_empty() {
        return Err(Failure::new(format!("{} holds no file *.json", path.display())).into());
    }
    found.sort();
    Ok(found)
}

fn read(file: &Path) -> Result<Value> {
    let told = || format!("{} cannot be read", file.display());
    let size = std::fs::metadata(file).with_context(told)?.len();
    if size > MAX_FILE {
        let message = format!("{} is larger than {MAX_FILE} bytes", file.display());
        return Err(Failure::new(message).into());
    }
    let bytes = std::fs::read(file).with_context(told)?;
    serde_json::from_slice(&bytes).with_context(|| format!("{} is no JSON", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_its_files_of_definitions_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert!(files(folder.path()).is_err());
        for name in ["b.json", "a.json", "README"] {
            std::fs::write(at(name), "{}").unwrap();
        }
        std::fs::create_dir(at("c.json")).unwrap();
        assert_eq!(files(folder.path()).unwrap(), [at("a.json"), at("b.json")]);
        assert_eq!(files(&at("README")).unwrap(), [at("README")]);
        assert!(files(&at("d.json")).is_err());
    }

    #[test]
    fn what_is_no_json_is_told_by_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.json");
        std::fs::write(&file, "{").unwrap();
        let told = read(&file).unwrap_err().to_string();
        assert!(told.ends_with("a.json is no JSON"), "{told}");
        std::fs::write(&file, r#"{"namespace": "A"}"#).unwrap();
        assert_eq!(read(&file).unwrap(), json!({"namespace": "A"}));
    }
}
