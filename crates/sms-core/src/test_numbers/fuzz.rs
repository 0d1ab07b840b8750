//! What holds for any entries and any text that is read as the beginning of numbers.

use proptest::prelude::*;

use super::{TestEntry, TestNumbers, TestRange};
use crate::{Mobile, SmsCode, Timestamp};

/// Texts that numbers begin with, or nearly.
fn prefixish() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => r"(\+86)?1[2-9][0-9]{4,10}",
        1 => r"\+(1|33|44|49)[0-9]{3,13}",
        1 => r"\+?[0-9]{0,17}",
        1 => r"1[3-9][0-9]{3}[ \-٠-٩０-９\x00][0-9]{3}",
    ]
}

/// Numbers that are often alike.
fn mobile() -> impl Strategy<Value = Mobile> {
    "138000[01]{5}".prop_map(|text| Mobile::parse(&text).unwrap())
}

fn range() -> impl Strategy<Value = TestRange> {
    prop_oneof![
        mobile().prop_map(|mobile| TestRange::number(&mobile)),
        "138000[01]{1,4}".prop_map(|text| TestRange::prefix(&text).unwrap()),
    ]
}

fn entries() -> impl Strategy<Value = Vec<TestEntry>> {
    let entry = (range(), 0..4_u64, 0..10_000_u16).prop_map(|(range, until, code)| TestEntry {
        range,
        code: SmsCode::parse(&format!("{code:04}")).unwrap(),
        until: Timestamp::from_millis(until),
    });
    prop::collection::vec(entry, 0..8)
}

proptest! {
    #[test]
    fn a_prefix_leaves_something_open_and_names_enough(text in prefixish()) {
        if let Ok(range) = TestRange::prefix(&text) {
            let digits = range.start.strip_prefix('+').unwrap();
            prop_assert!(digits.bytes().all(|byte| byte.is_ascii_digit()));
            let (code, whole) = if range.is_mainland() { (2, 13) } else { (0, 15) };
            prop_assert!((7 + code..whole).contains(&digits.len()));
            prop_assert_eq!(TestRange::prefix(&range.start), Ok(range));
        }
    }

    /// The rule in the words of the documentation: of the entries that are not past and have the
    /// number, one for it alone, else the longest prefix.
    #[test]
    fn the_order_of_entries_makes_no_difference(
        entries in entries(), mobile in mobile(), now in 0..4_u64,
    ) {
        let now = Timestamp::from_millis(now);
        let Ok(numbers) = TestNumbers::new(entries.clone()) else {
            let distinct = |a: usize| entries[..a].iter().all(|e| e.range != entries[a].range);
            prop_assert!(!(0..entries.len()).all(distinct));
            return Ok(());
        };
        let backwards = TestNumbers::new(entries.iter().rev().cloned()).unwrap();
        let meant = entries
            .iter()
            .filter(|entry| now < entry.until && mobile.e164().starts_with(&entry.range.start))
            .max_by_key(|entry| entry.range.start.len())
            .map(|entry| entry.code.expose());
        prop_assert_eq!(numbers.code_of(&mobile, now).map(SmsCode::expose), meant);
        prop_assert_eq!(backwards.code_of(&mobile, now).map(SmsCode::expose), meant);
    }
}
