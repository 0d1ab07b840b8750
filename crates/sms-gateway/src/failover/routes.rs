use std::borrow::Cow;
use std::collections::BTreeMap;

use rand::{Rng, RngExt};
use sms_core::Region;

/// Which senders are tried for a number, by their names.
#[derive(Debug, Clone, Default)]
pub struct Routes {
    /// The order for numbers of every region that has none of its own.
    pub default: Vec<String>,
    /// The order for numbers of a region.
    pub regions: BTreeMap<Region, Vec<String>>,
    /// How messages are shared out among senders of one route, in proportion to these. Where any
    /// has a weight, who comes first is drawn by weight among those that have one, then the second
    /// among the rest of them, and so on; those without one follow in their order, and those of
    /// weight 0 come last.
    pub weights: BTreeMap<String, u32>,
}

/// The order of the senders of one route, as places in a list of all.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Route {
    /// Those with a weight first, the heaviest in front.
    order: Vec<usize>,
    /// The weights of the first ones, above 0.
    weights: Vec<u32>,
}

impl Route {
    /// The senders in the order in which they were named, each with its weight if it has one.
    pub(super) fn new(named: impl IntoIterator<Item = (usize, Option<u32>)>) -> Self {
        let mut senders: Vec<_> = named.into_iter().collect();
        senders.sort_by_key(|(_, weight)| match weight {
            Some(0) => (2, 0),
            None => (1, 0),
            Some(weight) => (0, u32::MAX - weight),
        });
        let weights = senders.iter().map_while(|(_, weight)| *weight);
        Self {
            weights: weights.filter(|weight| *weight > 0).collect(),
            order: senders.into_iter().map(|(sender, _)| sender).collect(),
        }
    }

    /// The senders, the one that most messages go by first.
    pub(super) fn usual(&self) -> &[usize] {
        &self.order
    }

    /// The order for one message.
    pub(super) fn draw<R: Rng + ?Sized>(&self, rng: &mut R) -> Cow<'_, [usize]> {
        if self.weights.len() < 2 {
            return Cow::Borrowed(&self.order);
        }
        let (mut order, mut weights) = (self.order.clone(), self.weights.clone());
        for place in 0..weights.len() - 1 {
            let total = weights[place..].iter().copied().map(u64::from).sum();
            let chosen = place + chosen(&weights[place..], rng.random_range(0..total));
            order.swap(place, chosen);
            weights.swap(place, chosen);
        }
        Cow::Owned(order)
    }
}

/// The place of the weight that `lot`, below the sum of all, falls upon.
fn chosen(weights: &[u32], mut lot: u64) -> usize {
    for (place, &weight) in weights.iter().enumerate() {
        match lot.checked_sub(u64::from(weight)) {
            Some(rest) => lot = rest,
            None => return place,
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand::rngs::ChaCha8Rng;

    fn route(weights: &[Option<u32>]) -> Route {
        Route::new(weights.iter().copied().enumerate())
    }

    #[test]
    fn without_weights_the_order_stands() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let route = route(&[None, None, None]);
        assert!(matches!(route.draw(&mut rng), Cow::Borrowed([0, 1, 2])));
        assert_eq!(route.usual(), [0, 1, 2]);
    }

    #[test]
    fn those_with_a_weight_lead_and_those_of_weight_zero_come_last() {
        let route = route(&[Some(0), None, Some(1), None, Some(5)]);
        assert_eq!(route.usual(), [4, 2, 1, 3, 0]);
        assert_eq!(route.weights, [5, 1]);
    }

    #[test]
    fn messages_are_shared_out_by_weight() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let route = route(&[Some(1), Some(7), Some(2), None]);
        let mut firsts = [0; 4];
        for _ in 0..10_000 {
            firsts[route.draw(&mut rng)[0]] += 1;
        }
        let expected = [1000, 7000, 2000, 0];
        for (sender, (count, expected)) in firsts.into_iter().zip(expected).enumerate() {
            assert!(i32::abs(count - expected) < 200, "{sender}: {firsts:?}");
        }
    }

    #[test]
    fn a_lot_falls_upon_each_weight_as_often_as_it_is_heavy() {
        let weights = [2, 3, 1];
        let places: Vec<_> = (0..6).map(|lot| chosen(&weights, lot)).collect();
        assert_eq!(places, [0, 0, 1, 1, 1, 2]);
    }

    proptest! {
        /// Every sender has one place, and only those with a weight change theirs.
        #[test]
        fn nobody_is_lost(
            weights in prop::collection::vec(prop::option::of(0..=u32::MAX), 1..8),
            seed in any::<u64>(),
        ) {
            let route = route(&weights);
            let drawn = route.draw(&mut ChaCha8Rng::seed_from_u64(seed)).into_owned();
            let weighted = route.weights.len();
            prop_assert_eq!(&drawn[weighted..], &route.order[weighted..]);
            let mut all = drawn;
            all.sort_unstable();
            prop_assert_eq!(all, (0..weights.len()).collect::<Vec<_>>());
        }
    }
}
