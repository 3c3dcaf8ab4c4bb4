//! Documents of clients. Source: Glance's schemas of metadata definitions.

use gaze_app::json;
use gaze_domain::metadef::{
    Association, Contents, Definition, Definitions, NamespaceFacts, NamespaceVisibility, Object,
    Property, check_name,
};
use gaze_domain::{Error, ProjectId};
use serde_json::Value;

use super::document::Document;
use crate::errors::Refusal;

const GENERATED: &[&str] = &["self", "schema", "created_at", "updated_at"];
const TIMES: &[&str] = &["created_at", "updated_at"];

/// A namespace and what is to be in it.
pub(crate) fn namespace(value: Value) -> Result<(NamespaceFacts, Contents), Refusal> {
    let mut document = Document::new("namespace", value)?.without(GENERATED)?;
    let facts = NamespaceFacts {
        name: document.needed("namespace")?,
        title: document.text("display_name")?,
        description: document.text("description")?,
        visibility: match document.text("visibility")? {
            None => NamespaceVisibility::Private,
            Some(word) => visibility(&word).ok_or_else(|| {
                document.refusal("visibility", "is not one of ['public', 'private']")
            })?,
        },
        protected: document.flag("protected")?.unwrap_or(false),
        owner: match document.text("owner")? {
            None => None,
            Some(text) => Some(
                ProjectId::parse(&text)
                    .ok_or_else(|| document.refusal("owner", "is not the id of a project"))?,
            ),
        },
    };
    let contents = Contents {
        associations: each(&mut document, "resource_type_associations", |it| {
            association_of(it.ignoring(TIMES))
        })?,
        properties: definitions(&mut document)?
            .into_iter()
            .map(|(name, definition)| Property { name, definition })
            .collect(),
        objects: each(&mut document, "objects", |it| {
            object_of(it.ignoring(GENERATED))
        })?,
        tags: each(&mut document, "tags", |it| tag_of(it.ignoring(TIMES)))?,
    };
    document.end()?;
    Ok((facts, contents))
}

/// What `visibility` may be.
pub(crate) fn visibility(word: &str) -> Option<NamespaceVisibility> {
    match word {
        "public" => Some(NamespaceVisibility::Public),
        "private" => Some(NamespaceVisibility::Private),
        _ => None,
    }
}

fn each<T>(
    document: &mut Document,
    name: &str,
    read: impl Fn(Document) -> Result<T, Refusal>,
) -> Result<Vec<T>, Refusal> {
    let objects = document.objects(name)?.unwrap_or_default();
    objects.into_iter().map(read).collect()
}

pub(crate) fn object(value: Value) -> Result<Object, Refusal> {
    object_of(Document::new("object", value)?.without(GENERATED)?)
}

fn object_of(mut document: Document) -> Result<Object, Refusal> {
    let object = Object {
        name: document.needed("name")?,
        description: document.text("description")?,
        required: document.texts("required")?,
        properties: definitions(&mut document)?,
    };
    document.end()?;
    Ok(object)
}

pub(crate) fn property(value: Value) -> Result<Property, Refusal> {
    let mut document = Document::new("property", value)?.without(TIMES)?;
    Ok(Property {
        name: document.needed("name")?,
        definition: definition(document)?,
    })
}

/// The member `properties`. A definition there may repeat its name, which says nothing.
fn definitions(document: &mut Document) -> Result<Definitions, Refusal> {
    let named = document.named("properties")?.into_iter();
    named
        .map(|(name, mut document)| {
            if let Some(repeated) = document.text("name")? {
                let checked = check_name("name", &repeated);
                checked.map_err(|error| refused(&document, error))?;
            }
            Ok((name, definition(document)?))
        })
        .collect()
}

fn definition(mut document: Document) -> Result<Definition, Refusal> {
    let facts = document.rest().into_iter();
    let facts = facts.map(|(name, value)| (name, json::read(value)));
    Definition::new(facts.collect()).map_err(|error| refused(&document, error))
}

fn refused(document: &Document, error: Error) -> Refusal {
    match error {
        Error::Invalid { field, reason } => document.refusal(&field, &reason),
        other => other.into(),
    }
}

pub(crate) fn association(value: Value) -> Result<Association, Refusal> {
    association_of(Document::new("resource_type_association", value)?.without(TIMES)?)
}

fn association_of(mut document: Document) -> Result<Association, Refusal> {
    let association = Association {
        resource_type: document.needed("name")?,
        prefix: document.text("prefix")?,
        target: document.text("properties_target")?,
    };
    document.end()?;
    Ok(association)
}

/// The new name of a tag.
pub(crate) fn tag(value: Value) -> Result<String, Refusal> {
    tag_of(Document::new("tag", value)?.without(TIMES)?)
}

