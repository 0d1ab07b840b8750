//! Requests that may come again, because their callers did not hear the answer.

use std::sync::Arc;
use std::time::Duration;

use sms_core::Verification;
use sms_store::{Claim, StoreError};

use super::start::Record;
use super::target::parse;
use super::{Inner, StartVerification, StartedVerification};

/// How long a request may come again and be answered as the first time.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// How long one may be under way: longer than any is, and short if its instance was killed.
const UNDER_WAY: Duration = Duration::from_secs(60);

/// What makes a request the same as another. Only digests of it are kept.
#[derive(Clone)]
pub struct Repeatable {
    /// What the caller calls it, with whatever makes that different from what others call theirs.
    pub name: String,
    /// All that it asks for.
    pub content: String,
}

impl Inner {
    /// Carries a request out, unless it was carried out under its name before: then it comes to the
    /// same. One that was refused, or failed, may be tried again.
    pub(super) async fn carry_out_once(
        self: &Arc<Self>,
        mut request: StartVerification,
        record: &mut Record,
    ) -> Result<StartedVerification, StoreError> {
        let repeatable = request.repeatable.take();
        if let Some(Repeatable { name, content }) = &repeatable {
            match self.store.claim_request(name, content, UNDER_WAY).await? {
                Claim::First => {}
                Claim::UnderWay => return Ok(StartedVerification::UnderWay),
                Claim::Other => return Ok(StartedVerification::NameTaken),
                Claim::Done(outcome) => return repeated(&outcome, &request),
            }
        }
        // In one place for both kinds: the future of each place is as large as everything that it does.
        let outcome = self.carry_out(request, record).await;
        if let Some(repeatable) = &repeatable {
            self.close(repeatable, &outcome).await;
        }
        outcome
    }

    /// Keeps what a claimed request came to.
    async fn close(
        &self,
        Repeatable { name, content }: &Repeatable,
        outcome: &Result<StartedVerification, StoreError>,
    ) {
        let kept = outcome.as_ref().ok().and_then(kept);
        let closed = self
            .store
            .close_request(name, content, kept.as_deref(), KEPT);
        if let Err(error) = closed.await {
            log::warn!("a request that comes again will be carried out again: {error}");
        }
    }
}

/// What is kept of a message that was sent: no number, and no code.
fn kept(outcome: &StartedVerification) -> Option<String> {
    match outcome {
        StartedVerification::Sent { verification, .. } => serde_json::to_string(verification).ok(),
        _ => None,
    }
}

fn repeated(outcome: &str, request: &StartVerification) -> Result<StartedVerification, StoreError> {
    let unreadable = || StoreError::Refused("what a request came to can't be read".to_owned());
    let verification: Verification = serde_json::from_str(outcome).map_err(|_| unreadable())?;
    let to = parse(&request.to).map_err(|_| unreadable())?;
    Ok(StartedVerification::Repeated { to, verification })
}
