//! Answers on standard output: tables for people, JSON for programs.

use std::collections::HashMap;
use std::io::{ErrorKind, Write as _};

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use gaze_domain::ByteCount;
use serde_json::Value;

/// The form of answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    #[default]
    Table,
    Json,
}

/// How a column shows its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Show {
    Text,
    Bytes,
    /// To the second.
    Time,
    /// An id, or ids, by name.
    Name,
    Percent,
}

/// A column: its title, the path of its value, how it is shown.
pub(crate) type Column = (&'static str, &'static str, Show);

/// Where answers go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) form: Form,
}

impl Output {
    /// A list of things.
    pub(crate) fn list(
        self,
        columns: &[Column],
        list: &Value,
        names: &HashMap<String, String>,
    ) -> Result<()> {
        match self.form {
            Form::Json => json(list),
            Form::Table => {
                let items = list["items"].as_array().map_or(&[][..], Vec::as_slice);
                if items.is_empty() {
                    write("nothing found\n")
                } else {
                    write(&table(columns, items, names))
                }
            }
        }
    }

    /// One thing, field by field.
    pub(crate) fn thing(self, thing: &Value, names: &HashMap<String, String>) -> Result<()> {
        match self.form {
            Form::Json => json(thing),
            Form::Table => write(&details(thing, names)),
        }
    }

    /// A sentence; for programs, the document that it is about.
    pub(crate) fn done(self, sentence: &str, thing: &Value) -> Result<()> {
        match self.form {
            Form::Json => json(thing),
            Form::Table => write(&format!("{sentence}\n")),
        }
    }
}

impl Output {
    /// For people only, on standard error.
    pub(crate) fn remark(self, sentence: &str) -> Result<()> {
        if self.form == Form::Table {
            writeln!(std::io::stderr().lock(), "{sentence}")
                .context("standard error cannot be written")?;
        }
        Ok(())
    }
}

fn json(value: &Value) -> Result<()> {
    let text = serde_json::to_string_pretty(value).context("the answer cannot be shown")?;
    write(&format!("{text}\n"))
}

/// Writes to standard output. A reader that went away, such as `head`, is no failure.
pub(crate) fn write(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.context("standard output cannot be written"),
    }
}

/// A table without lines, so that it can be read and cut.
fn table(columns: &[Column], items: &[Value], names: &HashMap<String, String>) -> String {
    let mut table = plain();
    table.set_header(columns.iter().map(|(title, _, _)| *title));
    for item in items {
        table.add_row(
            columns
                .iter()
                .map(|(_, path, show)| shown(lookup(item, path), *show, names)),
        );
    }
    for (index, (_, _, show)) in columns.iter().enumerate() {
        if matches!(show, Show::Bytes | Show::Percent)
            && let Some(column) = table.column_mut(index)
        {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    trimmed(&table)
}

fn plain() -> Table {
    let mut table = Table::new();
    table
        .load_style(NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn trimmed(table: &Table) -> String {
    let mut text = String::new();
    for line in table.lines() {
        text.push_str(line.trim_end().strip_prefix(' ').unwrap_or(line.trim_end()));
        text.push('\n');
    }
    text
}

/// Id and name first, then the fields in the order of the alphabet. Fields of fields are written
/// `outer.inner`; empty ones are left out.
fn details(thing: &Value, names: &HashMap<String, String>) -> String {
    let mut table = plain();
    let mut rows = Vec::new();
    flatten("", thing, names, &mut rows);
    rows.sort_by_key(|(field, _)| match field.as_str() {
        "id" => 0,
        "name" => 1,
        _ => 2,
    });
    for (field, text) in rows {
        table.add_row([field, text]);
    }
    trimmed(&table)
}

fn flatten(
    prefix: &str,
    thing: &Value,
    names: &HashMap<String, String>,
    rows: &mut Vec<(String, String)>,
) {
    let Some(fields) = thing.as_object() else {
        return;
    };
    for (name, value) in fields {
        let field = format!("{prefix}{name}");
        match value {
            Value::Object(_) => flatten(&format!("{field}."), value, names, rows),
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for (index, item) in items.iter().enumerate() {
                    flatten(&format!("{field}.{}.", index + 1), item, names, rows);
                }
            }
            _ => {
                let text = shown(value, by_field(name), names);
                if !text.is_empty() {
                    rows.push((field, text));
                }
            }
        }
    }
}

/// How a field is shown whose name is all that is known of it.
fn by_field(name: &str) -> Show {
    match name {
        "size" | "virtual_size" | "capacity" | "used" | "reserved" | "available" | "allocated"
        | "image_bytes" | "max_image_bytes" => Show::Bytes,
        "id" => Show::Text,
        _ if name.ends_with("_at") => Show::Time,
        _ => Show::Name,
    }
}

fn lookup<'a>(item: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(item, |value, field| &value[field])
}

fn shown(value: &Value, show: Show, names: &HashMap<String, String>) -> String {
    match (value, show) {
        (Value::Null, _) => String::new(),
        (Value::Array(items), _) => {
            let texts: Vec<_> = items.iter().map(|item| shown(item, show, names)).collect();
            texts.join(", ")
        }
        (Value::Number(number), Show::Bytes) => match number.as_u64() {
            Some(bytes) => ByteCount(bytes).to_string(),
            None => number.to_string(),
        },
        (Value::Number(number), Show::Percent) => {
            format!("{:.0} %", number.as_f64().unwrap_or(0.0))
        }
        (Value::String(text), Show::Time) => to_the_second(text),
        (Value::String(text), Show::Name) => names.get(text).unwrap_or(text).clone(),
        (Value::String(text), _) => text.clone(),
        (Value::Bool(true), _) => "yes".to_owned(),
        (Value::Bool(false), _) => "no".to_owned(),
        (other, _) => other.to_string(),
    }
}

/// `2026-11-21T08:00:00.25Z` → `2026-11-21 08:00:00`.
fn to_the_second(time: &str) -> String {
    match time.split_once('T') {
        Some((day, rest)) => {
            let clock = rest.split(['.', 'Z']).next().unwrap_or(rest);
            format!("{day} {clock}")
        }
        None => time.to_owned(),
    }
}

#[cfg(test)]
mod tests;
