//! Several senders as one.

mod breaker;
mod delivery;
mod health;
mod routes;
mod turns;
mod window;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sms_core::{Mobile, Region};
use tokio::time::{Instant, timeout_at};

use crate::{ErrorClass, Message, Receipt, SendError, SmsSender};

pub use breaker::BreakerRules;
pub use delivery::DeliveryRules;
use health::Admission;
pub use health::{Health, HealthWatch, SenderState};
use routes::Route;
pub use routes::Routes;
use turns::Turns;

/// The most of the time that is left that an attempt may take while there is another sender to
/// try: half of it. Whoever is in time leaves more than that, and whoever hangs leaves as much.
const PART: u32 = 2;

/// The same for a probe: it goes to a sender that probably still hangs.
const PART_OF_A_PROBE: u32 = 3;

/// Several senders as one: they are tried in the order of their route until one takes the message.
///
/// An error, mostly its class, decides whether it goes on to the next
/// ([`SendError::may_try_another`]; [`OnUnknown`]). A sender that fails too often is passed over
/// for a while ([`BreakerRules`]); if a route has none but such, they are all tried. What is given is the last
/// error; but a message that may have been accepted somewhere stays unknown, whatever another
/// sender said of it.
pub struct Failover {
    senders: Vec<Arc<dyn SmsSender>>,
    default: Route,
    regions: BTreeMap<Region, Route>,
    deadline: Duration,
    on_unknown: OnUnknown,
    health: Arc<Health>,
}

/// How a failover decides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FailoverRules {
    /// The time for one message, over all senders.
    pub deadline: Duration,
    /// What comes after a sender that may have taken the message.
    pub on_unknown: OnUnknown,
    /// When a sender is passed over.
    pub breaker: BreakerRules,
    /// When a sender has to stand back.
    pub delivery: DeliveryRules,
}

impl FailoverRules {
    /// The usual rules with this deadline.
    #[must_use]
    pub fn within(deadline: Duration) -> Self {
        Self {
            deadline,
            on_unknown: OnUnknown::default(),
            breaker: BreakerRules::default(),
            delivery: DeliveryRules::default(),
        }
    }
}

/// What comes after a sender that may have taken a message, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnUnknown {
    /// The next sender is tried, once for a message. The phone may get the same code twice.
    #[default]
    Next,
    /// No other sender is tried. The phone may get nothing.
    Stop,
}

/// A route can't be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// There is nobody to send.
    #[error("at least one sender is needed")]
    Empty,
    /// No sender has this name.
    #[error("there is no sender {0:?}")]
    Unknown(String),
}

impl Failover {
    /// Tries `senders` in this order, whatever the region.
    ///
    /// # Errors
    ///
    /// An empty list could never send anything.
    pub fn new(
        senders: Vec<Arc<dyn SmsSender>>,
        rules: &FailoverRules,
    ) -> Result<Self, RouteError> {
        let names = senders.iter().map(|sender| sender.name().to_owned());
        let routes = Routes {
            default: names.collect(),
            ..Routes::default()
        };
        Self::routed(senders, &routes, rules, Arc::new(()))
    }

    /// Tries those of `senders` that `routes` name for the region of a number, in that order.
    /// `watch` is told of changes in what is known about them.
    ///
    /// # Errors
    ///
    /// A route without senders, or with one that is not there.
    pub fn routed(
        senders: Vec<Arc<dyn SmsSender>>,
        routes: &Routes,
        rules: &FailoverRules,
        watch: Arc<dyn HealthWatch>,
    ) -> Result<Self, RouteError> {
        let route = |names: &Vec<String>| {
            let place = |name: &String| match senders.iter().position(|s| s.name() == name) {
                Some(place) => Ok((place, routes.weights.get(name).copied())),
                None => Err(RouteError::Unknown(name.clone())),
            };
            let named: Vec<_> = names.iter().map(place).collect::<Result<_, _>>()?;
            match named.is_empty() {
                true => Err(RouteError::Empty),
                false => Ok(Route::new(named)),
            }
        };
        let regions = routes.regions.iter();
        let regions = regions.map(|(region, names)| Ok((*region, route(names)?)));
        let names = senders.iter().map(|sender| sender.name().into());
        Ok(Self {
            default: route(&routes.default)?,
            regions: regions.collect::<Result<_, _>>()?,
            deadline: rules.deadline,
            on_unknown: rules.on_unknown,
            health: Arc::new(Health::new(names, rules.breaker, rules.delivery, watch)),
            senders,
        })
    }

    /// What is known about the senders, to look at and to add to.
    #[must_use]
    pub fn health(&self) -> Arc<Health> {
        Arc::clone(&self.health)
    }

    fn route(&self, to: Region) -> &Route {
        self.regions.get(&to).unwrap_or(&self.default)
    }

