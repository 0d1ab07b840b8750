use sms_core::Timestamp;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

/// As clients read it, and no other way: in UTC and without a fraction.
const FORM: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");

/// A time as clients read it: `2026-11-22T10:20:30Z`.
pub(crate) fn stamp(time: Timestamp) -> String {
    let seconds = i64::try_from(time.as_millis() / 1000);
    let time = seconds.map_or(Ok(OffsetDateTime::UNIX_EPOCH), |seconds| {
        OffsetDateTime::from_unix_timestamp(seconds)
    });
    let time = time.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    time.format(FORM).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_no_fraction() {
        let rows = [
            (0, "1970-01-01T00:00:00Z"),
            (1_795_342_830_999, "2026-11-22T10:20:30Z"),
            (253_402_300_799_000, "9999-12-31T23:59:59Z"),
            // There is no such time, and no reason to fail.
            (u64::MAX, "1970-01-01T00:00:00Z"),
        ];
        for (millis, text) in rows {
            assert_eq!(stamp(Timestamp::from_millis(millis)), text);
        }
    }
}
