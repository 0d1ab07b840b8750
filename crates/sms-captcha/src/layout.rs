//! Where the letters stand: each bent in its own way, touching its neighbours, all on a wave.

use ab_glyph::{Point, point};

use crate::font::{self, STEM};
use crate::geometry::{Bounds, Contour, wave};
use crate::random::Random;
use crate::silhouette::Silhouette;
use crate::size::Size;

/// Room to the edge of the picture, as a part of its height.
const MARGIN: f32 = 0.05;

/// How much more a text may be stretched one way than the other to fill its picture.
const STRETCH: f32 = 1.3;

/// How far a letter reaches into the one before it, in heights of a capital letter. Below nought
/// it only just misses it.
const OVERLAP: (f32, f32) = (-0.02, 0.05);

/// The letters of a text, set into a picture.
pub(crate) struct Layout {
    /// The outlines of each letter, in pixels.
    pub(crate) letters: Vec<Vec<Contour>>,
    /// The box round all letters.
    pub(crate) bounds: Bounds,
    /// How wide the strokes of the letters are, in pixels.
    pub(crate) stem: f32,
}

impl Layout {
    pub(crate) fn new(text: &str, size: Size, random: &mut Random) -> Self {
        let mut letters = set_side_by_side(text, random);
        ripple(&mut letters, random);
        let scale = fit(&mut letters, size, random);
        Self {
            bounds: Bounds::of(letters.iter().flatten()),
            letters,
            stem: STEM * scale,
        }
    }

    /// How far to the right the realm of each letter reaches: half way into the next letter's, and
    /// beyond the picture for the last.
    pub(crate) fn borders(&self) -> Vec<f32> {
        let bounds: Vec<Bounds> = self.letters.iter().map(Bounds::of).collect();
        bounds
            .windows(2)
            .map(|pair| f32::midpoint(pair[0].max.x, pair[1].min.x))
            .chain([f32::INFINITY])
            .collect()
    }
}

/// One letter after the other, so close that they touch or overlap a little, in heights of a
/// capital letter.
fn set_side_by_side(text: &str, random: &mut Random) -> Vec<Vec<Contour>> {
    let mut letters = Vec::new();
    let mut edge: Option<Silhouette> = None;
    // Neighbours lean different ways; otherwise the text could be turned back as a whole.
    let mut lean = *random.pick(&[-1.0, 1.0]);
    for character in text.bytes() {
        let mut letter = bent(font::glyph(character), lean, random);
        lean = -lean;
        if let Some(edge) = &edge {
            let overlap = random.between(OVERLAP.0, OVERLAP.1);
            let shift = -overlap - edge.gap_to(&Silhouette::left(&letter));
            for p in letter.iter_mut().flatten() {
                p.x += shift;
            }
        }
        let right = Silhouette::right(&letter);
        edge = Some(match &edge {
            Some(edge) => right.or_further_right(edge),
            None => right,
        });
        letters.push(letter);
    }
    letters
}

/// A letter in a size, slant, turn and height of its own.
fn bent(glyph: &[Contour], lean: f32, random: &mut Random) -> Vec<Contour> {
    let height = random.between(0.9, 1.1);
    let width = height * random.between(0.85, 1.15);
    let shear = random.around_zero(0.15);
    let rise = random.around_zero(0.18);
    // Sine and cosine by way of the tangent of half the angle, here up to 10°: plain arithmetic.
    let tangent = lean * random.between(0.0, 0.09);
    let cosine = (1.0 - tangent * tangent) / (1.0 + tangent * tangent);
    let sine = 2.0 * tangent / (1.0 + tangent * tangent);
    let bend = |p: &Point| {
        let (x, y) = (p.x * width + p.y * shear, p.y * height);
        point(x * cosine - y * sine, x * sine + y * cosine + rise)
    };
    glyph
        .iter()
        .map(|contour| contour.iter().map(bend).collect())
        .collect()
}

/// Waves over the whole text, up and down and a little sideways.
fn ripple(letters: &mut [Vec<Contour>], random: &mut Random) {
    let (pace, phase) = (random.between(0.2, 0.4), random.unit());
    let (side_pace, side_phase) = (random.between(0.3, 0.6), random.unit());
    for p in letters.iter_mut().flatten().flatten() {
        let Point { x, y } = *p;
        p.y += 0.12 * wave(x * pace + phase);
        p.x += 0.03 * wave(y * side_pace + x * 0.15 + side_phase);
    }
}

/// Scales and moves the text into the picture, to a random place where there is room to choose,
/// and tells the scale.
fn fit(letters: &mut [Vec<Contour>], size: Size, random: &mut Random) -> f32 {
    let margin = MARGIN * f32::from(size.height());
    let room = point(
        f32::from(size.width()) - 2.0 * margin,
        f32::from(size.height()) - 2.0 * margin,
    );
    let text = Bounds::of(letters.iter().flatten());
    let widest = room.x / text.width();
    let highest = room.y / text.height();
    let scale = widest.min(highest);
    let (across, down) = (widest.min(scale * STRETCH), highest.min(scale * STRETCH));
    let left = margin + random.unit() * (room.x - across * text.width());
    let top = margin + random.unit() * (room.y - down * text.height());
    for p in letters.iter_mut().flatten().flatten() {
        p.x = left + (p.x - text.min.x) * across;
        p.y = top + (p.y - text.min.y) * down;
    }
    scale
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn all_letters_are_inside_the_picture(
            text in "[A-Za-z0-9]{3,8}",
            width in 60u16..=600,
            height in 24u16..=300,
            seed: u64,
        ) {
            let size = Size::new(width, height).unwrap();
            let layout = Layout::new(&text, size, &mut Random::new(seed));
            let Bounds { min, max } = layout.bounds;
            prop_assert!(min.x > 0.0 && max.x < f32::from(width));
            prop_assert!(min.y > 0.0 && max.y < f32::from(height));
            prop_assert_eq!(layout.letters.len(), text.len());
        }
    }

    #[test]
    fn neighbours_touch_or_nearly_do() {
        for seed in 0..100 {
            let letters = set_side_by_side("AT7WRD", &mut Random::new(seed));
            for pair in letters.windows(2) {
                let gap = Silhouette::right(&pair[0]).gap_to(&Silhouette::left(&pair[1]));
                assert!((-OVERLAP.1 - 0.001..0.1).contains(&gap), "{gap}");
            }
        }
    }
}
