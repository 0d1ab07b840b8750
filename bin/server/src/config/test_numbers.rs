use serde::{Deserialize, Serialize};
use sms_core::{
    CodeLength, Countries, Mobile, MobileError, Region, SmsCode, TestEntry, TestNumbers, TestRange,
    Timestamp,
};
use time::{Date, Duration, Month, PrimitiveDateTime, Time, UtcOffset};
use toml::value::{Datetime, Offset};

use super::{ConfigError, Secret};

/// An entry of `test_numbers`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TestNumberSettings {
    /// One number; this or a prefix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The beginning of numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Their code.
    pub code: Secret,
    /// The last day, which ends in UTC, or the moment at which it ends.
    pub until: String,
}

/// The test numbers that `entries` ask for.
///
/// # Errors
///
/// Names the entry and its key, and repeats neither number nor code.
pub(super) fn test_numbers(
    entries: &[TestNumberSettings],
    countries: &Countries,
    length: CodeLength,
) -> Result<TestNumbers, ConfigError> {
    let mut read = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let wrong = |(key, problem)| ConfigError::key(format!("{}{key}", name(index)), problem);
        read.push(entry.read(countries, length).map_err(wrong)?);
    }
    TestNumbers::new(read).map_err(|same| {
        let problem = format!("the same numbers as {}", name(same.first));
        ConfigError::key(name(same.second), problem)
    })
}

/// The names of the entries that are past their ends.
pub(super) fn past(entries: &[TestNumberSettings], now: Timestamp) -> Vec<String> {
    let is_past = |entry: &TestNumberSettings| end(&entry.until).is_some_and(|end| end <= now);
    let entries = entries.iter().enumerate();
    let past = entries.filter(|(_, entry)| is_past(entry));
    past.map(|(index, _)| name(index)).collect()
}

fn name(index: usize) -> String {
    format!("test_numbers[{index}]")
}

