//! A task that a client asks for by hand: the older way to import an image.
//!
//! Sources: Image API v2, "Create task"; Glance 33.0.0; python-glanceclient, `task-create`.

use gaze_app::NewImage;
use gaze_domain::Caller;
use serde_json::{Value, json};

use super::create;
use super::task::BY_HAND;
use super::words::BARE;
use crate::errors::Refusal;

/// Most bytes of an input, which is kept with the job: as much as an image's properties take.
const MAX_INPUT: usize = 64 << 10;

/// An image, where its bytes are, and the input that says so.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) new: NewImage,
    pub(crate) url: String,
    pub(crate) input: String,
}

pub(crate) fn asked(caller: &Caller, document: Value) -> Result<Asked, Refusal> {
    let Value::Object(mut document) = document else {
        return Err(wrong("it is not of type 'object'"));
    };
    let mut names = document.keys();
    if let Some(name) = names.find(|name| *name != "type" && *name != "input") {
        return Err(wrong(&format!("there is no property {name:?}")));
    }
    match document.get("type") {
        Some(Value::String(kind)) if kind == BY_HAND => {}
        Some(other) => return Err(wrong(&format!("{other} is not one of [\"{BY_HAND}\"]"))),
        None => return Err(wrong("'type' is a required property")),
    }
    let Some(Value::Object(input)) = document.remove("input") else {
        return Err(wrong("'input' is a required property of type 'object'"));
    };
    let text = |name: &str| match input.get(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
        _ => Err(missing(name)),
    };
    let (url, format) = (text("import_from")?, text("import_from_format")?);
    let Some(Value::Object(said)) = input.get("image_properties") else {
        return Err(missing("image_properties"));
    };
    let mut said = said.clone();
    said.entry("disk_format").or_insert(json!(format));
    said.entry("container_format").or_insert(json!(BARE));
    let new = create::image(caller, Value::Object(said), None)?;
    let input = Value::Object(input).to_string();
    if input.len() > MAX_INPUT {
        let told = format!("The input of a task has {MAX_INPUT} bytes at most.");
        return Err(Refusal::too_large(&told));
    }
    Ok(Asked { new, url, input })
}

fn wrong(reason: &str) -> Refusal {
    Refusal::schema("task", reason)
}

fn missing(name: &str) -> Refusal {
    Refusal::bad_request(&format!("Input does not contain '{name}' field"))
}

#[cfg(test)]
mod tests {
    use gaze_domain::{DiskFormat, DomainId, ProjectId, Role, UserId, Visibility};

    use super::*;

    fn told(document: Value) -> Result<Asked, String> {
        let caller = Caller {
            user: UserId::parse(&"1".repeat(32)).unwrap(),
            user_name: "u".into(),
            project: ProjectId::parse(&"2".repeat(32)).unwrap(),
            project_name: "p".into(),
            domain: DomainId::parse(&"3".repeat(32)).unwrap(),
            domain_name: "d".into(),
            role: Role::Admin,
            token: None,
        };
        asked(&caller, document).map_err(|refusal| refusal.told())
    }

    #[test]
    fn an_image_is_described_by_the_properties_and_the_format_of_its_source() {
        let input = json!({
            "import_from": "http://h/a",
            "import_from_format": "qcow2",
            "image_properties": {"name": "a", "visibility": "public", "team": "red"},
        });
        let asked = told(json!({"type": "import", "input": input})).unwrap();
        assert_eq!(asked.url, "http://h/a");
        assert_eq!(asked.new.name, "a");
        assert_eq!(asked.new.visibility, Visibility::Public);
        assert_eq!(asked.new.format, Some(DiskFormat::Qcow2));
        let properties: Vec<&str> = asked.new.properties.keys().map(String::as_str).collect();
        assert_eq!(properties, ["team"]);
        let kept: Value = serde_json::from_str(&asked.input).unwrap();
        assert_eq!(kept, input);
    }

    #[test]
    fn what_is_no_import_is_refused() {
        let input = |value: Value| json!({"type": "import", "input": value});
        for (document, expected) in [
            (
                json!([]),
                "400 Provided object does not match schema 'task'",
            ),
            (
                json!({}),
                "400 Provided object does not match schema 'task'",
            ),
            (
                json!({"type": "export", "input": {}}),
                "400 Provided object does not match schema 'task'",
            ),
            (
                json!({"type": "import", "input": {}, "owner": "x"}),
                "400 Provided object does not match schema 'task'",
            ),
            (
                input(json!({})),
                "400 Input does not contain 'import_from' field",
            ),
            (
                input(json!({"import_from": "http://h/a"})),
                "400 Input does not contain 'import_from_format' field",
            ),
            (
                input(json!({"import_from": "http://h/a", "import_from_format": "raw"})),
                "400 Input does not contain 'image_properties' field",
            ),
            (
                input(json!({
                    "import_from": "http://h/a",
                    "import_from_format": "raw",
                    "image_properties": {"size": 1},
                })),
                "403 Attribute 'size' is read-only.",
            ),
            (
                input(json!({
                    "import_from": "http://h/a",
                    "import_from_format": "raw",
                    "image_properties": {},
                    "more": "x".repeat(MAX_INPUT),
                })),
                "413",
            ),
        ] {
            let refused = told(document.clone()).unwrap_err();
            assert!(refused.starts_with(expected), "{refused}");
        }
    }
}
