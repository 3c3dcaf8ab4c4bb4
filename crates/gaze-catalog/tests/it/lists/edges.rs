//! What a client may send that is no list: each is refused alike on both databases.

use gaze_catalog::image;
use gaze_domain::list::{
    Condition, Direction, Field, ImageList, Operand, Scope, Sort, Start, Test,
};
use gaze_domain::{Error, Image, Noun};

use crate::world::{assert_error, bare_image, image_id, small};

fn with(condition: Condition) -> ImageList {
    let mut list = ImageList::new(Scope::All, 10);
    list.conditions.push(condition);
    list
}

#[tokio::test]
async fn a_list_that_cannot_be_is_refused_with_the_fields_name() {
    let like = |pattern: &str| Test::Like(pattern.to_owned());
    let mut nested = Condition::eq(Field::Name, "a");
    for _ in 0..5 {
        nested = Condition::AnyOf(vec![vec![nested]]);
    }
    let mut many = ImageList::new(Scope::All, 10);
    many.conditions = vec![Condition::not_eq(Field::Name, "a"); 257];
    let mut heavy = ImageList::new(Scope::All, 10);
    let values = Test::NotIn(vec![Operand::from("a"); 1000]);
    heavy.conditions = vec![Condition::Field(Field::Name, values); 20];
    let mut unordered = ImageList::new(Scope::All, 10);
    unordered.sort.push(Sort {
        field: Field::Tag,
        direction: Direction::Ascending,
    });
    let cases = [
        (with(Condition::eq(Field::Size, "big")), "size"),
        (
            with(Condition::eq(Field::Size, "9223372036854775808")),
            "size",
        ),
        (with(Condition::eq(Field::Enabled, "perhaps")), "enabled"),
        (with(Condition::eq(Field::Enabled, 2)), "enabled"),
        (
            with(Condition::eq(Field::CreatedAt, "yesterday")),
            "createdat",
        ),
        (with(Condition::eq(Field::CreatedAt, 5)), "createdat"),
        (with(Condition::eq(Field::Name, "a\0b")), "name"),
        (with(Condition::eq(Field::Tag, "a\0b")), "tag"),
        (
            with(Condition::eq(Field::Property("a\0b".into()), "v")),
            "ab",
        ),
        (
            with(Condition::not_eq(Field::Property("a\0b".into()), "v")),
            "ab",
        ),
        (with(Condition::Field(Field::Size, like("1%"))), "size"),
        (with(Condition::Field(Field::Name, like("\0"))), "name"),
        (
            with(Condition::Field(Field::Name, like(&"%a".repeat(3000)))),
            "name",
        ),
        (with(Condition::any(Field::Name, vec!["a"; 1001])), "name"),
        (with(Condition::any(Field::Id, vec!["a"; 1001])), "id"),
        (with(nested), "condition"),
        (many, "conditions"),
        (heavy, "conditions"),
        (unordered, "sort"),
    ];
    for world in small().await {
        let mut read = world.catalog.read();
        for (query, expected) in &cases {
            let refused = image::list(&mut read, query).await.map_err(Error::from);
            assert!(
                matches!(&refused, Err(Error::Invalid { field, .. }) if field == expected),
                "{expected} on {}: {refused:?}",
                world.name
            );
            if query.sort.is_empty() {
                assert!(image::count_list(&mut read, query).await.is_err());
            }
        }
        let mut lost = ImageList::new(Scope::All, 10);
        lost.start = Start::After(image_id(9));
        assert_error!(
            image::list(&mut read, &lost).await.map_err(Error::from),
            Error::NotFound {
                noun: Noun::Image,
                ..
            }
        );
    }
}

#[tokio::test]
async fn the_largest_lists_that_are_allowed_are_answered() {
    let mut many = ImageList::new(Scope::All, u32::MAX);
    many.conditions = vec![Condition::not_eq(Field::Source, "a"); 256];
    let mut far = ImageList::new(Scope::All, u32::MAX);
    far.start = Start::Offset(u64::MAX);
    let ids = (1..=1000).map(|n| image_id(n).hex());
    let cases = [
        (many, 1),
        (far, 0),
        (with(Condition::any(Field::Id, ids)), 1),
        (with(Condition::any(Field::Name, vec!["image-1"; 1000])), 1),
        // An escape of nothing stands for itself.
        (
            with(Condition::Field(
                Field::Name,
                Test::Like("image-1\\".into()),
            )),
            0,
        ),
    ];
    for world in small().await {
        world.add(&bare_image(1)).await.unwrap();
        for (query, expected) in &cases {
            let found = image::list(&mut world.catalog.read(), query).await;
            let found: Vec<Image> = found.unwrap_or_else(|error| panic!("{error:?}"));
            assert_eq!(found.len(), *expected, "{}: {query:?}", world.name);
        }
    }
}
