use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

/// What time it is on the Redis server, as far as this process can tell.
///
/// A step that was given up may still lie in a buffer and be read by a server that comes back
/// from a stall. It must not be done then: the client was told that it failed. So each step says
/// until when it may be begun, in the server's own time, and the server's answers tell what time
/// that is. Where the estimate is wrong it is behind, never ahead, by the way of an answer.
pub(super) struct ServerClock {
    started: Instant,
    /// Milliseconds between our count and the server's clock.
    ahead: AtomicI64,
}

impl ServerClock {
    pub(super) fn new() -> Self {
        Self {
            started: Instant::now(),
            ahead: AtomicI64::new(0),
        }
    }

    /// An answer says that it was `server_millis` when it was made.
    pub(super) fn observe(&self, server_millis: i64) {
        let ahead = server_millis.saturating_sub(self.count());
        self.ahead.store(ahead, Ordering::Relaxed);
    }

    /// The server's time at the end of `span` from now.
    pub(super) fn after(&self, span: Duration) -> i64 {
        let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
        let now = self
            .count()
            .saturating_add(self.ahead.load(Ordering::Relaxed));
        now.saturating_add(span)
    }

    fn count(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_from_what_the_server_said() {
        let clock = ServerClock::new();
        clock.observe(1_700_000_000_000);
        let later = clock.after(Duration::from_millis(500));
        assert!(
            (1_700_000_000_500..1_700_000_010_000).contains(&later),
            "{later}"
        );
    }
}
