//! ZStack's access-key signature: `Authorization: ZStack <id>:<signature>` with a `Date` header.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gaze_domain::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::Method;
use jiff::civil;
use jiff::tz::{Offset, TimeZone};
use sha1::Sha1;
use subtle::ConstantTimeEq as _;

use super::{SignatureError, is_near};

/// `base64(HMAC-SHA1(secret, METHOD "\n" date "\n" path))`, as ZStack's SDKs compute it. `date` is
/// the header's text, never re-formatted; `path` is the decoded path without the context path and
/// without the query, such as `/v1/images`.
pub fn sign(secret: &str, method: &Method, date: &str, path: &str) -> String {
    let message = format!("{method}\n{date}\n{path}");
    // HMAC takes keys of any length, so the error cannot occur; an empty text matches nothing.
    Hmac::<Sha1>::new_from_slice(secret.as_bytes()).map_or_else(
        |_invalid_length| String::new(),
        |mac| STANDARD.encode(mac.chain_update(message).finalize().into_bytes()),
    )
}

/// Checks a signature in constant time. Its date has to be checked besides; see [`SignedDate`].
pub fn verify(
    secret: &str,
    method: &Method,
    date: &str,
    path: &str,
    signature: &str,
) -> Result<(), SignatureError> {
    let expected = sign(secret, method, date, path);
    if !expected.is_empty() && bool::from(expected.as_bytes().ct_eq(signature.as_bytes())) {
        Ok(())
    } else {
        Err(SignatureError::Mismatch)
    }
}

