use std::time::Duration;

use crate::{Region, Timestamp};

/// What a provider says of a message on its way. The later in this order, the more it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum DeliveryState {
    /// It is under way.
    Pending,
    /// It will not arrive.
    Failed,
    /// It is on the phone. A message of which one part failed and another arrived has arrived.
    Delivered,
}

impl DeliveryState {
    /// Whether no other state is expected after it.
    #[must_use]
    pub fn is_final(self) -> bool {
        self != Self::Pending
    }
}

/// That a sender accepted a message: when, for which region, and our name of it. There is no
/// number in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Dispatch {
    /// When it was accepted.
    pub sent_at: Timestamp,
    /// The region of its number.
    pub region: Region,
    /// Our own name of the message.
    pub message_id: String,
}

/// What is known of one message after it was handed over: that it was, and the provider's word on
/// where it is.
///
/// Both are joined with what was known before: the order in which they come, and how often each of
/// them does, make no difference to what is known in the end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Delivery {
    dispatch: Option<Dispatch>,
    word: Option<Word>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
struct Word {
    state: DeliveryState,
    at: Timestamp,
}

/// What became of a message that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// Which message.
    pub dispatch: Dispatch,
    /// Whether it is on the phone; else it never will be.
    pub has_arrived: bool,
    /// When that was, as far as the provider says, else when it said so.
    pub at: Timestamp,
}

impl Fate {
    /// From when the message was accepted until then. Providers tell whole seconds, so it may be a
    /// second short.
    #[must_use]
    pub fn took(&self) -> Duration {
        self.dispatch.sent_at.until(self.at)
    }
}

/// What came of a report about a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reported {
    /// The first final word on a message that was sent.
    Final(Fate),
    /// The message is not known to be sent, or not yet.
    Early,
    /// The message is still under way.
    Pending,
    /// There was a final word before.
    Repeated,
}

impl Delivery {
    /// The message was sent. `Some` if its final word was there already, and was told to nobody.
    pub fn dispatched(&mut self, dispatch: Dispatch) -> Option<Fate> {
        let was_known = self.is_dispatched();
        self.dispatch = Some(match self.dispatch.take() {
            Some(known) => known.min(dispatch),
            None => dispatch,
        });
        self.fate().filter(|_| !was_known)
    }

    /// The provider said at `now` where the message is, and perhaps since when.
    pub fn reported(
        &mut self,
        now: Timestamp,
        state: DeliveryState,
        at: Option<Timestamp>,
    ) -> Reported {
        let had_fate = self.fate().is_some();
        // What is yet to come has not happened, whatever the provider's clock says.
        let at = at.map_or(now, |at| at.min(now));
        let word = Word { state, at };
        self.word = Some(self.word.map_or(word, |known| known.join(word)));
        match self.fate() {
            _ if !self.is_dispatched() => Reported::Early,
            None => Reported::Pending,
            Some(_) if had_fate => Reported::Repeated,
            Some(fate) => Reported::Final(fate),
        }
    }

    /// Whether the message is known to be sent.
    #[must_use]
    pub fn is_dispatched(&self) -> bool {
        self.dispatch.is_some()
    }

    /// What became of the message, if it was sent and there is a final word.
    #[must_use]
    pub fn fate(&self) -> Option<Fate> {
        let word = self.word.filter(|word| word.state.is_final())?;
        Some(Fate {
            dispatch: self.dispatch.clone()?,
            has_arrived: word.state == DeliveryState::Delivered,
            at: word.at,
        })
    }
}

