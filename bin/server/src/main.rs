//! The `sms-server` program.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// It takes 8 % less CPU for a send than that of the system: see docs/PERFORMANCE.md.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    sms_server::run()
}
