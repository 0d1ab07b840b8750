//! From ink to PNG.

use png::{BitDepth, ColorType, DeflateCompression, Encoder, EncodingError, Filter};

use crate::canvas::Ink;
use crate::hues::{INKS, PAPER, Rgb};
use crate::size::Size;

/// Shades of an ink. Five inks in three shades and the paper fill the sixteen colours that half a
/// byte can name.
const SHADES: u8 = 3;

/// Writes the pixels as a PNG with a palette and two pixels a byte.
pub(crate) fn png(pixels: &[Ink], size: Size) -> Vec<u8> {
    write(&pack(pixels, size), size)
        .expect("a vector takes all that is written, and the pixels match the size")
}

fn write(pixels: &[u8], size: Size) -> Result<Vec<u8>, EncodingError> {
    let mut file = Vec::with_capacity(pixels.len());
    let mut encoder = Encoder::new(&mut file, size.width().into(), size.height().into());
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Four);
    encoder.set_palette(palette());
    // Filters make nothing of palettes, and a higher level saves less than a tenth.
    encoder.set_filter(Filter::NoFilter);
    encoder.set_deflate_compression(DeflateCompression::Level(1));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}

fn pack(pixels: &[Ink], size: Size) -> Vec<u8> {
    let (width, height) = (usize::from(size.width()), usize::from(size.height()));
    let mut packed = Vec::with_capacity(width.div_ceil(2) * height);
    for row in pixels.chunks(width) {
        let pairs = row.chunks(2);
        packed.extend(pairs.map(|pair| colour(&pair[0]) << 4 | pair.get(1).map_or(0, colour)));
    }
    packed
}

/// The number of a colour in the palette: the paper, then each ink from light to full.
fn colour(ink: &Ink) -> u8 {
    match (ink.amount * f32::from(SHADES) + 0.5) as u8 {
        0 => 0,
        shade => ink.hue * SHADES + shade.min(SHADES),
    }
}

fn palette() -> Vec<u8> {
    let shades = INKS
        .iter()
        .flat_map(|ink| (1..=SHADES).map(move |shade| blend(*ink, shade)));
    [PAPER].into_iter().chain(shades).flatten().collect()
}

fn blend(ink: Rgb, shade: u8) -> Rgb {
    let (shade, shades) = (u16::from(shade), u16::from(SHADES));
    std::array::from_fn(|channel| {
        let (paper, ink) = (u16::from(PAPER[channel]), u16::from(ink[channel]));
        ((paper * (shades - shade) + ink * shade) / shades) as u8
    })
}
