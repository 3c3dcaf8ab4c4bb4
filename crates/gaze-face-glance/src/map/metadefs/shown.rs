//! Metadata definitions as Glance shows them.

use std::collections::BTreeMap;

use gaze_app::{ListedNamespace, NamespaceView, json};
use gaze_domain::metadef::{self, Dated, Definition, Definitions, NamespaceVisibility};

use crate::map::words::time;
use crate::wire::metadef::{Association, Facts, Named, Namespace, Object, Property, TagName};

const BASE: &str = "/v2/metadefs/namespaces";

/// A namespace by itself: what an update answers.
pub(crate) fn namespace(namespace: &metadef::Namespace) -> Namespace<'_> {
    Namespace {
        namespace: &namespace.name,
        display_name: namespace.title.as_deref(),
        description: namespace.description.as_deref(),
        visibility: match namespace.visibility {
            NamespaceVisibility::Public => "public",
            NamespaceVisibility::Private => "private",
        },
        protected: namespace.protected,
        owner: namespace.owner.hex(),
        created_at: time(namespace.created_at),
        updated_at: time(namespace.updated_at),
        resource_type_associations: Vec::new(),
        properties: BTreeMap::new(),
        objects: Vec::new(),
        tags: Vec::new(),
        address: format!("{BASE}/{}", namespace.name),
        schema: "/v2/schemas/metadefs/namespace",
    }
}

pub(crate) fn listed(listed: &ListedNamespace) -> Namespace<'_> {
    Namespace {
        resource_type_associations: listed.associations.iter().map(association).collect(),
        ..namespace(&listed.namespace)
    }
}

/// A namespace with everything in it, each property by the name that it has on the type of things
/// that was asked about, if one was.
pub(crate) fn whole<'v>(view: &'v NamespaceView, on: Option<&str>) -> Namespace<'v> {
    let associated = view.associations.iter();
    let mut associated = associated.filter(|it| Some(it.thing.resource_type.as_str()) == on);
    let prefix = associated.next().and_then(|it| it.thing.prefix.as_deref());
    let prefix = prefix.unwrap_or_default();
    let objects = view.objects.iter().map(|it| {
        let mut shown = object(&view.namespace.name, it);
        shown.properties = facts(prefix, &it.thing.properties);
        shown.required = required(prefix, &it.thing.required);
        shown
    });
    let properties = view.properties.iter().map(|it| {
        let name = format!("{prefix}{}", it.thing.name);
        (name, facts_of(&it.thing.definition))
    });
    Namespace {
        resource_type_associations: view.associations.iter().map(association).collect(),
        properties: properties.collect(),
        objects: objects.collect(),
        tags: view.tags.iter().map(|tag| tag_name(&tag.thing)).collect(),
        ..namespace(&view.namespace)
    }
}

pub(crate) fn object<'o>(namespace: &str, object: &'o Dated<metadef::Object>) -> Object<'o> {
    let thing = &object.thing;
    Object {
        name: &thing.name,
        description: thing.description.as_deref(),
        required: required("", &thing.required),
        properties: facts("", &thing.properties),
        created_at: time(object.created_at),
        updated_at: time(object.updated_at),
        address: format!("{BASE}/{namespace}/objects/{}", thing.name),
        schema: "/v2/schemas/metadefs/object",
    }
}

fn required(prefix: &str, names: &[String]) -> Vec<String> {
    let names = names.iter();
    names.map(|name| format!("{prefix}{name}")).collect()
}

fn facts(prefix: &str, definitions: &Definitions) -> BTreeMap<String, Facts> {
    let definitions = definitions.iter();
    definitions
        .map(|(name, definition)| (format!("{prefix}{name}"), facts_of(definition)))
        .collect()
}

fn facts_of(definition: &Definition) -> Facts {
    let facts = definition.facts().iter();
    facts
        .map(|(name, fact)| (name.clone(), json::written(fact)))
        .collect()
}

pub(crate) fn property(property: &metadef::Property) -> Property<'_> {
    Property {
        name: &property.name,
        facts: facts_of(&property.definition),
    }
}

pub(crate) fn properties(list: &[Dated<metadef::Property>]) -> BTreeMap<String, Facts> {
    list.iter()
        .map(|it| (it.thing.name.clone(), facts_of(&it.thing.definition)))
        .collect()
}

pub(crate) fn association(association: &Dated<metadef::Association>) -> Association<'_> {
    let thing = &association.thing;
    Association {
        name: &thing.resource_type,
        prefix: thing.prefix.as_deref(),
        properties_target: thing.target.as_deref(),
        created_at: time(association.created_at),
        updated_at: time(association.updated_at),
    }
}

pub(crate) fn named(named: &Dated<String>) -> Named<'_> {
    Named {
        name: &named.thing,
        created_at: time(named.created_at),
        updated_at: time(named.updated_at),
    }
}

pub(crate) fn tag_name(name: &str) -> TagName<'_> {
    TagName { name }
}
