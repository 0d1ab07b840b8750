use std::borrow::Cow;

use super::health::{Admission, Health};

/// The senders for one message, each of which gets at most one attempt.
pub(super) struct Turns<'a> {
    health: &'a Health,
    order: Cow<'a, [usize]>,
    /// How many of them had their turn.
    over: usize,
    /// Whether any of them made an attempt.
    is_begun: bool,
    /// Whether those that are open are passed over: not if there is nobody else.
    passes_over: bool,
}

impl<'a> Turns<'a> {
    pub(super) fn new(health: &'a Health, order: Cow<'a, [usize]>) -> Self {
        Self {
            health,
            order,
            over: 0,
            is_begun: false,
            passes_over: true,
        }
    }

    /// Leave for an attempt by the next that is worth one. If none ever was, all of them are, and
    /// those come first whose wait is over first: nobody is told that it failed before anything was
    /// tried, and one that works again is found even if the others are due before it.
    pub(super) fn next(&mut self) -> Option<Admission<'a>> {
        while self.passes_over {
            let Some(sender) = self.take() else {
                if self.is_begun {
                    return None;
                }
                self.begin_again();
                break;
            };
            if let Some(admission) = self.health.admit(sender) {
                self.is_begun = true;
                return Some(admission);
            }
        }
        let sender = self.take()?;
        Some(self.health.force(sender))
    }

    /// Whether there would be another one now.
    pub(super) fn has_next(&self) -> bool {
        let mut rest = self.order[self.over..].iter();
        rest.any(|next| !self.passes_over || self.health.would_admit(*next))
    }

    fn take(&mut self) -> Option<usize> {
        let sender = self.order.get(self.over).copied()?;
        self.over += 1;
        Some(sender)
    }

    fn begin_again(&mut self) {
        let health = self.health;
        // Their times are read once: they may change meanwhile.
        self.order
            .to_mut()
            .sort_by_cached_key(|sender| health.due(*sender));
        self.over = 0;
        self.passes_over = false;
    }
}
