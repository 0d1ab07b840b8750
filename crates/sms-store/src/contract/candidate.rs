use std::sync::Arc;
use std::time::Duration;

use sms_core::{Mobile, Timestamp};

use crate::{Clock, CodeStore, ManualClock};

/// A store that is to prove itself, new and empty, with its time in the hands of the tests.
///
/// Its time stands still but for [`Candidate::advance`]: promises are exact to the millisecond.
pub trait Candidate {
    /// The store. With [`VerificationStore`](crate::VerificationStore) it can prove that too.
    type Store: CodeStore + ?Sized + 'static;

    /// The store: the same one each time.
    fn store(&self) -> Arc<Self::Store>;

    /// What time it is for the store.
    fn now(&self) -> Timestamp;

    /// Lets `span` pass for the store: for what it counts and for what expires.
    fn advance(&self, span: Duration) -> impl Future<Output = ()>;
}

/// A candidate in whose store another program reads and deletes the plain code of a number.
pub trait Shared: Candidate {
    /// Whether `code` is what the other program finds about the number; `None` for nothing at all.
    fn finds(&self, mobile: &Mobile, code: Option<&str>) -> impl Future<Output = bool>;

    /// The other program deletes the code of the number.
    fn delete_code(&self, mobile: &Mobile) -> impl Future<Output = ()>;
}

/// A store that takes the time from a [`Clock`], and the hand on that clock.
#[derive(Debug)]
pub struct Clocked<S> {
    store: Arc<S>,
    clock: ManualClock,
}

impl<S> Clocked<S> {
    /// The store that `make` makes with a clock.
    pub fn new(make: impl FnOnce(Clock) -> S) -> Self {
        // A day in 2023: a store that takes small numbers for spans of time is found out.
        let clock = ManualClock::new(Timestamp::from_millis(1_700_000_000_000));
        Self {
            store: Arc::new(make(clock.clock())),
            clock,
        }
    }
}

impl<S: CodeStore + 'static> Candidate for Clocked<S> {
    type Store = S;

    fn store(&self) -> Arc<S> {
        Arc::clone(&self.store)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn advance(&self, span: Duration) {
        self.clock.advance(span);
    }
}
