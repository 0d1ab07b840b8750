use std::time::Duration;

use super::window::Window;

/// When a sender is given up for a while, and for how long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BreakerRules {
    /// Failures in a row that open it; 0 switches this off.
    pub failures: u32,
    /// The share of failures, above 0 up to 1, that opens it; 0 switches this off.
    pub rate: f64,
    /// The attempts within [`BreakerRules::window`] that it takes to speak of a share.
    pub min_attempts: u32,
    /// How long an attempt counts for the share.
    pub window: Duration,
    /// How long it stays open at first. Each time in a row that the sender is tried in vain doubles
    /// that.
    pub open: Duration,
    /// How long it stays open at most.
    pub max_open: Duration,
}

impl Default for BreakerRules {
    fn default() -> Self {
        Self {
            failures: 3,
            rate: 0.5,
            min_attempts: 10,
            window: Duration::from_secs(60),
            open: Duration::from_secs(10),
            max_open: Duration::from_secs(300),
        }
    }
}

/// Decides whether a sender is worth a try, by what came of earlier ones.
///
/// Closed, it lets all attempts pass. Failures open it, and nothing passes for a while; then one
/// attempt at a time does, as a probe, until one shows that the sender works again. It is pure: it
/// is told the time, counted from any beginning.
#[derive(Debug)]
pub(super) struct Breaker {
    rules: BreakerRules,
    phase: Phase,
    /// How often it opened and closed: what began in an earlier epoch says nothing about this one.
    epoch: u64,
    failures_in_a_row: u32,
    window: Window,
    /// How long it was open the last time.
    pause: Duration,
    /// When it closed last.
    closed_at: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Closed,
    Open {
        until: Duration,
    },
    /// A probe is under way.
    Probing,
}

/// Leave to make one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leave {
    epoch: u64,
    is_probe: bool,
}

impl Leave {
    /// Whether the attempt is to find out if the sender works again.
    pub(super) fn is_probe(self) -> bool {
        self.is_probe
    }
}

impl Breaker {
    pub(super) fn new(rules: BreakerRules) -> Self {
        Self {
            rules,
            phase: Phase::Closed,
            epoch: 0,
            failures_in_a_row: 0,
            window: Window::new(rules.window),
            pause: Duration::ZERO,
            closed_at: None,
        }
    }

    pub(super) fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether [`Breaker::admit`] would let an attempt pass.
    pub(super) fn would_admit(&self, now: Duration) -> bool {
        match self.phase {
            Phase::Closed => true,
            Phase::Open { until } => now >= until,
            Phase::Probing => false,
        }
    }

    /// Leave for an attempt, unless the sender is not worth one now.
    pub(super) fn admit(&mut self, now: Duration) -> Option<Leave> {
        if !self.would_admit(now) {
            return None;
        }
        let is_probe = self.phase != Phase::Closed;
        if is_probe {
            self.phase = Phase::Probing;
        }
        Some(self.leave(is_probe))
    }

    /// Leave for an attempt even so, because there is nothing better. If it succeeds, the breaker
    /// closes; if not, that is no news.
    pub(super) fn force(&mut self, now: Duration) -> Leave {
        self.admit(now).unwrap_or_else(|| self.leave(false))
    }

    fn leave(&self, is_probe: bool) -> Leave {
        Leave {
            epoch: self.epoch,
            is_probe,
        }
    }

    /// An attempt ended: the sender works, or it is at fault.
    pub(super) fn ended(&mut self, now: Duration, leave: Leave, is_at_fault: bool) {
        if leave.epoch != self.epoch {
            return;
        }
        match self.phase {
            Phase::Closed => self.count(now, is_at_fault),
            Phase::Probing | Phase::Open { .. } if !is_at_fault => self.close(now),
            Phase::Probing if leave.is_probe => self.open(now),
            Phase::Probing | Phase::Open { .. } => {}
        }
    }

    /// An attempt was given up before anything came of it.
    pub(super) fn abandoned(&mut self, now: Duration, leave: Leave) {
        if leave.epoch == self.epoch && leave.is_probe && self.phase == Phase::Probing {
            self.phase = Phase::Open { until: now };
        }
    }

    fn count(&mut self, now: Duration, is_at_fault: bool) {
        self.window.add(now, is_at_fault);
        self.failures_in_a_row = match is_at_fault {
            true => self.failures_in_a_row.saturating_add(1),
            false => 0,
        };
        let BreakerRules { failures, rate, .. } = self.rules;
        let too_many = failures > 0 && self.failures_in_a_row >= failures;
        let counts = self.window.counts(now);
        let too_large_a_share = rate > 0.0 && counts.are_bad(rate, self.rules.min_attempts);
        if is_at_fault && (too_many || too_large_a_share) {
            self.open(now);
        }
    }

    fn open(&mut self, now: Duration) {
        let BreakerRules { open, max_open, .. } = self.rules;
        // A sender that fails again as soon as it is back is no better than one that never was.
        let is_relapse = match self.closed_at {
            Some(closed_at) => now.saturating_sub(closed_at) < self.rules.window,
            None => false,
        };
        self.pause = match is_relapse || self.phase == Phase::Probing {
            true => self.pause.saturating_mul(2).min(max_open),
            false => open.min(max_open),
        };
        let until = now + self.pause;
        self.enter(Phase::Open { until });
    }

    fn close(&mut self, now: Duration) {
        self.closed_at = Some(now);
        self.enter(Phase::Closed);
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.epoch += 1;
        self.failures_in_a_row = 0;
        self.window.clear();
    }
}

#[cfg(test)]
mod tests;
