use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use sms_core::{SmsCode, Timestamp};
use subtle::ConstantTimeEq;

use crate::at_rest::Shown;

/// A code in the form in which it is kept, in memory and in a snapshot.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum KeptCode {
    /// As it is.
    Plain(#[serde(serialize_with = "write_code", deserialize_with = "read_code")] SmsCode),
    /// As a digest; apart, so that numbers take no more room where codes are plain.
    Digest(Box<KeptDigest>),
}

/// A digest of the proof of a code and of the moment when it was issued, which makes it another
/// one each time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KeptDigest {
    issued_at: Timestamp,
    digest: [u8; 32],
    /// The code as only a holder of the keys can read it, if it may have to be sent again.
    sealed: Option<String>,
}

impl KeptCode {
    /// Keeps `code` in the form in which it is `shown`.
    pub(super) fn new(code: &SmsCode, shown: &Shown<'_>, issued_at: Timestamp) -> Self {
        match shown {
            Shown::Plain(_) => Self::Plain(code.clone()),
            Shown::Proofs { current, .. } => Self::Digest(Box::new(KeptDigest {
                issued_at,
                digest: digest(issued_at, current),
                sealed: None,
            })),
        }
    }

    /// The same with its sealed form.
    pub(super) fn with_sealed(mut self, sealed: Option<String>) -> Self {
        if let Self::Digest(kept) = &mut self {
            kept.sealed = sealed;
        }
        self
    }

    /// The code as it is, or sealed, if it can be sent again.
    pub(super) fn readable(&self) -> Option<&str> {
        match self {
            Self::Plain(code) => Some(code.expose()),
            Self::Digest(kept) => kept.sealed.as_deref(),
        }
    }

    /// Whether it is kept in the form of what is `shown`. If not, the store was given other keys
    /// since, and it is no code any more.
    pub(super) fn has_form_of(&self, shown: &Shown<'_>) -> bool {
        matches!(
            (self, shown),
            (Self::Plain(_), Shown::Plain(_)) | (Self::Digest(_), Shown::Proofs { .. })
        )
    }

    /// Whether it is the code that is `shown`. The time it takes does not depend on the code.
    pub(super) fn is(&self, shown: &Shown<'_>) -> bool {
        self.has_form_of(shown)
            && shown.ways().any(|way| match self {
                Self::Plain(code) => code.matches(way),
                Self::Digest(kept) => kept.digest.ct_eq(&digest(kept.issued_at, way)).into(),
            })
    }
}

fn write_code<S: Serializer>(code: &SmsCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(code.expose())
}

fn read_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SmsCode, D::Error> {
    SmsCode::custom(<&str>::deserialize(deserializer)?).map_err(D::Error::custom)
}

fn digest(issued_at: Timestamp, proof: &str) -> [u8; 32] {
    let mut sha = Sha256::new();
    sha.update(issued_at.as_millis().to_be_bytes());
    sha.update(proof);
    sha.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AtRest, AtRestKey};
    use sms_core::Mobile;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn digesting() -> AtRest {
        let key = AtRestKey::new("0123456789abcdef").unwrap();
        AtRest::default().with_code_keys(key, None)
    }

    fn keep(at_rest: &AtRest, text: &str, now: Timestamp) -> KeptCode {
        let code = SmsCode::parse(text).unwrap();
        KeptCode::new(&code, &at_rest.shown(&mobile(), text), now)
    }

    fn mobile() -> Mobile {
        Mobile::parse("13800138000").unwrap()
    }

    #[test]
    fn it_is_the_code_that_was_kept_and_no_other() {
        for at_rest in [AtRest::default(), digesting()] {
            let kept = keep(&at_rest, "123456", NOW);
            assert!(kept.is(&at_rest.shown(&mobile(), "123456")));
            for other in ["123457", "12345", "", "hmac1"] {
                assert!(!kept.is(&at_rest.shown(&mobile(), other)), "{other}");
            }
        }
    }

    #[test]
    fn the_same_code_is_never_kept_as_the_same_digest() {
        let digest_at = |millis| match keep(&digesting(), "123456", Timestamp::from_millis(millis))
        {
            KeptCode::Digest(kept) => kept.digest,
            KeptCode::Plain(_) => panic!("it is kept as it is"),
        };
        assert_ne!(digest_at(1), digest_at(2));
    }

    #[test]
    fn a_code_of_another_form_is_none() {
        let forms = [AtRest::default(), digesting()];
        for (one, other) in [(&forms[0], &forms[1]), (&forms[1], &forms[0])] {
            let kept = keep(one, "123456", NOW);
            let shown = other.shown(&mobile(), "123456");
            assert!(!kept.has_form_of(&shown) && !kept.is(&shown));
        }
    }
}
