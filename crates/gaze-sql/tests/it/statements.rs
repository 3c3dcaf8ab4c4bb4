//! One text of a statement means the same on both databases.

use gaze_sql::{Migration, SqlError, Value};

use crate::{execute, ids, insert, with_items};

#[tokio::test]
async fn values_come_back_as_they_went_in() {
    for fresh in with_items().await {
        let check = async |id: &str, size: Value, body: Value| {
            let sql = "INSERT INTO item (id, size, body) VALUES ($1, $2, $3)";
            execute(&fresh.db, sql, &[id.into(), size.clone(), body.clone()])
                .await
                .unwrap();
            let sql = "SELECT size, body, id FROM item WHERE id = $1";
            let row = fresh
                .db
                .query_opt(sql, &[id.into()])
                .await
                .unwrap()
                .unwrap();
            assert_eq!(row.width(), 3);
            assert_eq!(
                Value::from(row.opt_int(0).unwrap()),
                size,
                "on {}",
                fresh.name
            );
            assert_eq!(
                Value::from(row.opt_bytes(1).unwrap()),
                body,
                "on {}",
                fresh.name
            );
            assert_eq!(row.str(2).unwrap(), id);
        };
        check("zero", 0_i64.into(), Vec::new().into()).await;
        check(
            "largest",
            i64::MAX.into(),
            (0..=255).collect::<Vec<u8>>().into(),
        )
        .await;
        check("null", Value::Null, Value::Null).await;
        check("", true.into(), Value::Null).await;
        check("Ωmega 字 🧀 ' \" \\ $1", false.into(), Value::Null).await;
    }
}

#[tokio::test]
async fn a_parameter_may_be_used_twice_and_out_of_order() {
    for fresh in with_items().await {
        let sql = "INSERT INTO item (size, id) VALUES ($2, $1)";
        execute(&fresh.db, sql, &["a".into(), 1_i64.into()])
            .await
            .unwrap();
        let sql = "SELECT id FROM item WHERE size = $2 AND id = $1 AND size = $2 AND id <> $3 \
                   AND id = $1";
        let args = ["a".into(), 1_i64.into(), "c".into()];
        let rows = fresh.db.query(sql, &args).await.unwrap();
        assert_eq!(rows.len(), 1, "on {}", fresh.name);
        let many: Vec<Value> = (1..=12_i64).map(Value::from).collect();
        let sql = "SELECT id FROM item WHERE size + 11 = $12 \
                   AND size IN ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        assert_eq!(
            fresh.db.query(sql, &many).await.unwrap().len(),
            1,
            "on {}",
            fresh.name
        );
    }
}

#[tokio::test]
async fn a_wrong_number_of_arguments_is_refused() {
    for fresh in with_items().await {
        let sql = "SELECT id FROM item WHERE id = $1 OR size = $2";
        let check = async |args: &[Value], found: usize| {
            let refused = fresh.db.query(sql, args).await;
            assert!(
                matches!(refused, Err(SqlError::Arguments { takes: 2, given, .. }) if given == found),
                "on {}: {refused:?}",
                fresh.name
            );
        };
        check(&[], 0).await;
        check(&["a".into()], 1).await;
        check(&["a".into(), 1_i64.into(), 2_i64.into()], 3).await;
    }
}

#[tokio::test]
async fn unique_foreign_key_and_check_constraints_are_conflicts() {
    for fresh in with_items().await {
        insert(&fresh.db, "a").await.unwrap();
        let check = async |sql: &str, expected: &[&str]| {
            let Err(SqlError::Conflict { constraint }) = execute(&fresh.db, sql, &[]).await else {
                panic!("on {}: no conflict: {sql}", fresh.name)
            };
            assert!(
                expected.contains(&constraint.as_str()),
                "on {}: {constraint}",
                fresh.name
            );
        };
        let unique = ["UNIQUE constraint failed: item.id", "item_pkey"];
        check("INSERT INTO item (id) VALUES ('a')", &unique).await;
        let foreign = ["FOREIGN KEY constraint failed", "item_parent_fkey"];
        check(
            "INSERT INTO item (id, parent) VALUES ('b', 'none')",
            &foreign,
        )
        .await;
        let range = ["CHECK constraint failed: size >= 0", "item_size_check"];
        check("INSERT INTO item (id, size) VALUES ('b', -1)", &range).await;
        assert_eq!(ids(&fresh.db).await, ["a"]);
    }
}

