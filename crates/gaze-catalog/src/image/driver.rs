//! Which condition of a list, if any, its statement is driven from.
//!
//! A page is usually read by walking an index in the list's order and passing over what does not
//! meet the conditions. That is right for conditions that much of the catalogue meets, and reads
//! all of it for one that three images meet. Neither database can tell the two apart without
//! statistics that are up to date, so the choice is made here: ids and names are always looked
//! up, and a tag, property or store is counted first, up to a bound.

use gaze_domain::list::{Condition, Field, Operand, Test};
use gaze_sql::Value;

use super::conditions::{Writer, set};
use super::fields::{Place, Type, coerce, place, plain_text};
use crate::columns::Columns;
use crate::{Failure, Rows};

/// Most images that a tag, property or store may lead to for being looked up instead of passed
/// over. Counting so far and looking up that many cost less than a page does; when as many are
/// spread over a million images, a page of 100 passes over some 50,000.
pub(super) const SELECTIVE: u64 = 2000;
/// The same where reading by classes is the other way: it passes over nothing.
pub(super) const FEW: u64 = 16;

/// The condition that a statement is driven from: a table of one column that the images join.
pub(super) struct Driver {
    /// The condition's place in the list.
    pub(super) at: usize,
    by: By,
}

/// A tag or property that too many images have for them to be looked up.
pub(super) struct Common {
    /// The condition's place in the list.
    pub(super) at: usize,
    source: Source,
}

impl Common {
    /// The rows of it, each of which has the image's class, age and id; under the name `f`.
    pub(super) fn rows(&self, writer: &mut Writer<'_>) -> String {
        let from = self.source.text(&mut |value| writer.add(value));
        format!("(SELECT class_id, created_at, image_id FROM {from}) AS f")
    }
}

/// What [`choose`] has found: at most one of both.
#[derive(Default)]
pub(super) struct Choice {
    pub(super) driver: Option<Driver>,
    pub(super) common: Option<Common>,
}

enum By {
    /// Images whose column has one of these values.
    Values(&'static str, Vec<Value>),
    /// Images that a statement names.
    Ids(Source),
}

struct Source {
    /// Whether its rows know the image's class and age.
    of_class: bool,
    /// The ids' column, the table and its condition with `{}` for each argument.
    ids: &'static str,
    from: &'static str,
    args: Vec<Value>,
}

impl Driver {
    /// What goes before ` WHERE`, in place of `image i`.
    pub(super) fn table(&self, writer: &mut Writer<'_>) -> String {
        let source = match &self.by {
            By::Values(_, values) => {
                let rows: Vec<String> = writer
                    .add_set(values.clone())
                    .iter()
                    .map(|place| format!("(CAST({place} AS TEXT))"))
                    .collect();
                format!(
                    "SELECT DISTINCT column1 AS wanted FROM (VALUES {}) AS given",
                    rows.join(", ")
                )
            }
            By::Ids(source) => format!(
                "SELECT {} AS wanted FROM {}",
                source.ids,
                source.text(&mut |value| writer.add(value))
            ),
        };
        // SQLite reads the tables of a CROSS JOIN in the order in which they are written
        // (https://www.sqlite.org/optoverview.html#manual_control_of_query_plans_using_cross_join).
        format!("({source}) AS driver CROSS JOIN image i")
    }

    /// What ties the image to the driver.
    pub(super) fn tie(&self) -> &'static str {
        match self.by {
            By::Values(column, _) => column,
            By::Ids(_) => "i.id",
        }
    }
}

impl Source {
    fn text(&self, argument: &mut dyn FnMut(Value) -> String) -> String {
        let mut pieces = self.from.split("{}");
        let mut text = pieces.next().unwrap_or_default().to_owned();
        for (value, piece) in self.args.iter().zip(pieces) {
            text.push_str(&argument(value.clone()));
            text.push_str(piece);
        }
        text
    }
}

