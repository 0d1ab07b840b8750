//! The ink on a picture: how much of it (from 0, bare, to 1) and of which hue.

use ab_glyph::{Point, point};
use ab_glyph_rasterizer::Rasterizer;

use crate::geometry::Contour;
use crate::hues::Hue;
use crate::size::Size;

/// One pixel.
#[derive(Clone, Copy)]
pub(crate) struct Ink {
    pub(crate) amount: f32,
    pub(crate) hue: Hue,
}

pub(crate) struct Canvas {
    rasterizer: Rasterizer,
    right: f32,
    pixels: Vec<Ink>,
}

impl Canvas {
    pub(crate) fn new(size: Size) -> Self {
        let (width, height) = (usize::from(size.width()), usize::from(size.height()));
        let bare = Ink {
            amount: 0.0,
            hue: 0,
        };
        Self {
            rasterizer: Rasterizer::new(width, height),
            right: f32::from(size.width()),
            pixels: vec![bare; width * height],
        }
    }

    /// The pixels, row by row.
    pub(crate) fn pixels(&self) -> &[Ink] {
        &self.pixels
    }

    /// Paints a shape over what is there. A pixel has one hue: that of whatever covers most of it.
    pub(crate) fn paint(&mut self, shape: &[Contour], hue: Hue) {
        self.cover(shape, |pixel, covered| {
            if covered >= 0.5 || covered > pixel.amount {
                pixel.hue = hue;
            }
            pixel.amount += (1.0 - pixel.amount) * covered;
        });
    }

    /// Takes the ink out of a shape.
    pub(crate) fn clear(&mut self, shape: &[Contour]) {
        self.cover(shape, |pixel, covered| pixel.amount *= 1.0 - covered);
    }

    fn cover(&mut self, shape: &[Contour], mut each: impl FnMut(&mut Ink, f32)) {
        self.rasterizer.clear();
        // The rasterizer writes what lies beyond the right edge into the next row, and a little
        // room on both sides keeps rounding from carrying a line over the edge.
        let inside = |p: &Point| point(p.x.clamp(0.01, self.right - 0.01), p.y);
        for contour in shape {
            for (a, b) in contour.iter().zip(contour.iter().cycle().skip(1)) {
                self.rasterizer.draw_line(inside(a), inside(b));
            }
        }
        let pixels = &mut self.pixels;
        self.rasterizer
            .for_each_pixel(|pixel, covered| each(&mut pixels[pixel], covered.min(1.0)));
    }
}
