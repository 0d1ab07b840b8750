//! The `sms-server` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    sms_server::run()
}
