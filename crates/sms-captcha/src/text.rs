//! Which texts can be drawn, and which should be.

use thiserror::Error;

/// The characters to make codes of: told apart at first sight, whatever the case they are typed in.
///
/// Left out are twins (0 O Q, 1 I L, 5 S, 8 B, C G) and those that we mixed up when we read
/// pictures (A 4, U J, C 6, E F, R P).
pub const ALPHABET: &str = "ACDEHKMNRTUVWXY23789";

/// The characters of codes that are spoken.
pub const DIGITS: &str = "0123456789";

/// The shortest text that is drawn or spoken.
pub const MIN_LENGTH: usize = 3;

/// The longest text that is drawn or spoken.
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

/// Why a text cannot be spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SpeakError {
    /// The text has too few or too many characters.
    #[error("a text has {MIN_LENGTH} to {MAX_LENGTH} characters, not {0}")]
    Length(usize),
    /// The text has a character that is no ASCII digit.
    #[error("{0:?} is no digit")]
    Character(char),
}

/// Lets only those texts through that [`draw`](crate::draw()) can draw.
pub(crate) fn check(text: &str) -> Result<(), DrawError> {
    if let Some(other) = text.chars().find(|c| !c.is_ascii_alphanumeric()) {
        return Err(DrawError::Character(other));
    }
    if !(MIN_LENGTH..=MAX_LENGTH).contains(&text.len()) {
        return Err(DrawError::Length(text.len()));
    }
    Ok(())
}

/// Lets only those texts through that [`speak`](crate::speak()) can speak.
pub(crate) fn check_digits(text: &str) -> Result<(), SpeakError> {
    if let Some(other) = text.chars().find(|c| !c.is_ascii_digit()) {
        return Err(SpeakError::Character(other));
    }
    if !(MIN_LENGTH..=MAX_LENGTH).contains(&text.len()) {
        return Err(SpeakError::Length(text.len()));
    }
    Ok(())
}
