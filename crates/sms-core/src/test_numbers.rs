use std::fmt;

use crate::{Mobile, SmsCode, Timestamp};

/// How many digits the beginning of numbers has at least: of a mainland number without its calling
/// code, of any other with it. With fewer, too many people would have a code that others know.
const MIN_PREFIX: usize = 7;
const MAINLAND_DIGITS: usize = 11;
const E164_DIGITS: usize = 15;

/// The numbers a test entry is for: one, or all that begin alike.
///
/// `Debug` shows how long it is, and nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct TestRange {
    /// In E.164, or its beginning.
    start: String,
    is_whole: bool,
}

impl TestRange {
    /// One number.
    #[must_use]
    pub fn number(mobile: &Mobile) -> Self {
        Self {
            start: mobile.e164().to_owned(),
            is_whole: true,
        }
    }

    /// All numbers that begin so: mainland ones as `1[3-9]…` with or without `+86`, of seven to ten
    /// digits; others in E.164 with their `+`, of seven to fourteen.
    ///
    /// # Errors
    ///
    /// Anything else.
    pub fn prefix(text: &str) -> Result<Self, TestRangeError> {
        let national = text.strip_prefix("+86").or(match text.as_bytes() {
            [b'1', ..] => Some(text),
            _ => None,
        });
        let start = match national {
            Some(national) if is_mainland(national) => format!("+86{national}"),
            None if is_abroad(text) => text.to_owned(),
            _ => return Err(TestRangeError),
        };
        Ok(Self {
            start,
            is_whole: false,
        })
    }

    /// Whether its numbers belong to mainland China.
    #[must_use]
    pub fn is_mainland(&self) -> bool {
        self.start.starts_with("+86")
    }

    fn has(&self, mobile: &Mobile) -> bool {
        if self.is_whole {
            mobile.e164() == self.start
        } else {
            mobile.e164().starts_with(&self.start)
        }
    }
}

impl fmt::Debug for TestRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TestRange({} characters)", self.start.len())
    }
}

fn is_mainland(national: &str) -> bool {
    let begins = matches!(national.as_bytes(), [b'1', b'3'..=b'9', ..]);
    begins && is_digits(national, MAINLAND_DIGITS)
}

fn is_abroad(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or_default();
    !digits.starts_with('0') && is_digits(digits, E164_DIGITS)
}

/// Digits enough for a prefix, and fewer than a whole number has.
fn is_digits(text: &str, whole: usize) -> bool {
    (MIN_PREFIX..whole).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A text that numbers can't begin with. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "not the beginning of mobile numbers: at least 7 digits are wanted, as 1380000 (mainland China) \
     or +3361234, and fewer than a whole number has"
)]
pub struct TestRangeError;

/// Numbers that get a fixed code and no message, until a moment.
#[derive(Debug, Clone)]
pub struct TestEntry {
    /// The numbers.
    pub range: TestRange,
    /// Their code.
    pub code: SmsCode,
    /// The first moment at which the entry is as if it weren't there.
    pub until: Timestamp,
}

/// All test numbers. Of entries that have the same number the narrowest counts.
#[derive(Debug, Clone, Default)]
pub struct TestNumbers {
    /// The narrowest first.
    entries: Vec<TestEntry>,
}

impl TestNumbers {
    /// These entries, in any order.
    ///
    /// # Errors
    ///
    /// Two of them are for the same numbers.
    pub fn new(entries: impl IntoIterator<Item = TestEntry>) -> Result<Self, SameTestNumbers> {
        let mut known = Vec::<TestEntry>::new();
        for (second, entry) in entries.into_iter().enumerate() {
            if let Some(first) = known.iter().position(|other| other.range == entry.range) {
                return Err(SameTestNumbers { first, second });
            }
            known.push(entry);
        }
        known.sort_by_key(|entry| (!entry.range.is_whole, usize::MAX - entry.range.start.len()));
        Ok(Self { entries: known })
    }

    /// Whether there are none, past ones counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The code of a number, if it is a test number now.
    #[must_use]
    pub fn code_of(&self, mobile: &Mobile, now: Timestamp) -> Option<&SmsCode> {
        let mut live = self.entries.iter().filter(|entry| now < entry.until);
        let entry = live.find(|entry| entry.range.has(mobile))?;
        Some(&entry.code)
    }
}

