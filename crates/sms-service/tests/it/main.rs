//! The use cases over the embedded store, a mock sender and a clock that tests move.

#![expect(clippy::unwrap_used, reason = "a test that can't go on panics")]

mod ahead;
mod checking;
mod delivering;
mod harness;
mod observing;
mod overload;
mod pictures;
mod sending;
mod told;
mod unsettled;
mod verifying;

use harness::Harness;
