//! The admission of a verification as several steps in a row, for a store that can't do them in one go.

use std::time::Duration;

use sms_core::{StartRefusal, Timestamp};

use crate::verification_store::{VerificationAdmission, VerificationRequest, VerificationStore};
use crate::{Log, Slot, StoreError};

/// A slot that is given back if the message may not go out after all.
type Held = (Log, Timestamp);

/// [`VerificationStore::admit_verification`], step by step.
pub(crate) async fn admit_verification_in_steps(
    store: &(impl VerificationStore + ?Sized),
    request: &VerificationRequest<'_>,
) -> Result<VerificationAdmission, StoreError> {
    let mut held = Vec::new();
    let admission = admit(store, request, &mut held).await;
    if !matches!(admission, Ok(VerificationAdmission::Admitted { .. })) {
        for (log, slot) in held {
            store.give_back_slot(log, slot).await?;
        }
    }
    admission
}

async fn admit(
    store: &(impl VerificationStore + ?Sized),
    request: &VerificationRequest<'_>,
    held: &mut Vec<Held>,
) -> Result<VerificationAdmission, StoreError> {
    let (mobile, start, rules) = (request.mobile, request.start, request.rules);
    // What the number itself does not allow is told before what is full elsewhere.
    if let Some(retry_after) = take_buckets(store, request, held).await? {
        return Ok(match refusal(store, request).await? {
            None | Some(StartRefusal::TooOften { .. }) => {
                VerificationAdmission::BucketFull { retry_after }
            }
            Some(refusal) => VerificationAdmission::Refused(refusal),
        });
    }
    let bucket_slots = held.iter().map(|(_, slot)| *slot).collect();
    let budget_slot = match store.take_slot(Log::Budget, request.budget).await? {
        Slot::Taken(slot) => slot,
        Slot::Refused { retry_after } => {
            return Ok(match refusal(store, request).await? {
                None => VerificationAdmission::BudgetSpent { retry_after },
                Some(refusal) => VerificationAdmission::Refused(refusal),
            });
        }
    };
    if !request.budget.is_empty() {
        held.push((Log::Budget, budget_slot));
    }
    let started = match store.start_verification(mobile, start, rules).await? {
        Ok(started) => started,
        Err(refusal) => return Ok(VerificationAdmission::Refused(refusal)),
    };
    Ok(VerificationAdmission::Admitted {
        started,
        budget_slot,
        bucket_slots,
    })
}

/// Takes a slot of each bucket; or tells how long until every one has a slot.
async fn take_buckets(
    store: &(impl VerificationStore + ?Sized),
    request: &VerificationRequest<'_>,
    held: &mut Vec<Held>,
) -> Result<Option<Duration>, StoreError> {
    let mut longest = None;
    for bucket in request.buckets {
        let log = store.bucket_log(bucket.sid, bucket.value);
        match store.take_slot(log, &bucket.quotas).await? {
            Slot::Taken(slot) => held.push((log, slot)),
            Slot::Refused { retry_after } => longest = longest.max(Some(retry_after)),
        }
    }
    Ok(longest)
}

async fn refusal(
    store: &(impl VerificationStore + ?Sized),
    request: &VerificationRequest<'_>,
) -> Result<Option<StartRefusal>, StoreError> {
    let service = request.start.service;
    let may_start = store.may_start_verification(request.mobile, service, request.rules);
    Ok(may_start.await?.err())
}
