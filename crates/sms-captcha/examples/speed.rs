//! Draws on one core for a while and prints pictures a second and the bytes of the biggest one:
//! `speed WIDTH HEIGHT [SECONDS]`.

use std::env;
use std::error::Error;
use std::time::{Duration, Instant};

use sms_captcha::{Size, draw};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [width, height, rest @ ..] = arguments.as_slice() else {
        return Err("usage: speed WIDTH HEIGHT [SECONDS]".into());
    };
    let size = Size::new(width.parse()?, height.parse()?)?;
    let seconds = rest.first().map_or(Ok(3.0), |seconds| seconds.parse())?;

    let texts = ["ACDE", "HKMN", "RTUV", "WXY2", "3789"];
    let (mut pictures, mut biggest) = (0, 0);
    let start = Instant::now();
    let end = Duration::from_secs_f64(seconds);
    while start.elapsed() < end {
        let text = texts[pictures % texts.len()];
        biggest = biggest.max(draw(text, size, pictures as u64)?.len());
        pictures += 1;
    }
    let rate = pictures as f64 / start.elapsed().as_secs_f64();
    println!("{rate:.0} {biggest}");
    Ok(())
}
