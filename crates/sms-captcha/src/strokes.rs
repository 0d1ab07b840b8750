//! Curves behind the letters, and a gap through them.
//!
//! They are what keeps programs from reading. To a program that sees shades of grey a curve has
//! the colour of the letters and about the width of their bars, so it cannot be told from them by
//! either; the gap cuts letters and curves alike. People see by the hues which is which.

use ab_glyph::{Point, point};

use crate::canvas::Canvas;
use crate::geometry::{Contour, beside, wave};
use crate::hues::{self, Hue};
use crate::layout::Layout;
use crate::random::Random;

/// Curves in a picture. One is not enough: `ddddocr` reads half of such pictures.
const CURVES: usize = 2;

/// How wide a curve is, in widths of the letters' upright strokes. Their bars are at 0.75.
const CURVE_WIDTH: (f32, f32) = (0.6, 0.8);

/// Gaps in a picture. A second one costs people more than programs.
const GAPS: usize = 1;

/// How wide a gap is, in the same measure.
const GAP_WIDTH: (f32, f32) = (0.18, 0.24);

/// Points of a curve for each height of the text. Curves swing up to 0.75 times in that.
const POINTS: f32 = 16.0;

/// Draws the curves. They change hue from letter to letter, so that each letter stands out from
/// what is behind it while no hue belongs to the curves or to the letters alone.
pub(crate) fn paint_curves(
    canvas: &mut Canvas,
    width: u16,
    layout: &Layout,
    letters: &[Hue],
    random: &mut Random,
) {
    let borders = layout.borders();
    for lane in 0..CURVES {
        let line = swing(width, layout, (lane, CURVES), random);
        let thickness = layout.stem * random.between(CURVE_WIDTH.0, CURVE_WIDTH.1);
        let mut start = 0;
        for (border, letter) in borders.iter().zip(letters) {
            let end = line.partition_point(|p| p.x < *border).max(start);
            // A step of overlap keeps a seam from showing.
            let piece = &line[start..(end + 1).min(line.len())];
            start = end.saturating_sub(1);
            canvas.paint(&[ribbon(piece, thickness)], hues::behind(*letter));
        }
    }
}

/// Cuts the gaps through all that is there.
pub(crate) fn cut_gaps(canvas: &mut Canvas, width: u16, layout: &Layout, random: &mut Random) {
    for lane in 0..GAPS {
        let line = swing(width, layout, (lane, GAPS), random);
        let thickness = layout.stem * random.between(GAP_WIDTH.0, GAP_WIDTH.1);
        canvas.clear(&[ribbon(&line, thickness)]);
    }
}

/// A line that swings from the left edge of the picture to the right, in a lane of its own so that
/// two of them don't run over the same parts of letters.
fn swing(
    width: u16,
    layout: &Layout,
    (lane, lanes): (usize, usize),
    random: &mut Random,
) -> Vec<Point> {
    let width = f32::from(width);
    let height = layout.bounds.height();
    let lane_height = 0.76 / lanes as f32;
    let top = 0.12 + lane_height * lane as f32;
    let mut end = || layout.bounds.min.y + height * random.between(top, top + lane_height);
    let (left, right) = (end(), end());
    let swing = height * random.between(0.15, 0.3);
    let pace = random.between(0.43, 0.73) / height;
    let phase = random.unit();
    let steps = (width / height * POINTS).ceil();
    // One step more at either end: the ends of a curve are not to be seen.
    (-1..=steps as i32 + 1)
        .map(|step| {
            let t = step as f32 / steps;
            let level = left + (right - left) * t;
            point(t * width, level + swing * wave(t * width * pace + phase))
        })
        .collect()
}

/// The outline of a line of a thickness.
fn ribbon(line: &[Point], thickness: f32) -> Contour {
    let side = |here: usize, distance: f32| {
        let before = line[here.saturating_sub(1)];
        let after = line[(here + 1).min(line.len() - 1)];
        beside(line[here], before, after, distance)
    };
    let there = (0..line.len()).map(|here| side(here, thickness / 2.0));
    let back = (0..line.len())
        .rev()
        .map(|here| side(here, -thickness / 2.0));
    there.chain(back).collect()
}
