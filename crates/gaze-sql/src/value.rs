//! What a statement is given: the four kinds of value that both databases hold alike.

use crate::SqlError;

/// One argument of a statement, or one column of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// SQL `NULL`, of any type.
    Null,
    /// `BIGINT`; also booleans (0/1) and times (microseconds).
    Int(i64),
    /// `TEXT`.
    Text(String),
    /// `BLOB` on SQLite, `BYTEA` on PostgreSQL.
    Bytes(Vec<u8>),
}

/// The arguments of a statement; `$1` is the first.
pub type Args = [Value];

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Int(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Value {
        Value::Int(i64::from(value))
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Value {
        Value::Int(i64::from(value))
    }
}

/// Fails with [`SqlError::IntTooLarge`] beyond `i64::MAX`, which no `BIGINT` holds.
impl TryFrom<u64> for Value {
    type Error = SqlError;

    fn try_from(value: u64) -> Result<Value, SqlError> {
        i64::try_from(value)
            .map(Value::Int)
            .map_err(|_out_of_range| SqlError::IntTooLarge { value })
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Int(i64::from(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::Text(value)
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Value {
        Value::Text(value.clone())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Value {
        Value::Bytes(value)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Value {
        Value::Bytes(value.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rust_values_become_the_four_kinds() {
        let check = |value: Value, expected: Value| assert_eq!(value, expected);
        check(7_i64.into(), Value::Int(7));
        check(7_i32.into(), Value::Int(7));
        check(u32::MAX.into(), Value::Int(4_294_967_295));
        check(true.into(), Value::Int(1));
        check(false.into(), Value::Int(0));
        check("a".into(), Value::Text("a".into()));
        check(String::from("a").into(), Value::Text("a".into()));
        check(vec![1_u8].into(), Value::Bytes(vec![1]));
        check(Some("a").into(), Value::Text("a".into()));
        check(None::<i64>.into(), Value::Null);
    }

    #[test]
    fn an_unsigned_number_beyond_bigint_is_refused() {
        assert_eq!(
            Value::try_from(u64::MAX >> 1).unwrap(),
            Value::Int(i64::MAX)
        );
        assert!(matches!(
            Value::try_from(1_u64 << 63),
            Err(SqlError::IntTooLarge {
                value: 9_223_372_036_854_775_808
            })
        ));
    }
}
