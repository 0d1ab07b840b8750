//! How big a picture is.

use std::ops::RangeInclusive;

use thiserror::Error;

const WIDTHS: RangeInclusive<u16> = 60..=600;
const HEIGHTS: RangeInclusive<u16> = 24..=300;

/// The width and the height of a picture in pixels, within sane bounds.
///
/// The default is 120×40, which is what most sign-up forms leave room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Size {
    width: u16,
    height: u16,
}

impl Size {
    /// Takes a width of 60 to 600 and a height of 24 to 300 pixels.
    ///
    /// # Errors
    ///
    /// When either lies outside: below, letters have too few pixels to be read; above, a picture
    /// costs more than a code is worth.
    pub fn new(width: u16, height: u16) -> Result<Self, SizeError> {
        if !WIDTHS.contains(&width) {
            return Err(SizeError::Width(width));
        }
        if !HEIGHTS.contains(&height) {
            return Err(SizeError::Height(height));
        }
        Ok(Self { width, height })
    }

    /// The width in pixels.
    #[must_use]
    pub const fn width(self) -> u16 {
        self.width
    }

    /// The height in pixels.
    #[must_use]
    pub const fn height(self) -> u16 {
        self.height
    }
}

impl Default for Size {
    fn default() -> Self {
        Self {
            width: 120,
            height: 40,
        }
    }
}

/// Why a width and a height are no [`Size`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SizeError {
    /// The width is out of bounds.
    #[error("a picture is 60 to 600 pixels wide, not {0}")]
    Width(u16),
    /// The height is out of bounds.
    #[error("a picture is 24 to 300 pixels high, not {0}")]
    Height(u16),
}
