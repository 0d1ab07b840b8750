//! The colours, and which letter gets which.

use crate::random::Random;

/// Which of the inks, by number.
pub(crate) type Hue = u8;

pub(crate) type Rgb = [u8; 3];

/// Light, but not white: the picture is a tile of its own, on a light page and on a dark one.
pub(crate) const PAPER: Rgb = [0xf4, 0xf6, 0xfa];

/// The inks: hues that people tell apart, and that are one grey to a program that reads shades of
/// grey. In this circle neighbours differ most; those that are alike stand two apart.
pub(crate) const INKS: [Rgb; 5] = [
    [0x26, 0x58, 0xd6], // blue
    [0xd0, 0x22, 0x28], // red
    [0x05, 0x84, 0x3c], // green
    [0x91, 0x28, 0xb4], // purple
    [0x8e, 0x4c, 0x02], // brown
];

/// The hue that shows best behind each of the inks, and isn't next to it in the circle.
const BEHIND: [Hue; INKS.len()] = [2, 3, 0, 1, 2];

/// A hue for each letter: a walk round the circle from anywhere, either way.
pub(crate) fn of_letters(letters: usize, random: &mut Random) -> Vec<Hue> {
    let hues = INKS.len();
    let start = *random.pick(&[0, 1, 2, 3, 4]);
    let step = *random.pick(&[1, hues - 1]);
    (0..letters)
        .map(|letter| ((start + letter * step) % hues) as Hue)
        .collect()
}

/// The hue of a curve where it passes behind a letter: neither that of the letter nor those of
/// its neighbours.
pub(crate) fn behind(letter: Hue) -> Hue {
    BEHIND[usize::from(letter)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_inks_are_the_same_grey() {
        for [red, green, blue] in INKS {
            let luma = 0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue);
            assert!((luma - 87.0).abs() < 1.5, "{luma}");
        }
    }

    #[test]
    fn a_curve_differs_from_the_letter_and_its_neighbours() {
        for letter in 0..5 {
            let apart = (behind(letter) + 5 - letter) % 5;
            assert!(apart == 2 || apart == 3, "{letter}");
        }
    }

    #[test]
    fn neighbours_differ() {
        for seed in 0..50 {
            let hues = of_letters(8, &mut Random::new(seed));
            assert!(hues.windows(2).all(|pair| pair[0] != pair[1]));
        }
    }
}