/// A `Date` header of the form `EEE, dd MMM yyyy HH:mm:ss z`, in English and in any case. The zone
/// is an id (`Asia/Shanghai`, from the Java SDK) or an abbreviation (`CST`, from the Go SDK).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedDate {
    wall: civil::DateTime,
    zone: String,
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl SignedDate {
    /// Understands the header. The day of the week has to be one, but not the right one, as with
    /// the date format of ZStack's server.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        Self::read(text).ok_or_else(|| SignatureError::BadDate(text.to_owned()))
    }

    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut words = text.split_ascii_whitespace();
        let weekday = words.next()?.strip_suffix(',')?.to_ascii_lowercase();
        if !WEEKDAYS.contains(&weekday.as_str()) {
            return None;
        }
        let day = number(words.next()?, 1..=2)?;
        let month = words.next()?.to_ascii_lowercase();
        let month = MONTHS.iter().position(|name| *name == month)? + 1;
        let year = number(words.next()?, 4..=4)?;
        let mut clock = words.next()?.split(':');
        let mut unit = || number(clock.next()?, 1..=2);
        let (hour, minute, second) = (unit()?, unit()?, unit()?);
        if clock.next().is_some() {
            return None;
        }
        let zone = words.next()?.to_owned();
        if words.next().is_some() {
            return None;
        }
        let wall = civil::DateTime::new(
            year,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
            i8::try_from(hour).ok()?,
            i8::try_from(minute).ok()?,
            i8::try_from(second).ok()?,
            0,
        )
        .ok()?;
        Some(Self { wall, zone })
    }

    /// Refuses a date more than 15 minutes away from `now`.
    ///
    /// ZStack's server by default compares wall clocks and ignores the zone: a client in the
    /// server's own zone (`local`) is accepted whatever it calls that zone. Besides, a client
    /// anywhere is accepted whose zone is understood and whose instant is near.
    pub fn check_skew(&self, now: Timestamp, local: &TimeZone) -> Result<(), SignatureError> {
        let local_offset = local.to_offset(now);
        let near = std::iter::once(local_offset)
            .chain(self.offsets())
            .filter_map(|offset| offset.to_timestamp(self.wall).ok())
            .any(|instant| is_near(instant.as_second(), now.as_second()));
        if near {
            Ok(())
        } else {
            Err(SignatureError::Skewed)
        }
    }

    /// The offsets that the zone's name may stand for; more than one for an ambiguous
    /// abbreviation, none for a name that is not known.
    fn offsets(&self) -> Vec<Offset> {
        let seconds: &[i32] = match self.zone.to_ascii_uppercase().as_str() {
            "UTC" | "GMT" | "Z" | "ETC/UTC" | "WET" => &[0],
            // China and North America's Central zone.
            "CST" => &[8 * 3600, -6 * 3600],
            "HKT" | "SGT" | "PHT" | "WITA" | "AWST" => &[8 * 3600],
            "JST" | "KST" | "WIT" => &[9 * 3600],
            // The Go client's own words for zones without an abbreviation.
            "MMT" => &[6 * 3600 + 1800],
            "ICT" | "WIB" => &[7 * 3600],
            "IST" => &[5 * 3600 + 1800, 2 * 3600, 3600],
            "PKT" => &[5 * 3600],
            "ACST" => &[9 * 3600 + 1800],
            "ACDT" => &[10 * 3600 + 1800],
            "AEST" => &[10 * 3600],
            "AEDT" => &[11 * 3600],
            "NZST" => &[12 * 3600],
            "NZDT" => &[13 * 3600],
            "CET" | "WEST" | "BST" | "WAT" => &[3600],
            "CEST" | "EET" | "SAST" | "CAT" => &[2 * 3600],
            "EEST" | "MSK" | "EAT" => &[3 * 3600],
            "ADT" => &[-3 * 3600],
            "EDT" | "AST" => &[-4 * 3600],
            "HST" => &[-10 * 3600],
            "EST" | "CDT" => &[-5 * 3600],
            "MDT" => &[-6 * 3600],
            "MST" | "PDT" => &[-7 * 3600],
            "PST" => &[-8 * 3600],
            _ => return self.named_or_numeric(),
        };
        seconds
            .iter()
            .filter_map(|seconds| Offset::from_seconds(*seconds).ok())
            .collect()
    }

    fn named_or_numeric(&self) -> Vec<Offset> {
        if let Some(offset) = numeric_offset(&self.zone) {
            return vec![offset];
        }
        // An id of the time zone database; unknown ids mean nothing here.
        TimeZone::get(&self.zone)
            .ok()
            .and_then(|zone| {
                zone.to_ambiguous_timestamp(self.wall)
                    .compatible()
                    .ok()
                    .map(|at| zone.to_offset(at))
            })
            .into_iter()
            .collect()
    }
}

