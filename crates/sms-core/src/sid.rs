use std::fmt;
use std::str::FromStr;

use arrayvec::ArrayString;
use rand::CryptoRng;

const LETTERS: usize = 2;
const BYTES: usize = 16;
const HEX_DIGITS: usize = 2 * BYTES;
const LENGTH: usize = LETTERS + HEX_DIGITS;

/// The name of something that the Verify face speaks of: two letters that say what it is, and 32
/// lower-case hexadecimal digits, 128 bits that nobody can guess.
///
/// It shows nothing of a number or a code, so it may stand in logs and links.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sid<const FIRST: u8, const SECOND: u8>(ArrayString<LENGTH>);

/// The account whose credentials a caller shows.
pub type AccountSid = Sid<b'A', b'C'>;
/// A key that a caller may show in the place of the account's own token.
pub type KeySid = Sid<b'S', b'K'>;
/// A service: the rules of one use of verification.
pub type ServiceSid = Sid<b'V', b'A'>;
/// A verification: one code for one number.
pub type VerificationSid = Sid<b'V', b'E'>;
/// A message with the code of a verification.
pub type AttemptSid = Sid<b'V', b'L'>;
/// A limit of the caller's own.
pub type RateLimitSid = Sid<b'R', b'K'>;
/// One window of such a limit.
pub type BucketSid = Sid<b'B', b'L'>;
/// A number that is not blocked.
pub type SafeNumberSid = Sid<b'G', b'N'>;

impl<const FIRST: u8, const SECOND: u8> Sid<FIRST, SECOND> {
    /// A new name, different from all others.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut random = [0; BYTES];
        rng.fill_bytes(&mut random);
        Self::from_bytes(random)
    }

    /// The name whose digits are these 128 bits, which nobody can guess.
    #[must_use]
    pub fn from_bytes(bytes: [u8; BYTES]) -> Self {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut sid = Self::letters();
        for byte in bytes {
            sid.0.push(HEX[usize::from(byte >> 4)] as char);
            sid.0.push(HEX[usize::from(byte & 0xf)] as char);
        }
        sid
    }

    /// The 128 bits that its digits are.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; BYTES] {
        let value = |digit: u8| match digit {
            b'0'..=b'9' => digit - b'0',
            _ => digit - b'a' + 10,
        };
        let mut bytes = [0; BYTES];
        for (byte, digits) in bytes.iter_mut().zip(self.hex().as_bytes().chunks(2)) {
            *byte = value(digits[0]) << 4 | value(digits[1]);
        }
        bytes
    }

    /// The name with these digits, which were drawn already.
    ///
    /// # Errors
    ///
    /// Anything but 32 lower-case hexadecimal digits.
    pub fn from_hex(digits: &str) -> Result<Self, SidError> {
        let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if digits.len() != HEX_DIGITS || !digits.as_bytes().iter().all(is_hex) {
            return Err(SidError::of::<FIRST, SECOND>());
        }
        let mut sid = Self::letters();
        sid.0.push_str(digits);
        Ok(sid)
    }

    /// The whole name: the letters and the 32 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The 32 digits without the letters.
    #[must_use]
    pub fn hex(&self) -> &str {
        &self.0[LETTERS..]
    }

    fn letters() -> Self {
        let mut text = ArrayString::new();
        text.push(FIRST as char);
        text.push(SECOND as char);
        Self(text)
    }
}

impl<const FIRST: u8, const SECOND: u8> FromStr for Sid<FIRST, SECOND> {
    type Err = SidError;

    /// # Errors
    ///
    /// Other letters, or anything but 32 lower-case hexadecimal digits behind them.
    fn from_str(text: &str) -> Result<Self, SidError> {
        match text.as_bytes() {
            [first, second, ..] if (*first, *second) == (FIRST, SECOND) => {
                Self::from_hex(&text[2..])
            }
            _ => Err(SidError::of::<FIRST, SECOND>()),
        }
    }
}

impl<const FIRST: u8, const SECOND: u8> fmt::Display for Sid<FIRST, SECOND> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const FIRST: u8, const SECOND: u8> fmt::Debug for Sid<FIRST, SECOND> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(feature = "serde")]
impl<const FIRST: u8, const SECOND: u8> serde::Serialize for Sid<FIRST, SECOND> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(feature = "serde")]
impl<'de, const FIRST: u8, const SECOND: u8> serde::Deserialize<'de> for Sid<FIRST, SECOND> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text that does not name such a thing. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}{1} and 32 lower-case hexadecimal digits are wanted")]
pub struct SidError(char, char);

impl SidError {
    fn of<const FIRST: u8, const SECOND: u8>() -> Self {
        Self(FIRST as char, SECOND as char)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    #[test]
    fn it_is_two_letters_and_32_digits_and_never_the_same() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let first = VerificationSid::generate(&mut rng);
        let second = VerificationSid::generate(&mut rng);
        assert_ne!(first, second);
        for sid in [first, second] {
            let text = sid.to_string();
            assert!(text.starts_with("VE") && text.len() == 34, "{text}");
            assert_eq!(text.parse(), Ok(sid));
            assert_eq!(VerificationSid::from_bytes(sid.to_bytes()), sid);
        }
    }

    #[test]
    fn anything_else_is_none() {
        let digits = "0123456789abcdef0123456789abcdef";
        assert!(format!("VA{digits}").parse::<ServiceSid>().is_ok());
        let bad = [
            String::new(),
            "V".to_owned(),
            digits.to_owned(),
            format!("VE{digits}"),
            format!("VA{}", digits.to_uppercase()),
            format!("VA{}", &digits[1..]),
            format!("VA{digits}0"),
            format!("VA{} ", &digits[1..]),
            format!("图{digits}"),
        ];
        for text in bad {
            assert!(text.parse::<ServiceSid>().is_err(), "{text}");
        }
    }
}