/// Chooses. The only tag or property that is asked for does not drive if it leads to more images than
/// `most`: of two, one may be rare among what has the other. Runs one statement if there is something
/// to count, none otherwise.
pub(super) async fn choose(
    rows: &mut impl Rows,
    conditions: &[Condition],
    most: u64,
) -> Result<Choice, Failure> {
    let driven = |driver| Choice {
        driver,
        common: None,
    };
    let mut by_name = None;
    let mut counted = Vec::new();
    for (at, condition) in conditions.iter().enumerate() {
        let Condition::Field(field, test) = condition else {
            continue;
        };
        match (field, operands(test)) {
            (Field::Id | Field::Name, Some(operands)) => {
                let by = By::Values(column(field), set(field, Type::Text, operands)?);
                if *field == Field::Id {
                    return Ok(driven(Some(Driver { at, by })));
                }
                by_name = by_name.or(Some(Driver { at, by }));
            }
            (_, Some([operand])) => {
                if let Some(source) = source(field, operand)? {
                    counted.push((at, source));
                }
            }
            _ => {}
        }
    }
    if by_name.is_some() || counted.is_empty() {
        return Ok(driven(by_name));
    }
    let most = match counted.as_slice() {
        [(_, only)] if only.of_class => most,
        _ => SELECTIVE,
    };
    fewest(rows, counted, most).await
}

/// The values of an `Eq` or of an `In` that is not empty.
fn operands(test: &Test) -> Option<&[Operand]> {
    match test {
        Test::Eq(operand) => Some(std::slice::from_ref(operand)),
        Test::In(operands) if !operands.is_empty() => Some(operands),
        _ => None,
    }
}

fn column(field: &Field) -> &'static str {
    match place(field, &mut |_| String::new()) {
        Place::Column { name, .. } => name,
        Place::Row { value, .. } => value,
    }
}

fn source(field: &Field, operand: &Operand) -> Result<Option<Source>, Failure> {
    let value = |operand| coerce(field, Type::Text, operand);
    Ok(match field {
        Field::Tag => Some(Source {
            of_class: true,
            ids: "image_id",
            from: "image_tag WHERE tag = {}",
            args: vec![value(operand)?],
        }),
        Field::Property(name) => {
            plain_text(field, name)?;
            Some(Source {
                of_class: true,
                ids: "image_id",
                from: "image_property WHERE name = {} AND value = {}",
                args: vec![name.into(), value(operand)?],
            })
        }
        Field::LocationStore => Some(Source {
            of_class: false,
            ids: "DISTINCT image_id",
            from: "image_location WHERE store_id = {}",
            args: vec![value(operand)?],
        }),
        _ => None,
    })
}

async fn fewest(
    rows: &mut impl Rows,
    sources: Vec<(usize, Source)>,
    most: u64,
) -> Result<Choice, Failure> {
    let mut args = Vec::new();
    let counts: Vec<String> = sources
        .iter()
        .map(|(_, source)| {
            let from = source.text(&mut |value| {
                args.push(value);
                format!("${}", args.len())
            });
            format!(
                "(SELECT COUNT(*) FROM (SELECT 1 FROM {from} LIMIT {}) AS counted)",
                most + 1
            )
        })
        .collect();
    let sql = format!("SELECT {}", counts.join(", "));
    let found = rows.rows(&sql, &args).await?;
    let Some(row) = found.first() else {
        return Ok(Choice::default());
    };
    let mut columns = Columns::new(row);
    let mut best: Option<(u64, Driver)> = None;
    let mut common = None;
    for (at, source) in sources {
        let count = columns.unsigned()?;
        if count <= most {
            if best.as_ref().is_none_or(|(least, _)| count < *least) {
                let by = By::Ids(source);
                best = Some((count, Driver { at, by }));
            }
        } else if common.is_none() && source.of_class {
            common = Some(Common { at, source });
        }
    }
    Ok(match best {
        Some((_, driver)) => Choice {
            driver: Some(driver),
            common: None,
        },
        None => Choice {
            driver: None,
            common,
        },
    })
}
