//! What makes digits hard to tell for programs: other voices, and a hiss.

use crate::playing::Playing;
use crate::random::Random;
use crate::voice::Language;

/// How many people talk in the background at the same time.
const TALKERS: usize = 2;

/// How loud they are beside the digits, which are about 1.
const QUIETEST: f32 = 0.1;
const LOUDEST: f32 = 0.26;

/// How loud the hiss is.
const HISS: f32 = 0.012;

/// Adds talk in the same voices, backwards so that nobody takes it for digits, from the first sample
/// to the last. It fills the gaps too, where a program would look for the ends of digits.
pub(crate) fn add(sound: &mut [f32], language: Language, random: &mut Random) {
    for _ in 0..TALKERS {
        let mut start = 0;
        while start < sound.len() {
            let voice = random.pick(language.voices());
            let playing = Playing {
                word: *random.pick(voice),
                speeds: [random.between(0.65, 1.4), random.between(0.65, 1.4)],
                gain: random.between(QUIETEST, LOUDEST),
                is_reversed: true,
            };
            let mut length = 0;
            for (sample, heard) in sound[start..].iter_mut().zip(playing.samples()) {
                *sample += heard;
                length += 1;
            }
            // The next one cuts in a little early.
            start += (length as f32 * random.between(0.6, 0.95)) as usize + 1;
        }
    }
    for sample in sound {
        *sample += random.around_zero(HISS);
    }
}
