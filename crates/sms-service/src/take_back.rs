//! What a message that was not sent must not leave behind.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sms_core::{Settlement, Timestamp};
use sms_gateway::Message;
use sms_store::{Log, Reservation, StoreError};

use crate::service::Shared;

/// How long to wait before a store that failed is tried again, at first and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Something that an admitted message holds.
#[derive(Clone, Copy)]
enum Held {
    /// Its code, and perhaps its slot among the sends to its number.
    Number(Settlement),
    /// Its slot in the budget.
    Budget(Timestamp),
}

impl Shared {
    /// Removes the code, settles its slot, and gives the budget its slot back. What the store
    /// fails at is tried again in the background, as long as the code would live; unless that is
    /// going on for too many messages already, for it must not fill the memory.
    pub(crate) async fn take_back(
        self: &Arc<Self>,
        message: &Message,
        reservation: Reservation,
        how: Settlement,
    ) {
        let number = self.release_in_time(message, Held::Number(how));
        let budget = self.release_in_time(message, Held::Budget(reservation.budget_slot));
        tokio::join!(number, budget);
    }

    async fn release_in_time(self: &Arc<Self>, message: &Message, held: Held) {
        if let Err(error) = self.release(message, held).await {
            let Ok(permit) = Arc::clone(&self.taking_back).try_acquire_owned() else {
                log::error!(
                    message_id = message.id.as_str();
                    "a failed message leaves something behind until it expires: {error}"
                );
                return;
            };
            log::error!(
                message_id = message.id.as_str();
                "a failed message leaves something behind until the store is back: {error}"
            );
            let (shared, message) = (Arc::clone(self), message.clone());
            tokio::spawn(async move {
                let _permit = permit;
                shared.keep_releasing(&message, held).await;
            });
        }
    }

    async fn keep_releasing(&self, message: &Message, held: Held) {
        let last_try = Instant::now() + self.policy.code.ttl;
        let mut pause = FIRST_PAUSE;
        while Instant::now() + pause < last_try {
            tokio::time::sleep(pause).await;
            if self.release(message, held).await.is_ok() {
                log::info!(message_id = message.id.as_str(); "nothing is left behind any more");
                return;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn release(&self, message: &Message, held: Held) -> Result<(), StoreError> {
        match held {
            Held::Number(how) => self.store.settle(&message.to, &message.code, how).await,
            Held::Budget(_) if self.policy.limits.global.is_empty() => Ok(()),
            Held::Budget(slot) => self.store.give_back_slot(Log::Budget, slot).await,
        }
    }
}
