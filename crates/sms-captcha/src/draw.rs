//! The whole way from a text to a picture.

use crate::canvas::Canvas;
use crate::encode;
use crate::hues;
use crate::layout::Layout;
use crate::random::Random;
use crate::size::Size;
use crate::strokes;
use crate::text::{self, DrawError};

/// Draws a text as a PNG file.
///
/// The same text, size and seed give the same picture on each machine. Take the seed from a good
/// source of randomness: who can guess it can draw each text and compare.
///
/// ```
/// use sms_captcha::{Size, draw};
///
/// let png = draw("K7XW", Size::default(), 42)?;
/// assert!(png.starts_with(b"\x89PNG"));
/// # Ok::<(), sms_captcha::DrawError>(())
/// ```
///
/// # Errors
///
/// When the text is not made of 3 to 8 ASCII letters and digits.
pub fn draw(text: &str, size: Size, seed: u64) -> Result<Vec<u8>, DrawError> {
    text::check(text)?;
    let mut random = Random::new(seed);
    let layout = Layout::new(text, size, &mut random);
    let hues = hues::of_letters(text.len(), &mut random);
    let mut canvas = Canvas::new(size);
    strokes::paint_curves(&mut canvas, size.width(), &layout, &hues, &mut random);
    for (letter, hue) in layout.letters.iter().zip(&hues) {
        canvas.paint(letter, *hue);
    }
    strokes::cut_gaps(&mut canvas, size.width(), &layout, &mut random);
    Ok(encode::png(canvas.pixels(), size))
}
