//! Metadata definitions: who may what, all or nothing, protection.

use std::collections::BTreeMap;

use gaze_app::NamespaceView;
use gaze_domain::json::Json;
use gaze_domain::metadef::{
    Association, Contents, Definition, Definitions, Existing, MAX_OF_A_KIND, NamespaceFacts,
    NamespaceList, NamespaceVisibility, Object, Property, TagList,
};
use gaze_domain::{Caller, Role};
use gaze_testkit::World;

use crate::harness::{assert_refused, worlds};

fn definition(title: &str) -> Definition {
    let text = |text: &str| Json::Text(text.into());
    let facts = [("title", text(title)), ("type", text("string"))];
    let facts = facts.map(|(name, value)| (name.to_owned(), value));
    Definition::new(BTreeMap::from(facts)).unwrap()
}

pub(crate) fn property(name: &str, title: &str) -> Property {
    Property {
        name: name.into(),
        definition: definition(title),
    }
}

fn object(name: &str, title: &str) -> Object {
    Object {
        name: name.into(),
        description: Some(title.into()),
        required: vec!["q".into()],
        properties: Definitions::from([("q".to_owned(), definition(title))]),
    }
}

pub(crate) fn association(resource_type: &str, prefix: Option<&str>) -> Association {
    Association {
        resource_type: resource_type.into(),
        prefix: prefix.map(str::to_owned),
        target: None,
    }
}

/// One of each kind.
pub(crate) fn contents(title: &str) -> Contents {
    Contents {
        associations: vec![association("OS::Glance::Image", Some(title))],
        properties: vec![property("p", title)],
        objects: vec![object("o", title)],
        tags: vec!["t".into()],
    }
}

pub(crate) fn public(name: &str) -> NamespaceFacts {
    NamespaceFacts {
        visibility: NamespaceVisibility::Public,
        ..NamespaceFacts::named(name)
    }
}

pub(crate) fn said(view: &NamespaceView) -> Contents {
    Contents {
        associations: view
            .associations
            .iter()
            .map(|it| it.thing.clone())
            .collect(),
        properties: view.properties.iter().map(|it| it.thing.clone()).collect(),
        objects: view.objects.iter().map(|it| it.thing.clone()).collect(),
        tags: view.tags.iter().map(|it| it.thing.clone()).collect(),
    }
}

fn reader_of(caller: &Caller) -> Caller {
    Caller {
        role: Role::Reader,
        ..caller.clone()
    }
}

