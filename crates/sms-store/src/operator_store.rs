use async_trait::async_trait;
use sms_core::{Mobile, NumberScope, NumberState};

use crate::{Log, StoreError, VerificationStore};

/// The steps of those who run the service, each of them atomic. No request takes one.
///
/// As in [`crate::CodeStore`], an `Err` means that it is not known whether the step was done.
#[async_trait]
pub trait OperatorStore: VerificationStore {
    /// [`sms_core::NumberRecord::state`].
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn number_state(
        &self,
        mobile: &Mobile,
        scope: &NumberScope,
    ) -> Result<NumberState, StoreError>;

    /// [`sms_core::NumberRecord::forget`].
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn forget_number(
        &self,
        mobile: &Mobile,
        scope: &NumberScope,
    ) -> Result<NumberState, StoreError>;

    /// Forgets a log, so that its quotas begin anew. How many times there were in it.
    ///
    /// # Errors
    ///
    /// The store failed.
    async fn forget_log(&self, log: Log) -> Result<usize, StoreError>;
}