/// A key below an entry, and what is wrong with it.
type Wrong = (&'static str, String);

impl TestNumberSettings {
    fn read(&self, countries: &Countries, length: CodeLength) -> Result<TestEntry, Wrong> {
        Ok(TestEntry {
            range: self.range(countries)?,
            code: self.code(length)?,
            until: end(&self.until).ok_or_else(|| {
                let wanted = "a day (2026-12-31) or a moment (2026-12-31T18:00:00Z) is wanted";
                (".until", wanted.to_owned())
            })?,
        })
    }

    fn range(&self, countries: &Countries) -> Result<TestRange, Wrong> {
        match (&self.number, &self.prefix) {
            (Some(number), None) => {
                let mobile = Mobile::parse_in(countries, number);
                let mobile = mobile.map_err(|error| (".number", error.to_string()))?;
                Ok(TestRange::number(&mobile))
            }
            (None, Some(prefix)) => {
                let wrong = |error: String| (".prefix", error);
                let range = TestRange::prefix(prefix).map_err(|error| wrong(error.to_string()))?;
                let is_allowed = match range.is_mainland() {
                    true => countries.allow(Region::CN),
                    // To which of them it belongs is not known before a number is whole.
                    false => countries.reach_abroad(),
                };
                match is_allowed {
                    true => Ok(range),
                    false => Err(wrong(MobileError::NotAllowed.to_string())),
                }
            }
            _ => Err(("", "either number or prefix is wanted".to_owned())),
        }
    }

    fn code(&self, length: CodeLength) -> Result<SmsCode, Wrong> {
        let code = SmsCode::parse(self.code.expose()).ok();
        let code = code.filter(|code| code.expose().len() == usize::from(length.digits()));
        code.ok_or_else(|| {
            let wanted = length.digits();
            let problem = format!("{wanted} digits are wanted, as sms_code.length says");
            (".code", problem)
        })
    }
}

/// When a day ends in UTC, or the moment itself.
fn end(until: &str) -> Option<Timestamp> {
    let Datetime { date, time, offset } = until.parse().ok()?;
    let date = date?;
    let month = Month::try_from(date.month).ok()?;
    let day = Date::from_calendar_date(date.year.into(), month, date.day).ok()?;
    let moment = match (time, offset) {
        // The last day there is ends a little early.
        (None, None) => PrimitiveDateTime::new(day, Time::MIDNIGHT)
            .assume_utc()
            .saturating_add(Duration::DAY),
        (Some(time), Some(offset)) => {
            let second = time.second.unwrap_or_default();
            let time = Time::from_hms(time.hour, time.minute, second).ok()?;
            let offset = match offset {
                Offset::Z => UtcOffset::UTC,
                Offset::Custom { minutes } => {
                    UtcOffset::from_whole_seconds(i32::from(minutes) * 60).ok()?
                }
            };
            PrimitiveDateTime::new(day, time).assume_offset(offset)
        }
        _ => return None,
    };
    let millis = moment.unix_timestamp().checked_mul(1000)?;
    Some(Timestamp::from_millis(u64::try_from(millis).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    const ENTRY: &str = "number = '13800000000'\ncode = '123456'\nuntil = '2026-12-31'";

    fn complaint(toml: &str) -> String {
        Settings::from_toml(toml).unwrap_err().to_string()
    }

    /// The complaint about one entry.
    fn wrong(entry: &str) -> String {
        complaint(&format!("[[test_numbers]]\n{entry}"))
    }

    #[test]
    fn an_entry_ends_with_its_day_or_at_its_moment() {
        let rows = [
            ("2026-12-31", 1_798_761_600_000),
            ("2026-12-31T23:59:59Z", 1_798_761_599_000),
            ("2026-12-31 08:00:00+08:00", 1_798_675_200_000),
            ("2024-02-29", 1_709_251_200_000),
            ("9999-12-31", 253_402_300_799_000),
            ("1960-01-01", 0),
        ];
        for (text, millis) in rows {
            assert_eq!(end(text), Some(Timestamp::from_millis(millis)), "{text}");
        }
        for bad in [
            "",
            "soon",
            "2026",
            "2026-02-29",
            "2026-13-01",
            "10:00:00",
            "2026-12-31T10:00:00",
            "2026-12-31T25:00:00Z",
            "31.12.2026",
        ] {
            assert_eq!(end(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_day_may_be_a_date_of_toml() {
        let entry = ENTRY.replace("'2026-12-31'", "2026-12-31");
        let settings = Settings::from_toml(&format!("[[test_numbers]]\n{entry}")).unwrap();
        assert!(end(&settings.test_numbers[0].until).is_some());
    }

    #[test]
    fn a_bad_entry_is_named_and_not_repeated() {
        let rows = [
            (
                "13800000000",
                "23800000000",
                "test_numbers[0].number: not a",
            ),
            (
                "13800000000",
                "+33612345678",
                "test_numbers[0].number: not a",
            ),
            ("123456", "12345", "test_numbers[0].code: 6 digits"),
            ("123456", "12345x", "test_numbers[0].code: 6 digits"),
            ("2026-12-31", "2026-12-32", "test_numbers[0].until: a day"),
            (
                "number = '13800000000'",
                "prefix = '13800'",
                "test_numbers[0].prefix: not the",
            ),
            (
                "number = '13800000000'",
                "prefix = '+3361234'",
                "test_numbers[0].prefix: not a",
            ),
            ("number = '13800000000'\n", "", "test_numbers[0]: either"),
            (
                "number =",
                "prefix = '1380000'\nnumber =",
                "test_numbers[0]: either",
            ),
            ("until", "untill", "test_numbers[0].untill: unknown key"),
        ];
        for (right, with, expected) in rows {
            let entry = ENTRY.replace(right, with);
            let complaint = wrong(&entry);
            assert!(complaint.starts_with(expected), "{complaint}");
            let repeated = ["3800000", "12345", "+336"].map(|text| complaint.contains(text));
            let is_example = complaint.contains("as 1380000");
            assert!(is_example || repeated == [false; 3], "{complaint}");
        }
    }

    #[test]
    fn two_entries_for_one_number_are_an_error() {
        let second = ENTRY.replace("138", "+86138");
        let toml = format!("[[test_numbers]]\n{ENTRY}\n[[test_numbers]]\n{second}");
        let expected = "test_numbers[1]: the same numbers as test_numbers[0]";
        assert_eq!(complaint(&toml), expected);
    }

    #[test]
    fn codes_have_the_length_that_all_codes_have() {
        let toml = format!("[sms_code]\nlength = 4\n[[test_numbers]]\n{ENTRY}");
        assert!(complaint(&toml).starts_with("test_numbers[0].code: 4 digits"));
    }

    #[test]
    fn entries_past_their_end_are_told_of() {
        let later = ENTRY.replace("138", "139").replace("2026", "2027");
        let toml = format!("[[test_numbers]]\n{ENTRY}\n[[test_numbers]]\n{later}");
        let settings = Settings::from_toml(&toml).unwrap();
        let now = |millis| past(&settings.test_numbers, Timestamp::from_millis(millis));
        assert_eq!(now(1_798_761_599_999), Vec::<String>::new());
        assert_eq!(now(1_798_761_600_000), ["test_numbers[0]"]);
    }

    #[test]
    fn production_has_none_unless_they_are_allowed() {
        let toml = "server.mode = 'prod'\n[gateway]\norder = ['ccp']\n[gateway.senders.ccp]\n\
                    kind = 'ccp'\naccount_sid = 'a'\nauth_token = 't'\napp_id = 'b'";
        let entries = format!("{toml}\n[[test_numbers]]\n{ENTRY}");
        assert!(complaint(&entries).starts_with("test_numbers: not allowed when server.mode"));
        Settings::from_toml(&format!("allow_test_numbers = true\n{entries}")).unwrap();
        Settings::from_toml(toml).unwrap();
    }

    #[test]
    fn codes_are_masked_where_the_configuration_is_printed() {
        let settings = Settings::from_toml(&format!("[[test_numbers]]\n{ENTRY}")).unwrap();
        let printed = toml::to_string(&settings).unwrap();
        assert!(
            printed.contains("[[test_numbers]]") && !printed.contains("123456"),
            "{printed}"
        );
    }
}
