//! Draws random texts into a directory, with the texts in `truth.txt`, for measuring and looking:
//! `dump DIRECTORY COUNT WIDTH HEIGHT SEED [LENGTH]`.

use std::error::Error;
use std::fmt::Write as _;
use std::{env, fs};

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use sms_captcha::{ALPHABET, Size, draw};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [directory, count, width, height, seed, rest @ ..] = arguments.as_slice() else {
        return Err("usage: dump DIRECTORY COUNT WIDTH HEIGHT SEED [LENGTH]".into());
    };
    let size = Size::new(width.parse()?, height.parse()?)?;
    let length = rest.first().map_or(Ok(4), |length| length.parse())?;
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed.parse()?);

    fs::create_dir_all(directory)?;
    let mut truth = String::new();
    for number in 0..count.parse::<usize>()? {
        let text = text(length, &mut random);
        let name = format!("{number:04}.png");
        fs::write(
            format!("{directory}/{name}"),
            draw(&text, size, random.next_u64())?,
        )?;
        writeln!(truth, "{name} {text}")?;
    }
    fs::write(format!("{directory}/truth.txt"), truth)?;
    Ok(())
}

fn text(length: usize, random: &mut impl Rng) -> String {
    let alphabet = ALPHABET.as_bytes();
    (0..length)
        .map(|_| char::from(alphabet[random.next_u32() as usize % alphabet.len()]))
        .collect()
}
