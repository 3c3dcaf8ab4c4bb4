//! Loading metadata definitions: what becomes of what exists, all or nothing.

use gaze_domain::metadef::{Contents, Existing, Loaded, MAX_OF_A_KIND, NamespaceFacts};

use crate::harness::{assert_refused, worlds};
use crate::metadefs::{association, contents, property, public, said};

/// What a namespace has before something is loaded, and what is loaded.
fn before_and_loaded() -> (Contents, Contents) {
    let mut before = contents("old");
    before.tags.push("old".into());
    before.properties.push(property("old", "old"));
    let mut loaded = contents("new");
    loaded.tags.push("new".into());
    loaded.properties.push(property("new", "new"));
    loaded.associations.push(association("New", None));
    (before, loaded)
}

#[tokio::test(flavor = "multi_thread")]
async fn loading_keeps_merges_updates_or_replaces_what_exists() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let (before, new) = before_and_loaded();
        let merged = |title: &str| {
            let mut merged = contents(title);
            merged.tags = vec!["new".into(), "old".into(), "t".into()];
            merged.properties = vec![
                property("new", "new"),
                property("old", "old"),
                property("p", title),
            ];
            merged.associations.push(association("New", None));
            merged
        };
        let mut replaced = new.clone();
        replaced.tags.sort();
        replaced
            .properties
            .sort_by(|one, two| one.name.cmp(&two.name));
        replaced
            .associations
            .sort_by(|one, two| one.resource_type.cmp(&two.resource_type));
        let mut kept = before.clone();
        kept.tags.sort();
        kept.properties.sort_by(|one, two| one.name.cmp(&two.name));
        for (existing, outcome, expected, title) in [
            (Existing::Keep, Loaded::Kept, kept, Some("Before")),
            (
                Existing::Merge,
                Loaded::Merged,
                merged("old"),
                Some("Before"),
            ),
            (Existing::Update, Loaded::Updated, merged("new"), None),
            (Existing::Replace, Loaded::Replaced, replaced, None),
        ] {
            let facts = NamespaceFacts {
                title: Some("Before".into()),
                owner: Some(world.tenant.project.id),
                ..public("n")
            };
            let made = app.create_namespace(admin, facts, before.clone()).await;
            let made = made.unwrap().namespace;
            let both = vec![(public("n"), new.clone()), (public("m"), new.clone())];
            let loaded = app.load_namespaces(admin, both, existing).await.unwrap();
            assert_eq!(
                loaded,
                [("n".to_owned(), outcome), ("m".to_owned(), Loaded::Created)]
            );
            let shown = app.get_namespace(admin, "n").await.unwrap();
            assert_eq!(said(&shown), expected, "{existing}");
            assert_eq!(shown.namespace.title.as_deref(), title, "{existing}");
            let kept = (shown.namespace.owner, shown.namespace.created_at);
            assert_eq!(kept, (made.owner, made.created_at));
            app.delete_namespace(admin, "n").await.unwrap();
            app.delete_namespace(admin, "m").await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_namespaces_that_are_loaded_one_that_is_wrong_spoils_all() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        let mut wrong = contents("T");
        wrong.tags.push(String::new());
        let all = vec![(public("n"), contents("T")), (public("m"), wrong)];
        let error = app.load_namespaces(admin, all, Existing::Keep).await;
        let error = assert_refused(error, "Invalid");
        assert_eq!(error.to_string(), "namespaces.1.tags: must not be empty");
        assert_refused(app.get_namespace(admin, "n").await, "NotFound");

        let full = Contents {
            tags: (0..MAX_OF_A_KIND).map(|at| at.to_string()).collect(),
            ..Contents::default()
        };
        app.create_namespace(admin, public("full"), full)
            .await
            .unwrap();
        let all = vec![
            (public("n"), contents("T")),
            (public("full"), contents("T")),
        ];
        let loaded = app.load_namespaces(admin, all, Existing::Merge).await;
        assert_refused(loaded, "Invalid");
        assert_refused(app.get_namespace(admin, "n").await, "NotFound");
        let shown = app.get_namespace(admin, "full").await.unwrap();
        assert!(shown.objects.is_empty());
    }
}
