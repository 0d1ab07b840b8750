//! Codes that are words with dots, as Aliyun and Tencent Cloud answer with, in tables.

use std::sync::Arc;

use crate::{ErrorClass, SendError};

/// The longest code that is known has 63 characters.
const LONGEST: usize = 100;

/// Codes of one meaning. One that ends in `.*` stands for its family: `Throttling.*` is
/// `Throttling` and all that begin with `Throttling.` and have no row of their own.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) codes: &'static [&'static str],
    pub(crate) class: ErrorClass,
    pub(crate) meaning: &'static str,
}

/// The row of a code, if it is in any.
pub(crate) fn find(table: &'static [Row], code: &str) -> Option<&'static Row> {
    if !is_code(code) {
        return None;
    }
    let is_itself = |row: &&Row| row.codes.contains(&code);
    let is_family = |row: &&Row| {
        let mut families = row.codes.iter().filter_map(|code| code.strip_suffix(".*"));
        families.any(|family| is_of_family(code, family))
    };
    let exact = table.iter().find(is_itself);
    exact.or_else(|| table.iter().find(is_family))
}

/// What a refusal with `code` means. A code that is in no row leaves the outcome unknown, so that
/// nothing is sent a second time blindly.
pub(crate) fn refusal(table: &'static [Row], sender: &Arc<str>, code: &str) -> SendError {
    let error = |class, meaning| SendError::new(class, Arc::clone(sender), meaning);
    match find(table, code) {
        Some(row) => error(row.class, row.meaning).with_provider_code(code),
        None => {
            let error = error(ErrorClass::Unknown, "a code that is in no list");
            // Anything else could be text that does not belong into a log.
            if is_code(code) {
                error.with_provider_code(code)
            } else {
                error
            }
        }
    }
}

/// Whether `code` is `family`, or one of those under it.
pub(crate) fn is_of_family(code: &str, family: &str) -> bool {
    let rest = code.strip_prefix(family);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether `text` has the form of a code: letters, dots and underscores. No known code has a digit
/// in it, so that no number can pass as one.
fn is_code(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'.' | b'_');
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    static TABLE: &[Row] = &[
        Row {
            codes: &["Busy.*"],
            class: ErrorClass::RateAccount,
            meaning: "busy",
        },
        Row {
            codes: &["Other", "Busy.Line"],
            class: ErrorClass::RateNumber,
            meaning: "the line is busy",
        },
    ];

    fn class(code: &str) -> ErrorClass {
        refusal(TABLE, &"name".into(), code).class()
    }

    #[test]
    fn a_row_of_its_own_comes_before_the_family() {
        let rows = [
            ("Busy", ErrorClass::RateAccount),
            ("Busy.User", ErrorClass::RateAccount),
            ("Busy.Line", ErrorClass::RateNumber),
            ("Other", ErrorClass::RateNumber),
            ("Busy.", ErrorClass::RateAccount),
            ("Busyness", ErrorClass::Unknown),
            ("Other.Line", ErrorClass::Unknown),
            ("busy", ErrorClass::Unknown),
            ("Busy.*", ErrorClass::Unknown),
        ];
        for (code, expected) in rows {
            assert_eq!(class(code), expected, "{code}");
        }
    }

    #[test]
    fn what_is_not_plainly_a_code_is_not_repeated() {
        let told = |code| refusal(TABLE, &"name".into(), code).to_string();
        assert_eq!(
            told("New.Thing"),
            "name: a code that is in no list (unknown, code New.Thing)"
        );
        let long = "x".repeat(LONGEST + 1);
        for code in ["", "Busy.13800138000", "Busy line", "忙", &long] {
            assert_eq!(told(code), "name: a code that is in no list (unknown)");
        }
    }
}
