use serde::de::IntoDeserializer;
use serde::{Deserialize, Deserializer};

/// Reads one of a few words, such that an error lists them.
pub(super) fn word<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let text = String::deserialize(deserializer)?;
    // What is no word may be something else in the wrong place, such as a URL with its password,
    // and the error would repeat it.
    let is_word = text.len() <= 32 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let shown = if is_word { text.as_str() } else { "?" };
    T::deserialize(shown.into_deserializer())
}
