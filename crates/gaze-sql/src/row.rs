//! What a statement returns.

use crate::{SqlError, Value};

/// One row, owned: it holds no connection. Columns are numbered from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(pub(crate) Vec<Value>);

impl Row {
    fn at(&self, column: usize, expected: &'static str) -> Result<&Value, SqlError> {
        self.0.get(column).ok_or_else(|| SqlError::Decode {
            column,
            expected,
            found: format!("nothing: the row has {} columns", self.0.len()),
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
            Value::Null => Ok(None),
            Value::Int(value) => Ok(Some(*value)),
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
            Value::Null => Ok(None),
            Value::Text(value) => Ok(Some(value)),
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
            Value::Null => Ok(None),
            Value::Bytes(value) => Ok(Some(value.clone())),
            other => Err(mismatch(column, "bytes", other)),
        }
    }

    /// How many columns the row has.
    pub fn width(&self) -> usize {
        self.0.len()
    }
}

fn null(column: usize, expected: &'static str) -> SqlError {
    SqlError::Decode {
        column,
        expected,
        found: "null".to_owned(),
    }
}

fn mismatch(column: usize, expected: &'static str, found: &Value) -> SqlError {
    SqlError::Decode {
        column,
        expected,
        found: found.kind().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(result: Result<impl std::fmt::Debug, SqlError>, expected: &str) {
        assert_eq!(result.unwrap_err().to_string(), expected);
    }

    #[test]
    fn a_wrong_column_is_named_by_its_index() {
        let row = Row(vec![Value::Null, Value::Int(-2), Value::Text("a".into())]);
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
    fn null_is_none_only_where_it_is_asked_for() {
        let row = Row(vec![Value::Null, Value::Int(1), Value::Text("a".into())]);
        assert_eq!(row.opt_int(0).unwrap(), None);
        assert_eq!(row.opt_text(0).unwrap(), None);
        assert_eq!(row.opt_bytes(0).unwrap(), None);
        assert_eq!(row.opt_bool(0).unwrap(), None);
        assert!(row.bool(1).unwrap());
        assert_eq!(row.unsigned(1).unwrap(), 1);
        assert_eq!(row.text(2).unwrap(), "a");
    }
}
