//! Lists of namespaces in pages.

use gaze_domain::list::Direction;
use gaze_domain::metadef::{
    Contents, NamespaceFacts, NamespaceKey, NamespaceList, NamespaceVisibility,
};

use crate::harness::{assert_refused, worlds};
use crate::metadefs::{association, names, public};

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_namespaces_meet_in_every_order() {
    for world in worlds().await {
        let (app, admin) = (&world.app, &world.admin.caller);
        for (at, name) in ["e", "b", "d", "a", "c"].iter().enumerate() {
            let facts = NamespaceFacts {
                title: (at % 2 == 0).then(|| format!("Title {}", at % 3)),
                protected: at % 2 == 0,
                owner: (at == 1).then_some(world.tenant.project.id),
                ..if at < 3 {
                    public(name)
                } else {
                    NamespaceFacts::named(*name)
                }
            };
            let kinds = if at == 4 {
                "OS::Nova::Flavor"
            } else {
                "OS::Glance::Image"
            };
            let inside = Contents {
                associations: vec![association(kinds, None)],
                ..Contents::default()
            };
            app.create_namespace(admin, facts, inside).await.unwrap();
        }
        for key in [
            NamespaceKey::CreatedAt,
            NamespaceKey::UpdatedAt,
            NamespaceKey::Name,
            NamespaceKey::Title,
            NamespaceKey::Visibility,
            NamespaceKey::Protected,
            NamespaceKey::Owner,
        ] {
            for direction in [Direction::Ascending, Direction::Descending] {
                let list = NamespaceList {
                    key,
                    direction,
                    ..NamespaceList::new(100)
                };
                let whole = names(&world, admin, list.clone()).await;
                assert_eq!(whole.len(), 5);
                let mut paged: Vec<String> = Vec::new();
                loop {
                    let list = NamespaceList {
                        after: paged.last().cloned(),
                        limit: 2,
                        ..list.clone()
                    };
                    let page = names(&world, admin, list).await;
                    if page.is_empty() {
                        break;
                    }
                    paged.extend(page);
                }
                assert_eq!(paged, whole, "{key:?} {direction:?}");
            }
        }
        let newest = names(&world, admin, NamespaceList::new(2)).await;
        assert_eq!(newest, ["c", "a"]);
        let private = NamespaceList {
            visibility: Some(NamespaceVisibility::Private),
            ..NamespaceList::new(9)
        };
        assert_eq!(names(&world, admin, private).await, ["c", "a"]);
        let flavors = NamespaceList {
            resource_types: vec!["OS::Nova::Flavor".into(), "Nothing".into()],
            ..NamespaceList::new(9)
        };
        assert_eq!(names(&world, admin, flavors).await, ["c"]);
        let nowhere = NamespaceList {
            after: Some("a".into()),
            ..NamespaceList::new(9)
        };
        let tenant = &world.tenant.caller;
        assert_refused(app.list_namespaces(tenant, nowhere).await, "NotFound");
    }
}
