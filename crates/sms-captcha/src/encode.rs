//! From ink to PNG.

use miniz_oxide::deflate::compress_to_vec_zlib;
use png::{BitDepth, ColorType, Encoder, EncodingError, chunk};

use crate::canvas::Ink;
use crate::hues::{INKS, PAPER, Rgb};
use crate::size::Size;

/// Shades of an ink. Five inks in three shades and the paper fill the sixteen colours that half a
/// byte can name.
const SHADES: u8 = 3;

/// Room in the file for what is not pixels: the header, the palette, the ends of chunks.
const AROUND_PIXELS: usize = 128;

/// How hard to try to make the file small: a higher level saves less than a tenth.
const LEVEL: u8 = 1;

/// What stands before each row. Filters make nothing of palettes.
const NO_FILTER: u8 = 0;

/// Writes the pixels as a PNG with a palette and two pixels a byte.
pub(crate) fn png(pixels: &[Ink], size: Size) -> Vec<u8> {
    write(&pack(pixels, size), size).expect("a vector takes all that is written")
}

fn write(rows: &[u8], size: Size) -> Result<Vec<u8>, EncodingError> {
    // All rows at once: the encoder would compress them one by one, and wipe 32 KiB before each.
    let packed = compress_to_vec_zlib(rows, LEVEL);
    let mut file = Vec::with_capacity(packed.len() + AROUND_PIXELS);
    let mut encoder = Encoder::new(&mut file, size.width().into(), size.height().into());
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Four);
    encoder.set_palette(palette());
    let mut writer = encoder.write_header()?;
    writer.write_chunk(chunk::IDAT, &packed)?;
    writer.finish()?;
    Ok(file)
}

fn pack(pixels: &[Ink], size: Size) -> Vec<u8> {
    let (width, height) = (usize::from(size.width()), usize::from(size.height()));
    let mut rows = Vec::with_capacity((1 + width.div_ceil(2)) * height);
    for row in pixels.chunks(width) {
        rows.push(NO_FILTER);
        let (pairs, odd) = row.as_chunks();
        rows.extend(pairs.iter().map(|[a, b]| colour(a) << 4 | colour(b)));
        rows.extend(odd.iter().map(|last: &Ink| colour(last) << 4));
    }
    rows
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
