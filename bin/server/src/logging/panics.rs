use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic;

use super::flush;

/// Makes a panic a line of the log, in its form and at once, as the program may end with it.
pub(super) fn log_them() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        // Where errors are not logged, the reason of an end must still be told.
        if !log::log_enabled!(log::Level::Error) {
            return print(info);
        }
        let backtrace = Backtrace::capture();
        if backtrace.status() == BacktraceStatus::Captured {
            log::error!("{info}\n{backtrace}");
        } else {
            log::error!("{info}");
        }
        flush();
    }));
}
