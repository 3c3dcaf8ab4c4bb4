//! Metadata definitions.

use gaze_app::json;
use gaze_domain::metadef::{
    Association, Contents, Definition, Definitions, Existing, Loaded, NamespaceFacts,
    NamespaceVisibility, Object, Property,
};
use gaze_domain::{Error, Result};

use crate::wire::metadef as wire;
use crate::wire::value::Word;

/// What is to be loaded, and what becomes of what exists.
pub(crate) fn load(load: wire::Load) -> Result<(Vec<(NamespaceFacts, Contents)>, Existing)> {
    let namespaces = load.namespaces.into_iter().enumerate();
    let read: Result<_> = namespaces
        .map(|(at, it)| namespace(it).map_err(|error| within(&format!("namespaces.{at}"), error)))
        .collect();
    Ok((read?, load.existing.map_or(Existing::Keep, |word| word.0)))
}

fn namespace(of: wire::Namespace) -> Result<(NamespaceFacts, Contents)> {
    let facts = NamespaceFacts {
        name: of.namespace,
        title: of.display_name,
        description: of.description,
        visibility: of
            .visibility
            .map_or(NamespaceVisibility::Private, |word| word.0),
        protected: of.protected.unwrap_or(false),
        owner: None,
    };
    let associations = of.resource_type_associations.into_iter();
    let objects = of.objects.into_iter().enumerate();
    let contents = Contents {
        associations: associations
            .map(|it| Association {
                resource_type: it.name,
                prefix: it.prefix,
                target: it.properties_target,
            })
            .collect(),
        properties: definitions(of.properties)?
            .into_iter()
            .map(|(name, definition)| Property { name, definition })
            .collect(),
        objects: objects
            .map(|(at, it)| object(it).map_err(|error| within(&format!("objects.{at}"), error)))
            .collect::<Result<_>>()?,
        tags: of.tags.into_iter().map(|tag| tag.name).collect(),
    };
    Ok((facts, contents))
}

fn object(of: wire::MetadefObject) -> Result<Object> {
    Ok(Object {
        name: of.name,
        description: of.description,
        required: of.required,
        properties: definitions(of.properties)?,
    })
}

fn definitions(of: wire::Definitions) -> Result<Definitions> {
    of.into_iter()
        .map(|(name, facts)| {
            let facts = facts.into_iter();
            let facts = facts.map(|(fact, value)| (fact, json::read(value)));
            let read = Definition::new(facts.collect());
            let read = read.map_err(|error| within(&format!("properties.{name}"), error))?;
            Ok((name, read))
        })
        .collect()
}

fn within(place: &str, error: Error) -> Error {
    match error {
        Error::Invalid { field, reason } => Error::invalid(format!("{place}.{field}"), reason),
        other => other,
    }
}

pub(crate) fn outcome((namespace, loaded): (String, Loaded)) -> wire::Outcome {
    wire::Outcome {
        namespace,
        outcome: Word(loaded),
    }
}
