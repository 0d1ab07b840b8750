/// The name that a front end gave to a picture: 1 to 64 characters of `A-Z a-z 0-9 _ -`, as a
/// rule a UUID.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "String")
)]
pub struct ImageId(String);

impl ImageId {
    /// Reads an id; `None` for anything that no picture can be named.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_id = (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        is_id.then(|| Self(text.to_owned()))
    }

    /// The id as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(feature = "serde")]
impl TryFrom<String> for ImageId {
    type Error = &'static str;

    /// # Errors
    ///
    /// Anything that no picture can be named.
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not the name of a picture")
    }
}

#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_an_id() {
        for id in [
            "f47ac10b-58cc-4372-a567-0e02b2c3d479",
            "a",
            "A_9-",
            &"x".repeat(64),
        ] {
            assert_eq!(ImageId::parse(id).unwrap().as_str(), id);
        }
    }

    #[test]
    fn unusual_characters_and_lengths_name_no_picture() {
        for id in ["", "a b", "a/b", "a:b", "图", "a\0", "{x}", &"x".repeat(65)] {
            assert_eq!(ImageId::parse(id), None, "{id:?}");
        }
    }
}
