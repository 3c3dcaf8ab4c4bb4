//! Placeholders: filled into requests, matched against responses.

use std::collections::BTreeMap;

/// Values by name: what the stage gave, and what responses have shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Bindings {
    values: BTreeMap<String, String>,
}

impl Bindings {
    pub(super) fn new(given: &BTreeMap<String, String>) -> Self {
        Self {
            values: given.clone(),
        }
    }

    fn get(&self, name: &str) -> Result<&str, String> {
        self.values
            .get(name)
            .map(String::as_str)
            .ok_or_else(|| format!("nothing is known by the name {name:?} yet"))
    }

    /// Binds a UUID to a name, unless the name or another of its kind speaks against it.
    fn bind_uuid(&mut self, name: &str, text: &str) -> Result<(), String> {
        let plain = plain(text);
        if let Some(known) = self.values.get(name) {
            return if self::plain(known) == plain {
                Ok(())
            } else {
                Err(format!("{name} was {known} before"))
            };
        }
        if let Some((kind, _)) = name.split_once(':') {
            let other = self.values.iter().find(|(other, value)| {
                other
                    .split_once(':')
                    .is_some_and(|(other, _)| other == kind)
                    && self::plain(value) == plain
            });
            if let Some((other, _)) = other {
                return Err(format!("{text} is {other}, so it cannot be {name}"));
            }
        }
        self.values.insert(name.to_owned(), text.to_owned());
        Ok(())
    }

    fn bind_text(&mut self, name: &str, text: &str) -> Result<(), String> {
        match self.values.get(name) {
            Some(known) if known == text => Ok(()),
            Some(known) => Err(format!("{name} was {known:?} before")),
            None => {
                self.values.insert(name.to_owned(), text.to_owned());
                Ok(())
            }
        }
    }
}

fn plain(uuid: &str) -> String {
    uuid.replace('-', "")
}

fn hyphenated(uuid: &str) -> Result<String, String> {
    let plain = plain(uuid);
    if plain.len() != 32 || !plain.is_ascii() {
        return Err(format!("{uuid:?} is no UUID"));
    }
    let groups = [
        &plain[..8],
        &plain[8..12],
        &plain[12..16],
        &plain[16..20],
        &plain[20..],
    ];
    Ok(groups.join("-"))
}

/// A piece of an expected text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Literal(String),
    Hole(Hole),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hole {
    Any,
    Int,
    Timestamp,
    ZstackDate,
    Uuid(String),
    Hex(String),
    Hyphenated(String),
    Text(String),
    Given(String),
}

/// Takes a text apart at its placeholders.
pub(super) fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((literal, after)) = rest.split_once("{{") {
        let (inside, after) = after
            .split_once("}}")
            .ok_or_else(|| format!("a placeholder is not closed in {text:?}"))?;
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal.to_owned()));
        }
        pieces.push(Piece::Hole(hole(inside)?));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    Ok(pieces)
}

fn hole(inside: &str) -> Result<Hole, String> {
    let (kind, name) = inside.split_once(':').unwrap_or((inside, ""));
    let named = |make: fn(String) -> Hole| {
        if name.is_empty() {
            Err(format!("{{{{{inside}}}}} needs a name"))
        } else {
            Ok(make(name.to_owned()))
        }
    };
    match (kind, name) {
        ("any", "") => Ok(Hole::Any),
        ("int", "") => Ok(Hole::Int),
        ("ts", "") => Ok(Hole::Timestamp),
        ("date", "zstack") => Ok(Hole::ZstackDate),
        ("uuid", _) => named(Hole::Uuid),
        ("hex", _) => named(Hole::Hex),
        ("hyphenated", _) => named(Hole::Hyphenated),
        ("text", _) => named(Hole::Text),
        ("given", _) => named(Hole::Given),
        _ => Err(format!("{{{{{inside}}}}} is no placeholder")),
    }
}

/// A text for a request, with every placeholder replaced by the value it has.
pub(super) fn fill(text: &str, bindings: &Bindings) -> Result<String, String> {
    let mut filled = String::new();
    for piece in pieces(text)? {
        match piece {
            Piece::Literal(literal) => filled.push_str(&literal),
            Piece::Hole(Hole::Uuid(name) | Hole::Text(name) | Hole::Given(name)) => {
                filled.push_str(bindings.get(&name)?);
            }
            Piece::Hole(Hole::Hex(name)) => filled.push_str(&plain(bindings.get(&name)?)),
            Piece::Hole(Hole::Hyphenated(name)) => {
                filled.push_str(&hyphenated(bindings.get(&name)?)?);
            }
            Piece::Hole(hole @ (Hole::Any | Hole::Int | Hole::Timestamp | Hole::ZstackDate)) => {
                return Err(format!("{hole:?} has no value for a request"));
            }
        }
    }
    Ok(filled)
}

