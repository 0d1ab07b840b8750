//! What a message that was not sent must not leave behind.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sms_core::{Settlement, Timestamp};
use sms_gateway::{Message, MessageId};
use sms_store::{Log, Reservation, StoreError};

use crate::service::Shared;

/// How long to wait before a store that failed is tried again, at first and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// A try to let go of something that a message holds.
type Releasing = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send>>;

impl Shared {
    /// Removes the code, settles its slot, and gives the budget its slot back.
    pub(crate) async fn take_back(
        self: &Arc<Self>,
        message: &Message,
        reservation: Reservation,
        how: Settlement,
    ) {
        let (shared, to, code) = (Arc::clone(self), message.to, message.code.clone());
        let number = self.let_go(message.id, self.policy.code.ttl, move || {
            let (shared, code) = (Arc::clone(&shared), code.clone());
            Box::pin(async move { shared.store.settle(&to, &code, how).await })
        });
        let budget = self.give_back_budget(message.id, reservation.budget_slot);
        tokio::join!(number, budget);
    }

    /// Gives the budget its slot back.
    pub(crate) async fn give_back_budget(self: &Arc<Self>, message: MessageId, slot: Timestamp) {
        if self.policy.limits.global.is_empty() {
            return;
        }
        self.give_back_slot(message, Log::Budget, slot).await;
    }

    /// Gives a log its slot back.
    pub(crate) async fn give_back_slot(
        self: &Arc<Self>,
        message: MessageId,
        log: Log,
        slot: Timestamp,
    ) {
        let shared = Arc::clone(self);
        let give_back = self.let_go(message, self.policy.code.ttl, move || {
            let shared = Arc::clone(&shared);
            Box::pin(async move { shared.store.give_back_slot(log, slot).await })
        });
        give_back.await;
    }

    /// Lets go of something that a message holds, by `release`. What the store fails at is tried again
    /// in the background, as long as the code would live; unless that is going on for too many messages
    /// already, for it must not fill the memory.
    pub(crate) async fn let_go(
        self: &Arc<Self>,
        message: MessageId,
        within: Duration,
        release: impl Fn() -> Releasing + Send + Sync + 'static,
    ) {
        let Err(error) = release().await else {
            return;
        };
        let Ok(permit) = Arc::clone(&self.taking_back).try_acquire_owned() else {
            log::error!(
                message_id = message.as_str();
                "a failed message leaves something behind until it expires: {error}"
            );
            return;
        };
        log::error!(
            message_id = message.as_str();
            "a failed message leaves something behind until the store is back: {error}"
        );
        tokio::spawn(async move {
            let _permit = permit;
            keep_releasing(message, within, release).await;
        });
    }
}

async fn keep_releasing(message: MessageId, within: Duration, release: impl Fn() -> Releasing) {
    let last_try = Instant::now() + within;
    let mut pause = FIRST_PAUSE;
    while Instant::now() + pause < last_try {
        tokio::time::sleep(pause).await;
        if release().await.is_ok() {
            log::info!(message_id = message.as_str(); "nothing is left behind any more");
            return;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
