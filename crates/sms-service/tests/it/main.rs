//! The use cases over the embedded store, a mock sender and a clock that tests move.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod checking;
mod harness;
mod overload;
mod pictures;
mod sending;
mod unsettled;

use harness::Harness;