#[tokio::test]
async fn a_wrong_statement_is_no_conflict() {
    for fresh in with_items().await {
        let check = async |sql: &str| {
            let failed = execute(&fresh.db, sql, &[]).await;
            assert!(
                matches!(failed, Err(SqlError::Statement { .. })),
                "on {}: {failed:?}",
                fresh.name
            );
        };
        check("INSERT INTO item (id) VALUES (NULL)").await;
        check("INSERT INTO nowhere (id) VALUES ('a')").await;
        check("INSERT IN").await;
    }
}

#[tokio::test]
async fn like_minds_case_and_text_is_ordered_by_bytes() {
    for fresh in with_items().await {
        for id in ["b", "B", "a", "é", "_"] {
            insert(&fresh.db, id).await.unwrap();
        }
        assert_eq!(
            ids(&fresh.db).await,
            ["B", "_", "a", "b", "é"],
            "on {}",
            fresh.name
        );
        let found = fresh
            .db
            .query("SELECT id FROM item WHERE id LIKE $1", &["b%".into()])
            .await;
        assert_eq!(found.unwrap().len(), 1, "on {}", fresh.name);
    }
}

#[tokio::test]
async fn statements_are_counted() {
    for fresh in with_items().await {
        let before = fresh.db.statements();
        insert(&fresh.db, "a").await.unwrap();
        fresh.db.query("SELECT id FROM item", &[]).await.unwrap();
        assert_eq!(
            fresh.db.clone().statements() - before,
            2,
            "on {}",
            fresh.name
        );
    }
}

#[tokio::test]
async fn explain_names_the_index() {
    for fresh in with_items().await {
        let sql = "SELECT id FROM item WHERE size = $1 ORDER BY id";
        let plan = fresh
            .db
            .explain(sql, &[1_i64.into()])
            .await
            .unwrap()
            .join("\n");
        assert!(plan.contains("item_size"), "on {}: {plan}", fresh.name);
        let sql = "SELECT id FROM item WHERE parent = $1";
        let plan = fresh
            .db
            .explain(sql, &["a".into()])
            .await
            .unwrap()
            .join("\n");
        assert!(!plan.contains("item_size"), "on {}: {plan}", fresh.name);
    }
}

/// Partial indexes make SQLite look at what is bound, unless it was told not to: then it compiles
/// the statement again for each value.
#[tokio::test]
async fn no_statement_is_prepared_again_for_other_values() {
    const RARE: &[Migration] = &[Migration {
        version: 1,
        name: "rare",
        sql: "CREATE INDEX item_rare ON item (id) WHERE parent = 'rare';
              CREATE INDEX item_large ON item (size) WHERE body IS NOT NULL",
    }];
    for fresh in with_items().await {
        fresh.db.migrate("rare", RARE).await.unwrap();
        insert(&fresh.db, "a").await.unwrap();
        for sql in [
            "SELECT id FROM item WHERE parent = $1 ORDER BY id",
            "SELECT id FROM item WHERE size > 1 AND parent = $1",
            "SELECT id FROM item WHERE id LIKE $1",
        ] {
            for value in ["common", "rare", "a%", "common"] {
                // PostgreSQL does not count.
                if let Some(cost) = fresh.db.cost(sql, &[value.into()]).unwrap() {
                    assert_eq!(cost.prepared_again, 0, "{sql} with {value}");
                    assert!(cost.steps > 0, "{sql} with {value}");
                }
            }
        }
    }
}
