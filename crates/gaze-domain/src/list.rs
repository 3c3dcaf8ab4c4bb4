//! How lists of images are asked for: conditions, order, page. Faces translate their query
//! languages into this; the catalogue turns it into one statement.

use crate::{
    ByteCount, ImageId, MemberState, Platform, ProjectId, RegionId, Status, StoreId, Timestamp,
    Visibility, ZoneId,
};

/// Whose images a list may show, before any condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything. Only for administrators.
    All,
    /// What the project owns, what is public, and what was shared with it in one of those states.
    Visible {
        project: ProjectId,
        shared: Vec<MemberState>,
    },
    /// What `Visible` shows, and the community images of others, which no list shows unasked.
    Usable {
        project: ProjectId,
        shared: Vec<MemberState>,
    },
    /// All community images.
    Community,
    /// What the project owns.
    Owned(ProjectId),
}

/// A property of an image that conditions and orders can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    Id,
    Name,
    Description,
    Owner,
    Status,
    Enabled,
    Visibility,
    Protected,
    Hidden,
    Media,
    System,
    Virtio,
    Platform,
    Architecture,
    Firmware,
    OsDistro,
    OsVersion,
    GuestType,
    Format,
    Size,
    VirtualSize,
    Md5,
    MinDiskGib,
    MinRamMib,
    Source,
    CreatedAt,
    UpdatedAt,
    /// A free property by its name.
    Property(String),
    /// Whether one of the tags matches.
    Tag,
    /// The copies: their store, key, state or the zones that the store serves.
    LocationStore,
    LocationStoreName,
    LocationState,
    LocationKey,
    LocationZone,
    LocationZoneName,
    LocationOrdinal,
    LocationCreatedAt,
    LocationUpdatedAt,
}

/// A value to compare with. Enumerations are compared by their canonical word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    Text(String),
    Int(i64),
    Bool(bool),
    Time(Timestamp),
}

macro_rules! operands {
    ($($from:ty => |$value:ident| $to:expr;)*) => {$(
        impl From<$from> for Operand {
            fn from($value: $from) -> Self { $to }
        }
    )*};
}

operands! {
    &str => |v| Self::Text(v.to_owned());
    String => |v| Self::Text(v);
    bool => |v| Self::Bool(v);
    i64 => |v| Self::Int(v);
    Timestamp => |v| Self::Time(v);
    Status => |v| Self::Text(v.as_str().to_owned());
    Visibility => |v| Self::Text(v.as_str().to_owned());
    Platform => |v| Self::Text(v.as_str().to_owned());
    ImageId => |v| Self::Text(v.hex());
    ProjectId => |v| Self::Text(v.hex());
    StoreId => |v| Self::Text(v.hex());
    ZoneId => |v| Self::Text(v.hex());
    ByteCount => |v| Self::Int(i64::try_from(v.0).unwrap_or(i64::MAX));
}

/// A test on one field. As in SQL, a comparison with an absent value is not true, so an absent
/// field meets `IsNull` and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    Eq(Operand),
    NotEq(Operand),
    Lt(Operand),
    Le(Operand),
    Gt(Operand),
    Ge(Operand),
    In(Vec<Operand>),
    NotIn(Vec<Operand>),
    /// A pattern with `%` and `_`, compared without regard to the case of ASCII letters.
    Like(String),
    NotLike(String),
    IsNull,
    NotNull,
}

/// Conditions are all to be true; `AnyOf` is true if one of its groups is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    Field(Field, Test),
    /// The opposite of `Field`: true also where the field is absent, and of tags and copies if
    /// none of them meets the test.
    Without(Field, Test),
    /// Has a copy in a store of the region, or no copy anywhere yet.
    InRegion(RegionId),
    AnyOf(Vec<Vec<Condition>>),
}

impl Condition {
    pub fn eq(field: Field, value: impl Into<Operand>) -> Self {
        Self::Field(field, Test::Eq(value.into()))
    }

    pub fn not_eq(field: Field, value: impl Into<Operand>) -> Self {
        Self::Field(field, Test::NotEq(value.into()))
    }

    pub fn any<T: Into<Operand>>(field: Field, values: impl IntoIterator<Item = T>) -> Self {
        Self::Field(
            field,
            Test::In(values.into_iter().map(Into::into).collect()),
        )
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Ascending,
    Descending,
}

/// One key of an order. The catalogue adds the id as the last key, so that every order is total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    pub field: Field,
    pub direction: Direction,
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    First,
    /// Right behind this image in the chosen order, whether or not it meets the conditions.
    After(ImageId),
    /// For vendors that count rows. Costs as much as the rows that it skips.
    Offset(u64),
}

/// A page of a list of images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageList {
    pub scope: Scope,
    pub conditions: Vec<Condition>,
    /// Empty means newest first.
    pub sort: Vec<Sort>,
    pub start: Start,
    pub limit: u32,
}

impl ImageList {
    pub fn new(scope: Scope, limit: u32) -> Self {
        Self {
            scope,
            conditions: Vec::new(),
            sort: Vec::new(),
            start: Start::First,
            limit,
        }
    }
}
