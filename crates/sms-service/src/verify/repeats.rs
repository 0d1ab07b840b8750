use std::time::Duration;

use sms_store::Claim;

use super::Verifications;
use crate::ServiceError;

/// How long a request may come again and be answered as the first time.
const KEPT: Duration = Duration::from_secs(24 * 3600);
/// How long one may be under way: longer than any is, and short if its instance was killed.
const UNDER_WAY: Duration = Duration::from_secs(60);

impl Verifications {
    /// Claims a request that may come again: `name` is what the caller calls it, `content` all that it
    /// asks for. Whoever is the first carries it out and closes it.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn claim_request(&self, name: &str, content: &str) -> Result<Claim, ServiceError> {
        let claim = self.inner.store.claim_request(name, content, UNDER_WAY);
        Ok(claim.await?)
    }

    /// Keeps what a claimed request came to for a day, without numbers or codes in it; or lets it be
    /// tried again.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn close_request(
        &self,
        name: &str,
        content: &str,
        outcome: Option<&str>,
    ) -> Result<(), ServiceError> {
        let closed = self.inner.store.close_request(name, content, outcome, KEPT);
        Ok(closed.await?)
    }
}
