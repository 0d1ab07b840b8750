//! What a caller sees: files of the right size, the same for the same seed, and plain errors.

#![expect(
    clippy::unwrap_used,
    reason = "in a test, a panic is the report; helpers need it as well"
)]

use png::{ColorType, Decoder, Transformations};
use proptest::prelude::*;
use sms_captcha::{ALPHABET, DrawError, MAX_LENGTH, MIN_LENGTH, Size, SizeError, draw};

/// A picture as anybody else decodes it: width, height, red-green-blue pixels.
fn decode(file: &[u8]) -> (u32, u32, Vec<u8>) {
    let mut decoder = Decoder::new(std::io::Cursor::new(file));
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(info.color_type, ColorType::Rgb);
    (info.width, info.height, pixels)
}

/// Compares with a committed picture, pixel by pixel: another release of the encoder may pack the
/// same picture in other bytes. After a wanted change, run with `UPDATE_GOLDEN=1` and look at it.
#[track_caller]
fn check_golden(text: &str, width: u16, height: u16, seed: u64) {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");
    let path = format!("{directory}/{text}-{width}x{height}-{seed}.png");
    let file = draw(text, Size::new(width, height).unwrap(), seed).unwrap();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &file).unwrap();
    }
    let golden = std::fs::read(&path).unwrap();
    assert!(decode(&file) == decode(&golden), "{path} looks different");
}

#[test]
fn the_same_seed_gives_the_same_picture_on_each_machine() {
    check_golden("K7XW", 120, 40, 42);
    check_golden("DR38", 240, 80, 7);
    check_golden("abcXYZ12", 300, 100, 1);
    check_golden("9UH", 60, 24, u64::MAX);
}

#[test]
fn another_seed_gives_another_picture() {
    let size = Size::default();
    assert_ne!(draw("K7XW", size, 1), draw("K7XW", size, 2));
}

#[test]
fn the_default_is_120_by_40() {
    assert_eq!(Size::new(120, 40), Ok(Size::default()));
    assert_eq!(Size::default().width(), 120);
    assert_eq!(Size::default().height(), 40);
}

#[test]
fn sizes_have_bounds() {
    assert!(Size::new(60, 24).is_ok());
    assert!(Size::new(600, 300).is_ok());
    for (width, height, error) in [
        (59, 40, SizeError::Width(59)),
        (601, 40, SizeError::Width(601)),
        (120, 23, SizeError::Height(23)),
        (120, 301, SizeError::Height(301)),
    ] {
        assert_eq!(Size::new(width, height), Err(error));
    }
    assert_eq!(
        SizeError::Width(59).to_string(),
        "a picture is 60 to 600 pixels wide, not 59"
    );
}

#[test]
fn only_3_to_8_letters_and_digits_are_drawn() {
    for (text, error) in [
        ("", DrawError::Length(0)),
        ("AB", DrawError::Length(2)),
        ("ABCDEFGHJ", DrawError::Length(9)),
        ("AB C", DrawError::Character(' ')),
        ("ÄBCD", DrawError::Character('Ä')),
        ("AB\0D", DrawError::Character('\0')),
    ] {
        assert_eq!(draw(text, Size::default(), 0), Err(error), "{text:?}");
    }
    assert_eq!(
        DrawError::Length(9).to_string(),
        "a text has 3 to 8 characters, not 9"
    );
    assert_eq!(
        DrawError::Character('Ä').to_string(),
        "'Ä' is neither an ASCII letter nor a digit"
    );
}

#[test]
fn the_alphabet_is_worth_guessing_and_has_no_twins() {
    assert!(ALPHABET.len() >= 20);
    for (place, character) in ALPHABET.char_indices() {
        assert!(character.is_ascii_uppercase() || character.is_ascii_digit());
        assert!(!ALPHABET[..place].contains(character));
        assert!(!"0OQ1IL5S".contains(character));
    }
}

#[test]
fn files_are_small() {
    for (width, height) in [(120, 40), (240, 80)] {
        let size = Size::new(width, height).unwrap();
        for seed in 0..40 {
            let file = draw("W8MK", size, seed).unwrap();
            assert!(file.len() < 5_000, "{} bytes", file.len());
        }
    }
}

proptest! {
    // Big pictures take a while in a debug build.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn each_text_can_be_drawn_in_each_size(
        text in "[A-Za-z0-9]{3,8}",
        width in 60u16..=600,
        height in 24u16..=300,
        seed: u64,
    ) {
        let size = Size::new(width, height).unwrap();
        let file = draw(&text, size, seed).unwrap();
        let (decoded_width, decoded_height, _) = decode(&file);
        prop_assert_eq!((decoded_width, decoded_height), (width.into(), height.into()));
        prop_assert_eq!(draw(&text, size, seed).unwrap(), file);
    }

    #[test]
    fn no_text_makes_it_panic(text: String, seed: u64) {
        let fits = (MIN_LENGTH..=MAX_LENGTH).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        prop_assert_eq!(draw(&text, Size::default(), seed).is_ok(), fits);
    }
}
