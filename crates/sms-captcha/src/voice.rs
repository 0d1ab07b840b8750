//! The spoken digits, as they are compiled in.

/// How many samples of sound make a second, in recordings as in the samples they are mixed from:
/// as over a telephone.
pub const SAMPLE_RATE: u32 = 8_000;

/// A language that digits are spoken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// As it is spoken in the United States.
    English,
    /// Standard Chinese, with one as *yāo*.
    Mandarin,
}

/// The digits from 0 to 9 as one voice says them.
pub(crate) type Voice = [Word; 10];

impl Language {
    /// Those who speak it.
    pub(crate) fn voices(self) -> &'static [Voice] {
        match self {
            Self::English => &ENGLISH,
            Self::Mandarin => &MANDARIN,
        }
    }
}

/// One spoken digit: an audio file (`.au`) with eight bits a sample, μ-law.
#[derive(Clone, Copy)]
pub(crate) struct Word(&'static [u8]);

impl Word {
    /// How many samples it has.
    pub(crate) fn len(self) -> usize {
        self.samples().len()
    }

    /// The sound between two samples, from -1 to 1; silence beyond its ends.
    pub(crate) fn at(self, place: f32) -> f32 {
        let before = place as usize;
        let share = place - before as f32;
        let sample = |index| self.samples().get(index).map_or(0.0, |&it| decode(it));
        sample(before) * (1.0 - share) + sample(before + 1) * share
    }

    fn samples(self) -> &'static [u8] {
        let [_, _, _, _, a, b, c, d, ..] = *self.0 else {
            return &[];
        };
        let header = u32::from_be_bytes([a, b, c, d]) as usize;
        self.0.get(header..).unwrap_or_default()
    }
}

/// μ-law as ITU-T G.711 has it: a sign, an exponent of three bits, four bits of the rest.
fn decode(byte: u8) -> f32 {
    const BIAS: i32 = 0x84;
    let bits = i32::from(!byte);
    let size = ((((bits & 0x0f) << 3) + BIAS) << ((bits & 0x70) >> 4)) - BIAS;
    let sample = if bits & 0x80 == 0 { size } else { -size };
    sample as f32 / 32_768.0
}

macro_rules! voice {
    ($($file:literal),*) => {
        [$(Word(include_bytes!(concat!("../voice/", $file, ".au")))),*]
    };
}

#[rustfmt::skip]
static ENGLISH: [Voice; 2] = [
    voice!["en-1/0", "en-1/1", "en-1/2", "en-1/3", "en-1/4", "en-1/5", "en-1/6", "en-1/7", "en-1/8", "en-1/9"],
    voice!["en-2/0", "en-2/1", "en-2/2", "en-2/3", "en-2/4", "en-2/5", "en-2/6", "en-2/7", "en-2/8", "en-2/9"],
];

#[rustfmt::skip]
static MANDARIN: [Voice; 2] = [
    voice!["zh-1/0", "zh-1/1", "zh-1/2", "zh-1/3", "zh-1/4", "zh-1/5", "zh-1/6", "zh-1/7", "zh-1/8", "zh-1/9"],
    voice!["zh-2/0", "zh-2/1", "zh-2/2", "zh-2/3", "zh-2/4", "zh-2/5", "zh-2/6", "zh-2/7", "zh-2/8", "zh-2/9"],
];

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> impl Iterator<Item = Word> {
        let languages = [Language::English, Language::Mandarin];
        languages.into_iter().flat_map(|it| it.voices().concat())
    }

    #[test]
    fn each_word_is_telephone_sound() {
        for Word(file) in words() {
            let number = |place: usize| {
                let bytes = file[place..place + 4].try_into().unwrap();
                u32::from_be_bytes(bytes)
            };
            assert!(file.starts_with(b".snd"));
            let (encoding, rate, channels) = (number(12), number(16), number(20));
            assert_eq!((encoding, rate, channels), (1, SAMPLE_RATE, 1));
        }
    }

    #[test]
    fn each_word_takes_between_a_quarter_and_two_thirds_of_a_second_and_is_loud() {
        for word in words() {
            let seconds = word.len() as f32 / SAMPLE_RATE as f32;
            assert!((0.25..0.67).contains(&seconds), "{seconds} s");
            let loudness = (0..word.len()).map(|it| word.at(it as f32).abs());
            let loudest = loudness.fold(0.0, f32::max);
            assert!((0.6..=1.0).contains(&loudest), "{loudest}");
        }
    }

    #[test]
    fn no_word_is_there_twice() {
        let words: Vec<_> = words().collect();
        for (place, word) in words.iter().enumerate() {
            assert!(words[..place].iter().all(|other| other.0 != word.0));
        }
    }

    #[test]
    fn there_is_silence_beyond_the_end() {
        let word = Language::English.voices()[0][0];
        assert_eq!(word.at(word.len() as f32), 0.0);
        assert_eq!(word.at(1e9), 0.0);
    }

    #[test]
    fn samples_are_decoded_as_by_g_711() {
        let rows = [
            (0x80, 32_124.0),
            (0x00, -32_124.0),
            (0xff, 0.0),
            (0x7f, 0.0),
            (0xef, 132.0),
        ];
        for (byte, sample) in rows {
            assert_eq!(decode(byte) * 32_768.0, sample, "{byte:#x}");
        }
    }
}
