use std::fmt;

use rand::{CryptoRng, RngExt};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

const MIN_LENGTH: u8 = 4;
const MAX_LENGTH: u8 = 10;

/// How many digits a code has: 4 to 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeLength(u8);

impl CodeLength {
    /// Six digits, what people expect.
    pub const SIX: Self = Self(6);

    /// A length of `digits`.
    ///
    /// # Errors
    ///
    /// Fewer than 4 are guessed, more than 10 are not typed.
    pub const fn new(digits: u8) -> Result<Self, CodeLengthError> {
        match digits {
            MIN_LENGTH..=MAX_LENGTH => Ok(Self(digits)),
            _ => Err(CodeLengthError(digits)),
        }
    }

    /// The number of digits.
    #[must_use]
    pub const fn digits(self) -> u8 {
        self.0
    }
}

/// A length that no code may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a code of {0} digits: 4 to 10 are allowed")]
pub struct CodeLengthError(u8);

/// A one-time code: 4 to 10 decimal digits, or such characters as somebody else chose; wiped from
/// memory when dropped.
///
/// It has no readable `Debug`; [`SmsCode::expose`] is the only way to its characters.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SmsCode {
    digits: [u8; MAX_LENGTH as usize],
    length: u8,
}

impl SmsCode {
    /// A code drawn from `rng`: every sequence of `length` digits is equally likely.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R, length: CodeLength) -> Self {
        let mut digits = [0; MAX_LENGTH as usize];
        for digit in &mut digits[..usize::from(length.digits())] {
            *digit = rng.random_range(b'0'..=b'9');
        }
        Self {
            digits,
            length: length.digits(),
        }
    }

    /// Reads a code that was made elsewhere.
    ///
    /// # Errors
    ///
    /// Anything but 4 to 10 ASCII digits.
    pub fn parse(text: &str) -> Result<Self, SmsCodeError> {
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(SmsCodeError);
        }
        Self::custom(text)
    }

    /// Takes a code that the caller of a service chose, of other characters than digits perhaps.
    ///
    /// # Errors
    ///
    /// Anything but 4 to 10 visible ASCII characters.
    pub fn custom(text: &str) -> Result<Self, SmsCodeError> {
        let length = u8::try_from(text.len()).map_err(|_| SmsCodeError)?;
        CodeLength::new(length).map_err(|_| SmsCodeError)?;
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SmsCodeError);
        }
        let mut digits = [0; MAX_LENGTH as usize];
        digits[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self { digits, length })
    }

    /// The digits: for the store and for the message to the phone, for nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.digits[..usize::from(self.length)]).unwrap_or_default()
    }

    /// Whether `attempt` is this code. The time it takes does not depend on the digits.
    #[must_use]
    pub fn matches(&self, attempt: &str) -> bool {
        self.expose().as_bytes().ct_eq(attempt.as_bytes()).into()
    }
}

impl fmt::Debug for SmsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SmsCode(…)")
    }
}

/// A text that is no code. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a code: 4 to 10 digits are wanted")]
pub struct SmsCodeError;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    /// 99.9 % of the chi-square distribution with nine degrees of freedom.
    const CHI_SQUARE_9: f64 = 27.88;

    #[test]
    fn codes_are_uniform_in_every_place() {
        const CODES: u32 = 100_000;
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut counts = [[0_u32; 10]; 6];
        for _ in 0..CODES {
            let code = SmsCode::generate(&mut rng, CodeLength::SIX);
            for (place, digit) in code.expose().bytes().enumerate() {
                counts[place][usize::from(digit - b'0')] += 1;
            }
        }
        let expected = f64::from(CODES) / 10.0;
        for place in counts {
            let chi_square: f64 = place
                .iter()
                .map(|&count| (f64::from(count) - expected).powi(2) / expected)
                .sum();
            assert!(chi_square < CHI_SQUARE_9, "{place:?}");
        }
    }

    #[test]
    fn codes_with_leading_zeros_occur() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let zeros = (0..10_000)
            .filter(|_| {
                SmsCode::generate(&mut rng, CodeLength::SIX)
                    .expose()
                    .starts_with('0')
            })
            .count();
        assert!((900..1100).contains(&zeros), "{zeros} of 10000");
    }

    #[test]
    fn it_matches_itself_and_nothing_else() {
        let code = SmsCode::parse("012345").unwrap();
        assert!(code.matches("012345"));
        for other in ["012346", "12345", "0123450", "", "０12345", "012345 "] {
            assert!(!code.matches(other), "{other:?}");
        }
    }

    #[test]
    fn it_never_prints() {
        assert_eq!(
            format!("{:?}", SmsCode::parse("987654").unwrap()),
            "SmsCode(…)"
        );
    }

    #[test]
    fn only_4_to_10_digits_are_a_code() {
        for bad in ["", "123", "12345678901", "12a456", "１２３４", "-12345"] {
            assert!(SmsCode::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(SmsCode::parse("0000").unwrap().expose(), "0000");
        assert!(CodeLength::new(3).is_err() && CodeLength::new(11).is_err());
    }

    proptest! {
        #[test]
        fn a_generated_code_parses_back(seed: u64, length in 4_u8..=10) {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let code = SmsCode::generate(&mut rng, CodeLength::new(length).unwrap());
            prop_assert_eq!(code.expose().len(), usize::from(length));
            prop_assert!(SmsCode::parse(code.expose()).unwrap().matches(code.expose()));
        }

        #[test]
        fn comparing_with_any_text_never_panics(text: String) {
            let code = SmsCode::parse("123456").unwrap();
            prop_assert_eq!(code.matches(&text), text == "123456");
        }
    }
}
