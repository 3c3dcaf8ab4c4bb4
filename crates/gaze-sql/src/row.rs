//! What a statement returns.

use crate::SqlError;

/// One row, owned: it holds no connection. Columns are numbered from 0.
///
/// A page of a list is some thousands of values, most of them short texts. So the texts of a row
/// share one allocation, and are copied out of it only where somebody keeps them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    cells: Vec<Cell>,
    texts: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Cell {
    Null,
    Int(i64),
    /// Where in the row's texts.
    Text(u32, u32),
    Bytes(Vec<u8>),
}

impl Cell {
    const fn kind(&self) -> &'static str {
        match self {
            Cell::Null => "null",
            Cell::Int(_) => "an integer",
            Cell::Text(..) => "text",
            Cell::Bytes(_) => "bytes",
        }
    }
}

impl Row {
    /// An empty row with room for that many columns and bytes of text.
    pub(crate) fn with_capacity(columns: usize, text: usize) -> Row {
        Row {
            cells: Vec::with_capacity(columns),
            texts: String::with_capacity(text),
        }
    }

    /// Bytes of text in all columns.
    pub(crate) fn text_len(&self) -> usize {
        self.texts.len()
    }

    pub(crate) fn push_null(&mut self) {
        self.cells.push(Cell::Null);
    }

    pub(crate) fn push_int(&mut self, value: i64) {
        self.cells.push(Cell::Int(value));
    }

    pub(crate) fn push_bytes(&mut self, value: &[u8]) {
        self.cells.push(Cell::Bytes(value.to_vec()));
    }

    /// Fails if the row's texts are longer than 4 GiB, which no database of ours hands out.
    pub(crate) fn push_text(&mut self, value: &str) -> Result<(), SqlError> {
        let place = |at: usize| u32::try_from(at).ok();
        let start = place(self.texts.len());
        let end = place(self.texts.len().saturating_add(value.len()));
        let (Some(start), Some(end)) = (start, end) else {
            return Err(SqlError::Decode {
                column: self.cells.len(),
                expected: "text of at most 4 GiB",
                found: "more".to_owned(),
            });
        };
        self.texts.push_str(value);
        self.cells.push(Cell::Text(start, end));
        Ok(())
    }

    fn at(&self, column: usize, expected: &'static str) -> Result<&Cell, SqlError> {
        self.cells.get(column).ok_or_else(|| SqlError::Decode {
            column,
            expected,
            found: format!("nothing: the row has {} columns", self.cells.len()),
        })
    }

    /// The integer in the column.
    pub fn int(&self, column: usize) -> Result<i64, SqlError> {
        self.opt_int(column)?
            .ok_or_else(|| null(column, "an integer"))
    }

    /// The integer in the column, or `None` for `NULL`.
    pub fn opt_int(&self, column: usize) -> Result<Option<i64>, SqlError> {
        match self.at(column, "an integer")? {
            Cell::Null => Ok(None),
            Cell::Int(value) => Ok(Some(*value)),
            other => Err(mismatch(column, "an integer", other)),
        }
    }

    /// The non-negative integer in the column.
    pub fn unsigned(&self, column: usize) -> Result<u64, SqlError> {
        self.opt_unsigned(column)?
            .ok_or_else(|| null(column, "a non-negative integer"))
    }

    /// The non-negative integer in the column, or `None` for `NULL`.
    pub fn opt_unsigned(&self, column: usize) -> Result<Option<u64>, SqlError> {
        let Some(value) = self.opt_int(column)? else {
            return Ok(None);
        };
        u64::try_from(value)
            .map(Some)
            .map_err(|_negative| SqlError::Decode {
                column,
                expected: "a non-negative integer",
                found: value.to_string(),
            })
    }

    /// The boolean in the column, stored as 0 or 1.
    pub fn bool(&self, column: usize) -> Result<bool, SqlError> {
        self.opt_bool(column)?.ok_or_else(|| null(column, "0 or 1"))
    }

    /// The boolean in the column, or `None` for `NULL`.
    pub fn opt_bool(&self, column: usize) -> Result<Option<bool>, SqlError> {
        match self.opt_int(column)? {
            None => Ok(None),
            Some(0) => Ok(Some(false)),
            Some(1) => Ok(Some(true)),
            Some(other) => Err(SqlError::Decode {
                column,
                expected: "0 or 1",
                found: other.to_string(),
            }),
        }
    }

