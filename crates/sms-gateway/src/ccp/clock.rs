use std::time::{Instant, SystemTime};

/// The time that goes into the requests of one send: that of this machine, until CCP finds it
/// wrong.
#[derive(Debug, Default)]
pub(super) struct Clock {
    corrected: Option<Correction>,
}

/// What time it was somewhere else, and when we heard of it.
#[derive(Debug)]
struct Correction {
    time: SystemTime,
    heard: Instant,
}

impl Clock {
    pub(super) fn now(&self) -> SystemTime {
        match &self.corrected {
            Some(correction) => correction.time + correction.heard.elapsed(),
            None => SystemTime::now(),
        }
    }

    /// Goes by `time` from now on. This works once: false if it was corrected before.
    pub(super) fn correct(&mut self, time: SystemTime) -> bool {
        if self.corrected.is_some() {
            return false;
        }
        let heard = Instant::now();
        self.corrected = Some(Correction { time, heard });
        true
    }
}
