use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use sms_core::{Mobile, ServiceSid, SmsCode};
use zeroize::Zeroizing;

use crate::number_name::NumberName;
use crate::seal::Seal;

/// What is proved besides a code that has no service: with another name a code for the one is none for
/// the other.
const DJANGO: &str = "django";

/// What is sealed, so that one thing can't be put in the place of another.
const CODE: &str = "verification-code";
const NUMBER: &str = "verification-number";

/// Characters that a key needs at least.
const SHORTEST_KEY: usize = 16;

/// A secret under which codes or numbers are turned into digests. It never prints, and is wiped
/// from memory when dropped.
#[derive(Clone)]
pub struct AtRestKey(Hmac<Sha256>);

impl AtRestKey {
    /// A key of at least 16 characters; best 64 random hexadecimal digits.
    ///
    /// # Errors
    ///
    /// A shorter text, which could be guessed.
    pub fn new(text: &str) -> Result<Self, AtRestKeyError> {
        if text.chars().count() < SHORTEST_KEY {
            return Err(AtRestKeyError);
        }
        let hmac = Hmac::new_from_slice(text.as_bytes());
        Ok(Self(hmac.expect("a key may have any length")))
    }

    /// The digest of `parts`, none of which but the last has a zero byte in it.
    pub(crate) fn digest(&self, parts: &[&str]) -> Zeroizing<[u8; 32]> {
        let mut hmac = self.0.clone();
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                hmac.update(&[0]);
            }
            hmac.update(part.as_bytes());
        }
        Zeroizing::new(hmac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for AtRestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AtRestKey(…)")
    }
}

/// A text that is too short for a key. It does not repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too short: a key has at least 16 characters; `openssl rand -hex 32` makes a good one")]
pub struct AtRestKeyError;

/// How codes and numbers look in a store. By default as they are, so that another program can
/// read `sms_{mobile}`.
#[derive(Debug, Clone, Default)]
pub struct AtRest {
    codes: Option<CodeKeys>,
    numbers: Option<AtRestKey>,
}

#[derive(Debug, Clone)]
struct CodeKeys {
    current: AtRestKey,
    previous: Option<AtRestKey>,
}

impl AtRest {
    /// Keeps codes as digests under `current`. Those that were kept under `previous` are still
    /// good, so that keys can be changed while codes are on their way.
    #[must_use]
    pub fn with_code_keys(mut self, current: AtRestKey, previous: Option<AtRestKey>) -> Self {
        self.codes = Some(CodeKeys { current, previous });
        self
    }

    /// Names numbers by digests under `key`. Under another key their history is not found again.
    #[must_use]
    pub fn with_number_key(mut self, key: AtRestKey) -> Self {
        self.numbers = Some(key);
        self
    }

    /// What the store is shown of `code`, or of what somebody says is the code, of a number.
    pub(crate) fn shown<'a>(&self, mobile: &Mobile, code: &'a str) -> Shown<'a> {
        self.shown_for(DJANGO, mobile, code)
    }

    /// The same of a code of a verification.
    pub(crate) fn shown_to<'a>(
        &self,
        service: ServiceSid,
        mobile: &Mobile,
        code: &'a str,
    ) -> Shown<'a> {
        self.shown_for(service.as_str(), mobile, code)
    }

    fn shown_for<'a>(&self, service: &str, mobile: &Mobile, code: &'a str) -> Shown<'a> {
        let Some(keys) = &self.codes else {
            return Shown::Plain(code);
        };
        let proof = |key: &AtRestKey| {
            let digest = key.digest(&["sms-code", service, mobile.key(), code]);
            Zeroizing::new(base16ct::lower::encode_string(&*digest))
        };
        Shown::Proofs {
            current: proof(&keys.current),
            previous: keys.previous.as_ref().map(proof),
        }
    }

    /// A code that only a holder of the keys can read; `None` if codes are kept as they are.
    pub(crate) fn sealed(&self, code: &SmsCode) -> Option<String> {
        let keys = self.codes.as_ref()?;
        Some(Seal::new(&keys.current, CODE).close(code.expose()))
    }

    /// Reads a code that was kept sealed, or as it is.
    pub(crate) fn opened(&self, kept: &str) -> Option<SmsCode> {
        let Some(keys) = &self.codes else {
            return SmsCode::custom(kept).ok();
        };
        let mut keys = std::iter::once(&keys.current).chain(&keys.previous);
        let code = keys.find_map(|key| Seal::new(key, CODE).open(kept))?;
        SmsCode::custom(&code).ok()
    }

    /// A number as it is kept where it must be read again: sealed, if numbers are hidden.
    pub(crate) fn written_number(&self, mobile: &Mobile) -> String {
        match &self.numbers {
            None => mobile.e164().to_owned(),
            Some(key) => Seal::new(key, NUMBER).close(mobile.e164()),
        }
    }

    /// Reads such a number. `None` if it was written under another key.
    pub(crate) fn read_number(&self, kept: &str) -> Option<Mobile> {
        match &self.numbers {
            None => Mobile::parse(kept).ok(),
            Some(key) => Mobile::parse(&Seal::new(key, NUMBER).open(kept)?).ok(),
        }
    }

    /// The half of a digest of something that nobody needs to read, under a key if there is one.
    pub(crate) fn digest(&self, parts: &[&str]) -> [u8; 16] {
        let key = self.numbers.as_ref();
        let key = key.or(self.codes.as_ref().map(|keys| &keys.current));
        let digest = match key {
            Some(key) => key.digest(parts),
            None => Zeroizing::new(Sha256::digest(parts.join("\0")).into()),
        };
        let (half, _) = digest.split_at(16);
        half.try_into().expect("it is cut to this length")
    }

    /// What a number is called in the names of its keys.
    pub(crate) fn name(&self, mobile: &Mobile) -> NumberName {
        let Some(key) = &self.numbers else {
            return NumberName::plain(mobile);
        };
        let digest = key.digest(&["number", mobile.key()]);
        let (half, _) = digest.split_at(16);
        NumberName::Hidden(half.try_into().expect("it is cut to this length"))
    }
}

