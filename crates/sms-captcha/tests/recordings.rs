//! What a caller hears: sound files of a bearable length, the same for the same seed, plain errors.

#![expect(
    clippy::unwrap_used,
    reason = "in a test, a panic is the report; helpers need it as well"
)]

use proptest::prelude::*;
use sms_captcha::{DIGITS, Language, MAX_LENGTH, MIN_LENGTH, SAMPLE_RATE, SpeakError, speak};

/// The samples of a file, which has to be in order: 8000 samples a second, one channel, eight bits.
#[track_caller]
fn samples(file: &[u8]) -> &[u8] {
    let number = |place: usize| {
        let bytes = file[place..place + 4].try_into().unwrap();
        u32::from_le_bytes(bytes)
    };
    assert_eq!(&file[..4], b"RIFF");
    assert_eq!(number(4) as usize, file.len() - 8);
    assert_eq!(&file[8..16], b"WAVEfmt ");
    assert_eq!(&file[20..24], [1, 0, 1, 0], "plain numbers, one channel");
    assert_eq!((number(24), number(28)), (SAMPLE_RATE, SAMPLE_RATE));
    assert_eq!(&file[32..36], [1, 0, 8, 0], "a byte a sample");
    assert_eq!(&file[36..40], b"data");
    let length = number(40) as usize;
    assert_eq!(file.len(), 44 + length + length % 2);
    &file[44..44 + length]
}

fn seconds(file: &[u8]) -> f32 {
    samples(file).len() as f32 / SAMPLE_RATE as f32
}

/// Compares with a committed recording. After a wanted change, run with `UPDATE_GOLDEN=1` and
/// listen to it.
#[track_caller]
fn check_golden(name: &str, digits: &str, language: Language, seed: u64) {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
    let path = format!("{directory}/{name}-{digits}-{seed}.wav");
    let file = speak(digits, language, seed).unwrap();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &file).unwrap();
    }
    assert!(std::fs::read(&path).unwrap() == file, "{path} differs");
}

#[test]
fn the_same_seed_gives_the_same_recording_on_each_machine() {
    check_golden("en", "725", Language::English, 42);
    check_golden("zh", "0149", Language::Mandarin, 7);
}

#[test]
fn another_seed_language_or_text_gives_another_recording() {
    let recording = speak("1234", Language::English, 1);
    assert_ne!(recording, speak("1234", Language::English, 2));
    assert_ne!(recording, speak("1234", Language::Mandarin, 1));
    assert_ne!(recording, speak("1235", Language::English, 1));
}

#[test]
fn only_3_to_8_digits_are_spoken() {
    for (text, error) in [
        ("", SpeakError::Length(0)),
        ("12", SpeakError::Length(2)),
        ("123456789", SpeakError::Length(9)),
        ("12A4", SpeakError::Character('A')),
        ("12 4", SpeakError::Character(' ')),
        ("１２３", SpeakError::Character('１')),
    ] {
        assert_eq!(speak(text, Language::English, 0), Err(error), "{text:?}");
    }
    let error = SpeakError::Length(9).to_string();
    assert_eq!(error, "a text has 3 to 8 characters, not 9");
    assert_eq!(SpeakError::Character('A').to_string(), "'A' is no digit");
}

#[test]
fn four_digits_take_between_three_and_eight_seconds() {
    for language in [Language::English, Language::Mandarin] {
        for seed in 0..40 {
            let seconds = seconds(&speak("4071", language, seed).unwrap());
            assert!((3.0..8.0).contains(&seconds), "{seconds} s");
        }
    }
}

/// Where a program finds silence, it finds the ends of digits.
#[test]
fn it_is_never_silent_for_a_tenth_of_a_second() {
    for language in [Language::English, Language::Mandarin] {
        for seed in 0..40 {
            let file = speak("350", language, seed).unwrap();
            for (place, tenth) in samples(&file).chunks(800).enumerate() {
                let loudest = tenth.iter().map(|it| it.abs_diff(128)).max();
                assert!(loudest >= Some(2), "{language:?} {seed}: {place} tenths");
            }
        }
    }
}

#[test]
fn nothing_is_louder_than_the_file_can_hold() {
    for seed in 0..50 {
        let file = speak("88888888", Language::English, seed).unwrap();
        let cut_off = samples(&file).iter().filter(|it| [0, 255].contains(it));
        assert!(cut_off.count() <= 2);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn all_digits_can_be_spoken(text in "[0-9]{3,8}", seed: u64, is_english: bool) {
        let language = if is_english { Language::English } else { Language::Mandarin };
        let file = speak(&text, language, seed).unwrap();
        prop_assert!((2.0..16.0).contains(&seconds(&file)));
        prop_assert_eq!(speak(&text, language, seed).unwrap(), file);
    }

    #[test]
    fn no_text_makes_it_panic(text: String, seed: u64) {
        let fits = (MIN_LENGTH..=MAX_LENGTH).contains(&text.len())
            && text.chars().all(|character| DIGITS.contains(character));
        prop_assert_eq!(speak(&text, Language::Mandarin, seed).is_ok(), fits);
    }
}
