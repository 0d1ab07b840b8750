//! What holds for any text that is read as a quota.

use proptest::prelude::*;

use super::{MAX_LIMIT, MAX_WINDOW_S, Quota};

fn check(text: &str) -> Result<(), TestCaseError> {
    let Ok(quota) = text.parse::<Quota>() else {
        return Ok(());
    };
    prop_assert!((1..=MAX_LIMIT).contains(&quota.limit()));
    prop_assert!((1..=MAX_WINDOW_S).contains(&quota.window().as_secs()));
    prop_assert_eq!(quota.window().subsec_nanos(), 0);
    prop_assert_eq!(quota.to_string().parse(), Ok(quota));
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_a_quota_or_refused(text: String) {
        check(&text)?;
    }

    #[test]
    fn what_looks_like_a_quota_is_within_its_ranges_or_refused(
        text in r"[+\-]?[0-9]{0,11}/[+\-]?[0-9]{0,21}[smhdw时]?"
    ) {
        check(&text)?;
    }
}
