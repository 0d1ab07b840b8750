//! The signature of a request (Standard Webhooks 1.0.0, GitHub
//! `standard-webhooks/standard-webhooks`, `spec/standard-webhooks.md`).

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Keys have 24 to 64 bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Some write keys without the padding at their end.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What one secret signs with. It does not print.
#[derive(Clone)]
pub(super) struct Key(Hmac<Sha256>);

impl Key {
    /// Reads `whsec_` and the key in base64; `None` if it is anything else.
    pub(super) fn read(secret: &SecretString) -> Option<Self> {
        let text = secret.expose_secret().strip_prefix("whsec_")?;
        let bytes = LENIENT.decode(text).ok()?;
        if !KEY_BYTES.contains(&bytes.len()) {
            return None;
        }
        Hmac::new_from_slice(&bytes).ok().map(Self)
    }

    fn sign(&self, id: &str, timestamp: &str, body: &str) -> String {
        let parts = [id, ".", timestamp, ".", body];
        let hmac = parts.into_iter().fold(self.0.clone(), Mac::chain_update);
        format!("v1,{}", STANDARD.encode(hmac.finalize().into_bytes()))
    }
}

/// The header `webhook-signature`: one signature for each key, so that the receiver can change its
/// own at any time. `timestamp` is in seconds since the Unix epoch.
pub(super) fn signatures(keys: &[Key], id: &str, timestamp: &str, body: &str) -> String {
    let signatures = keys.iter().map(|key| key.sign(id, timestamp, body));
    signatures.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn signed_by(secrets: &[&str]) -> String {
        let keys: Vec<_> = secrets
            .iter()
            .map(|secret| Key::read(&SecretString::from(*secret)).unwrap())
            .collect();
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "{\"test\": 2432232314}");
        signatures(&keys, id, "1614265330", body)
    }

    #[test]
    fn the_libraries_of_the_standard_sign_the_same() {
        assert_eq!(signed_by(&[SECRET]), SIGNATURE);
    }

    #[test]
    fn each_secret_signs_for_itself() {
        let other = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBk=";
        let both = signed_by(&[SECRET, other]);
        let (first, second) = both.split_once(' ').unwrap();
        assert_eq!((first, second), (SIGNATURE, &*signed_by(&[other])));
    }

    #[test]
    fn padding_may_be_missing_and_all_else_may_not() {
        let other = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBk";
        assert_eq!(signed_by(&[other]), signed_by(&[&format!("{other}=")]));
        let too_long = format!("whsec_{}", STANDARD.encode([0; 65]));
        for wrong in [
            "",
            "whsec_",
            "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS\n",
            "whsec_AAECAwQF",
            &too_long,
        ] {
            assert!(Key::read(&wrong.into()).is_none(), "{wrong:?}");
        }
    }
}
