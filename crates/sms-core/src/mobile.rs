use std::fmt;

use phonenumber::{Metadata, Mode, PhoneNumber, Type};

use crate::{Countries, Region};

/// A `+` and the fifteen digits that ITU-T E.164 allows at most.
const E164_MAX: usize = 16;

/// The calling code of mainland China with its `+`.
const MAINLAND: &str = "+86";

/// A mobile number, in canonical form: equal numbers are equal values however they were written.
///
/// `Display` and `Debug` mask it (`138****8000`), so that it can go into a log as it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mobile {
    e164: [u8; E164_MAX],
    length: u8,
    region: Region,
}

impl Mobile {
    /// Reads a number as people and programs write it.
    ///
    /// Mainland numbers are `1[3-9]` and nine digits, alone or after `+86`, `86` or `0086`; the
    /// numbering plan is not asked about them, because operators open ranges faster than plans
    /// are published. All others are E.164 with a leading `+`, and the numbering plan of the
    /// `phonenumber` crate (Google's libphonenumber) must know them as mobile numbers.
    ///
    /// # Errors
    ///
    /// [`MobileError::Malformed`] if it is no number at all, [`MobileError::NotMobile`] if it is
    /// one that can't receive an SMS, such as a landline or a premium number.
    pub fn parse(text: &str) -> Result<Self, MobileError> {
        match Self::parse_mainland(text) {
            Some(mobile) => Ok(mobile),
            None => Self::parse_e164(text),
        }
    }

    /// Reads a number that must belong to one of `countries`.
    ///
    /// The numbering plan is not even loaded when they name no other region than the mainland.
    ///
    /// # Errors
    ///
    /// Those of [`Mobile::parse`], and [`MobileError::NotAllowed`].
    pub fn parse_in(countries: &Countries, text: &str) -> Result<Self, MobileError> {
        let mobile = match Self::parse_mainland(text) {
            Some(mobile) => mobile,
            None if !countries.reach_abroad() => return Err(MobileError::NotAllowed),
            None => Self::parse_e164(text)?,
        };
        if countries.allow(mobile.region) {
            Ok(mobile)
        } else {
            Err(MobileError::NotAllowed)
        }
    }

    fn parse_mainland(text: &str) -> Option<Self> {
        let national = strip_mainland_prefix(text)?;
        is_mainland_mobile(national).then(|| Self::new(MAINLAND, national, Region::CN))
    }

    fn parse_e164(text: &str) -> Result<Self, MobileError> {
        let digits = text.strip_prefix('+').ok_or(MobileError::Malformed)?;
        let is_e164 = (7..E164_MAX).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_e164 {
            return Err(MobileError::Malformed);
        }
        let number = phonenumber::parse(None, text).map_err(|_| MobileError::Malformed)?;
        let metadata = number
            .metadata(&phonenumber::metadata::DATABASE)
            .ok_or(MobileError::Malformed)?;
        let region: Region = metadata.id().parse().map_err(|_| MobileError::NotMobile)?;
        // Every mainland mobile number has the form that was looked for first.
        if region == Region::CN || !is_mobile(&number, metadata) {
            return Err(MobileError::NotMobile);
        }
        let canonical = number.format().mode(Mode::E164).to_string();
        Ok(Self::new("", &canonical, region))
    }

    fn new(prefix: &str, rest: &str, region: Region) -> Self {
        let length = prefix.len() + rest.len();
        let mut e164 = [0; E164_MAX];
        e164[..prefix.len()].copy_from_slice(prefix.as_bytes());
        e164[prefix.len()..length].copy_from_slice(rest.as_bytes());
        // At most E164_MAX, or the slices above would not have fitted.
        let length = length as u8;
        Self {
            e164,
            length,
            region,
        }
    }

    /// The number in E.164 with its `+`, such as `+8613800138000`.
    #[must_use]
    pub fn e164(&self) -> &str {
        std::str::from_utf8(&self.e164[..usize::from(self.length)]).unwrap_or_default()
    }

    /// The form under which things about this number are stored: eleven digits for the mainland,
    /// E.164 elsewhere.
    #[must_use]
    pub fn key(&self) -> &str {
        self.mainland().unwrap_or_else(|| self.e164())
    }

    /// The eleven digits of a mainland number; `None` for any other.
    #[must_use]
    pub fn mainland(&self) -> Option<&str> {
        if self.region != Region::CN {
            return None;
        }
        self.e164().strip_prefix(MAINLAND)
    }

    /// The region that the number belongs to.
    #[must_use]
    pub fn region(&self) -> Region {
        self.region
    }
}

/// Loads the numbering plan that foreign numbers are looked up in.
///
/// It happens once, by itself, when the first foreign number is parsed. A server that allows such
/// numbers calls this at its start, so that no request waits for it.
pub fn load_numbering_plan() {
    let _ = &*phonenumber::metadata::DATABASE;
}

/// Whether the plan of its region knows a number as that of a mobile phone, zeros included.
///
/// The library tells the type of a number without its leading zeros. Taken alone that would make
/// endless numbers of one: `+1 0 201…`, `+1 00 201…`.
fn is_mobile(number: &PhoneNumber, metadata: &Metadata) -> bool {
    let national = number.national();
    let digits = national.to_string();
    let plan = metadata.descriptors();
    let has_form = plan.general().is_match(&digits)
        && plan.mobile().is_some_and(|mobile| mobile.is_match(&digits));
    let has_type = matches!(
        number.number_type(&phonenumber::metadata::DATABASE),
        Type::Mobile | Type::FixedLineOrMobile
    );
    has_form && (has_type || national.zeros() > 0)
}

