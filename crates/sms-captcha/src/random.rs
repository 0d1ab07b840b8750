//! Chance that repeats itself.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

/// A stream of random numbers that depends on nothing but its seed.
///
/// The algorithm is named (xoshiro256++, seeded through SplitMix64) since those behind names such
/// as `StdRng` may change with a release, and with them all pictures.
#[derive(Clone)]
pub(crate) struct Random(Xoshiro256PlusPlus);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A number from 0 to 1, without 1 itself. 24 bits are all that an `f32` holds.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 / 16_777_216.0
    }

    /// A number between two others.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// A number at most `reach` away from nought, on either side.
    pub(crate) fn around_zero(&mut self, reach: f32) -> f32 {
        self.between(-reach, reach)
    }

    /// One of a few things.
    pub(crate) fn pick<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.0.next_u32() as usize % things.len()]
    }
}