    /// The text in the column, borrowed from the row.
    pub fn str(&self, column: usize) -> Result<&str, SqlError> {
        self.opt_str(column)?.ok_or_else(|| null(column, "text"))
    }

    /// The text in the column, or `None` for `NULL`, borrowed from the row.
    pub fn opt_str(&self, column: usize) -> Result<Option<&str>, SqlError> {
        match self.at(column, "text")? {
            Cell::Null => Ok(None),
            Cell::Text(start, end) => Ok(self.texts.get(*start as usize..*end as usize)),
            other => Err(mismatch(column, "text", other)),
        }
    }

    /// The text in the column.
    pub fn text(&self, column: usize) -> Result<String, SqlError> {
        self.str(column).map(str::to_owned)
    }

    /// The text in the column, or `None` for `NULL`.
    pub fn opt_text(&self, column: usize) -> Result<Option<String>, SqlError> {
        Ok(self.opt_str(column)?.map(str::to_owned))
    }

    /// The bytes in the column.
    pub fn bytes(&self, column: usize) -> Result<Vec<u8>, SqlError> {
        self.opt_bytes(column)?.ok_or_else(|| null(column, "bytes"))
    }

    /// The bytes in the column, or `None` for `NULL`.
    pub fn opt_bytes(&self, column: usize) -> Result<Option<Vec<u8>>, SqlError> {
        match self.at(column, "bytes")? {
            Cell::Null => Ok(None),
            Cell::Bytes(value) => Ok(Some(value.clone())),
            other => Err(mismatch(column, "bytes", other)),
        }
    }

    /// How many columns the row has.
    pub fn width(&self) -> usize {
        self.cells.len()
    }
}

fn null(column: usize, expected: &'static str) -> SqlError {
    SqlError::Decode {
        column,
        expected,
        found: "null".to_owned(),
    }
}

fn mismatch(column: usize, expected: &'static str, found: &Cell) -> SqlError {
    SqlError::Decode {
        column,
        expected,
        found: found.kind().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Value;

    fn row(values: &[Value]) -> Row {
        let mut row = Row::default();
        for value in values {
            match value {
                Value::Null => row.push_null(),
                Value::Int(value) => row.push_int(*value),
                Value::Text(value) => row.push_text(value).unwrap(),
                Value::Bytes(value) => row.push_bytes(value),
            }
        }
        row
    }

    fn check(result: Result<impl std::fmt::Debug, SqlError>, expected: &str) {
        assert_eq!(result.unwrap_err().to_string(), expected);
    }

    #[test]
    fn a_wrong_column_is_named_by_its_index() {
        let row = row(&[Value::Null, Value::Int(-2), Value::Text("a".into())]);
        check(row.int(0), "column 0 holds null, not an integer");
        check(row.bool(1), "column 1 holds -2, not 0 or 1");
        check(
            row.unsigned(1),
            "column 1 holds -2, not a non-negative integer",
        );
        check(row.int(2), "column 2 holds text, not an integer");
        check(row.bytes(2), "column 2 holds text, not bytes");
        check(row.str(1), "column 1 holds an integer, not text");
        check(
            row.text(3),
            "column 3 holds nothing: the row has 3 columns, not text",
        );
    }

    #[test]
    fn texts_are_told_apart_though_they_share_an_allocation() {
        let row = row(&["", "ä", "b", ""].map(Value::from));
        let texts: Vec<_> = (0..row.width()).map(|at| row.str(at).unwrap()).collect();
        assert_eq!(texts, ["", "ä", "b", ""]);
    }

    #[test]
    fn null_is_none_only_where_it_is_asked_for() {
        let row = row(&[Value::Null, Value::Int(1), Value::Text("a".into())]);
        assert_eq!(row.opt_int(0).unwrap(), None);
        assert_eq!(row.opt_text(0).unwrap(), None);
        assert_eq!(row.opt_bytes(0).unwrap(), None);
        assert_eq!(row.opt_bool(0).unwrap(), None);
        assert!(row.bool(1).unwrap());
        assert_eq!(row.unsigned(1).unwrap(), 1);
        assert_eq!(row.text(2).unwrap(), "a");
    }
}
