/// Fewer digits than this are no phone number, and digits of a code may not be told.
const SHORTEST_NUMBER: usize = 7;

/// A text with all that may be a phone number or a code masked, and the rest as it is.
///
/// What every number is masked like: mainland ones as `138****8000`, others down to a third of them
/// and the last two digits.
pub(crate) fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, digits) = rest.split_at(start);
        let end = digits.find(|c: char| !c.is_ascii_digit());
        let (digits, after) = digits.split_at(end.unwrap_or(digits.len()));
        shown += before;
        shown += &masked_digits(digits, before.ends_with('+'));
        rest = after;
    }
    shown + rest
}

/// Whether a text has the form of a phone number.
pub(crate) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (SHORTEST_NUMBER..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

fn masked_digits(digits: &str, is_after_plus: bool) -> String {
    let (head, tail) = match digits.len() {
        0..4 => return digits.to_owned(),
        4..SHORTEST_NUMBER => (0, 0),
        // Of the mainland, without its calling code and with it.
        11 if digits.starts_with('1') && !is_after_plus => (3, 4),
        13 if digits.starts_with("861") => (5, 4),
        15 if digits.starts_with("00861") => (7, 4),
        length => (length / 3, 2),
    };
    let tail = &digits[digits.len() - tail..];
    format!("{}****{tail}", &digits[..head])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_codes_are_masked_and_words_are_not() {
        let rows = [
            ("", ""),
            ("/Services", "/Services"),
            ("/v2", "/v2"),
            ("+8613800138000", "+86138****8000"),
            ("13800138000", "138****8000"),
            ("008613800138000", "0086138****8000"),
            ("+33612345678", "+336****78"),
            ("+14155552671", "+141****71"),
            ("1234567", "12****67"),
            ("/x/246810/y", "/x/****/y"),
            ("a13800138000b+33612345678", "a138****8000b+336****78"),
            ("图13800138000", "图138****8000"),
        ];
        for (text, expected) in rows {
            assert_eq!(masked(text), expected, "{text}");
        }
    }

    #[test]
    fn a_number_is_digits_with_or_without_a_plus() {
        for text in ["+8613800138000", "13800138000", "1234567"] {
            assert!(is_number(text), "{text}");
        }
        for text in [
            "",
            "+",
            "123456",
            "+86 138 0013 8000",
            "1234567890123456",
            "x",
        ] {
            assert!(!is_number(text), "{text}");
        }
    }
}
