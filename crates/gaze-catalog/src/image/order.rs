//! The order of a list: its keys, and what lies behind an image in it.

use gaze_domain::list::{Direction, Field, Sort};
use gaze_domain::{Error, ImageId, Noun};
use gaze_sql::Value;

use super::conditions::Writer;
use super::fields::{Place, Type, place};
use crate::{Failure, Rows};

const NEWEST: Sort = Sort {
    field: Field::CreatedAt,
    direction: Direction::Descending,
};

/// One key of the order, as SQL over the image's row.
struct Key {
    expression: String,
    of: Type,
    direction: Direction,
}

/// A total order: the id is its last key.
pub(super) struct Order(Vec<Key>);

/// The field by which the list is ordered first.
pub(super) fn first_field(sort: &[Sort]) -> &Field {
    sort.first().map_or(&NEWEST.field, |sort| &sort.field)
}

impl Order {
    pub(super) fn new(sort: &[Sort]) -> Result<Self, Failure> {
        let sort = if sort.is_empty() {
            std::slice::from_ref(&NEWEST)
        } else {
            sort
        };
        let by_id = sort.iter().position(|sort| sort.field == Field::Id);
        let mut keys = Vec::with_capacity(sort.len() + 1);
        for sort in &sort[..by_id.unwrap_or(sort.len())] {
            keys.push(key(sort)?);
        }
        let direction = by_id
            .map(|at| sort[at].direction)
            .or(keys.last().map(|key| key.direction))
            .unwrap_or(Direction::Ascending);
        keys.push(Key {
            expression: "i.id".into(),
            of: Type::Text,
            direction,
        });
        Ok(Self(keys))
    }

    /// Whether the images come by age alone, newest or oldest first.
    pub(super) fn is_by_age(&self) -> bool {
        match self.0.as_slice() {
            [age, id] => age.expression == "i.created_at" && age.direction == id.direction,
            _ => false,
        }
    }

    /// The order by age over other columns that hold an image's age and id.
    pub(super) fn over(&self, columns: [&str; 2]) -> Self {
        let keys = self.0.iter().zip(columns).map(|(key, column)| Key {
            expression: column.to_owned(),
            of: key.of,
            direction: key.direction,
        });
        Self(keys.collect())
    }

    /// The order over expressions that no index serves: where a page is driven by something else,
    /// SQLite would rather walk behind the last image than look up the few that are wanted.
    pub(super) fn by_hand(&self) -> Self {
        let keys = self.0.iter().map(|key| Key {
            expression: match key.of {
                Type::Text => format!("({} || '')", key.expression),
                Type::Int | Type::Flag | Type::Time => format!("({} + 0)", key.expression),
            },
            of: key.of,
            direction: key.direction,
        });
        Self(keys.collect())
    }

    /// The text behind `ORDER BY`.
    pub(super) fn text(&self) -> String {
        let keys = self.0.iter();
        list(keys.map(|key| format!("{} {}", key.expression, word(key.direction))))
    }

    /// The keys under the names that [`Order::of_heads`] orders by.
    pub(super) fn selected(&self) -> String {
        let keys = self.0.iter().enumerate();
        list(keys.map(|(at, key)| format!("{} AS k{at}", key.expression)))
    }

    /// The order of a table `of` that has the columns [`Order::selected`].
    pub(super) fn of_heads(&self, of: &str) -> String {
        let keys = self.0.iter().enumerate();
        list(keys.map(|(at, key)| format!("{of}.k{at} {}", word(key.direction))))
    }

    /// The column of such a table that holds the id.
    pub(super) fn id_of_heads(&self) -> String {
        format!("k{}", self.0.len() - 1)
    }

    /// The keys' values of the image to start after. Fails with [`Error::NotFound`] without it.
    pub(super) async fn values_of(
        &self,
        rows: &mut impl Rows,
        id: ImageId,
    ) -> Result<Vec<Value>, Failure> {
        let sql = format!("SELECT {} FROM image i WHERE i.id = $1", self.selected());
        let found = rows.rows(&sql, &[id.hex().into()]).await?;
        let row = found
            .first()
            .ok_or_else(|| Error::not_found(Noun::Image, id))?;
        let mut values = Vec::with_capacity(self.0.len());
        for (at, key) in self.0.iter().enumerate() {
            values.push(match key.of {
                Type::Text => row.text(at)?.into(),
                Type::Int | Type::Flag | Type::Time => row.int(at)?.into(),
            });
        }
        Ok(values)
    }

    /// The condition of lying before these values or at them, where all keys have one direction.
    pub(super) fn up_to(&self, values: &str) -> String {
        let columns = list(self.0.iter().map(|key| key.expression.clone()));
        let before = match self.0[0].direction {
            Direction::Ascending => "<=",
            Direction::Descending => ">=",
        };
        format!("({columns}) {before} ({values})")
    }

    /// An age and an id that no image lies behind, in an order by age.
    pub(super) fn behind_all(&self) -> String {
        match self.0[0].direction {
            Direction::Ascending => format!("{}, '~'", i64::MAX),
            Direction::Descending => format!("{}, ''", i64::MIN),
        }
    }

    /// The condition of lying behind these values. Keys of one direction compare as a row value,
    /// which an index serves; mixed directions are spelled out, behind a bound on the first key
    /// for the index to begin at.
    pub(super) fn behind(&self, writer: &mut Writer<'_>, values: &[Value]) -> String {
        let keys = &self.0;
        let places: Vec<String> = values
            .iter()
            .map(|value| writer.add(value.clone()))
            .collect();
        let first = &keys[0];
        if keys.iter().all(|key| key.direction == first.direction) {
            let columns = list(keys.iter().map(|key| key.expression.clone()));
            let operator = operator(first.direction);
            return format!("({columns}) {operator} ({})", places.join(", "));
        }
        let mut choices = Vec::with_capacity(keys.len());
        for (at, key) in keys.iter().enumerate() {
            let mut parts: Vec<String> = (0..at)
                .map(|before| format!("{} = {}", keys[before].expression, places[before]))
                .collect();
            let operator = operator(key.direction);
            parts.push(format!("{} {operator} {}", key.expression, places[at]));
            choices.push(format!("({})", parts.join(" AND ")));
        }
        format!(
            "{} {}= {} AND ({})",
            first.expression,
            operator(first.direction),
            places[0],
            choices.join(" OR ")
        )
    }
}

fn key(sort: &Sort) -> Result<Key, Failure> {
    match place(&sort.field, &mut |_| String::new()) {
        Place::Column { name, of, nullable } => {
            // The databases disagree on where absent values stand. Here it is before all others,
            // beside the empty text.
            let expression = match (nullable, of) {
                (false, _) => name.to_owned(),
                (true, Type::Text) => format!("COALESCE({name}, '')"),
                (true, Type::Int | Type::Flag | Type::Time) => format!("COALESCE({name}, -1)"),
            };
            Ok(Key {
                expression,
                of,
                direction: sort.direction,
            })
        }
        Place::Row { .. } => {
            Err(Error::invalid("sort", format!("{:?} has no order", sort.field)).into())
        }
    }
}

fn list(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

const fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Ascending => "ASC",
        Direction::Descending => "DESC",
    }
}

const fn operator(direction: Direction) -> &'static str {
    match direction {
        Direction::Ascending => ">",
        Direction::Descending => "<",
    }
}
