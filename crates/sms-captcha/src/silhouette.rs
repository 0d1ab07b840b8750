//! How far a glyph reaches to either side, line by line.

use crate::geometry::Contour;

/// Lines that the height is cut into. Enough that letters which touch are seen to touch.
const ROWS: usize = 48;

/// The part of the plane that is looked at, in heights of a capital letter from the middle.
const REACH: f32 = 1.2;

/// One side of a glyph: the outermost x on each row.
#[derive(Clone)]
pub(crate) struct Silhouette([f32; ROWS]);

impl Silhouette {
    /// The left side. Rows without ink are far to the right.
    pub(crate) fn left(contours: &[Contour]) -> Self {
        let mut rows = [f32::MAX; ROWS];
        trace(contours, |row, x| rows[row] = rows[row].min(x));
        Self(rows)
    }

    /// The right side. Rows without ink are far to the left.
    pub(crate) fn right(contours: &[Contour]) -> Self {
        let mut rows = [f32::MIN; ROWS];
        trace(contours, |row, x| rows[row] = rows[row].max(x));
        Self(rows)
    }

    /// The right side of both together, where both are right sides.
    pub(crate) fn or_further_right(mut self, other: &Self) -> Self {
        for (mine, others) in self.0.iter_mut().zip(&other.0) {
            *mine = mine.max(*others);
        }
        self
    }

    /// The room between this right side and the left side of what follows, where it is narrowest.
    /// Neighbouring rows count as well, since what nearly touches looks as if it did.
    pub(crate) fn gap_to(&self, left: &Self) -> f32 {
        let mut gap = f32::MAX;
        for (row, right) in self.0.iter().enumerate() {
            let nearby = row.saturating_sub(1)..(row + 2).min(ROWS);
            for left in &left.0[nearby] {
                gap = gap.min(left - right);
            }
        }
        gap
    }
}

fn trace(contours: &[Contour], mut mark: impl FnMut(usize, f32)) {
    for contour in contours {
        // Outlines come in pieces shorter than a few rows, so their ends stand for all of them
        // once `gap_to` looks at the neighbours too.
        for (a, b) in contour.iter().zip(contour.iter().cycle().skip(1)) {
            let pieces = 1 + ((a.y - b.y).abs() * ROWS as f32 / (2.0 * REACH)) as usize;
            for piece in 0..pieces {
                let t = piece as f32 / pieces as f32;
                mark(row(a.y + (b.y - a.y) * t), a.x + (b.x - a.x) * t);
            }
        }
    }
}

fn row(y: f32) -> usize {
    let row = (y + REACH) / (2.0 * REACH) * ROWS as f32;
    row.clamp(0.0, (ROWS - 1) as f32) as usize
}
