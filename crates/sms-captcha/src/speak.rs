//! The whole way from digits to a recording of them.

use crate::noise;
use crate::playing::Playing;
use crate::random::Random;
use crate::text::{self, SpeakError};
use crate::voice::{Language, SAMPLE_RATE};
use crate::wav;

/// Speaks digits as a WAV file: one channel, [`SAMPLE_RATE`] samples a second of eight bits each.
///
/// The same digits, language and seed give the same recording on each machine. Take the seed from
/// a good source of randomness: who can guess it can speak all digits and compare.
///
/// ```
/// use sms_captcha::{Language, speak};
///
/// let wav = speak("2046", Language::Mandarin, 42)?;
/// assert!(wav.starts_with(b"RIFF"));
/// # Ok::<(), sms_captcha::SpeakError>(())
/// ```
///
/// # Errors
///
/// When the text is not made of 3 to 8 ASCII digits.
pub fn speak(digits: &str, language: Language, seed: u64) -> Result<Vec<u8>, SpeakError> {
    text::check_digits(digits)?;
    let mut random = Random::new(seed);
    let mut sound = Vec::new();
    pause(&mut sound, 0.5, 0.9, &mut random);
    for digit in digits.bytes().map(|byte| byte - b'0') {
        say(&mut sound, digit, language, &mut random);
        pause(&mut sound, 0.3, 0.8, &mut random);
    }
    noise::add(&mut sound, language, &mut random);
    Ok(wav::file(&even_out(sound)))
}

/// A digit in one of the voices, higher or lower, and faster or slower, than it was recorded.
fn say(sound: &mut Vec<f32>, digit: u8, language: Language, random: &mut Random) {
    let voice = random.pick(language.voices());
    let speed = random.between(0.86, 1.16);
    let playing = Playing {
        word: voice[usize::from(digit)],
        speeds: [speed, speed + random.around_zero(0.08)],
        gain: random.between(0.65, 1.0),
        is_reversed: false,
    };
    sound.extend(playing.samples());
}

fn pause(sound: &mut Vec<f32>, least: f32, most: f32, random: &mut Random) {
    let samples = random.between(least, most) * SAMPLE_RATE as f32;
    sound.resize(sound.len() + samples as usize, 0.0);
}

/// As loud as a file can hold.
fn even_out(mut sound: Vec<f32>) -> Vec<f32> {
    let loudest = sound
        .iter()
        .fold(f32::MIN_POSITIVE, |most, it| most.max(it.abs()));
    for sample in &mut sound {
        *sample /= loudest;
    }
    sound
}
