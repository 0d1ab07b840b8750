//! Curves through the letters.
//!
//! They are what keeps programs from reading. A curve has the colour and the width of the
//! letters' own strokes, so that it cannot be told from them by either; inside a letter it is a
//! gap instead, so that cleaning it away takes the letter along. People see a line passing behind.

use ab_glyph::{Point, point};

use crate::canvas::Canvas;
use crate::geometry::{Contour, wave};
use crate::layout::Layout;
use crate::random::Random;

/// Curves in a picture. A third keeps more programs off, and more people.
const CURVES: usize = 2;

/// How wide the gap in a letter is, as a part of the curve's width. At 1 letters fall apart.
const GAP: f32 = 0.5;

/// Points of a curve for each height of the text. Curves swing up to 0.75 times in that.
const POINTS: f32 = 16.0;

/// Draws the curves over the letters.
pub(crate) fn cross_out(canvas: &mut Canvas, width: u16, layout: &Layout, random: &mut Random) {
    for lane in 0..CURVES {
        let line = swing(f32::from(width), layout, lane, random);
        let thickness = layout.stem * random.between(0.56, 0.72);
        canvas.cross(ribbon(&line, thickness), ribbon(&line, thickness * GAP));
    }
}

/// A line that swings from the left edge of the picture to the right, in a lane of its own so that
/// two of them don't blot out the same letters.
fn swing(width: f32, layout: &Layout, lane: usize, random: &mut Random) -> Vec<Point> {
    let height = layout.bounds.height();
    let lane_height = 0.76 / CURVES as f32;
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
    let side = |step: usize, distance: f32| {
        let before = line[step.saturating_sub(1)];
        let after = line[(step + 1).min(line.len() - 1)];
        let (x, y) = (after.x - before.x, after.y - before.y);
        let along = distance / (x * x + y * y).sqrt();
        point(line[step].x - y * along, line[step].y + x * along)
    };
    let there = (0..line.len()).map(|step| side(step, thickness / 2.0));
    let back = (0..line.len())
        .rev()
        .map(|step| side(step, -thickness / 2.0));
    there.chain(back).collect()
}
