//! Which texts can be drawn, and which should be.

use thiserror::Error;

/// The characters to make codes of: told apart at first sight, whatever the case they are typed in.
///
/// Left out are twins (0 O Q, 1 I L, 2 Z, 5 S, 6 G, 8 B) and those that people mixed up in our
/// pictures, where a curve may add or hide a bar (E F, P R, V Y).
pub const ALPHABET: &str = "ACDEHJKMNRTUVWX346789";

/// The shortest text that is drawn.
pub const MIN_LENGTH: usize = 3;

/// The longest text that is drawn.
pub const MAX_LENGTH: usize = 8;

/// Why a text cannot be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DrawError {
    /// The text has too few or too many characters.
    #[error("a text has {MIN_LENGTH} to {MAX_LENGTH} characters, not {0}")]
    Length(usize),
    /// The text has a character that is neither an ASCII letter nor a digit.
    #[error("{0:?} is neither an ASCII letter nor a digit")]
    Character(char),
}

/// Lets only those texts through that [`crate::draw`] can draw.
pub(crate) fn check(text: &str) -> Result<(), DrawError> {
    if let Some(other) = text.chars().find(|c| !c.is_ascii_alphanumeric()) {
        return Err(DrawError::Character(other));
    }
    if !(MIN_LENGTH..=MAX_LENGTH).contains(&text.len()) {
        return Err(DrawError::Length(text.len()));
    }
    Ok(())
}
