use serde::de::IntoDeserializer;
use serde::{Deserialize, Deserializer};

/// Reads one of a few words, such that an error lists them.
pub(super) fn word<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(String::deserialize(deserializer)?.into_deserializer())
}
