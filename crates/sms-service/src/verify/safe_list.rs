use sms_core::{Mobile, SafeNumberSid};
use sms_store::Document;

use super::Verifications;
use super::target::parse;
use crate::ServiceError;

/// A number that neither its region nor its failures block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SafeNumber {
    /// The name of its entry.
    pub sid: SafeNumberSid,
    /// The number.
    pub mobile: Mobile,
}

/// A number can't be put on the safe list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SafeListError {
    /// Not a mobile number in E.164.
    #[error("not a mobile number in E.164")]
    BadNumber,
    /// It is on the list already.
    #[error("it is on the list already")]
    Exists,
}

impl Verifications {
    /// Puts a number on the safe list, where it stays until it is removed.
    ///
    /// # Errors
    ///
    /// The store failed; or, in the result, why the number can't be on the list.
    pub async fn add_safe_number(
        &self,
        number: &str,
    ) -> Result<Result<SafeNumber, SafeListError>, ServiceError> {
        let Ok(mobile) = parse(number) else {
            return Ok(Err(SafeListError::BadNumber));
        };
        let sid = SafeNumberSid::generate(&mut rand::rng());
        let entry = Document::SafeNumber(mobile);
        let text = sid.to_string();
        let is_added = self
            .inner
            .store
            .swap_document(entry, None, Some(&text))
            .await?;
        Ok(match is_added {
            true => Ok(SafeNumber { sid, mobile }),
            false => Err(SafeListError::Exists),
        })
    }

    /// A number of the safe list, if it is there.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn safe_number(&self, number: &str) -> Result<Option<SafeNumber>, ServiceError> {
        let Ok(mobile) = parse(number) else {
            return Ok(None);
        };
        let entry = self
            .inner
            .store
            .document(Document::SafeNumber(mobile))
            .await?;
        let sid = entry.and_then(|text| text.parse().ok());
        Ok(sid.map(|sid| SafeNumber { sid, mobile }))
    }

    /// Removes a number from the safe list; whether it was there.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn remove_safe_number(&self, number: &str) -> Result<bool, ServiceError> {
        let Some(SafeNumber { sid, mobile }) = self.safe_number(number).await? else {
            return Ok(false);
        };
        let (entry, text) = (Document::SafeNumber(mobile), sid.to_string());
        Ok(self
            .inner
            .store
            .swap_document(entry, Some(&text), None)
            .await?)
    }
}