fn tag_of(mut document: Document) -> Result<String, Refusal> {
    let name = document.needed("name")?;
    document.end()?;
    Ok(name)
}

pub(crate) fn tags(value: Value) -> Result<Vec<String>, Refusal> {
    let mut document = Document::new("tags", value)?.without(TIMES)?;
    let Some(tags) = document.objects("tags")? else {
        return Err(document.refusal("tags", "is a required property"));
    };
    let tags = tags.into_iter().map(tag_of).collect();
    document.end()?;
    tags
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told<T: std::fmt::Debug>(result: Result<T, Refusal>) -> String {
        let told = result.unwrap_err().told();
        let rest = told.split_once(": ");
        rest.map_or(told.clone(), |(_, reason)| reason.to_owned())
    }

    #[test]
    fn a_namespace_is_read_with_everything_in_it() {
        let (facts, contents) = namespace(json!({
            "namespace": "OS::Test",
            "display_name": "Test",
            "visibility": "public",
            "protected": true,
            "owner": "2".repeat(32),
            "resource_type_associations": [
                {"name": "OS::Glance::Image", "prefix": "hw_", "properties_target": "image",
                 "created_at": "2014-09-19T16:09:13Z"},
            ],
            "properties": {"p": {"name": "p", "title": "P", "type": "integer", "default": 8}},
            "objects": [{"name": "o", "required": ["q"], "self": "/v2/x",
                         "properties": {"q": {"title": "Q", "type": "string"}}}],
            "tags": [{"name": "t"}],
        }))
        .unwrap();
        assert_eq!(facts.title.as_deref(), Some("Test"));
        assert_eq!(facts.visibility, NamespaceVisibility::Public);
        assert!(facts.protected && facts.owner.is_some());
        assert_eq!(contents.associations[0].target.as_deref(), Some("image"));
        assert!(
            !contents.properties[0]
                .definition
                .facts()
                .contains_key("name")
        );
        assert_eq!(contents.objects[0].required, ["q"]);
        assert!(contents.objects[0].properties.contains_key("q"));
        assert_eq!(contents.tags, ["t"]);
        let (facts, contents) = namespace(json!({"namespace": "a"})).unwrap();
        assert_eq!(facts, NamespaceFacts::named("a"));
        assert_eq!(contents, Contents::default());
    }

    #[test]
    fn what_a_namespace_may_not_say_is_told_by_its_place() {
        for (extra, expected) in [
            (
                json!({"namespace": 5}),
                "namespace: 5 is not of type 'string'",
            ),
            (
                json!({"colour": 1}),
                "colour: additional properties are not allowed",
            ),
            (
                json!({"visibility": "shared"}),
                "visibility: is not one of ['public', 'private']",
            ),
            (json!({"owner": "me"}), "owner: is not the id of a project"),
            (
                json!({"protected": "yes"}),
                "protected: \"yes\" is not of type 'boolean'",
            ),
            (
                json!({"objects": {}}),
                "objects: an object is not of type 'array'",
            ),
            (
                json!({"objects": [7]}),
                "objects.0: 7 is not of type 'object'",
            ),
            (json!({"tags": [{}]}), "tags.0.name: is a required property"),
            (
                json!({"properties": {"p": {"title": "P"}}}),
                "properties.p.type: is required",
            ),
            (
                json!({"objects": [{"name": "o", "properties": {"p": {"title": "P", "type": 1}}}]}),
                "objects.0.properties.p.type: must be a string, not 1",
            ),
        ] {
            let mut document = json!({"namespace": "a"});
            let members = extra.as_object().unwrap().clone();
            document.as_object_mut().unwrap().extend(members);
            assert_eq!(told(namespace(document)), expected, "{extra}");
        }
        let refused = namespace(json!({"namespace": "a", "self": "b"})).unwrap_err();
        assert_eq!(refused.told(), "403 Attribute 'self' is read-only.");
        assert_eq!(
            told(namespace(json!({}))),
            "namespace: is a required property"
        );
    }

    #[test]
    fn lists_of_tags_name_each() {
        assert_eq!(tags(json!({"tags": [{"name": "a"}]})).unwrap(), ["a"]);
        assert!(tags(json!({"tags": []})).unwrap().is_empty());
        assert_eq!(told(tags(json!({}))), "tags: is a required property");
        assert_eq!(
            told(tags(json!({"tags": [{"name": "a", "b": 1}]}))),
            "tags.0.b: additional properties are not allowed"
        );
        assert_eq!(
            told(tags(json!([]))),
            "it: an array is not of type 'object'"
        );
    }
}
