//! What holds for any text that is read as the name of a picture.

use proptest::prelude::*;

use super::ImageId;

proptest! {
    #[test]
    fn a_name_is_of_plain_characters_and_kept_as_it_is(text in r"[A-Za-z0-9_\-]{0,70}|\PC{0,70}|.{0,3}") {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let is_name = !text.is_empty() && text.len() <= 64 && text.chars().all(plain);
        let id = ImageId::parse(&text);
        prop_assert_eq!(id.is_some(), is_name);
        if let Some(id) = id {
            prop_assert_eq!(id.as_str(), text);
        }
    }
}
