//! Points, contours and waves.
//!
//! The same seed must give the same picture on each machine. IEEE 754 promises that for adding,
//! multiplying, dividing, rounding and square roots, and Rust never fuses two of them; it is not
//! promised for `sin`, `powi` and their like, so nothing here calls them.

use ab_glyph::{Point, point};

/// A closed line: the last point is joined to the first.
pub(crate) type Contour = Vec<Point>;

/// The sine of a full turn times `turns`, close enough (0.1 %) for the eye.
pub(crate) fn wave(turns: f32) -> f32 {
    let turn = turns - turns.floor();
    let (half, sign) = if turn < 0.5 {
        (turn, 1.0)
    } else {
        (turn - 0.5, -1.0)
    };
    let parabola = 16.0 * half * (0.5 - half);
    sign * parabola * (0.775 + 0.225 * parabola)
}

/// The point at `t` (0 to 1) on the way from `a` to `b`.
pub(crate) fn mix(a: Point, b: Point, t: f32) -> Point {
    point(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t)
}

/// The point at a distance from a point of a line, square to the way from the point before to the
/// point after.
pub(crate) fn beside(here: Point, before: Point, after: Point, distance: f32) -> Point {
    let (x, y) = (after.x - before.x, after.y - before.y);
    let length = (x * x + y * y).sqrt();
    if length == 0.0 {
        return here;
    }
    point(
        here.x + y * distance / length,
        here.y - x * distance / length,
    )
}

/// The smallest upright rectangle round some points.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) min: Point,
    pub(crate) max: Point,
}

impl Bounds {
    pub(crate) fn of<'a>(contours: impl IntoIterator<Item = &'a Contour>) -> Self {
        let nothing = Self {
            min: point(f32::MAX, f32::MAX),
            max: point(f32::MIN, f32::MIN),
        };
        contours
            .into_iter()
            .flatten()
            .fold(nothing, |so_far, p| Self {
                min: point(so_far.min.x.min(p.x), so_far.min.y.min(p.y)),
                max: point(so_far.max.x.max(p.x), so_far.max.y.max(p.y)),
            })
    }

    pub(crate) fn width(&self) -> f32 {
        self.max.x - self.min.x
    }

    pub(crate) fn height(&self) -> f32 {
        self.max.y - self.min.y
    }

    pub(crate) fn centre(&self) -> Point {
        mix(self.min, self.max, 0.5)
    }
}

#[cfg(test)]
mod tests {
    use super::wave;

    #[test]
    fn a_wave_is_nearly_a_sine() {
        for step in -200..200 {
            let turns = step as f32 / 64.0;
            let sine = (turns * std::f32::consts::TAU).sin();
            assert!((wave(turns) - sine).abs() < 0.0015, "at {turns}");
        }
    }
}
