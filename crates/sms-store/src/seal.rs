use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, Generate};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use crate::AtRestKey;

/// Bytes of a nonce. They are drawn: with so many, no two are ever the same.
const NONCE: usize = 24;

/// Makes texts unreadable, and readable again: XChaCha20-Poly1305 under a key that is made of another
/// and of what the text is for.
pub(crate) struct Seal(XChaCha20Poly1305);

impl Seal {
    pub(crate) fn new(key: &AtRestKey, purpose: &str) -> Self {
        let key = key.digest(&["seal", purpose]);
        Self(XChaCha20Poly1305::new((&*key).into()))
    }

    /// The nonce and the sealed text as base64 for URLs.
    pub(crate) fn close(&self, text: &str) -> String {
        let nonce = XNonce::generate();
        let sealed = self.0.encrypt(&nonce, text.as_bytes());
        let sealed = sealed.expect("a text is never too long for it");
        URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat())
    }

    /// The text; `None` if it was sealed under another key, for something else, or not at all.
    pub(crate) fn open(&self, sealed: &str) -> Option<Zeroizing<String>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let text = self
            .0
            .decrypt(&XNonce::try_from(nonce).ok()?, sealed)
            .ok()?;
        String::from_utf8(text).ok().map(Zeroizing::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> AtRestKey {
        AtRestKey::new(text).unwrap()
    }

    #[test]
    fn only_the_same_key_and_purpose_open_it() {
        let [ours, other] = ["0123456789abcdef", "fedcba9876543210"].map(key);
        let sealed = Seal::new(&ours, "code").close("135791");
        assert!(!sealed.contains("135791") && !sealed.contains(char::is_whitespace));
        let opened = Seal::new(&ours, "code").open(&sealed).unwrap();
        assert_eq!(*opened, "135791");
        assert_eq!(Seal::new(&ours, "number").open(&sealed), None);
        assert_eq!(Seal::new(&other, "code").open(&sealed), None);
        for text in ["", "135791", &sealed[1..], "图"] {
            assert_eq!(Seal::new(&ours, "code").open(text), None, "{text}");
        }
    }

    #[test]
    fn the_same_text_never_looks_the_same() {
        let seal = Seal::new(&key("0123456789abcdef"), "code");
        assert_ne!(seal.close("135791"), seal.close("135791"));
    }
}
