//! Values to and from PostgreSQL's types.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use crate::{Row, SqlError, Value};

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Int(value) => match *ty {
                Type::INT4 => i32::try_from(*value)?.to_sql(ty, out),
                Type::INT2 => i16::try_from(*value)?.to_sql(ty, out),
                Type::INT8 => value.to_sql(ty, out),
                _ => Err(format!("an integer for a parameter of type {ty}").into()),
            },
            Value::Text(value) if <&str as ToSql>::accepts(ty) => value.as_str().to_sql(ty, out),
            Value::Text(_) => Err(format!("text for a parameter of type {ty}").into()),
            Value::Bytes(value) if *ty == Type::BYTEA => value.as_slice().to_sql(ty, out),
            Value::Bytes(_) => Err(format!("bytes for a parameter of type {ty}").into()),
        }
    }

    fn accepts(_ty: &Type) -> bool {
        // Whether the value fits the type is decided value by value: `NULL` fits all.
        true
    }

    to_sql_checked!();
}

/// A column as a value, whatever integer or text type it has.
struct Decoded(Value);

impl<'a> FromSql<'a> for Decoded {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Decoded(match *ty {
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Value::Int(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => Value::Int(bool::from_sql(ty, raw)?.into()),
            Type::BYTEA => Value::Bytes(raw.to_vec()),
            _ => Value::Text(<&str>::from_sql(ty, raw)?.to_owned()),
        }))
    }

    fn from_sql_null(_ty: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Decoded(Value::Null))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(
            *ty,
            Type::INT8 | Type::INT4 | Type::INT2 | Type::BOOL | Type::BYTEA
        ) || <&str as FromSql>::accepts(ty)
    }
}

pub(super) fn decode_row(row: &tokio_postgres::Row) -> Result<Row, SqlError> {
    (0..row.len())
        .map(|column| {
            row.try_get::<_, Decoded>(column)
                .map(|decoded| decoded.0)
                .map_err(|_wrong_type| SqlError::Decode {
                    column,
                    expected: "an integer, text, bytes or null",
                    found: row.columns()[column].type_().to_string(),
                })
        })
        .collect::<Result<Vec<_>, _>>()
        .map(Row)
}
