//! Values of flags that are more than words.

/// A number of bytes: `4096`, `512MiB`, `100GiB`, `2TiB`.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let split = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let shift = match unit.trim() {
        "" | "B" => 0,
        "KiB" => 10,
        "MiB" => 20,
        "GiB" => 30,
        "TiB" => 40,
        "PiB" => 50,
        _ => return Err("write a number of bytes, or one with KiB, MiB, GiB or TiB".to_owned()),
    };
    let number: u64 = number
        .parse()
        .map_err(|_error| "is no number of bytes".to_owned())?;
    number
        .checked_mul(1 << shift)
        .ok_or_else(|| "is more than can be counted".to_owned())
}

/// A limit: a value, or `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limit(pub(crate) Option<u64>);

pub(crate) fn limit(text: &str) -> Result<Limit, String> {
    match text {
        "none" => Ok(Limit(None)),
        _ => bytes(text).map(|number| Limit(Some(number))),
    }
}

/// `key=value`.
pub(crate) fn property(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write key=value".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_binary_units() {
        for (text, expected) in [
            ("0", Some(0)),
            ("4096", Some(4096)),
            ("512MiB", Some(512 << 20)),
            ("100 GiB", Some(100 << 30)),
            ("2TiB", Some(2 << 40)),
            ("99999PiB", None),
            ("99999999999999999999", None),
            ("100GB", None),
            ("GiB", None),
            ("-1", None),
            ("1.5GiB", None),
        ] {
            assert_eq!(bytes(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_limit_can_be_lifted() {
        assert_eq!(limit("none"), Ok(Limit(None)));
        assert_eq!(limit("20"), Ok(Limit(Some(20))));
    }

    #[test]
    fn properties_may_hold_what_separates_them() {
        assert_eq!(property("a=b=c"), Ok(("a".to_owned(), "b=c".to_owned())));
        assert_eq!(property("a="), Ok(("a".to_owned(), String::new())));
        assert!(property("=b").is_err());
        assert!(property("a").is_err());
    }
}
