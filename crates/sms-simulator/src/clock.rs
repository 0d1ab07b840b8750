//! Dates as the providers write them.

use time::format_description::BorrowedFormatItem;
use time::macros::{format_description, offset};
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

/// What providers in China call local time.
const BEIJING: UtcOffset = offset!(+8);

const COMPACT: &[BorrowedFormatItem<'_>] =
    format_description!("[year][month][day][hour][minute][second]");
const SPACED: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
const ZULU: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// `yyyyMMddHHmmss` in Beijing.
pub(crate) fn compact(at: OffsetDateTime) -> String {
    written(at.to_offset(BEIJING), COMPACT)
}

/// Reads [`compact`].
pub(crate) fn read_compact(text: &str) -> Option<OffsetDateTime> {
    let at = PrimitiveDateTime::parse(text, COMPACT).ok()?;
    Some(at.assume_offset(BEIJING))
}

/// `yyyy-MM-dd HH:mm:ss` in Beijing.
pub(crate) fn spaced(at: OffsetDateTime) -> String {
    written(at.to_offset(BEIJING), SPACED)
}

/// `yyyy-MM-ddTHH:mm:ssZ`.
pub(crate) fn zulu(at: OffsetDateTime) -> String {
    written(at.to_offset(UtcOffset::UTC), ZULU)
}

/// Reads [`zulu`].
pub(crate) fn read_zulu(text: &str) -> Option<OffsetDateTime> {
    let at = PrimitiveDateTime::parse(text, ZULU).ok()?;
    Some(at.assume_utc())
}

/// `yyyy-MM-dd` in UTC.
pub(crate) fn utc_day(at: OffsetDateTime) -> String {
    written(at.to_offset(UtcOffset::UTC), DAY)
}

/// When the day in Beijing that `at` is in ends.
pub(crate) fn end_of_day(at: OffsetDateTime) -> OffsetDateTime {
    let local = at.to_offset(BEIJING);
    let midnight = local.replace_time(time::Time::MIDNIGHT);
    midnight.saturating_add(time::Duration::DAY)
}

fn written(at: OffsetDateTime, format: &[BorrowedFormatItem<'_>]) -> String {
    // Every one of these parts has every date.
    at.format(format).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn dates_are_written_as_providers_write_them() {
        let at = datetime!(2024-02-29 04:34:56 UTC);
        assert_eq!(compact(at), "20240229123456");
        assert_eq!(spaced(at), "2024-02-29 12:34:56");
        assert_eq!(zulu(at), "2024-02-29T04:34:56Z");
        assert_eq!(utc_day(at), "2024-02-29");
        assert_eq!(read_compact("20240229123456"), Some(at));
        assert_eq!(read_zulu("2024-02-29T04:34:56Z"), Some(at));
        assert_eq!(end_of_day(at), datetime!(2024-02-29 16:00 UTC));
        assert_eq!(
            end_of_day(datetime!(2024-02-29 16:00 UTC)),
            datetime!(2024-03-01 16:00 UTC)
        );
    }

    #[test]
    fn what_is_no_date_is_not_read() {
        for text in [
            "",
            "2024022912345",
            "202402291234567",
            "20240230123456",
            "+0240229123456",
        ] {
            assert_eq!(read_compact(text), None, "{text}");
        }
        for text in [
            "",
            "2024-02-29T04:34:56",
            "2024-02-29 04:34:56Z",
            "2024-02-30T04:34:56Z",
        ] {
            assert_eq!(read_zulu(text), None, "{text}");
        }
    }
}
