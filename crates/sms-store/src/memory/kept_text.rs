use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sms_core::ImageCode;

/// The text of a picture. In a snapshot it is plain.
#[derive(Debug, Clone)]
pub(super) struct KeptText(pub(super) ImageCode);

impl Serialize for KeptText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

impl<'de> Deserialize<'de> for KeptText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = ImageCode::new(<&str>::deserialize(deserializer)?);
        text.map(Self).map_err(D::Error::custom)
    }
}
