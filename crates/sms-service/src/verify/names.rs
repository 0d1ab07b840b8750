use aes::Aes256;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use hmac::{Hmac, Mac};
use rand::CryptoRng;
use sha2::Sha256;
use sms_core::{Mobile, VerificationSid};

/// The largest number that E.164 has room for.
const LARGEST: u64 = 999_999_999_999_999;

/// What the key is for, so that the same secret makes another one for anything else.
const PURPOSE: &[u8] = b"sms-service verification names";

/// Half of a name.
const HALF: usize = 8;

/// The names of verifications. Each holds its number, which nobody can tell without the secret that the
/// names are made with: so a verification is found by its name, and nothing has to be kept for that.
///
/// A name is one block of AES-256 (FIPS 197): the digits of the number as an integer, and 64 random bits.
#[derive(Clone)]
pub struct VerificationNames {
    current: Aes256,
    previous: Option<Aes256>,
}

impl VerificationNames {
    /// Names under a secret that all instances have, and no caller but those who may know every number.
    /// Those under `previous`, the secret before it, are still understood.
    #[must_use]
    pub fn new(secret: &str, previous: Option<&str>) -> Self {
        Self {
            current: cipher(secret),
            previous: previous.map(cipher),
        }
    }

    /// A new name for a verification of this number, different from all others.
    pub fn generate<R: CryptoRng + ?Sized>(&self, rng: &mut R, mobile: &Mobile) -> VerificationSid {
        let mut name = [0; 2 * HALF];
        name[..HALF].copy_from_slice(&digits(mobile).to_be_bytes());
        rng.fill_bytes(&mut name[HALF..]);
        let mut block = name.into();
        self.current.encrypt_block(&mut block);
        VerificationSid::from_bytes(block.into())
    }

    /// The number that a name is of. Most names that were not made with the secret have none; but
    /// whether there is such a verification, only the store can tell.
    #[must_use]
    pub fn number(&self, sid: &VerificationSid) -> Option<Mobile> {
        let ciphers = [Some(&self.current), self.previous.as_ref()];
        ciphers.into_iter().flatten().find_map(|cipher| {
            let mut block = sid.to_bytes().into();
            cipher.decrypt_block(&mut block);
            let digits = block[..HALF]
                .iter()
                .fold(0, |value, byte| value << 8 | u64::from(*byte));
            (digits <= LARGEST).then(|| Mobile::parse(&format!("+{digits}")).ok())?
        })
    }
}

impl std::fmt::Debug for VerificationNames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VerificationNames").finish_non_exhaustive()
    }
}

fn cipher(secret: &str) -> Aes256 {
    let mut hmac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key may have any length");
    hmac.update(PURPOSE);
    Aes256::new(&hmac.finalize().into_bytes())
}

/// At most 15 digits (E.164), the first of which is not 0.
fn digits(mobile: &Mobile) -> u64 {
    let digits = mobile.e164().bytes().filter(u8::is_ascii_digit);
    digits.fold(0, |value, digit| 10 * value + u64::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    fn mobile(text: &str) -> Mobile {
        Mobile::parse(text).unwrap()
    }

    #[test]
    fn a_name_leads_to_its_number() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let names = VerificationNames::new("secret", None);
        for number in [
            "13800138000",
            "+14155552671",
            "+393471234567",
            "+6591234567",
        ] {
            let mobile = mobile(number);
            let sid = names.generate(&mut rng, &mobile);
            assert_eq!(names.number(&sid), Some(mobile), "{number}");
        }
    }

    #[test]
    fn names_of_one_number_have_nothing_in_common() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let names = VerificationNames::new("secret", None);
        let mut name = || names.generate(&mut rng, &mobile("13800138000"));
        let (first, second) = (name(), name());
        let same = first.hex().bytes().zip(second.hex().bytes());
        let same = same.filter(|(first, second)| first == second).count();
        // Two of 32 digits, if they are random; the number alone would be sixteen.
        assert!(same < 10, "{first} {second}");
    }

    #[test]
    fn only_who_has_the_secret_or_the_one_after_it_can_read_a_name() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mobile = mobile("13800138000");
        let sid = VerificationNames::new("old", None).generate(&mut rng, &mobile);
        assert_eq!(VerificationNames::new("new", None).number(&sid), None);
        let rotated = VerificationNames::new("new", Some("old"));
        assert_eq!(rotated.number(&sid), Some(mobile));
        let sid = rotated.generate(&mut rng, &mobile);
        assert_eq!(
            VerificationNames::new("new", None).number(&sid),
            Some(mobile)
        );
    }

    #[test]
    fn what_was_not_made_as_a_name_is_none() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let names = VerificationNames::new("secret", None);
        for _ in 0..1000 {
            assert_eq!(names.number(&VerificationSid::generate(&mut rng)), None);
        }
    }
}
