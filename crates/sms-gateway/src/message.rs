use std::fmt;

use rand::CryptoRng;
use sms_core::{Locale, Mobile, SmsCode};

/// The name of one message: 32 characters of `[0-9a-f]`, 128 random bits.
///
/// It is drawn, not derived from the number or the code, so that it may stand in logs and reach
/// the provider. A provider that can recognise repeated requests is given it for that purpose, so
/// a lost answer can be asked for again without a second SMS.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MessageId([u8; 32]);

impl MessageId {
    /// A new id, different from all others.
    pub fn generate<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        let mut id = [0; 32];
        for (digits, byte) in id.chunks_exact_mut(2).zip(random) {
            digits[0] = HEX[usize::from(byte >> 4)];
            digits[1] = HEX[usize::from(byte & 0xf)];
        }
        Self(id)
    }

    /// The 32 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MessageId({self})")
    }
}

/// A code on its way to a phone.
///
/// `Debug` masks the number and leaves out the code.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its name. Sending the same message again keeps it.
    pub id: MessageId,
    /// Where it goes.
    pub to: Mobile,
    /// The code that it carries.
    pub code: SmsCode,
    /// How many minutes the code is good for, as the text says.
    pub minutes: u32,
    /// The language of its text, as far as the sender has texts in several.
    pub locale: Locale,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    #[test]
    fn an_id_is_32_hexadecimal_digits_and_never_the_same() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let first = MessageId::generate(&mut rng);
        let second = MessageId::generate(&mut rng);
        assert_ne!(first, second);
        for id in [first, second] {
            assert_eq!(id.as_str().len(), 32);
            assert!(
                id.as_str()
                    .bytes()
                    .all(|b| b"0123456789abcdef".contains(&b))
            );
        }
    }

    #[test]
    fn an_id_is_all_of_its_random_bits() {
        struct Fixed;
        impl rand::TryRng for Fixed {
            type Error = std::convert::Infallible;
            fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
                Ok(0)
            }
            fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
                Ok(0)
            }
            fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
                bytes.copy_from_slice(
                    b"\x00\x01\x0f\x10\x1f\x7f\x80\x8f\x90\x9f\xa0\xaf\xb0\xf0\xfe\xff",
                );
                Ok(())
            }
        }
        impl rand::TryCryptoRng for Fixed {}
        let id = MessageId::generate(&mut Fixed);
        assert_eq!(id.as_str(), "00010f101f7f808f909fa0afb0f0feff");
    }

    #[test]
    fn a_message_prints_neither_its_code_nor_its_number() {
        let message = Message {
            id: MessageId::generate(&mut rand::rng()),
            to: Mobile::parse("13800138000").unwrap(),
            code: SmsCode::parse("8642975310").unwrap(),
            minutes: 5,
            locale: Locale::ZhCn,
        };
        let shown = format!("{message:?}");
        assert!(shown.contains("138****8000"), "{shown}");
        assert!(!shown.contains("8642975310"), "{shown}");
        assert!(!shown.contains("13800138000"), "{shown}");
    }
}
