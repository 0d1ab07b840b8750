use std::sync::Arc;

use sms_gateway::{Health, SenderState};

/// What is known about the senders: the routes of the gateway learn it, and each service that has
/// senders of its own learns for itself.
pub(crate) struct Healths(Vec<Arc<Health>>);

impl Healths {
    pub(crate) fn new(healths: Vec<Arc<Health>>) -> Self {
        Self(healths)
    }

    /// Tells what became of a message that `sender` had accepted.
    pub(crate) fn delivered(&self, sender: &str, has_arrived: bool) {
        for health in &self.0 {
            health.delivered(sender, has_arrived);
        }
    }

    /// Each sender with its state: the worst that it has anywhere.
    pub(crate) fn states(&self) -> Vec<(Arc<str>, SenderState)> {
        let mut states: Vec<(Arc<str>, SenderState)> = Vec::new();
        for (sender, state) in self.0.iter().flat_map(|health| health.states()) {
            match states.iter_mut().find(|(known, _)| *known == sender) {
                Some((_, known)) if severity(state) > severity(*known) => *known = state,
                Some(_) => {}
                None => states.push((sender, state)),
            }
        }
        states
    }
}

fn severity(state: SenderState) -> u8 {
    match state {
        SenderState::Closed => 0,
        SenderState::Demoted => 1,
        SenderState::HalfOpen => 2,
        SenderState::Open => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sms_gateway::{DeliveryRules, Failover, FailoverRules, MockSender};
    use std::time::Duration;

    fn health(names: &[&'static str]) -> Arc<Health> {
        let rules = FailoverRules::within(Duration::from_secs(8));
        let senders = names
            .iter()
            .map(|name| Arc::new(MockSender::new(*name)) as _);
        Failover::new(senders.collect(), &rules).unwrap().health()
    }

    #[test]
    fn a_sender_is_as_bad_as_it_is_anywhere() {
        let (gateway, service) = (health(&["first", "second"]), health(&["second", "third"]));
        for _ in 0..DeliveryRules::default().min_reports {
            service.delivered("second", false);
        }
        let expected = [
            ("first".into(), SenderState::Closed),
            ("second".into(), SenderState::Demoted),
            ("third".into(), SenderState::Closed),
        ];
        for healths in [[&gateway, &service], [&service, &gateway]] {
            let healths = Healths::new(healths.map(Arc::clone).to_vec());
            let mut states = healths.states();
            states.sort_by(|(one, _), (other, _)| one.cmp(other));
            assert_eq!(states, expected);
        }
    }

    #[test]
    fn all_are_told_of_a_message() {
        let (gateway, service) = (health(&["first"]), health(&["first"]));
        let healths = Healths::new(vec![Arc::clone(&gateway), Arc::clone(&service)]);
        for _ in 0..DeliveryRules::default().min_reports {
            healths.delivered("first", false);
        }
        for health in [gateway, service] {
            assert_eq!(health.states()[0].1, SenderState::Demoted);
        }
    }
}
