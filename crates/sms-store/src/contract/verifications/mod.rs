//! Verifications with a name: what a [`VerificationStore`](crate::VerificationStore) promises.

mod admission;
mod attempts;
mod given;
mod life;
mod settings;

pub use admission::*;
pub use attempts::*;
pub use life::*;
pub use settings::*;
