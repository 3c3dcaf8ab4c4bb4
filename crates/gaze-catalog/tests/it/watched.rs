//! The tables that answers are said to be made of are those that their statements name.

use std::collections::BTreeSet;

use gaze_catalog::{
    Rows, cluster, image, instance, pool, region, store, token, volume, watched, zone,
};
use gaze_domain::list::{Condition, Direction, Field, ImageList, Scope, Sort, Test};
use gaze_domain::{
    ClusterId, ImageId, InstanceId, MemberState, PoolId, ProjectId, RegionId, VolumeId,
};
use gaze_sql::{Kind, Row, SqlError, Value};
use uuid::Uuid;

/// Answers nothing and remembers what it was asked.
#[derive(Default)]
struct Listener {
    tables: BTreeSet<String>,
}

impl Rows for Listener {
    fn kind(&self) -> Kind {
        Kind::Sqlite
    }

    async fn rows<'a>(
        &'a mut self,
        sql: &'a str,
        _args: &'a [Value],
    ) -> Result<Vec<Row>, SqlError> {
        let words: Vec<&str> = sql.split(|c: char| c.is_whitespace() || c == '(').collect();
        let named = words
            .windows(2)
            .filter(|pair| matches!(pair[0], "FROM" | "JOIN"))
            .map(|pair| pair[1].trim_end_matches([')', ',']).to_owned())
            // A statement in parentheses.
            .filter(|name| !name.is_empty());
        self.tables.extend(named);
        for pair in words.windows(2).filter(|pair| pair[0] == "WITH") {
            self.tables.remove(pair[1]);
        }
        Ok(Vec::new())
    }
}

fn check(listener: &mut Listener, tables: &[&str]) {
    let named = std::mem::take(&mut listener.tables);
    assert_eq!(named, tables.iter().map(|&it| it.to_owned()).collect());
}

#[tokio::test]
async fn no_table_is_left_out_and_none_is_too_many() {
    let listener = &mut Listener::default();
    token::find_holder(listener, "h").await.unwrap();
    check(listener, watched::HOLDERS);
    token::find_signer(listener, "a").await.unwrap();
    check(listener, watched::SIGNERS);
    region::list(listener).await.unwrap();
    zone::list(listener).await.unwrap();
    store::list(listener).await.unwrap();
    check(listener, watched::NAMES);
    let id = Uuid::from_u128(1);
    cluster::find(listener, ClusterId::new(id)).await.unwrap();
    check(listener, watched::CLUSTERS);
    pool::find(listener, PoolId::new(id)).await.unwrap();
    check(listener, watched::POOLS);
    instance::find(listener, InstanceId::new(id)).await.unwrap();
    check(listener, watched::INSTANCES);
    volume::find(listener, VolumeId::new(id)).await.unwrap();
    check(listener, watched::VOLUMES);

    let project = ProjectId::new(id);
    let shared = vec![MemberState::Accepted];
    let mut list = ImageList::new(Scope::Visible { project, shared }, 10);
    list.sort = vec![Sort {
        field: Field::Name,
        direction: Direction::Ascending,
    }];
    list.conditions = vec![
        Condition::InRegion(RegionId::new(id)),
        Condition::eq(Field::Tag, "t"),
        Condition::eq(Field::Property("p".into()), "v"),
        Condition::eq(Field::LocationStore, "s"),
        Condition::eq(Field::LocationStoreName, "s"),
        Condition::eq(Field::LocationZone, "z"),
        Condition::Field(Field::LocationZoneName, Test::NotNull),
        Condition::Field(Field::LocationKey, Test::IsNull),
    ];
    let mut by_class = list.clone();
    by_class.sort.clear();
    by_class.conditions = vec![Condition::eq(Field::Status, "active")];
    for list in [&list, &by_class] {
        image::heads(listener, list).await.unwrap();
        image::count_list(listener, list).await.unwrap();
    }
    // No class changes but with an image.
    assert!(listener.tables.remove("image_class"));
    check(listener, watched::LISTS);
    image::head(listener, ImageId::new(id)).await.unwrap();
    check(listener, watched::HEADS);
}

/// On PostgreSQL a table without a trigger would never be seen to change.
#[tokio::test]
async fn each_table_has_what_counts_its_changes() {
    for world in crate::world::empty().await {
        let db = world.catalog.db();
        if db.kind() == Kind::Sqlite {
            continue;
        }
        let sql = "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
                   JOIN pg_proc p ON p.oid = t.tgfoid
                   WHERE p.proname = 'count_change' ORDER BY c.relname";
        let rows = db.query(sql, &[]).await.unwrap();
        let counted: BTreeSet<&str> = rows.iter().map(|row| row.str(0).unwrap()).collect();
        let all = [
            watched::HOLDERS,
            watched::SIGNERS,
            watched::NAMES,
            watched::LISTS,
            watched::CLUSTERS,
            watched::POOLS,
            watched::INSTANCES,
            watched::VOLUMES,
        ];
        let tables: BTreeSet<&str> = all.into_iter().flatten().copied().collect();
        assert_eq!(counted, tables);
    }
}