    /// The senders for one message in the order in which they are tried: those that can reach its
    /// region, and of them those last whose messages don't arrive.
    fn plan(&self, to: Region) -> Cow<'_, [usize]> {
        let drawn = self.route(to).draw(&mut rand::rng());
        let serves = |sender: &usize| self.senders[*sender].serves(to);
        let is_demoted = |sender: &usize| self.health.is_demoted(*sender);
        if !drawn.iter().any(|s| !serves(s) || is_demoted(s)) {
            return drawn;
        }
        let serving = drawn.iter().copied().filter(serves);
        let (last, mut plan): (Vec<_>, Vec<_>) = serving.partition(is_demoted);
        plan.extend(last);
        Cow::Owned(plan)
    }

    /// Until when an attempt may take, if others may be tried after it.
    fn patience(&self, admission: &Admission<'_>, deadline: Instant) -> Instant {
        let part = match admission.is_probe {
            true => PART_OF_A_PROBE,
            false => PART,
        };
        let now = Instant::now();
        now + deadline.saturating_duration_since(now) / part
    }

    /// Whether another sender may be tried after an error. `doubt` is that of an earlier sender
    /// which may have taken the message.
    fn goes_on(&self, error: &SendError, doubt: Option<&SendError>) -> bool {
        match error.class() {
            ErrorClass::Unknown => self.goes_on_in_doubt(doubt),
            _ => error.may_try_another(),
        }
    }

    /// The same of an unknown outcome.
    fn goes_on_in_doubt(&self, doubt: Option<&SendError>) -> bool {
        self.on_unknown == OnUnknown::Next && doubt.is_none()
    }

    async fn attempt(
        &self,
        admission: Admission<'_>,
        message: &Message,
        until: Instant,
    ) -> Result<Receipt, SendError> {
        let sender = &self.senders[admission.sender];
        let sent = timeout_at(until, sender.send(message)).await;
        let sent = sent.unwrap_or_else(|_| Err(out_of_time(sender.name())));
        let error = sent.as_ref().err();
        admission.ended(error.is_some_and(SendError::is_fault_of_sender));
        sent
    }
}

#[async_trait]
impl SmsSender for Failover {
    fn name(&self) -> &str {
        "failover"
    }

    fn usual(&self, to: &Mobile) -> &str {
        let mut usual = self.route(to.region()).usual().iter();
        let sender = usual.find(|sender| self.senders[**sender].serves(to.region()));
        sender.map_or("", |sender| self.senders[*sender].usual(to))
    }

    fn serves(&self, region: Region) -> bool {
        let senders = self.route(region).usual();
        senders.iter().any(|s| self.senders[*s].serves(region))
    }

    async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        let deadline = Instant::now() + self.deadline;
        let mut turns = Turns::new(&self.health, self.plan(message.to.region()));
        let first = turns.next();
        let mut admission = first.ok_or_else(|| self.unserved(&message.to))?;
        // The error of the sender that may have taken the message.
        let mut doubt = None;
        loop {
            let sender = &self.senders[admission.sender];
            let may_go_on = self.goes_on_in_doubt(doubt.as_ref());
            let until = match may_go_on && turns.has_next() {
                true => self.patience(&admission, deadline),
                false => deadline,
            };
            let error = match self.attempt(admission, message, until).await {
                Ok(receipt) => return Ok(receipt),
                Err(error) => error,
            };
            // A sender that starts when the time is up would be cut off with its request
            // perhaps written: a definite error would become an unknown outcome.
            let goes_on = self.goes_on(&error, doubt.as_ref()) && Instant::now() < deadline;
            let next = if goes_on { turns.next() } else { None };
            let Some(next) = next else {
                return Err(in_doubt(doubt, error));
            };
            log::warn!(
                sender = sender.name(), class = error.class().name(),
                message_id = message.id.as_str();
                "{error}; trying {}", self.senders[next.sender].name()
            );
            doubt = doubt.or_else(|| (!error.class().is_definite()).then_some(error));
            admission = next;
        }
    }
}

impl Failover {
    /// The error of a number that no sender of its route can reach.
    fn unserved(&self, to: &Mobile) -> SendError {
        let first = self.route(to.region()).usual().first();
        let name = first.map_or("", |sender| self.senders[*sender].name());
        let detail = format!("no sender of the route reaches numbers of {}", to.region());
        SendError::new(ErrorClass::Config, name, detail)
    }
}

/// What a message came to whose last attempt ended with `error`: it may arrive by the sender that
/// left doubt, whatever the last one said.
fn in_doubt(doubt: Option<SendError>, error: SendError) -> SendError {
    match doubt {
        Some(doubt) if error.class().is_definite() => doubt,
        _ => error,
    }
}

/// The attempt that was cut off may have been accepted.
fn out_of_time(sender: &str) -> SendError {
    SendError::new(ErrorClass::Unknown, sender, "no answer in the time it had")
}

#[cfg(test)]
mod tests;
