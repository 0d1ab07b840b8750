use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sms_core::Mobile;

/// The longest key of a number: E.164 with its `+`.
const LONGEST: usize = 16;

/// What a number is called in a store; `Display` is the text in names of keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum NumberName {
    /// By its digits.
    Plain(PlainName),
    /// By half of a digest, written as 32 hexadecimal digits.
    Hidden([u8; 16]),
}

impl NumberName {
    /// The name of a number that is not hidden.
    pub(crate) fn plain(mobile: &Mobile) -> Self {
        Self::Plain(PlainName::new(mobile.key()).expect("no key of a number is longer"))
    }
}

impl fmt::Display for NumberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(name) => f.write_str(name.as_str()),
            Self::Hidden(half) => f.write_str(&base16ct::lower::encode_string(half)),
        }
    }
}

impl fmt::Debug for NumberName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NumberName(…)")
    }
}

/// The key of a number as it is. Read from a snapshot it is not parsed again, which would need the
/// numbering plan.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PlainName {
    text: [u8; LONGEST],
    length: u8,
}

impl PlainName {
    fn new(key: &str) -> Option<Self> {
        let mut text = [0; LONGEST];
        text.get_mut(..key.len())?.copy_from_slice(key.as_bytes());
        let length = u8::try_from(key.len()).ok()?;
        Some(Self { text, length })
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.text[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl Serialize for PlainName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for PlainName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = <&str>::deserialize(deserializer)?;
        Self::new(key).ok_or_else(|| D::Error::custom("too long for a number"))
    }
}
