use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::breaker::{Breaker, BreakerRules, Leave, Phase};
use super::delivery::{Delivery, DeliveryRules};

/// What a failover makes of one of its senders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SenderState {
    /// It works, as far as is known.
    Closed,
    /// It failed too often, and is passed over.
    Open,
    /// It failed too often, and one message at a time finds out whether it works again.
    HalfOpen,
    /// It works, but its messages don't arrive: it is tried after all others of a route.
    Demoted,
}

impl SenderState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Closed, Self::Open, Self::HalfOpen, Self::Demoted];

    /// A stable name for logs and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half_open",
            Self::Demoted => "demoted",
        }
    }
}

impl fmt::Display for SenderState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Is told when the state of a sender changes.
///
/// It is called on the way of a message, so it must not block. `()` is one that is interested in
/// nothing.
pub trait HealthWatch: Send + Sync {
    /// The sender of that name is in another state now.
    fn on_state(&self, _sender: &str, _state: SenderState) {}
}

impl HealthWatch for () {}

/// What is known about the senders of a [`Failover`](crate::Failover): a handle that is shared
/// with it.
pub struct Health {
    started: Instant,
    patients: Vec<Patient>,
    watch: Arc<dyn HealthWatch>,
}

struct Patient {
    name: Arc<str>,
    /// Held for a few comparisons, never across an await.
    vitals: Mutex<Vitals>,
}

struct Vitals {
    breaker: Breaker,
    delivery: Delivery,
}

impl Vitals {
    /// The state as of the last time that anything happened.
    fn state(&self) -> SenderState {
        match self.breaker.phase() {
            Phase::Open { .. } => SenderState::Open,
            Phase::Probing => SenderState::HalfOpen,
            Phase::Closed if self.delivery.was_demoted() => SenderState::Demoted,
            Phase::Closed => SenderState::Closed,
        }
    }
}

impl Health {
    pub(super) fn new(
        names: impl Iterator<Item = Arc<str>>,
        breaker: BreakerRules,
        delivery: DeliveryRules,
        watch: Arc<dyn HealthWatch>,
    ) -> Self {
        let patient = |name| Patient {
            name,
            vitals: Mutex::new(Vitals {
                breaker: Breaker::new(breaker),
                delivery: Delivery::new(delivery),
            }),
        };
        Self {
            started: Instant::now(),
            patients: names.map(patient).collect(),
            watch,
        }
    }

    /// Tells what became of a message that `sender` had accepted: whether it arrived at the phone.
    ///
    /// A sender whose messages stop arriving is demoted for a while. A name that no sender has is
    /// ignored: the message may be from before a change of the configuration.
    pub fn delivered(&self, sender: &str, arrived: bool) {
        let patients = &mut self.patients.iter();
        if let Some(index) = patients.position(|patient| &*patient.name == sender) {
            self.step(index, |vitals, now| vitals.delivery.told(now, arrived));
        }
    }

    /// The senders by name, in the order in which the failover was given them, and their states
    /// now. One that is open and due for a probe is half open.
    #[must_use]
    pub fn states(&self) -> Vec<(Arc<str>, SenderState)> {
        let state = |index| {
            self.step(index, |vitals, now| {
                vitals.delivery.is_demoted(now);
                match vitals.state() {
                    SenderState::Open if vitals.breaker.would_admit(now) => SenderState::HalfOpen,
                    state => state,
                }
            })
        };
        let patients = self.patients.iter().enumerate();
        patients
            .map(|(index, patient)| (Arc::clone(&patient.name), state(index)))
            .collect()
    }

    pub(super) fn is_demoted(&self, sender: usize) -> bool {
        self.step(sender, |vitals, now| vitals.delivery.is_demoted(now))
    }

    pub(super) fn would_admit(&self, sender: usize) -> bool {
        self.step(sender, |vitals, now| vitals.breaker.would_admit(now))
    }

    /// Leave for an attempt by a sender, unless it is not worth one now.
    pub(super) fn admit(&self, sender: usize) -> Option<Admission<'_>> {
        let leave = self.step(sender, |vitals, now| vitals.breaker.admit(now))?;
        Some(self.admission(sender, leave))
    }

    /// Leave for an attempt by a sender even so.
    pub(super) fn force(&self, sender: usize) -> Admission<'_> {
        let leave = self.step(sender, |vitals, now| vitals.breaker.force(now));
        self.admission(sender, leave)
    }

    /// When a sender is worth an attempt again, since the beginning; at once, if it is or is being
    /// probed.
    pub(super) fn due(&self, sender: usize) -> Duration {
        self.step(sender, |vitals, _| match vitals.breaker.phase() {
            Phase::Closed | Phase::Probing => Duration::ZERO,
            Phase::Open { until } => until,
        })
    }

    fn admission(&self, sender: usize, leave: Leave) -> Admission<'_> {
        Admission {
            health: self,
            sender,
            leave: Some(leave),
            is_probe: leave.is_probe(),
        }
    }

    /// Does something to what is known about one sender, and tells of a change of its state.
    fn step<T>(&self, sender: usize, step: impl FnOnce(&mut Vitals, Duration) -> T) -> T {
        let patient = &self.patients[sender];
        let now = self.started.elapsed();
        let mut vitals = patient
            .vitals
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let before = vitals.state();
        let result = step(&mut vitals, now);
        let after = vitals.state();
        drop(vitals);
        if before != after {
            self.tell(&patient.name, after);
        }
        result
    }

    fn tell(&self, sender: &str, state: SenderState) {
        match state {
            SenderState::Closed => log::info!(sender; "{sender} is used as before"),
            SenderState::Open => {
                log::warn!(sender; "{sender} failed too often and is passed over for a while");
            }
            SenderState::HalfOpen => log::info!(sender; "a message finds out about {sender}"),
            SenderState::Demoted => {
                log::warn!(sender; "too few messages by {sender} arrive: it comes last for a while");
            }
        }
        self.watch.on_state(sender, state);
    }
}

/// Leave for one attempt. Dropped without an end, it counts for nothing.
pub(super) struct Admission<'a> {
    health: &'a Health,
    pub(super) sender: usize,
    leave: Option<Leave>,
    /// Whether it is to find out if the sender works again.
    pub(super) is_probe: bool,
}

impl Admission<'_> {
    /// The sender took the message or failed, and that by its own fault or not.
    pub(super) fn ended(mut self, is_at_fault: bool) {
        if let Some(leave) = self.leave.take() {
            self.health.step(self.sender, |vitals, now| {
                vitals.breaker.ended(now, leave, is_at_fault);
            });
        }
    }
}

impl Drop for Admission<'_> {
    fn drop(&mut self) {
        if let Some(leave) = self.leave {
            self.health.step(self.sender, |vitals, now| {
                vitals.breaker.abandoned(now, leave);
            });
        }
    }
}
