//! Links between the project's documents lead to files that are there.

use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace;

fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" && name != "gaze-data" {
            pages(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// The targets of `[text](target)` that are no web addresses, without what follows a `#`.
fn targets(text: &str) -> Vec<&str> {
    text.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target.split('#').next().unwrap())
        .filter(|target| !target.is_empty() && !target.contains("://"))
        .collect()
}

#[test]
fn every_link_of_the_documents_leads_to_a_file() {
    let root = workspace::root();
    let mut found = Vec::new();
    pages(root, &mut found);
    assert!(found.len() > 10, "{found:?}");
    for page in found {
        let folder = page.parent().unwrap();
        for target in targets(&fs::read_to_string(&page).unwrap()) {
            assert!(folder.join(target).exists(), "{}: {target}", page.display());
        }
    }
}

#[test]
fn links_are_found_among_other_words() {
    let text = "see [a](docs/a.md) and [b](https://b.example/), [c](#here), [d](d.md#part)";
    assert_eq!(targets(text), ["docs/a.md", "d.md"]);
}
