//! `gaze.toml`: every fault is reported with the line and column where it stands.

use std::ops::Range;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::fault::Fault;
use super::setting::Raw;
use super::{Config, KEYS};

/// Merges a file's text over the configuration and returns what was wrong with it.
pub(super) fn merge(config: &mut Config, path: &Path, text: &str) -> Vec<Fault> {
    let at = |span: Range<usize>| place(path, text, span.start);
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return errors
            .iter()
            .map(|error| {
                let message = error.message().replace('\n', ", ");
                Fault::at(at(error.span().unwrap_or(0..0)), message)
            })
            .collect();
    }
    let mut faults = Vec::new();
    for (section, value) in document.get_ref() {
        let name = section.get_ref().as_ref();
        let known: Vec<_> = KEYS.iter().filter(|key| key.section == name).collect();
        if known.is_empty() {
            faults.push(unknown_section(at(section.span()), name));
            continue;
        }
        let DeValue::Table(table) = value.get_ref() else {
            let reason = format!("{name} is a section: write [{name}] and its keys below");
            faults.push(Fault::at(at(section.span()), reason));
            continue;
        };
        for (word, value) in table {
            let word_text = word.get_ref().as_ref();
            let Some(key) = known.iter().find(|key| key.name == word_text) else {
                let names: Vec<_> = known.iter().map(|key| key.name).collect();
                let reason = format!("[{name}] has no key {word_text:?}");
                let elsewhere = KEYS.iter().find(|key| key.name == word_text);
                let hint = match elsewhere {
                    Some(key) => Some(format!("{word_text} belongs in [{}]", key.section)),
                    None => suggest(word_text, &names),
                };
                faults.push(Fault::at(at(word.span()), reason).with_hint(hint));
                continue;
            };
            if let Err(reason) = (key.read)(config, &raw(value.get_ref())) {
                let reason = format!("{name}.{word_text} {reason}");
                faults.push(Fault::at(at(value.span()), reason));
            }
        }
    }
    faults
}

fn unknown_section(place: String, name: &str) -> Fault {
    let mut sections: Vec<_> = KEYS.iter().map(|key| key.section).collect();
    sections.dedup();
    let hint = match KEYS.iter().find(|key| key.name == name) {
        Some(key) => Some(format!("{name} belongs in [{}]", key.section)),
        None => suggest(name, &sections),
    };
    Fault::at(place, format!("there is no section {name:?}")).with_hint(hint)
}

fn raw(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(text) => Raw::Text(text.clone().into_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Raw::Other("a number that is too large"), Raw::Int),
        DeValue::Array(items) => Raw::List(items.iter().map(|item| raw(item.get_ref())).collect()),
        DeValue::Boolean(_) => Raw::Other("a boolean"),
        DeValue::Float(_) => Raw::Other("a number with a fraction"),
        DeValue::Datetime(_) => Raw::Other("a date"),
        DeValue::Table(_) => Raw::Other("a table"),
    }
}

/// `path:line:column`, counted from one, in characters.
fn place(path: &Path, text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    format!("{}:{line}:{column}", path.display())
}

/// The nearest known word, or all of them.
fn suggest(word: &str, known: &[&str]) -> Option<String> {
    let nearest = known.iter().min_by_key(|other| distance(word, other))?;
    let near = distance(word, nearest) <= 1 + word.chars().count() / 3;
    Some(if near {
        format!("did you mean {nearest:?}?")
    } else {
        format!("known are {}", known.join(", "))
    })
}

/// Edits (insert, delete, replace) between two words (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
