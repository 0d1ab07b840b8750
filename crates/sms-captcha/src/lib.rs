#![doc = include_str!("../README.md")]

mod canvas;
mod draw;
mod encode;
mod font;
mod geometry;
mod hues;
mod layout;
mod noise;
mod playing;
mod random;
mod silhouette;
mod size;
mod speak;
mod strokes;
mod text;
mod voice;
mod wav;

pub use draw::draw;
pub use size::{Size, SizeError};
pub use speak::speak;
pub use text::{ALPHABET, DIGITS, DrawError, MAX_LENGTH, MIN_LENGTH, SpeakError};
pub use voice::{Language, SAMPLE_RATE};
