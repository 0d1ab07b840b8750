use std::fmt;

use serde::Serialize;

/// A number in E.164, with its plus. It prints masked.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Number(String);

impl Number {
    /// Eleven digits of mainland China.
    pub(crate) fn mainland(text: &str) -> Option<Self> {
        let is_mobile = text.len() == 11
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && text.starts_with('1')
            && text.as_bytes()[1] >= b'3';
        is_mobile.then(|| Self(format!("+86{text}")))
    }

    /// A mainland number as Aliyun and Tencent also take it: with `+86`, `86` or `0086` in front,
    /// or without.
    pub(crate) fn prefixed_mainland(text: &str) -> Option<Self> {
        let prefixes = ["+86", "0086", "86", ""];
        let mut rests = prefixes
            .iter()
            .filter_map(|prefix| text.strip_prefix(prefix));
        rests.find_map(Self::mainland)
    }

    /// A number with its plus and 8 to 15 digits.
    pub(crate) fn e164(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+')?;
        let is_number = (8..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| Self(text.to_owned()))
    }

    /// The number that a person means: any of the forms above, or one whose plus became a space
    /// in a query.
    pub(crate) fn meant_by(text: &str) -> Option<Self> {
        let text = text.trim();
        let number = Self::e164(text).or_else(|| Self::prefixed_mainland(text));
        number.or_else(|| Self::e164(&format!("+{text}")))
    }

    /// With its plus.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Without its plus.
    pub(crate) fn digits(&self) -> &str {
        &self.0[1..]
    }

    /// Whether it has the form of mainland numbers.
    pub(crate) fn is_mainland(&self) -> bool {
        self.mainland_digits().is_some()
    }

    /// The eleven digits of a mainland number; else all digits.
    pub(crate) fn national(&self) -> &str {
        self.mainland_digits().unwrap_or(self.digits())
    }

    fn mainland_digits(&self) -> Option<&str> {
        self.0.strip_prefix("+86").filter(|rest| rest.len() == 11)
    }

    /// Whether it begins with `prefix`, which has a plus or is the beginning of a mainland number.
    pub(crate) fn begins_with(&self, prefix: &str) -> bool {
        if prefix.starts_with('+') {
            return self.0.starts_with(prefix);
        }
        let mainland = self.0.strip_prefix("+86");
        mainland.is_some_and(|rest| rest.starts_with(prefix))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let national = self.national();
        let (head, tail) = (&national[..3], &national[national.len() - 4..]);
        write!(f, "{head}****{tail}")
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_one_in_every_form_that_a_person_types() {
        let rows = [
            ("13800138000", Some("+8613800138000")),
            ("8613800138000", Some("+8613800138000")),
            ("008613800138000", Some("+8613800138000")),
            ("+8613800138000", Some("+8613800138000")),
            (" 8613800138000", Some("+8613800138000")),
            (" 15005550006", Some("+8615005550006")),
            ("+15005550006", Some("+15005550006")),
            ("447700900123", Some("+447700900123")),
            ("12", None),
            ("", None),
            ("1380013800a", None),
        ];
        for (text, expected) in rows {
            let number = Number::meant_by(text);
            assert_eq!(number.as_ref().map(Number::as_str), expected, "{text:?}");
        }
    }

    #[test]
    fn a_prefix_is_national_or_has_a_plus() {
        let number = Number::mainland("13800138000").unwrap();
        for prefix in ["", "138", "13800138000", "+86138", "+"] {
            assert!(number.begins_with(prefix), "{prefix}");
        }
        for prefix in ["139", "+1", "86"] {
            assert!(!number.begins_with(prefix), "{prefix}");
        }
        assert!(!Number::e164("+15005550006").unwrap().begins_with("1"));
    }

    #[test]
    fn it_prints_masked() {
        let number = Number::mainland("13800138000").unwrap();
        assert_eq!(format!("{number} {number:?}"), "138****8000 138****8000");
    }
}