/// What a store is shown of a code, by the form in which it keeps codes.
pub(crate) enum Shown<'a> {
    /// The code.
    Plain(&'a str),
    /// That one knows the code, bound to the service and the number.
    Proofs {
        /// Under the key of today.
        current: Zeroizing<String>,
        /// Under the one before.
        previous: Option<Zeroizing<String>>,
    },
}

impl Shown<'_> {
    /// The name of the form; it is also what kept digests begin with.
    pub(crate) fn form(&self) -> &'static str {
        match self {
            Self::Plain(_) => "plain",
            Self::Proofs { .. } => "hmac1",
        }
    }

    /// The way in which it is kept.
    pub(crate) fn first_way(&self) -> &str {
        match self {
            Self::Plain(code) => code,
            Self::Proofs { current, .. } => current.as_str(),
        }
    }

    /// Each way to show it.
    pub(crate) fn ways(&self) -> impl Iterator<Item = &str> {
        let (first, second) = match self {
            Self::Plain(code) => (*code, None),
            Self::Proofs { current, previous } => (current.as_str(), previous.as_ref()),
        };
        std::iter::once(first).chain(second.map(|proof| proof.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> AtRestKey {
        AtRestKey::new(text).unwrap()
    }

    fn mobile(number: &str) -> Mobile {
        Mobile::parse(number).unwrap()
    }

    fn ways(at_rest: &AtRest, number: &str, code: &str) -> Vec<String> {
        let shown = at_rest.shown(&mobile(number), code);
        shown.ways().map(str::to_owned).collect()
    }

    /// The digests are those of
    /// `printf 'sms-code\0django\00013800138000\000123456' | openssl dgst -sha256 -hmac KEY`
    /// and `printf 'number\00013800138000' | …`.
    #[test]
    fn what_is_kept_can_be_found_again_by_another_release() {
        let key = key("0123456789abcdef0123456789abcdef");
        let at_rest = AtRest::default()
            .with_code_keys(key.clone(), None)
            .with_number_key(key);
        assert_eq!(
            ways(&at_rest, "13800138000", "123456"),
            ["1e039c91008dd7d4f1419450e6cae0d025225cad708c7161963a0392fdef6ed7"]
        );
        let name = at_rest.name(&mobile("13800138000")).to_string();
        assert_eq!(name, "656fa67d6a81cafade2e393a7dc37e84");
    }

    #[test]
    fn by_default_codes_and_numbers_are_as_they_are() {
        let at_rest = AtRest::default();
        assert_eq!(ways(&at_rest, "13800138000", "123456"), ["123456"]);
        let name = at_rest.name(&mobile("+33612345678")).to_string();
        assert_eq!(name, "+33612345678");
    }

    #[test]
    fn a_proof_is_bound_to_key_number_and_code() {
        let [first, second] = ["first-key-0123456789", "second-key-0123456789"].map(key);
        let at_rest = |key: &AtRestKey| AtRest::default().with_code_keys(key.clone(), None);
        let proofs = [
            ways(&at_rest(&first), "13800138000", "123456"),
            ways(&at_rest(&second), "13800138000", "123456"),
            ways(&at_rest(&first), "13900139000", "123456"),
            ways(&at_rest(&first), "13800138000", "123457"),
        ];
        let different: std::collections::HashSet<_> = proofs.iter().collect();
        assert_eq!(different.len(), proofs.len(), "{proofs:?}");
    }

    #[test]
    fn the_key_of_today_comes_before_the_previous_one() {
        let [new, old] = ["new-key-0123456789ab", "old-key-0123456789ab"].map(key);
        let only = |key: &AtRestKey| AtRest::default().with_code_keys(key.clone(), None);
        let both = AtRest::default().with_code_keys(new.clone(), Some(old.clone()));
        let one_by_one = [&new, &old].map(|key| ways(&only(key), "13800138000", "123456"));
        assert_eq!(ways(&both, "13800138000", "123456"), one_by_one.concat());
    }

    #[test]
    fn a_key_that_could_be_guessed_is_refused() {
        assert!(AtRestKey::new("fifteen letters").is_err());
        assert!(AtRestKey::new("sixteen letters!").is_ok());
    }

    #[test]
    fn it_never_prints() {
        let secret = "a key that is a secret";
        let at_rest = AtRest::default()
            .with_code_keys(key(secret), Some(key(secret)))
            .with_number_key(key(secret));
        let name = AtRest::default().name(&mobile("13800138000"));
        let error = AtRestKey::new("hunter2").unwrap_err();
        let text = format!("{at_rest:?} {name:?} {error} {error:?}");
        for secret in [secret, "13800138000", "hunter2"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
