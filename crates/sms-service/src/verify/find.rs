use sms_core::{Mobile, ServiceSid, Verification, VerificationEnd, VerificationSid};

use super::target::Found;
use super::{Target, Verifications};
use crate::ServiceError;

impl Verifications {
    /// A verification and its number; `None` if there is no such one, or no more.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn fetch(
        &self,
        service: ServiceSid,
        target: &Target,
    ) -> Result<Option<(Mobile, Verification)>, ServiceError> {
        let Some(service) = self.inner.service(service) else {
            return Ok(None);
        };
        let Found::At(to, which) = self.inner.find(service, target) else {
            return Ok(None);
        };
        let found = self.inner.store.verification(&to, which).await?;
        Ok(found.map(|verification| (to, verification)))
    }

    /// Ends a pending verification without a code; `None` if there is no such one.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn end(
        &self,
        service: ServiceSid,
        sid: VerificationSid,
        how: VerificationEnd,
    ) -> Result<Option<(Mobile, Verification)>, ServiceError> {
        let Some(service) = self.inner.service(service) else {
            return Ok(None);
        };
        let Found::At(to, _) = self.inner.find(service, &Target::Sid(sid)) else {
            return Ok(None);
        };
        let ended = self
            .inner
            .store
            .end_verification(&to, service.sid, sid, how);
        let Some(verification) = ended.await? else {
            return Ok(None);
        };
        if how == VerificationEnd::Approved {
            self.inner.note_conversion(&verification);
        }
        Ok(Some((to, verification)))
    }
}
