//! What metadata definitions are shown as.

use gaze_domain::metadef::{Association, Dated, Namespace, Object, Property};

/// A namespace and everything in it.
#[derive(Clone, Debug)]
pub struct NamespaceView {
    pub namespace: Namespace,
    pub associations: Vec<Dated<Association>>,
    pub properties: Vec<Dated<Property>>,
    pub objects: Vec<Dated<Object>>,
    pub tags: Vec<Dated<String>>,
}

/// A namespace as lists show it: with the types of things that it is for.
#[derive(Clone, Debug)]
pub struct ListedNamespace {
    pub namespace: Namespace,
    pub associations: Vec<Dated<Association>>,
}
