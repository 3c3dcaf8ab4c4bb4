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

/// A column as a value, whatever integer or text type it has, borrowed from the row.
enum Decoded<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl<'a> FromSql<'a> for Decoded<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *ty {
            Type::INT8 => Decoded::Int(i64::from_sql(ty, raw)?),
            Type::INT4 => Decoded::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Decoded::Int(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => Decoded::Int(bool::from_sql(ty, raw)?.into()),
            Type::BYTEA => Decoded::Bytes(raw),
            _ => Decoded::Text(<&str>::from_sql(ty, raw)?),
        })
    }

    fn from_sql_null(_ty: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Decoded::Null)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(
            *ty,
            Type::INT8 | Type::INT4 | Type::INT2 | Type::BOOL | Type::BYTEA
        ) || <&str as FromSql>::accepts(ty)
    }
}

pub(super) fn decode_row(row: &tokio_postgres::Row) -> Result<Row, SqlError> {
    let mut decoded = Row::with_capacity(row.len(), row.raw_size_bytes());
    for column in 0..row.len() {
        let value = row
            .try_get::<_, Decoded<'_>>(column)
            .map_err(|_wrong_type| SqlError::Decode {
                column,
                expected: "an integer, text, bytes or null",
                found: row.columns()[column].type_().to_string(),
            })?;
        match value {
            Decoded::Null => decoded.push_null(),
            Decoded::Int(value) => decoded.push_int(value),
            Decoded::Text(value) => decoded.push_text(value)?,
            Decoded::Bytes(value) => decoded.push_bytes(value),
        }
    }
    Ok(decoded)
}
