use std::time::Duration;

use super::window::Window;

/// When a sender whose messages are accepted, but don't arrive, has to stand back.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeliveryRules {
    /// The least share of messages, 0 to 1, that has to arrive; 0 switches this off.
    pub min_rate: f64,
    /// The messages within [`DeliveryRules::window`] whose fate it takes to speak of a share.
    pub min_reports: u32,
    /// How long what was told of a message counts.
    pub window: Duration,
    /// How long a sender is tried after all others of its route.
    pub demoted: Duration,
}

impl Default for DeliveryRules {
    fn default() -> Self {
        Self {
            min_rate: 0.5,
            min_reports: 20,
            window: Duration::from_secs(600),
            demoted: Duration::from_secs(600),
        }
    }
}

/// Whether the messages of a sender arrive. Pure, like the breaker.
#[derive(Debug)]
pub(super) struct Delivery {
    rules: DeliveryRules,
    window: Window,
    demoted_until: Option<Duration>,
}

impl Delivery {
    pub(super) fn new(rules: DeliveryRules) -> Self {
        Self {
            rules,
            window: Window::new(rules.window),
            demoted_until: None,
        }
    }

    /// A message that the sender had accepted arrived, or it did not.
    pub(super) fn told(&mut self, now: Duration, arrived: bool) {
        // What is told meanwhile is mostly about messages from before: they have had their say.
        if self.is_demoted(now) {
            return;
        }
        self.window.add(now, !arrived);
        let DeliveryRules { min_rate, .. } = self.rules;
        let counts = self.window.counts(now);
        let is_enough = min_rate > 0.0 && counts.all >= self.rules.min_reports.max(1);
        let arrived = f64::from(counts.all - counts.bad);
        if is_enough && arrived < min_rate * f64::from(counts.all) {
            self.demoted_until = Some(now + self.rules.demoted);
            self.window.clear();
        }
    }

    /// Whether the sender has to stand back; once its time is over, it gets another chance.
    pub(super) fn is_demoted(&mut self, now: Duration) -> bool {
        self.demoted_until = self.demoted_until.filter(|until| now < *until);
        self.was_demoted()
    }

    /// The same, as of the last time that anybody asked.
    pub(super) fn was_demoted(&self) -> bool {
        self.demoted_until.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RULES: DeliveryRules = DeliveryRules {
        min_rate: 0.5,
        min_reports: 4,
        window: Duration::from_secs(100),
        demoted: Duration::from_secs(50),
    };

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn told(rules: DeliveryRules, reports: &[(u64, bool)]) -> Delivery {
        let mut delivery = Delivery::new(rules);
        for &(second, arrived) in reports {
            delivery.told(at(second), arrived);
        }
        delivery
    }

    #[test]
    fn a_sender_whose_messages_stop_arriving_stands_back() {
        let rows: [(&[(u64, bool)], bool); 5] = [
            (&[(0, false), (0, false), (0, false)], false),
            (&[(0, false), (0, false), (0, false), (0, false)], true),
            (&[(0, true), (0, true), (0, false), (0, false)], false),
            (&[(0, true), (0, false), (0, false), (0, false)], true),
            // The first two are forgotten by then.
            (&[(0, false), (0, false), (150, false), (150, false)], false),
        ];
        for (reports, demoted) in rows {
            assert_eq!(told(RULES, reports).was_demoted(), demoted, "{reports:?}");
        }
    }

    #[test]
    fn it_gets_another_chance_with_a_clean_slate() {
        let mut delivery = told(RULES, &[(0, false), (0, false), (0, false), (0, false)]);
        assert!(delivery.is_demoted(at(49)));
        // Reports about messages from before don't count.
        delivery.told(at(49), false);
        assert!(!delivery.is_demoted(at(50)));
        for _ in 0..3 {
            delivery.told(at(51), false);
            assert!(!delivery.is_demoted(at(51)));
        }
        delivery.told(at(51), false);
        assert!(delivery.is_demoted(at(51)));
    }

    #[test]
    fn a_rate_of_zero_demotes_nobody() {
        let rules = DeliveryRules {
            min_rate: 0.0,
            ..RULES
        };
        assert!(!told(rules, &[(0, false); 100]).was_demoted());
    }

    proptest! {
        /// As long as at least as many arrive as have to, in whatever order, nothing happens.
        #[test]
        fn who_delivers_enough_is_never_demoted(
            reports in prop::collection::vec((0_u64..20, any::<bool>()), 0..200)
        ) {
            let mut delivery = Delivery::new(RULES);
            let mut now = 0;
            for (pause, first) in reports {
                now += pause;
                // One of two arrives, so half of any even number does.
                delivery.told(at(now), true);
                delivery.told(at(now), first);
                prop_assert!(!delivery.is_demoted(at(now)));
            }
        }
    }
}
