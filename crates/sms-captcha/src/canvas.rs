//! The ink on a picture: how much of it (from 0, bare, to 1) and of which hue.

use std::ops::Range;

use ab_glyph::{Point, point};
use ab_glyph_rasterizer::Rasterizer;

use crate::geometry::{Bounds, Contour};
use crate::hues::Hue;
use crate::size::Size;

/// One pixel.
#[derive(Clone, Copy)]
pub(crate) struct Ink {
    pub(crate) amount: f32,
    pub(crate) hue: Hue,
}

pub(crate) struct Canvas {
    size: Size,
    rasterizer: Rasterizer,
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
            size,
            rasterizer: Rasterizer::new(width, height),
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
        let around = Window::around(shape, self.size);
        self.rasterizer
            .reset(around.columns.len(), around.rows.len());
        let corner = point(around.columns.start as f32, around.rows.start as f32);
        for contour in shape {
            let mut points = contour.iter().map(|p| inside(*p, self.size) - corner);
            let Some(first) = points.next() else { continue };
            let last = points.fold(first, |a, b| {
                self.rasterizer.draw_line(a, b);
                b
            });
            self.rasterizer.draw_line(last, first);
        }
        let rows = self.pixels.chunks_exact_mut(self.size.width().into());
        let rows = rows.take(around.rows.end).skip(around.rows.start);
        let mut pixels = rows.flat_map(|row| &mut row[around.columns.clone()]);
        self.rasterizer.for_each_pixel(|_, covered| {
            let pixel = pixels.next().expect("the window has as many pixels");
            each(pixel, covered.min(1.0));
        });
    }
}

/// The rasterizer writes what lies beyond the right edge into the next row, and a little room on
/// both sides keeps rounding from carrying a line over the edge.
const ROOM: f32 = 0.01;

fn inside(p: Point, size: Size) -> Point {
    point(p.x.clamp(ROOM, f32::from(size.width()) - ROOM), p.y)
}

/// The part of a picture that a shape can touch: a shape is small beside it, and what it costs to
/// cover pixels is most of what a picture costs.
struct Window {
    columns: Range<usize>,
    rows: Range<usize>,
}

impl Window {
    fn around(shape: &[Contour], size: Size) -> Self {
        let Bounds { min, max } = Bounds::of(shape);
        let (left, right) = (inside(min, size).x - ROOM, inside(max, size).x + ROOM);
        let columns = left as usize..usize::from(size.width()).min(right.ceil() as usize);
        let rows = min.y as usize..usize::from(size.height()).min(max.y.ceil() as usize);
        Self { columns, rows }
    }
}
