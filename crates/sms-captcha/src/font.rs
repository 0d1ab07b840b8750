//! The outlines of the letters, read once.

use std::array;
use std::sync::LazyLock;

use ab_glyph::{Font, FontRef, OutlineCurve, Point, point};

use crate::geometry::{Bounds, Contour, mix};

static FONT: &[u8] = include_bytes!("../font/captcha-sans.ttf");

/// How wide an upright stroke of this font is, in heights of a capital letter.
pub(crate) const STEM: f32 = 0.25;

/// Pieces of a curve. More cannot be seen at the sizes we draw.
const CURVE_PIECES: usize = 4;

/// Straight lines are cut into pieces no longer than this, so that a wave can bend them.
const LONGEST_LINE: f32 = 0.2;

/// The outlines by ASCII code; empty for what the font doesn't have.
static GLYPHS: LazyLock<[Vec<Contour>; 128]> = LazyLock::new(|| {
    let font = FontRef::try_from_slice(FONT).expect("the font in the crate is sound");
    let capital = outline(&font, 'H', 1.0);
    let scale = 1.0 / Bounds::of(&capital).height();
    array::from_fn(|code| centred(outline(&font, char::from(code as u8), scale)))
});

/// The outline of an ASCII letter or digit round the origin, y growing downwards, in heights of a
/// capital letter.
pub(crate) fn glyph(character: u8) -> &'static [Contour] {
    &GLYPHS[usize::from(character)]
}

fn outline(font: &FontRef<'_>, character: char, scale: f32) -> Vec<Contour> {
    let Some(outline) = font.outline(font.glyph_id(character)) else {
        return Vec::new();
    };
    let place = |p: Point| point(p.x * scale, -p.y * scale);
    let mut contours: Vec<Contour> = Vec::new();
    let mut pen = None;
    for curve in &outline.curves {
        let (start, middle, end) = match *curve {
            OutlineCurve::Line(a, b) => (a, None, b),
            OutlineCurve::Quad(a, m, b) => (a, Some(place(m)), b),
            OutlineCurve::Cubic(..) => unreachable!("TrueType outlines have no cubic curves"),
        };
        let piece = flat(place(start), middle, place(end));
        match contours.last_mut() {
            Some(contour) if pen == Some(start) => contour.extend(piece),
            _ => contours.push(piece),
        }
        pen = Some(end);
    }
    contours
}

/// A curve or a line in short straight pieces, without the point it starts from: that is where the
/// piece before ended, and for the first piece where the last one will.
fn flat(start: Point, middle: Option<Point>, end: Point) -> Contour {
    let Some(middle) = middle else {
        let (x, y) = (end.x - start.x, end.y - start.y);
        let pieces = ((x * x + y * y).sqrt() / LONGEST_LINE).ceil();
        return steps(pieces as usize).map(|t| mix(start, end, t)).collect();
    };
    steps(CURVE_PIECES)
        .map(|t| mix(mix(start, middle, t), mix(middle, end, t), t))
        .collect()
}

fn steps(pieces: usize) -> impl Iterator<Item = f32> {
    (1..=pieces).map(move |piece| piece as f32 / pieces as f32)
}

fn centred(mut contours: Vec<Contour>) -> Vec<Contour> {
    let centre = Bounds::of(&contours).centre();
    for p in contours.iter_mut().flatten() {
        *p -= centre;
    }
    contours
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_and_digit_has_an_outline() {
        for code in (0..128u8).filter(u8::is_ascii_alphanumeric) {
            let contours = glyph(code);
            assert!(!contours.is_empty(), "{}", char::from(code));
            assert!(contours.iter().all(|contour| contour.len() > 3));
        }
    }

    #[test]
    fn a_capital_is_one_high() {
        let height = Bounds::of(glyph(b'H')).height();
        assert!((height - 1.0).abs() < 1e-6, "{height}");
    }
}