impl Word {
    /// The one that counts more; of two that count the same, the earlier.
    fn join(self, other: Self) -> Self {
        use std::cmp::Ordering::{Equal, Greater, Less};
        match self.state.cmp(&other.state) {
            Greater => self,
            Less => other,
            Equal if self.at <= other.at => self,
            Equal => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn dispatch(sent_at: u64) -> Dispatch {
        Dispatch {
            sent_at: at(sent_at),
            region: Region::CN,
            message_id: "m".to_owned(),
        }
    }

    #[test]
    fn the_first_final_word_is_told_once() {
        let mut delivery = Delivery::default();
        assert_eq!(delivery.dispatched(dispatch(1_000)), None);
        let pending = delivery.reported(at(1_500), DeliveryState::Pending, None);
        assert_eq!(pending, Reported::Pending);
        let Reported::Final(fate) =
            delivery.reported(at(9_000), DeliveryState::Delivered, Some(at(4_000)))
        else {
            panic!("{delivery:?}");
        };
        assert!(fate.has_arrived);
        assert_eq!(fate.took(), Duration::from_secs(3));
        for state in [
            DeliveryState::Delivered,
            DeliveryState::Failed,
            DeliveryState::Pending,
        ] {
            let again = delivery.reported(at(9_500), state, None);
            assert_eq!(again, Reported::Repeated, "{state:?}");
        }
        assert_eq!(delivery.fate(), Some(fate));
    }

    #[test]
    fn a_final_word_before_the_dispatch_is_told_with_the_dispatch() {
        let mut delivery = Delivery::default();
        for _ in 0..2 {
            let early = delivery.reported(at(900), DeliveryState::Failed, None);
            assert_eq!(early, Reported::Early);
        }
        let fate = delivery.dispatched(dispatch(1_000)).unwrap();
        assert!(!fate.has_arrived);
        assert_eq!(fate.took(), Duration::ZERO);
        assert_eq!(delivery.dispatched(dispatch(1_000)), None);
    }

    #[test]
    fn a_moment_that_is_yet_to_come_counts_as_now() {
        let mut delivery = Delivery::default();
        delivery.dispatched(dispatch(1_000));
        delivery.reported(at(3_000), DeliveryState::Delivered, Some(at(99_000)));
        assert_eq!(delivery.fate().unwrap().at, at(3_000));
    }

    #[derive(Debug, Clone)]
    enum Event {
        Dispatched(Dispatch),
        Reported(u64, DeliveryState, Option<u64>),
    }

    fn event() -> impl Strategy<Value = Event> {
        let state = prop::sample::select(vec![
            DeliveryState::Pending,
            DeliveryState::Failed,
            DeliveryState::Delivered,
        ]);
        prop_oneof![
            1 => (0..9_u64, "[ab]").prop_map(|(sent_at, message_id)| {
                Event::Dispatched(Dispatch { message_id, ..dispatch(sent_at) })
            }),
            3 => (0..9_u64, state, prop::option::of(0..9_u64))
                .prop_map(|(now, state, at)| Event::Reported(now, state, at)),
        ]
    }

    /// What is known in the end, and how often a fate was told.
    fn run<'a>(events: impl IntoIterator<Item = &'a Event>) -> (Delivery, usize) {
        let (mut delivery, mut told) = (Delivery::default(), 0);
        for event in events {
            match event.clone() {
                Event::Dispatched(dispatch) => {
                    told += usize::from(delivery.dispatched(dispatch).is_some());
                }
                Event::Reported(now, state, said) => {
                    let reported = delivery.reported(at(now), state, said.map(at));
                    told += usize::from(matches!(reported, Reported::Final(_)));
                }
            }
        }
        (delivery, told)
    }

    proptest! {
        #[test]
        fn any_order_and_number_of_events_leads_to_the_same(
            (events, shuffled) in prop::collection::vec(event(), 0..8).prop_flat_map(|events| {
                let twice: Vec<_> = events.iter().chain(&events).cloned().collect();
                (Just(events), Just(twice).prop_shuffle())
            }),
        ) {
            let ((once, told), (twice, told_again)) = (run(&events), run(&shuffled));
            prop_assert_eq!(&once, &twice);
            let has_fate = usize::from(once.fate().is_some());
            prop_assert_eq!((told, told_again), (has_fate, has_fate));
        }
    }
}