/// Two entries are for the same numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the same as entry {first}")]
pub struct SameTestNumbers {
    /// The place of the one, from 0.
    pub first: usize,
    /// The place of the other.
    pub second: usize,
}

#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;

    const END: Timestamp = Timestamp::from_millis(1_000);
    const BEFORE: Timestamp = Timestamp::from_millis(999);

    fn number(text: &str) -> TestRange {
        TestRange::number(&Mobile::parse(text).unwrap())
    }

    fn prefix(text: &str) -> TestRange {
        TestRange::prefix(text).unwrap()
    }

    fn entry(range: TestRange, code: &str, until: Timestamp) -> TestEntry {
        let code = SmsCode::parse(code).unwrap();
        TestEntry { range, code, until }
    }

    fn code(numbers: &TestNumbers, mobile: &str, now: Timestamp) -> Option<String> {
        let code = numbers.code_of(&Mobile::parse(mobile).unwrap(), now)?;
        Some(code.expose().to_owned())
    }

    #[test]
    fn a_prefix_is_digits_of_a_mainland_number_or_of_e164() {
        let good = [
            ("1380000", "+861380000"),
            ("+861380000", "+861380000"),
            ("1380013800", "+861380013800"),
            ("+3361234", "+3361234"),
            ("+1201555012345", "+1201555012345"),
        ];
        for (text, start) in good {
            assert_eq!(prefix(text).start, start);
        }
    }

    #[test]
    fn anything_else_is_no_prefix() {
        let bad = [
            "",
            "+",
            "1",
            "138000",
            "+86138000",
            "1280000",
            "+861280000",
            "13800138000",
            "+8613800138000",
            "8613800",
            "00861380000",
            "+33612",
            "+336123",
            "+0361234",
            "+336123456789012",
            "3361234",
            "138 0000",
            "138000x",
            "１３８００００",
            "+86",
            "+8",
        ];
        for text in bad {
            assert_eq!(TestRange::prefix(text), Err(TestRangeError), "{text}");
        }
    }

    #[test]
    fn only_the_numbers_of_an_entry_are_test_numbers() {
        let entries = [
            entry(number("13800000000"), "111111", END),
            entry(prefix("1390000"), "222222", END),
            entry(prefix("+3361234"), "333333", END),
        ];
        let numbers = TestNumbers::new(entries).unwrap();
        let rows = [
            ("13800000000", Some("111111")),
            ("+8613800000000", Some("111111")),
            ("13800000001", None),
            ("13900001234", Some("222222")),
            ("13900011234", None),
            ("+33612345678", Some("333333")),
            ("+33612445678", None),
        ];
        for (mobile, wanted) in rows {
            let found = code(&numbers, mobile, BEFORE);
            assert_eq!(found.as_deref(), wanted, "{mobile}");
        }
    }

    #[test]
    fn the_narrowest_entry_that_is_not_past_counts() {
        let past = Timestamp::from_millis(10);
        let entries = [
            entry(prefix("1380000"), "111111", END),
            entry(number("13800001234"), "333333", past),
            entry(prefix("138000012"), "222222", Timestamp::from_millis(500)),
        ];
        let numbers = TestNumbers::new(entries).unwrap();
        for (now, wanted) in [
            (9, "333333"),
            (10, "222222"),
            (499, "222222"),
            (500, "111111"),
        ] {
            let found = code(&numbers, "13800001234", Timestamp::from_millis(now));
            assert_eq!(found.as_deref(), Some(wanted), "{now}");
        }
        assert_eq!(code(&numbers, "13800001234", END), None);
    }

    #[test]
    fn two_entries_for_the_same_numbers_are_an_error() {
        let first = || entry(number("13900000000"), "111111", END);
        let pairs = [
            [number("13800000000"), number("+8613800000000")],
            [prefix("1380000"), prefix("+861380000")],
        ];
        for pair in pairs {
            let same = pair.map(|range| entry(range, "222222", END));
            let entries = std::iter::once(first()).chain(same);
            let error = TestNumbers::new(entries).unwrap_err();
            assert_eq!(
                error,
                SameTestNumbers {
                    first: 1,
                    second: 2
                }
            );
        }
    }

    #[test]
    fn it_never_prints() {
        let shown = format!("{:?}", entry(number("13800000000"), "135791", END));
        assert!(
            !shown.contains("138000") && !shown.contains("135791"),
            "{shown}"
        );
    }
}
