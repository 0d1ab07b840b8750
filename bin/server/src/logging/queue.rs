//! What stands between those who log and the standard error.
//!
//! A pipe that nobody reads holds up whoever writes to it. So one thread writes, and all others
//! put their lines down and go on; a line that finds no room is dropped and counted.

use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use prometheus::IntCounter;

/// How many bytes may wait: some thousand lines.
pub(super) const LIMIT: usize = 1 << 20;
/// How long a line waits for others to be written with. To wake the thread that writes for each
/// line costs those who log more than all the rest of a request.
const GATHERING: Duration = Duration::from_millis(5);

/// How many lines were dropped since the program began.
static DROPPED: LazyLock<IntCounter> = LazyLock::new(|| {
    let counter = IntCounter::new(
        "sms_log_lines_dropped_total",
        "Log lines that were dropped because nobody read the log in time.",
    );
    counter.expect("a valid name")
});

/// The counter of lines that were dropped.
pub(crate) fn dropped_lines() -> &'static IntCounter {
    &DROPPED
}

/// Lines that wait to be written.
pub(super) struct Queue {
    limit: usize,
    dropped: IntCounter,
    lines: Mutex<Lines>,
    /// There is something to write.
    filled: Condvar,
    /// Everything is written.
    emptied: Condvar,
}

#[derive(Default)]
struct Lines {
    waiting: Vec<u8>,
    /// How many were dropped since that was last told.
    untold: u64,
    is_writing: bool,
}

impl Queue {
    pub(super) fn new(limit: usize, dropped: IntCounter) -> Self {
        Self {
            limit,
            dropped,
            lines: Mutex::default(),
            filled: Condvar::new(),
            emptied: Condvar::new(),
        }
    }

    fn push(&self, line: &[u8]) {
        let mut lines = self.lines();
        if lines.waiting.len() + line.len() > self.limit {
            lines.untold += 1;
            self.dropped.inc();
            return;
        }
        // The writer sleeps only when nothing waits.
        let wakes = lines.waiting.is_empty();
        lines.waiting.extend_from_slice(line);
        if wakes {
            self.filled.notify_one();
        }
    }

    /// Waits for lines, and a little longer for more. Gives all that wait, and how many found no
    /// room after them.
    fn take(&self) -> (Vec<u8>, u64) {
        let mut lines = self.lines();
        lines.is_writing = false;
        if lines.waiting.is_empty() {
            self.emptied.notify_all();
        }
        let is_empty = |lines: &mut Lines| lines.waiting.is_empty();
        drop(self.filled.wait_while(lines, is_empty));
        thread::sleep(GATHERING);
        let mut lines = self.lines();
        lines.is_writing = true;
        (mem::take(&mut lines.waiting), mem::take(&mut lines.untold))
    }

    /// Waits until everything is written, but no longer than `limit`.
    pub(super) fn flush(&self, limit: Duration) {
        let is_busy = |lines: &mut Lines| lines.is_writing || !lines.waiting.is_empty();
        let _ = self
            .emptied
            .wait_timeout_while(self.lines(), limit, is_busy);
    }

    /// A panic elsewhere can't leave lines half changed, so its poison means nothing.
    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The end where lines go in: one a time, as `env_logger` writes them.
pub(super) struct Inlet(pub(super) Arc<Queue>);

impl Write for Inlet {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.push(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Starts the thread that writes to the standard error; `notice` is the line that tells how many
/// were dropped.
pub(super) fn write_in_background(
    queue: &Arc<Queue>,
    notice: impl Fn(u64) -> String + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    let queue = Arc::clone(queue);
    let thread = thread::Builder::new().name("log".to_owned());
    thread.spawn(move || {
        loop {
            let (mut lines, dropped) = queue.take();
            if dropped > 0 {
                lines.extend_from_slice(notice(dropped).as_bytes());
            }
            if io::stderr().write_all(&lines).is_err() {
                // Nobody will ever read them.
                let lost = lines.iter().filter(|byte| **byte == b'\n').count();
                queue.dropped.inc_by(lost as u64);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(limit: usize) -> Queue {
        Queue::new(limit, IntCounter::new("dropped", "dropped").unwrap())
    }

    #[test]
    fn lines_are_written_in_order() {
        let queue = queue(100);
        queue.push(b"one\n");
        queue.push(b"two\n");
        assert_eq!(queue.take(), (b"one\ntwo\n".to_vec(), 0));
    }

    #[test]
    fn a_line_that_finds_no_room_is_dropped_counted_and_told_once() {
        let queue = queue(8);
        for line in [b"one\n", b"two\n", b"lst\n", b"lst\n"] {
            queue.push(line);
        }
        assert_eq!(queue.take(), (b"one\ntwo\n".to_vec(), 2));
        queue.push(b"new\n");
        assert_eq!(queue.take(), (b"new\n".to_vec(), 0));
        assert_eq!(queue.dropped.get(), 2);
    }

    #[test]
    fn a_flush_waits_for_what_is_being_written_but_not_for_ever() {
        let queue = queue(8);
        let limit = Duration::from_millis(1);
        let wait = |limit| {
            let started = std::time::Instant::now();
            queue.flush(limit);
            started.elapsed()
        };
        assert!(wait(Duration::from_secs(60)) < Duration::from_secs(30));
        queue.push(b"one\n");
        assert!(wait(limit) >= limit, "a line waits");
        queue.take();
        assert!(wait(limit) >= limit, "a line is being written");
    }
}