/// Whether a text is what the pattern says; binds the names in it. The error says why not.
pub(super) fn matches(pattern: &str, actual: &str, bindings: &mut Bindings) -> Result<(), String> {
    let pieces = pieces(pattern)?;
    let mut rest = actual;
    for (index, piece) in pieces.iter().enumerate() {
        let taken = match piece {
            Piece::Literal(literal) => {
                if !rest.starts_with(literal.as_str()) {
                    return Err(format!("expected {pattern:?}, got {actual:?}"));
                }
                literal.len()
            }
            Piece::Hole(hole) => {
                let room = match pieces.get(index + 1) {
                    Some(Piece::Literal(next)) => rest.find(next.as_str()).unwrap_or(rest.len()),
                    Some(Piece::Hole(_)) => {
                        return Err(format!("two placeholders touch in {pattern:?}"));
                    }
                    None => rest.len(),
                };
                let extent = extent(hole, &rest[..room], rest, bindings)?;
                take(hole, &rest[..extent], bindings)
                    .map_err(|why| format!("expected {pattern:?}, got {actual:?}: {why}"))?;
                extent
            }
        };
        rest = &rest[taken..];
    }
    if rest.is_empty() {
        Ok(())
    } else {
        Err(format!("expected {pattern:?}, got {actual:?}"))
    }
}

/// How many bytes a placeholder covers: up to the literal that follows it, except where its own
/// value tells better because it may contain that literal.
fn extent(hole: &Hole, room: &str, rest: &str, bindings: &Bindings) -> Result<usize, String> {
    let is_hex = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'-';
    Ok(match hole {
        Hole::Given(name) => bindings.get(name)?.len().min(rest.len()),
        Hole::Uuid(_) | Hole::Hex(_) | Hole::Hyphenated(_) => {
            let run = rest.bytes().take_while(|byte| is_hex(byte)).count();
            let hyphenated = rest.as_bytes().get(8) == Some(&b'-');
            run.min(if hyphenated { 36 } else { 32 })
        }
        Hole::Int => rest
            .bytes()
            .take_while(|byte| byte.is_ascii_digit() || *byte == b'-')
            .count(),
        Hole::ZstackDate | Hole::Timestamp | Hole::Any | Hole::Text(_) => room.len(),
    })
}

fn take(hole: &Hole, text: &str, bindings: &mut Bindings) -> Result<(), String> {
    let must = |holds: bool, what: &str| {
        if holds {
            Ok(())
        } else {
            Err(format!("{text:?} is not {what}"))
        }
    };
    match hole {
        Hole::Any => Ok(()),
        Hole::Int => must(text.parse::<i128>().is_ok(), "an integer"),
        Hole::Timestamp => must(is_timestamp(text), "a timestamp"),
        Hole::ZstackDate => must(is_zstack_date(text), "a date of ZStack"),
        Hole::Uuid(name) => {
            must(is_uuid(text, 32) || is_uuid(text, 36), "a UUID")?;
            bindings.bind_uuid(name, text)
        }
        Hole::Hex(name) => {
            must(is_uuid(text, 32), "a UUID of 32 digits")?;
            bindings.bind_uuid(name, text)
        }
        Hole::Hyphenated(name) => {
            must(is_uuid(text, 36), "a UUID with hyphens")?;
            bindings.bind_uuid(name, text)
        }
        Hole::Text(name) => {
            must(
                !text.is_empty() && !text.contains(char::is_whitespace),
                "a text without blanks",
            )?;
            bindings.bind_text(name, text)
        }
        Hole::Given(name) => {
            let given = bindings.get(name)?;
            must(given == text, &format!("{given:?}, the given {name}"))
        }
    }
}

/// Lower-case digits, with hyphens at the usual places if it is 36 characters long.
fn is_uuid(text: &str, len: usize) -> bool {
    text.len() == len
        && text.bytes().enumerate().all(|(index, byte)| {
            if len == 36 && matches!(index, 8 | 13 | 18 | 23) {
                byte == b'-'
            } else {
                matches!(byte, b'0'..=b'9' | b'a'..=b'f')
            }
        })
}

fn is_timestamp(text: &str) -> bool {
    text.parse::<u64>().is_ok() || text.parse::<gaze_domain::Timestamp>().is_ok()
}

