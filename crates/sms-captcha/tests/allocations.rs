//! How often drawing asks for memory. A counting allocator is in the place of the usual one here,
//! so this test is a program of its own.

use allocation_counter::measure;
use sms_captcha::{Size, draw};

/// How often a picture of four letters may ask: 42 times when this was written, whatever its size.
const MOST: u64 = 50;

#[test]
fn a_picture_is_drawn_with_little_memory() {
    let picture = |width, height, seed| {
        let size = Size::new(width, height).unwrap();
        measure(|| drop(draw("K7XW", size, seed)))
    };
    // The font is read when it is first needed.
    picture(120, 40, 0);
    for (width, height) in [(120, 40), (240, 80)] {
        for seed in 0..50 {
            let counted = picture(width, height, seed);
            assert!((1..=MOST).contains(&counted.count_total), "{counted:?}");
            assert_eq!(counted.count_current, 0, "{counted:?}");
        }
    }
}
