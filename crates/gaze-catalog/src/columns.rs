//! Rows into nouns: columns are read in the order of the select list, each parsed into its type.

use std::str::FromStr;

use gaze_domain::{ByteCount, Error, StoreId, Timestamp};
use gaze_sql::{Row, Value};

use crate::{Failure, Rows};

/// Reads one row from left to right.
pub(crate) struct Columns<'r> {
    row: &'r Row,
    next: usize,
}

impl<'r> Columns<'r> {
    pub(crate) fn new(row: &'r Row) -> Self {
        Self { row, next: 0 }
    }

    fn step(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    pub(crate) fn text(&mut self) -> Result<String, Failure> {
        let at = self.step();
        Ok(self.row.text(at)?)
    }

    pub(crate) fn opt_text(&mut self) -> Result<Option<String>, Failure> {
        let at = self.step();
        Ok(self.row.opt_text(at)?)
    }

    pub(crate) fn int(&mut self) -> Result<i64, Failure> {
        let at = self.step();
        Ok(self.row.int(at)?)
    }

    pub(crate) fn unsigned(&mut self) -> Result<u64, Failure> {
        let at = self.step();
        Ok(self.row.unsigned(at)?)
    }

    pub(crate) fn opt_unsigned(&mut self) -> Result<Option<u64>, Failure> {
        let at = self.step();
        Ok(self.row.opt_unsigned(at)?)
    }

    pub(crate) fn bytes(&mut self) -> Result<ByteCount, Failure> {
        self.unsigned().map(ByteCount)
    }

    pub(crate) fn opt_bytes(&mut self) -> Result<Option<ByteCount>, Failure> {
        Ok(self.opt_unsigned()?.map(ByteCount))
    }

    pub(crate) fn flag(&mut self) -> Result<bool, Failure> {
        let at = self.step();
        Ok(self.row.bool(at)?)
    }

    /// An id or a word.
    pub(crate) fn parse<T: FromStr<Err = Error>>(&mut self) -> Result<T, Failure> {
        let at = self.step();
        self.row.str(at)?.parse().map_err(|error| corrupt(&error))
    }

    pub(crate) fn opt_parse<T: FromStr<Err = Error>>(&mut self) -> Result<Option<T>, Failure> {
        let at = self.step();
        self.row
            .opt_str(at)?
            .map(str::parse)
            .transpose()
            .map_err(|error| corrupt(&error))
    }

    pub(crate) fn time(&mut self) -> Result<Timestamp, Failure> {
        self.int().and_then(to_time)
    }

    pub(crate) fn opt_time(&mut self) -> Result<Option<Timestamp>, Failure> {
        let at = self.step();
        self.row.opt_int(at)?.map(to_time).transpose()
    }
}

/// The catalogue holds a word or id that this version does not know.
pub(crate) fn corrupt(error: &Error) -> Failure {
    Failure::Domain(Error::internal(
        "decoding a row of the catalogue",
        error.to_string(),
    ))
}

fn to_time(micros: i64) -> Result<Timestamp, Failure> {
    Timestamp::from_microsecond(micros)
        .map_err(|error| Failure::Domain(Error::internal("decoding a time", error)))
}

pub(crate) fn micros(time: Timestamp) -> Value {
    Value::Int(time.as_microsecond())
}

pub(crate) fn opt_micros(time: Option<Timestamp>) -> Value {
    time.map_or(Value::Null, micros)
}

/// Counts beyond `i64::MAX` do not occur (8 EiB); should one come, the largest is kept.
pub(crate) fn count(amount: u64) -> Value {
    Value::Int(i64::try_from(amount).unwrap_or(i64::MAX))
}

pub(crate) fn opt_count(amount: Option<u64>) -> Value {
    amount.map_or(Value::Null, count)
}

pub(crate) fn word(word: Option<&'static str>) -> Value {
    word.map_or(Value::Null, Value::from)
}

/// Runs a query and decodes every row.
pub(crate) async fn all<T>(
    rows: &mut impl Rows,
    sql: &str,
    args: &[Value],
    decode: fn(&mut Columns<'_>) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    rows.rows(sql, args)
        .await?
        .iter()
        .map(|row| decode(&mut Columns::new(row)))
        .collect()
}

/// Runs a query that answers at most one row.
pub(crate) async fn one<T>(
    rows: &mut impl Rows,
    sql: &str,
    args: &[Value],
    decode: fn(&mut Columns<'_>) -> Result<T, Failure>,
) -> Result<Option<T>, Failure> {
    Ok(all(rows, sql, args, decode).await?.pop())
}

/// `$from, $from+1, …` for a list of that many arguments.
pub(crate) fn places(from: usize, many: usize) -> String {
    let mut text = String::with_capacity(many * 4);
    for at in from..from + many {
        if at > from {
            text.push(',');
        }
        text.push('$');
        text.push_str(&at.to_string());
    }
    text
}

/// The values, the last one repeated until their number is a power of two. For lists in which a
/// repetition changes nothing: so the texts of a statement are few, however long its list is, and
/// the caches of prepared statements hold.
pub(crate) fn padded(mut values: Vec<Value>) -> Vec<Value> {
    if let Some(last) = values.last().cloned() {
        values.resize(values.len().next_power_of_two(), last);
    }
    values
}

/// Most ids or keys of one statement.
pub(crate) const BATCH: usize = 1024;

/// Which of these keys of blobs a table names in a store.
pub(crate) async fn known_keys(
    rows: &mut impl Rows,
    table: &'static str,
    store: StoreId,
    keys: &[String],
) -> Result<Vec<String>, Failure> {
    let mut known = Vec::new();
    for batch in keys.chunks(BATCH) {
        let mut args = padded(batch.iter().map(Value::from).collect());
        args.push(store.hex().into());
        let sql = format!(
            "SELECT blob_key FROM {table} WHERE blob_key IN ({}) AND store_id = ${}",
            places(1, args.len() - 1),
            args.len()
        );
        known.extend(all(rows, &sql, &args, |c| c.text()).await?);
    }
    Ok(known)
}