pub(crate) async fn names(world: &World, caller: &Caller, list: NamespaceList) -> Vec<String> {
    let found = world.app.list_namespaces(caller, list).await.unwrap();
    found.into_iter().map(|it| it.namespace.name).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_reads_what_is_public_or_its_own_and_an_administrator_writes() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let own = NamespaceFacts {
            owner: Some(world.tenant.project.id),
            ..NamespaceFacts::named("own")
        };
        for facts in [public("public"), own, NamespaceFacts::named("hidden")] {
            let name = facts.name.clone();
            let made = app.create_namespace(admin, facts, contents("T")).await;
            assert_eq!(said(&made.unwrap()), contents("T"));
            let shown = app.get_namespace(admin, &name).await.unwrap();
            assert_eq!(said(&shown), contents("T"));
        }
        let reader = reader_of(&world.tenant.caller);
        for caller in [&world.tenant.caller, &reader] {
            let seen = names(&world, caller, NamespaceList::new(9)).await;
            assert_eq!(seen, ["own", "public"]);
            for name in ["own", "public"] {
                app.get_namespace(caller, name).await.unwrap();
                let changed = app.update_namespace(caller, name, public(name)).await;
                assert_refused(changed, "Forbidden");
                assert_refused(app.delete_namespace(caller, name).await, "Forbidden");
                let added = app.create_metadef_object(caller, name, object("n", "T"));
                assert_refused(added.await, "Forbidden");
                let added = app.set_metadef_tags(caller, name, vec!["n".into()], true);
                assert_refused(added.await, "Forbidden");
            }
            assert_refused(app.get_namespace(caller, "hidden").await, "NotFound");
            assert_refused(app.delete_namespace(caller, "hidden").await, "NotFound");
            assert_refused(
                app.get_metadef_object(caller, "hidden", "o").await,
                "NotFound",
            );
            assert_refused(
                app.list_metadef_tags(caller, "hidden", TagList::all())
                    .await,
                "NotFound",
            );
            let made = app.create_namespace(caller, public("n"), Contents::default());
            assert_refused(made.await, "Forbidden");
            let loaded = app.load_namespaces(caller, Vec::new(), Existing::Keep);
            assert_refused(loaded.await, "Forbidden");
        }
        let seen = names(&world, &world.stranger.caller, NamespaceList::new(9)).await;
        assert_eq!(seen, ["public"]);
        let deleted = app.delete_project(admin, world.tenant.project.id).await;
        assert_refused(deleted, "InUse");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_namespace_is_made_with_all_that_is_in_it_or_not_at_all() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let mut twice = contents("T");
        twice.objects.push(object("o", "U"));
        let made = app.create_namespace(admin, public("n"), twice).await;
        assert_refused(made, "AlreadyExists");
        let nobody = NamespaceFacts {
            owner: Some(gaze_domain::ProjectId::new(app.new_uuid())),
            ..public("n")
        };
        let made = app.create_namespace(admin, nobody.clone(), contents("T"));
        assert_refused(made.await, "Invalid");
        assert_refused(app.get_namespace(admin, "n").await, "NotFound");

        let made = app.create_namespace(admin, public("n"), contents("T"));
        let made = made.await.unwrap().namespace;
        assert_eq!(made.owner, world.admin.project.id);
        let made_again = app.create_namespace(admin, public("n"), contents("T"));
        assert_refused(made_again.await, "AlreadyExists");
        assert_refused(app.update_namespace(admin, "n", nobody).await, "Invalid");
        app.create_namespace(admin, public("m"), Contents::default())
            .await
            .unwrap();
        let taken = app.update_namespace(admin, "n", public("m")).await;
        assert_refused(taken, "AlreadyExists");

        let renamed = app.update_namespace(admin, "n", public("r")).await.unwrap();
        assert_eq!((renamed.id, renamed.created_at), (made.id, made.created_at));
        assert!(renamed.updated_at > made.updated_at);
        let shown = app.get_namespace(admin, "r").await.unwrap();
        assert_eq!((said(&shown), shown.namespace), (contents("T"), renamed));
        app.delete_namespace(admin, "r").await.unwrap();
        assert_refused(app.get_namespace(admin, "r").await, "NotFound");
        // Nothing is left that would come back with the name.
        app.create_namespace(admin, public("r"), Contents::default())
            .await
            .unwrap();
        let shown = app.get_namespace(admin, "r").await.unwrap();
        assert_eq!(said(&shown), Contents::default());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_protected_is_not_deleted_and_may_be_changed() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let kept = NamespaceFacts {
            protected: true,
            ..public("n")
        };
        app.create_namespace(admin, kept, contents("T"))
            .await
            .unwrap();
        assert_refused(app.delete_namespace(admin, "n").await, "WrongState");
        assert_refused(
            app.delete_metadef_object(admin, "n", "o").await,
            "WrongState",
        );
        assert_refused(app.delete_metadef_objects(admin, "n").await, "WrongState");
        assert_refused(
            app.delete_metadef_property(admin, "n", "p").await,
            "WrongState",
        );
        assert_refused(
            app.delete_metadef_properties(admin, "n").await,
            "WrongState",
        );
        assert_refused(app.delete_metadef_tag(admin, "n", "t").await, "WrongState");
        assert_refused(app.delete_metadef_tags(admin, "n").await, "WrongState");
        assert_refused(
            app.dissociate(admin, "n", "OS::Glance::Image").await,
            "WrongState",
        );
        assert_refused(app.delete_metadef_object(admin, "n", "x").await, "NotFound");
        let shown = app.get_namespace(admin, "n").await.unwrap();
        assert_eq!(said(&shown), contents("T"));

        let changed = app.update_metadef_object(admin, "n", "o", object("o2", "U"));
        let changed = changed.await.unwrap();
        assert!(changed.updated_at > changed.created_at);
        let found = app.get_metadef_object(admin, "n", "o2").await.unwrap();
        assert_eq!(found, changed);
        app.update_namespace(admin, "n", public("n")).await.unwrap();
        app.delete_metadef_object(admin, "n", "o2").await.unwrap();
        app.delete_metadef_property(admin, "n", "p").await.unwrap();
        app.delete_metadef_tag(admin, "n", "t").await.unwrap();
        app.dissociate(admin, "n", "OS::Glance::Image")
            .await
            .unwrap();
        let shown = app.get_namespace(admin, "n").await.unwrap();
        assert_eq!(said(&shown), Contents::default());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_tags_is_set_whole_or_not_at_all() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        app.create_namespace(admin, public("n"), Contents::default())
            .await
            .unwrap();
        let tags = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let shown = async || {
            let found = app
                .list_metadef_tags(admin, "n", TagList::all())
                .await
                .unwrap();
            let mut names: Vec<String> = found.into_iter().map(|it| it.thing).collect();
            names.sort();
            names
        };
        let set = async |names: &[&str], append| {
            app.set_metadef_tags(admin, "n", tags(names), append).await
        };
        set(&["a", "b"], false).await.unwrap();
        assert_refused(set(&["c", "a"], true).await, "AlreadyExists");
        assert_refused(set(&["c", "c"], false).await, "AlreadyExists");
        assert_eq!(shown().await, ["a", "b"]);
        set(&["c"], true).await.unwrap();
        assert_eq!(shown().await, ["a", "b", "c"]);
        set(&["d"], false).await.unwrap();
        set(&[], false).await.unwrap();
        assert_eq!(shown().await, ["d"]);
        let full: Vec<String> = (0..MAX_OF_A_KIND).map(|at| at.to_string()).collect();
        app.set_metadef_tags(admin, "n", full, false).await.unwrap();
        assert_refused(set(&["one more"], true).await, "Invalid");
        let made = app.create_metadef_tag(admin, "n", "one more".into()).await;
        assert_refused(made, "Invalid");
        assert_eq!(shown().await.len(), MAX_OF_A_KIND);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_property_is_found_by_the_name_that_it_has_on_a_type_of_things() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let mut inside = contents("hw_");
        inside.associations.push(association("Plain", None));
        app.create_namespace(admin, public("n"), inside)
            .await
            .unwrap();
        let get = async |name, on| app.get_metadef_property(admin, "n", name, on).await;
        let image = Some("OS::Glance::Image");
        assert_eq!(get("hw_p", image).await.unwrap().thing.name, "p");
        assert_eq!(get("p", None).await.unwrap().thing.name, "p");
        for (name, on) in [
            ("p", image),
            ("hw_p", None),
            ("hw_q", image),
            ("p", Some("Plain")),
            ("p", Some("OS::Nova::Flavor")),
        ] {
            assert_refused(get(name, on).await, "NotFound");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_of_things_that_was_named_stays_known() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let known = async || -> Vec<String> {
            let found = app.list_resource_types(&world.tenant.caller).await.unwrap();
            found.into_iter().map(|it| it.thing).collect()
        };
        let before = known().await;
        assert!(before.contains(&"OS::Glance::Image".to_owned()));
        app.create_namespace(admin, public("n"), Contents::default())
            .await
            .unwrap();
        app.associate(admin, "n", association("A::New", None))
            .await
            .unwrap();
        let again = app
            .associate(admin, "n", association("A::New", Some("x")))
            .await;
        assert_refused(again, "AlreadyExists");
        app.dissociate(admin, "n", "A::New").await.unwrap();
        assert_refused(app.dissociate(admin, "n", "A::New").await, "NotFound");
        app.delete_namespace(admin, "n").await.unwrap();
        let mut after = before;
        after.insert(0, "A::New".to_owned());
        assert_eq!(known().await, after);
    }
}
