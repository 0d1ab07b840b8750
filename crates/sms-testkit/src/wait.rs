use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything takes that a test waits for, on a loaded machine too.
const LIMIT: Duration = Duration::from_secs(20);

/// Blocks this thread until `condition` holds.
///
/// # Panics
///
/// It does not within twenty seconds; `what` says what was waited for.
#[track_caller]
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let limit = Instant::now() + LIMIT;
    while !condition() {
        assert!(Instant::now() < limit, "in vain: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
