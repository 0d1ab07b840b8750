//! The ink on a picture, from 0 (bare) to 1 (covered).

use ab_glyph::{Point, point};
use ab_glyph_rasterizer::Rasterizer;

use crate::geometry::Contour;
use crate::size::Size;

pub(crate) struct Canvas {
    rasterizer: Rasterizer,
    right: f32,
    ink: Vec<f32>,
}

impl Canvas {
    pub(crate) fn new(size: Size) -> Self {
        let (width, height) = (usize::from(size.width()), usize::from(size.height()));
        Self {
            rasterizer: Rasterizer::new(width, height),
            right: f32::from(size.width()),
            ink: vec![0.0; width * height],
        }
    }

    /// The ink of each pixel, row by row.
    pub(crate) fn ink(&self) -> &[f32] {
        &self.ink
    }

    /// Fills what an odd number of contours surrounds: where two letters overlap there is none.
    pub(crate) fn fill(&mut self, contours: &[Contour]) {
        self.trace(contours);
        let ink = &mut self.ink;
        self.rasterizer.for_each_pixel(|pixel, windings| {
            let rest = windings % 2.0;
            ink[pixel] = if rest > 1.0 { 2.0 - rest } else { rest };
        });
    }

    /// Draws a ribbon that is ink where the picture was bare, and cuts a narrower one out of the
    /// ink that it passes through.
    pub(crate) fn cross(&mut self, ribbon: Contour, cut: Contour) {
        let before = self.ink.clone();
        let ink = &mut self.ink;
        trace(&mut self.rasterizer, self.right, &[cut]);
        self.rasterizer.for_each_pixel(|pixel, covered| {
            ink[pixel] *= 1.0 - covered.min(1.0);
        });
        trace(&mut self.rasterizer, self.right, &[ribbon]);
        self.rasterizer.for_each_pixel(|pixel, covered| {
            ink[pixel] += (1.0 - before[pixel]) * covered.min(1.0);
        });
    }

    fn trace(&mut self, contours: &[Contour]) {
        trace(&mut self.rasterizer, self.right, contours);
    }
}

fn trace(rasterizer: &mut Rasterizer, right: f32, contours: &[Contour]) {
    rasterizer.clear();
    // The rasterizer writes what lies beyond the right edge into the next row.
    let inside = |p: &Point| point(p.x.clamp(0.0, right), p.y);
    for contour in contours {
        for (a, b) in contour.iter().zip(contour.iter().cycle().skip(1)) {
            rasterizer.draw_line(inside(a), inside(b));
        }
    }
}
