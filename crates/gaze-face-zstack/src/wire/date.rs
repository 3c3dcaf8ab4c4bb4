//! Instants in text. ZStack writes them as Java 8's `DateFormat` does for `Locale.US`, in the
//! server's zone and without naming it: `Nov 13, 2017 9:29:27 AM`. Our zone is UTC.

use gaze_domain::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const SHOWN: &str = "%b %-d, %Y %-I:%M:%S %p";
/// The forms that a query may compare with, besides ISO 8601.
const READ: [&str; 2] = [SHOWN, "%Y-%m-%d %H:%M:%S"];

/// The instant in ZStack's form.
pub(crate) fn show(at: Timestamp) -> String {
    // By hand, since a list of images has hundreds and the general formatter reads its form anew
    // each time.
    let at = TimeZone::UTC.to_datetime(at);
    let month = MONTHS[usize::from(at.month().unsigned_abs()).saturating_sub(1) % MONTHS.len()];
    let (hour, half) = match at.hour() {
        0 => (12, "AM"),
        hour @ 1..=11 => (hour, "AM"),
        12 => (12, "PM"),
        hour => (hour - 12, "PM"),
    };
    format!(
        "{month} {}, {} {hour}:{:02}:{:02} {half}",
        at.day(),
        at.year(),
        at.minute(),
        at.second()
    )
}

/// The instant that a client wrote, if it is in a known form.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    text.parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse::<DateTime>().ok().and_then(in_utc))
        .or_else(|| {
            READ.iter()
                .find_map(|form| DateTime::strptime(form, text).ok().and_then(in_utc))
        })
}

fn in_utc(at: DateTime) -> Option<Timestamp> {
    at.to_zoned(TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_in_the_form_of_java_8() {
        for (instant, text) in [
            ("2017-11-13T09:29:27Z", "Nov 13, 2017 9:29:27 AM"),
            ("2026-01-02T00:00:05Z", "Jan 2, 2026 12:00:05 AM"),
            ("2026-12-31T12:59:59.999999Z", "Dec 31, 2026 12:59:59 PM"),
            ("2026-06-07T23:00:00Z", "Jun 7, 2026 11:00:00 PM"),
        ] {
            assert_eq!(show(instant.parse().unwrap()), text);
        }
    }

    #[test]
    fn a_query_may_write_dates_in_several_forms() {
        let instant: Timestamp = "2017-11-13T09:29:27Z".parse().unwrap();
        for text in [
            "2017-11-13T09:29:27Z",
            "2017-11-13T17:29:27+08:00",
            "2017-11-13T09:29:27",
            "2017-11-13 09:29:27",
            "Nov 13, 2017 9:29:27 AM",
        ] {
            assert_eq!(read(text), Some(instant), "{text}");
        }
        assert_eq!(read("yesterday"), None);
    }
}
