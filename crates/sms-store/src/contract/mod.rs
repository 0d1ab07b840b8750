//! What every store promises, as tests that anybody's store can run.
//!
//! [`contract_tests!`](crate::contract_tests) makes a test of each promise below. It is given a
//! [`Candidate`]: a store with nothing in it, and a time that passes when a test says so. A store
//! that takes the time from a [`Clock`](crate::Clock) needs no more than [`Clocked`]:
//!
//! ```
//! mod my_store_keeps_the_contract {
//!     # use sms_store::MemoryStore as MyStore;
//!     use sms_store::contract::Clocked;
//!
//!     sms_store::contract_tests!(codes: Clocked::new(MyStore::new));
//! }
//! ```
//!
//! The functions are generic rather than over `dyn CodeStore`, so that a store without
//! [`VerificationStore`](crate::VerificationStore) runs those that concern it.
//!
//! # Panics
//!
//! Each function does where the store breaks the promise, or fails.

// Whatever is wrong ends a test.
#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod candidate;
pub mod deliveries;
mod given;
pub mod numbers;
pub mod operators;
pub mod pictures;
pub mod senders;
pub mod sends;
pub mod shared;
pub mod slots;
mod suite;
pub mod verifications;

pub use candidate::{Candidate, Clocked, Shared};
#[doc(hidden)]
pub use suite::run;
