//! One condition of a query: `<field><operator><value>`.

use super::Condition;

/// How a field is compared with one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What a field's value is asked to be. A negation is the opposite for every present value; an
/// absent value meets `Null` alone, as in SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    Compare(Comparison, String),
    OneOf(Vec<String>),
    NoneOf(Vec<String>),
    /// A pattern of `%` and `_`.
    Like(String),
    NotLike(String),
    Null,
    NotNull,
}

/// The operators, for refusals.
pub(super) const OPERATORS: &str = "[!=, >=, <=, !?=, !~=, ~=, ?=, =, >, <, is null, not null]";

impl Test {
    pub(crate) fn one(comparison: Comparison, value: &str) -> Self {
        Self::Compare(comparison, value.to_owned())
    }

    /// What this test denies, if it is a negation.
    pub(crate) fn negation(&self) -> Option<Self> {
        match self {
            Self::Compare(Comparison::NotEqual, value) => {
                Some(Self::Compare(Comparison::Equal, value.clone()))
            }
            Self::NoneOf(values) => Some(Self::OneOf(values.clone())),
            Self::NotLike(pattern) => Some(Self::Like(pattern.clone())),
            Self::Null => Some(Self::NotNull),
            Self::Compare(..) | Self::OneOf(_) | Self::Like(_) | Self::NotNull => None,
        }
    }

    /// Whether a word meets the test; comparisons order words as texts.
    pub(crate) fn accepts(&self, word: &str) -> bool {
        match self {
            Self::Compare(comparison, value) => comparison.holds(word.cmp(value)),
            Self::OneOf(values) => values.iter().any(|value| value == word),
            Self::NoneOf(values) => values.iter().all(|value| value != word),
            Self::Like(pattern) => like(pattern, word),
            Self::NotLike(pattern) => !like(pattern, word),
            Self::Null => false,
            Self::NotNull => true,
        }
    }
}

impl Comparison {
    pub(crate) fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// Splits at the first operator that occurs, tried in RestServer's order, so that `a=b!=c` is
/// about a field named `a=b`. The name is trimmed, the value is not.
pub(super) fn split(text: &str) -> Option<Condition> {
    type Make = fn(&str) -> Test;
    const TRIED: &[(&str, Make)] = &[
        ("!=", |value| Test::one(Comparison::NotEqual, value)),
        (">=", |value| Test::one(Comparison::GreaterOrEqual, value)),
        ("<=", |value| Test::one(Comparison::LessOrEqual, value)),
        ("!?=", |value| Test::NoneOf(values(value))),
        ("!~=", |value| Test::NotLike(value.to_owned())),
        ("~=", |value| Test::Like(value.to_owned())),
        ("?=", |value| Test::OneOf(values(value))),
        ("=", |value| Test::one(Comparison::Equal, value)),
        (">", |value| Test::one(Comparison::Greater, value)),
        ("<", |value| Test::one(Comparison::Less, value)),
        ("is null", |_| Test::Null),
        ("not null", |_| Test::NotNull),
    ];
    TRIED.iter().find_map(|(operator, make)| {
        let (field, value) = text.split_once(operator)?;
        Some(Condition {
            field: field.trim().to_owned(),
            test: make(value),
        })
    })
}

fn values(list: &str) -> Vec<String> {
    list.split(',').map(str::to_owned).collect()
}

/// SQL's `LIKE` with MySQL's default collation, which ignores the case of ASCII letters.
pub(crate) fn like(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    // Positions to return to: behind the last `%`, and what it has swallowed so far.
    let mut star: Option<(usize, usize)> = None;
    let (mut p, mut t) = (0, 0);
    while t < text.len() {
        match pattern.get(p) {
            Some('%') => {
                star = Some((p + 1, t));
                p += 1;
            }
            Some(one) if *one == '_' || one.eq_ignore_ascii_case(&text[t]) => {
                p += 1;
                t += 1;
            }
            Some(_) | None => match star {
                Some((behind, swallowed)) => {
                    star = Some((behind, swallowed + 1));
                    p = behind;
                    t = swallowed + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|one| *one == '%')
}
