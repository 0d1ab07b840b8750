use std::fmt;
use std::ops::BitAnd;

use rand::{CryptoRng, RngExt};
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

/// The text of a picture code, wiped from memory when dropped.
///
/// It has no readable `Debug`. Letters compare without regard to ASCII case.
#[derive(Clone)]
pub struct ImageCode(Zeroizing<String>);

impl ImageCode {
    /// A text of `length` characters drawn from `rng`, each character of `alphabet` equally
    /// likely.
    ///
    /// # Errors
    ///
    /// An empty alphabet or a length of zero.
    pub fn generate<R: CryptoRng + ?Sized>(
        rng: &mut R,
        alphabet: &str,
        length: usize,
    ) -> Result<Self, ImageCodeError> {
        let characters: Vec<char> = alphabet.chars().collect();
        if characters.is_empty() {
            return Err(ImageCodeError);
        }
        let text: String = (0..length)
            .map(|_| characters[rng.random_range(0..characters.len())])
            .collect();
        Self::new(text)
    }

    /// Takes the text of a picture that was drawn elsewhere.
    ///
    /// # Errors
    ///
    /// An empty text, which would let an empty answer pass.
    pub fn new(text: impl Into<String>) -> Result<Self, ImageCodeError> {
        let text = Zeroizing::new(text.into());
        if text.is_empty() {
            return Err(ImageCodeError);
        }
        Ok(Self(text))
    }

    /// The text: for the drawer and the store, for nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `answer` is this text, ASCII case ignored. The time it takes does not depend on
    /// the characters.
    #[must_use]
    pub fn matches(&self, answer: &str) -> bool {
        let (ours, theirs) = (self.0.as_bytes(), answer.as_bytes());
        if ours.len() != theirs.len() {
            return false;
        }
        // Byte by byte, so that no copy in lower case is left in memory.
        let same = ours.iter().zip(theirs).map(|(our, their)| {
            let (our, their) = (our.to_ascii_lowercase(), their.to_ascii_lowercase());
            our.ct_eq(&their)
        });
        same.fold(Choice::from(1), BitAnd::bitand).into()
    }
}

impl fmt::Debug for ImageCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ImageCode(…)")
    }
}

/// There is no picture code without characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a picture code needs at least one character")]
pub struct ImageCodeError;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    #[test]
    fn case_is_ignored() {
        let code = ImageCode::new("aB3d").unwrap();
        for answer in ["aB3d", "ab3d", "AB3D"] {
            assert!(code.matches(answer), "{answer}");
        }
        for answer in ["", "aB3", "aB3dd", "aB3e", "aB3d "] {
            assert!(!code.matches(answer), "{answer:?}");
        }
    }

    #[test]
    fn it_never_prints() {
        assert_eq!(
            format!("{:?}", ImageCode::new("SECRET").unwrap()),
            "ImageCode(…)"
        );
    }

    #[test]
    fn an_empty_text_is_refused() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        assert!(ImageCode::new("").is_err());
        assert!(ImageCode::generate(&mut rng, "", 4).is_err());
        assert!(ImageCode::generate(&mut rng, "AB", 0).is_err());
    }

    proptest! {
        #[test]
        fn a_generated_text_uses_the_alphabet(seed: u64, length in 1_usize..9) {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let code = ImageCode::generate(&mut rng, "ABCD23", length).unwrap();
            prop_assert_eq!(code.expose().len(), length);
            prop_assert!(code.expose().chars().all(|c| "ABCD23".contains(c)));
        }

        #[test]
        fn comparing_with_any_text_never_panics(text: String, answer: String) {
            if let Ok(code) = ImageCode::new(text.as_str()) {
                prop_assert_eq!(code.matches(&answer), text.eq_ignore_ascii_case(&answer));
            }
        }
    }
}
