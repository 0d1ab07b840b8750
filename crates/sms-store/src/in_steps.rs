//! Admissions as several steps in a row, for a store that can't do them in one go.

use sms_core::{Issue, Timestamp};

use crate::store::{
    CodeStore, Consumed, PictureAdmission, PictureRequest, Reservation, SendAdmission, SendRequest,
    Slot,
};
use crate::{Log, StoreError};

/// [`CodeStore::admit_picture`], step by step.
pub(crate) async fn admit_picture_in_steps(
    store: &(impl CodeStore + ?Sized),
    request: &PictureRequest<'_>,
) -> Result<PictureAdmission, StoreError> {
    let log = Log::Pictures(request.address);
    if let Slot::Refused { retry_after } = store.take_slot(log, request.address_quotas).await? {
        return Ok(PictureAdmission::AddressTooOften { retry_after });
    }
    store
        .put_image_code(request.image, request.text, request.ttl)
        .await?;
    Ok(PictureAdmission::Kept)
}

/// [`CodeStore::admit_send`], step by step.
pub(crate) async fn admit_send_in_steps(
    store: &(impl CodeStore + ?Sized),
    request: &SendRequest<'_>,
) -> Result<SendAdmission, StoreError> {
    let log = Log::Requests(request.address);
    if let Slot::Refused { retry_after } = store.take_slot(log, request.address_quotas).await? {
        return Ok(SendAdmission::AddressTooOften { retry_after });
    }
    let Some(image) = request.image else {
        return Ok(SendAdmission::ImageMissing);
    };
    match store.consume_image_code(image, request.answer).await? {
        Consumed::Matched => {}
        Consumed::Mismatch => return Ok(SendAdmission::ImageMismatch),
        Consumed::Missing => return Ok(SendAdmission::ImageMissing),
    }
    match store.take_slot(Log::Budget, request.budget).await? {
        Slot::Taken(budget_slot) => issue_in_budget(store, request, budget_slot).await,
        Slot::Refused { retry_after } => Ok(SendAdmission::BudgetSpent { retry_after }),
    }
}

/// The last step; where it comes to nothing, the budget gets its slot back.
async fn issue_in_budget(
    store: &(impl CodeStore + ?Sized),
    request: &SendRequest<'_>,
    budget_slot: Timestamp,
) -> Result<SendAdmission, StoreError> {
    let SendRequest {
        mobile,
        code,
        ttl,
        mobile_quotas,
        ..
    } = *request;
    let issue = store.issue(mobile, code, ttl, mobile_quotas).await;
    let refused = match issue {
        Ok(Issue::Issued { slot, next_slot_in }) => {
            return Ok(SendAdmission::Admitted(Reservation {
                slot,
                budget_slot,
                next_slot_in,
            }));
        }
        Ok(Issue::TooOften { retry_after }) => Ok(SendAdmission::MobileTooOften { retry_after }),
        Err(error) => Err(error),
    };
    if !request.budget.is_empty() {
        store.give_back_slot(Log::Budget, budget_slot).await?;
    }
    refused
}
