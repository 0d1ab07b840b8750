#![doc = include_str!("../README.md")]

mod canvas;
mod draw;
mod encode;
mod font;
mod geometry;
mod hues;
mod layout;
mod random;
mod silhouette;
mod size;
mod strokes;
mod text;

pub use draw::draw;
pub use size::{Size, SizeError};
pub use text::{ALPHABET, DrawError, MAX_LENGTH, MIN_LENGTH};