/// Digits only, of the given count.
fn number(text: &str, digits: std::ops::RangeInclusive<usize>) -> Option<i16> {
    if digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

/// `+08`, `-0530`, `+08:00`, each optionally behind `GMT` or `UTC`.
fn numeric_offset(zone: &str) -> Option<Offset> {
    let upper = zone.to_ascii_uppercase();
    let text = upper
        .strip_prefix("GMT")
        .or_else(|| upper.strip_prefix("UTC"))
        .unwrap_or(&upper);
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if digits.len() > 2 => digits.split_at_checked(digits.len() - 2)?,
        None => (digits, "00"),
    };
    let hours = i32::from(number(hours, 1..=2)?);
    let minutes = i32::from(number(minutes, 2..=2)?);
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_of_the_vendors_sdks_are_reproduced() {
        // Recorded from ZStack's Go and Java SDKs.
        for (date, path, expected) in [
            (
                "Sat, 21 Nov 2026 16:46:05 UTC",
                "/v1/images",
                "yOEx42a8jv5JEHW2MbqQmrbDNDs=",
            ),
            (
                "Sat, 21 Nov 2026 16:40:10 Etc/UTC",
                "/v1/vm-instances/e4891e6ef3a64ea08ce91ab379a5c857/image-candidates",
                "XFjFS48olgxWWlM5IFuZsa6EqFc=",
            ),
        ] {
            assert_eq!(sign("SECRET", &Method::GET, date, path), expected);
            verify("SECRET", &Method::GET, date, path, expected).unwrap();
            for (secret, method, date, path) in [
                ("SECRE7", Method::GET, date, path),
                ("SECRET", Method::PUT, date, path),
                ("SECRET", Method::GET, "Sat, 21 Nov 2026 16:46:06 UTC", path),
                ("SECRET", Method::GET, date, "/v1/images/"),
            ] {
                assert_eq!(
                    verify(secret, &method, date, path, expected),
                    Err(SignatureError::Mismatch)
                );
            }
            let truncated = &expected[..expected.len() - 1];
            for wrong in ["", truncated] {
                assert!(verify("SECRET", &Method::GET, date, path, wrong).is_err());
            }
        }
    }

    /// Whether a date is accepted by a server in Shanghai at 2026-11-21T16:46:05Z, where the clock
    /// shows 00:46:05 of the 22nd.
    fn accepted(date: &str) -> bool {
        let now: Timestamp = "2026-11-21T16:46:05Z".parse().unwrap();
        let shanghai = Offset::constant(8).to_time_zone();
        SignedDate::parse(date)
            .unwrap()
            .check_skew(now, &shanghai)
            .is_ok()
    }

    #[test]
    fn the_wall_clock_or_the_instant_has_to_be_near() {
        for (date, expected) in [
            ("Sat, 21 Nov 2026 16:46:05 UTC", true),
            ("sat, 21 nov 2026 16:46:05 utc", true),
            ("Sat, 21 Nov 2026 16:46:05 Etc/UTC", true),
            ("Sun, 22 Nov 2026 00:46:05 CST", true),
            ("Sat, 21 Nov 2026 23:16:05 MMT", true),
            ("Sun, 22 Nov 2026 03:46:05 AEDT", true),
            ("Sun, 22 Nov 2026 00:46:05 Asia/Shanghai", true),
            ("Sun, 22 Nov 2026 00:46:05 GMT+08:00", true),
            ("Sat, 21 Nov 2026 22:16:05 +0530", true),
            ("Sat, 21 Nov 2026 11:46:05 EST", true),
            ("Sat, 21 Nov 2026 11:46:05 America/New_York", true),
            // The server's wall clock under any name.
            ("Sun, 22 Nov 2026 00:46:05 Nowhere", true),
            ("Sun, 22 Nov 2026 00:46:05 UTC", true),
            // The edges.
            ("Sat, 21 Nov 2026 17:01:05 UTC", true),
            ("Sat, 21 Nov 2026 17:01:06 UTC", false),
            ("Sat, 21 Nov 2026 16:31:05 UTC", true),
            ("Sat, 21 Nov 2026 16:31:04 UTC", false),
            ("Sat, 21 Nov 2026 16:46:05 Nowhere", false),
            ("Sat, 21 Nov 2026 16:46:05 JST", false),
        ] {
            assert_eq!(accepted(date), expected, "{date}");
        }
    }

    #[test]
    fn what_is_no_date_of_the_form_is_refused() {
        for text in [
            "",
            "Sat, 21 Nov 2026 16:46:05",
            "2026-11-21T16:46:05Z",
            "Sat 21 Nov 2026 16:46:05 UTC",
            "Sam, 21 Nov 2026 16:46:05 UTC",
            "Sat, 31 Nov 2026 16:46:05 UTC",
            "Sat, 21 Nov 26 16:46:05 UTC",
            "Sat, 21 Nov 2026 24:46:05 UTC",
            "Sat, 21 Nov 2026 16:46 UTC",
            "Sat, 21 Nov 2026 16:46:05:01 UTC",
            "Sat, +1 Nov 2026 16:46:05 UTC",
            "Sat, 21 Nov 2026 16:46:05 UTC extra",
        ] {
            assert_eq!(
                SignedDate::parse(text),
                Err(SignatureError::BadDate(text.to_owned()))
            );
        }
    }
}
