//! How one word is played.

use crate::voice::Word;

/// A word as it is to be heard.
pub(crate) struct Playing {
    pub(crate) word: Word,
    /// How fast at its beginning and at its end, each above nought: 2 is twice as fast and an octave
    /// higher.
    pub(crate) speeds: [f32; 2],
    /// How loud; 1 is as it was recorded.
    pub(crate) gain: f32,
    pub(crate) is_reversed: bool,
}

impl Playing {
    /// What is heard, sample after sample.
    ///
    /// Nothing but the four basic operations is done with numbers, so that it is the same on each
    /// machine.
    pub(crate) fn samples(self) -> impl Iterator<Item = f32> {
        let length = self.word.len() as f32;
        let [first, last] = self.speeds;
        let mut place = 0.0;
        std::iter::from_fn(move || {
            if place >= length {
                return None;
            }
            let heard = if self.is_reversed {
                length - place
            } else {
                place
            };
            place += first + (last - first) * (place / length);
            Some(self.gain * self.word.at(heard))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voice::Language;

    fn playing(speeds: [f32; 2], is_reversed: bool) -> Vec<f32> {
        let playing = Playing {
            word: Language::English.voices()[0][3],
            speeds,
            gain: 0.5,
            is_reversed,
        };
        playing.samples().collect()
    }

    #[test]
    fn at_its_own_speed_a_word_is_what_was_recorded() {
        let word = Language::English.voices()[0][3];
        let recorded: Vec<_> = (0..word.len()).map(|it| word.at(it as f32) * 0.5).collect();
        assert_eq!(playing([1.0, 1.0], false), recorded);
    }

    #[test]
    fn a_faster_word_is_shorter_and_a_slower_one_longer() {
        let [slow, plain, fast] = [0.5, 1.0, 2.0].map(|it| playing([it, it], false).len());
        assert!(fast.abs_diff(plain / 2) <= 1);
        assert!(slow.abs_diff(plain * 2) <= 1);
        assert!((fast..plain).contains(&playing([1.0, 2.0], false).len()));
    }

    #[test]
    fn a_reversed_word_ends_as_it_began() {
        let (mut plain, reversed) = (playing([1.0, 1.0], false), playing([1.0, 1.0], true));
        plain.reverse();
        // The first of them lies between the last sample and the silence after it.
        assert_eq!(reversed[1..], plain[..plain.len() - 1]);
    }
}