/// `MMM d, yyyy h:mm:ss a`, as Java's formatter writes it in English.
fn is_zstack_date(text: &str) -> bool {
    const MONTHS: &str = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
    let words: Vec<&str> = text.split(' ').collect();
    let [month, day, year, time, half] = words.as_slice() else {
        return false;
    };
    let number = |text: &str, range: std::ops::RangeInclusive<u32>| {
        text.parse()
            .is_ok_and(|value: u32| range.contains(&value) && (text == value.to_string()))
    };
    let two = |text: &str| text.len() == 2 && text.parse::<u32>().is_ok_and(|value| value < 60);
    let clock: Vec<&str> = time.split(':').collect();
    MONTHS.split(' ').any(|name| name == *month)
        && day.strip_suffix(',').is_some_and(|day| number(day, 1..=31))
        && number(year, 1970..=9999)
        && matches!(clock.as_slice(), [h, m, s] if number(h, 1..=12) && two(m) && two(s))
        && matches!(*half, "AM" | "PM")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "e4891e6ef3a64ea08ce91ab379a5c856";
    const HYPHENATED: &str = "e4891e6e-f3a6-4ea0-8ce9-1ab379a5c856";
    const OTHER: &str = "4a48f88391134a01befe88ff98b68a88";

    fn check(pattern: &str, actual: &str, expected: bool) {
        let given = BTreeMap::from([("token".to_owned(), "t0-k".to_owned())]);
        let outcome = matches(pattern, actual, &mut Bindings::new(&given));
        assert_eq!(outcome.is_ok(), expected, "{pattern} {actual}: {outcome:?}");
    }

    #[test]
    fn placeholders_stand_for_what_they_say_and_nothing_else() {
        for (pattern, actual, expected) in [
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("abc", "ab", false),
            ("", "", true),
            ("{{any}}", "", true),
            ("a{{any}}z", "a b z", true),
            ("a{{any}}z", "a b", false),
            ("{{int}}", "42", true),
            ("{{int}}", "", false),
            ("{{int}}", "4x", false),
            ("{{int}} items", "42 items", true),
            ("{{ts}}", "2026-11-21T16:37:47Z", true),
            ("{{ts}}", "1603799470000", true),
            ("{{ts}}", "yesterday", false),
            ("{{uuid:image:1}}", HEX, true),
            ("{{uuid:image:1}}", HYPHENATED, true),
            ("{{uuid:image:1}}", "e4891e6e", false),
            ("{{uuid:image:1}}", &HEX.to_uppercase(), false),
            ("{{hex:image:1}}", HYPHENATED, false),
            ("{{hyphenated:image:1}}", HEX, false),
            ("/v1/{{uuid:image:1}}/x", &format!("/v1/{HEX}/x"), true),
            ("{{given:token}}", "t0-k", true),
            ("{{given:token}}", "t0-kk", false),
            ("{{given:token}}-z", "t0-k-z", true),
            ("{{text:a}}", "x y", false),
            ("{{date:zstack}}", "Nov 13, 2017 9:29:27 AM", true),
            ("{{date:zstack}}", "Nov 13, 2017, 9:29:27 AM", false),
            ("{{date:zstack}}", "Nov 13, 2017 09:29:27 AM", false),
            ("{{date:zstack}}", "Nov 13, 2017 13:29:27 PM", false),
        ] {
            check(pattern, actual, expected);
        }
    }

    #[test]
    fn a_name_keeps_its_value_in_either_form() {
        for (second, expected) in [(HEX, true), (HYPHENATED, true), (OTHER, false)] {
            let mut bindings = Bindings::default();
            matches("{{uuid:image:1}}", HEX, &mut bindings).unwrap();
            let outcome = matches("{{uuid:image:1}}", second, &mut bindings);
            assert_eq!(outcome.is_ok(), expected, "{second}");
        }
    }

    #[test]
    fn two_names_of_one_kind_never_mean_the_same() {
        let mut bindings = Bindings::default();
        matches("{{uuid:image:1}}", HEX, &mut bindings).unwrap();
        assert!(matches("{{uuid:image:2}}", HEX, &mut bindings).is_err());
        matches("{{uuid:image:2}}", OTHER, &mut bindings).unwrap();
        matches("{{uuid:job:1}}", HEX, &mut bindings).unwrap();
    }

    #[test]
    fn texts_recur_too() {
        let mut bindings = Bindings::default();
        matches("Bearer {{text:token}}", "Bearer abc", &mut bindings).unwrap();
        assert!(matches("{{text:token}}", "abd", &mut bindings).is_err());
        assert_eq!(fill("x-{{text:token}}", &bindings).unwrap(), "x-abc");
    }

    #[test]
    fn requests_are_filled_with_what_is_known() {
        let mut bindings = Bindings::default();
        matches("{{uuid:image:1}}", HYPHENATED, &mut bindings).unwrap();
        for (text, expected) in [
            ("/a/{{uuid:image:1}}", format!("/a/{HYPHENATED}")),
            ("/a/{{hex:image:1}}/b", format!("/a/{HEX}/b")),
            ("{{hyphenated:image:1}}", HYPHENATED.to_owned()),
        ] {
            assert_eq!(fill(text, &bindings).unwrap(), expected);
        }
        for text in [
            "{{uuid:image:2}}",
            "{{given:x}}",
            "{{int}}",
            "{{nonsense}}",
            "{{any",
        ] {
            assert!(fill(text, &bindings).is_err(), "{text}");
        }
    }
}
