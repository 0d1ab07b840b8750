//! From ink to PNG.

use png::{BitDepth, ColorType, DeflateCompression, Encoder, EncodingError, Filter};

use crate::random::Random;
use crate::size::Size;

type Rgb = [u8; 3];

/// Shades from paper to ink. More would be smoother edges in bigger files.
const SHADES: usize = 8;

/// Light, but not white: the picture is a tile of its own, on a light page and on a dark one.
const PAPER: Rgb = [0xf4, 0xf6, 0xfa];

/// Deep enough for a contrast of at least 9 to 1 on the paper.
const INKS: [Rgb; 5] = [
    [0x1f, 0x3a, 0x5f],
    [0x3b, 0x2a, 0x6b],
    [0x14, 0x53, 0x4a],
    [0x6b, 0x21, 0x48],
    [0x4a, 0x30, 0x1c],
];

/// Writes the ink of each pixel as a PNG with a palette and two pixels a byte.
pub(crate) fn png(ink: &[f32], size: Size, random: &mut Random) -> Vec<u8> {
    write(&pack(ink, size), palette(*random.pick(&INKS)), size)
        .expect("a vector takes all that is written, and the pixels match the size")
}

fn write(pixels: &[u8], palette: Vec<u8>, size: Size) -> Result<Vec<u8>, EncodingError> {
    let mut file = Vec::with_capacity(pixels.len());
    let mut encoder = Encoder::new(&mut file, size.width().into(), size.height().into());
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Four);
    encoder.set_palette(palette);
    // Filters make nothing of palettes, and a higher level saves less than a tenth.
    encoder.set_filter(Filter::NoFilter);
    encoder.set_deflate_compression(DeflateCompression::Level(1));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}

fn pack(ink: &[f32], size: Size) -> Vec<u8> {
    let shade = |ink: &f32| (ink * (SHADES - 1) as f32 + 0.5).clamp(0.0, (SHADES - 1) as f32) as u8;
    let row = |row: &[f32]| {
        row.chunks(2)
            .map(|pair| shade(&pair[0]) << 4 | pair.get(1).map_or(0, shade))
            .collect::<Vec<u8>>()
    };
    ink.chunks(usize::from(size.width()))
        .flat_map(row)
        .collect()
}

fn palette(ink: Rgb) -> Vec<u8> {
    let part = |shade: usize, channel: usize| {
        let (paper, ink) = (usize::from(PAPER[channel]), usize::from(ink[channel]));
        (paper * (SHADES - 1 - shade) + ink * shade) / (SHADES - 1)
    };
    (0..SHADES)
        .flat_map(|shade| (0..3).map(move |channel| part(shade, channel) as u8))
        .collect()
}