fn strip_mainland_prefix(text: &str) -> Option<&str> {
    match text.len() {
        11 => Some(text),
        13 => text.strip_prefix("86"),
        14 => text.strip_prefix(MAINLAND),
        15 => text.strip_prefix("0086"),
        _ => None,
    }
}

fn is_mainland_mobile(text: &str) -> bool {
    matches!(
        text.as_bytes(),
        [b'1', b'3'..=b'9', rest @ ..] if rest.len() == 9 && rest.iter().all(u8::is_ascii_digit)
    )
}

impl fmt::Display for Mobile {
    /// Masked: `138****8000`, elsewhere a third of the number and its last two digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.key();
        let (head, tail) = match self.mainland() {
            Some(_) => (3, 4),
            // Numbers as short as seven digits exist: never show more than half of one.
            None => (number.len() / 3, 2),
        };
        write!(
            f,
            "{}****{}",
            &number[..head],
            &number[number.len() - tail..]
        )
    }
}

impl fmt::Debug for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mobile({self})")
    }
}

/// Why a text is not a number that an SMS can go to. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MobileError {
    /// Neither a mainland number nor one that the numbering plan knows.
    #[error("not a phone number: 11 digits (mainland China) or E.164 with a leading + are wanted")]
    Malformed,
    /// A number, but not that of a mobile phone.
    #[error("not a mobile number")]
    NotMobile,
    /// Not a number of a region that may be sent to.
    #[error("not a number of an allowed region")]
    NotAllowed,
}

#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_mainland_number_is_the_same_number() {
        let plain = Mobile::parse("13800138000").unwrap();
        for spelling in ["+8613800138000", "8613800138000", "008613800138000"] {
            assert_eq!(Mobile::parse(spelling).unwrap(), plain, "{spelling}");
        }
        assert_eq!(plain.key(), "13800138000");
        assert_eq!(plain.e164(), "+8613800138000");
        assert_eq!(plain.region(), Region::CN);
    }

    #[test]
    fn the_numbering_plan_has_no_say_in_mainland_ranges() {
        for second in '3'..='9' {
            for third in '0'..='9' {
                let number = format!("1{second}{third}12345678");
                assert_eq!(Mobile::parse(&number).unwrap().key(), number);
            }
        }
    }

    #[test]
    fn a_foreign_mobile_keeps_its_plus() {
        for (text, region) in [
            ("+33612345678", "FR"),
            ("+14155552671", "US"),
            ("+85251234567", "HK"),
        ] {
            let mobile = Mobile::parse(text).unwrap();
            assert_eq!((mobile.key(), mobile.region().as_str()), (text, region));
        }
    }

    #[test]
    fn a_trunk_zero_does_not_make_another_number() {
        let written_abroad = Mobile::parse("+4407400123456").unwrap();
        assert_eq!(written_abroad, Mobile::parse("+447400123456").unwrap());
    }

    #[test]
    fn zeros_do_not_make_other_numbers() {
        let numbers = [
            ("+1", "2015550123"),
            ("+33", "612345678"),
            ("+39", "3331234567"),
            ("+65", "81234567"),
            ("+7", "9123456789"),
            ("+852", "51234567"),
        ];
        for (code, national) in numbers {
            let canonical = Mobile::parse(&format!("{code}{national}"));
            assert!(canonical.is_ok(), "{code}{national}");
            for zeros in ["0", "00", "000", "0000"] {
                let spelling = format!("{code}{zeros}{national}");
                let other = Mobile::parse(&spelling);
                assert!(other.is_err() || other == canonical, "{spelling}");
            }
        }
    }

    #[test]
    fn mobiles_that_begin_with_a_zero_are_numbers() {
        for number in ["+2250707123456", "+242061234567"] {
            assert_eq!(Mobile::parse(number).unwrap().key(), number);
        }
    }

    #[test]
    fn what_cannot_receive_an_sms_is_refused() {
        for landline in ["+861065529988", "+33123456789", "+18002255288"] {
            assert_eq!(
                Mobile::parse(landline),
                Err(MobileError::NotMobile),
                "{landline}"
            );
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        let not_numbers = [
            "",
            "1",
            "12800138000",
            "1380013800",
            "138001380000",
            "138 0013 8000",
            "１３８００１３８０００",
            "13800138000\n",
            "+",
            "+86",
            "+8612800138000",
            "0013800138000",
            "+999123456789",
            "33612345678",
            "+1234567890123456",
            "abcdefghijk",
        ];
        for text in not_numbers {
            assert!(Mobile::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn only_numbers_of_allowed_regions_are_read() {
        let rows = [
            ("CN", "13800138000", true),
            ("CN", "+33612345678", false),
            ("FR", "13800138000", false),
            ("FR", "+33612345678", true),
            ("*", "+33612345678", true),
        ];
        for (country, text, allowed) in rows {
            let countries = Countries::parse(&[country]).unwrap();
            let mobile = Mobile::parse_in(&countries, text);
            assert_eq!(mobile.is_ok(), allowed, "{text} in {country}: {mobile:?}");
        }
    }

    #[test]
    fn it_never_prints_in_full() {
        for (text, shown) in [
            ("13800138000", "138****8000"),
            ("+33612345678", "+336****78"),
        ] {
            let mobile = Mobile::parse(text).unwrap();
            assert_eq!(mobile.to_string(), shown);
            assert_eq!(format!("{mobile:?}"), format!("Mobile({shown})"));
        }
    }
}
