use sms_core::Timestamp;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A time as clients read it, and no other way: in UTC and without a fraction, `2026-11-22T10:20:30Z`.
///
/// Digit by digit, because an answer has three or more of them, and a form that is interpreted takes ten
/// times as long.
pub(crate) fn stamp(time: Timestamp) -> String {
    let seconds = i64::try_from(time.as_millis() / 1000);
    let time = seconds.map_or(Ok(OffsetDateTime::UNIX_EPOCH), |seconds| {
        OffsetDateTime::from_unix_timestamp(seconds)
    });
    let time = time.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let mut text = *b"0000-00-00T00:00:00Z";
    let year = time.year().unsigned_abs();
    let parts = [
        (0, year / 100),
        (2, year % 100),
        (5, u8::from(time.month()).into()),
        (8, time.day().into()),
        (11, time.hour().into()),
        (14, time.minute().into()),
        (17, time.second().into()),
    ];
    for (at, part) in parts {
        for (digit, value) in text[at..at + 2].iter_mut().zip([part / 10, part % 10]) {
            *digit += u8::try_from(value).expect("each part has two digits");
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// The time that a client writes: with an offset and perhaps a fraction (RFC 3339). What is before
/// 1970 is 1970.
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    let millis = time.unix_timestamp_nanos() / 1_000_000;
    Some(Timestamp::from_millis(u64::try_from(millis).unwrap_or(0)))
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

    #[test]
    fn a_time_is_read_as_clients_write_it() {
        let rows = [
            ("2026-11-22T10:20:30Z", Some(1_795_342_830_000)),
            ("2026-11-22T10:20:30.5Z", Some(1_795_342_830_500)),
            ("2026-11-22T18:20:30+08:00", Some(1_795_342_830_000)),
            ("1960-01-01T00:00:00Z", Some(0)),
            ("2026-11-22", None),
            ("2026-11-22T10:20:30", None),
            ("yesterday", None),
            ("", None),
        ];
        for (text, millis) in rows {
            assert_eq!(moment(text), millis.map(Timestamp::from_millis), "{text}");
        }
    }
}
