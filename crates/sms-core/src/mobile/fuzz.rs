//! What holds for any text that is read as a number.

use proptest::prelude::*;

use super::Mobile;
use crate::{Countries, Region};

/// Texts that are numbers, or nearly.
fn numberish() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => r"(\+|00|\+86|86|0086)?1[0-9]{8,11}",
        2 => r"\+(1|33|44|49|7|39|852|886|61|81|91|55|225)[0-9]{4,13}",
        1 => r"\+?[0-9]{0,18}",
        1 => r"(\+86|86|0086)?1[3-9][0-9]{4}[ \-٠-٩０-９\x00]?[0-9]{5}",
    ]
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let Ok(mobile) = Mobile::parse(text) else {
        return Ok(());
    };
    prop_assert_eq!(Mobile::parse(mobile.e164()), Ok(mobile));
    prop_assert_eq!(Mobile::parse(mobile.key()), Ok(mobile));
    let digits = mobile.e164().strip_prefix('+').unwrap();
    prop_assert!((7..=15).contains(&digits.len()));
    prop_assert!(digits.bytes().all(|byte| byte.is_ascii_digit()));
    prop_assert_eq!(mobile.mainland().is_some(), mobile.region() == Region::CN);
    if let Some(national) = mobile.mainland() {
        prop_assert_eq!(national.len(), 11);
        prop_assert!(matches!(national.as_bytes(), [b'1', b'3'..=b'9', ..]));
        prop_assert_eq!(mobile.key(), national);
    }
    let shown = mobile.to_string();
    let visible = shown.bytes().filter(u8::is_ascii_digit).count();
    prop_assert!(shown.contains("****") && visible <= 7 && visible * 3 <= digits.len() * 2);
    let debug = format!("{mobile:?}");
    prop_assert!(!debug.contains(mobile.key()) && !debug.contains(digits));
    Ok(())
}

fn check_in(countries: &Countries, text: &str) -> Result<(), TestCaseError> {
    let expected = Mobile::parse(text).ok();
    let expected = expected.filter(|mobile| countries.allow(mobile.region()));
    prop_assert_eq!(Mobile::parse_in(countries, text).ok(), expected);
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_a_number_or_refused(bytes: Vec<u8>) {
        check(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn a_number_has_one_canonical_form_and_prints_masked(text in numberish()) {
        check(&text)?;
    }

    #[test]
    fn a_number_is_read_only_where_its_region_is_allowed(text in numberish()) {
        for countries in [&["CN"][..], &["FR", "US"], &["*"]] {
            check_in(&Countries::parse(countries).unwrap(), &text)?;
        }
    }
}
