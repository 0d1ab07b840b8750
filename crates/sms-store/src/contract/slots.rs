//! Slots of quotas.

use sms_core::Timestamp;

use crate::contract::Candidate;
use crate::contract::given::{quotas, seconds};
use crate::{CodeStore, Log, Slot};

async fn take(candidate: &impl Candidate, limits: &[&str]) -> Slot {
    let taken = candidate
        .store()
        .take_slot(Log::Budget, &quotas(limits))
        .await;
    taken.unwrap()
}

async fn taken(candidate: &impl Candidate, limits: &[&str]) -> Timestamp {
    match take(candidate, limits).await {
        Slot::Taken(slot) => slot,
        refused => panic!("{refused:?}"),
    }
}

async fn give_back(candidate: &impl Candidate, slot: Timestamp) {
    let given = candidate.store().give_back_slot(Log::Budget, slot).await;
    given.unwrap();
}

fn refused_for(wait: u64) -> Slot {
    Slot::Refused {
        retry_after: seconds(wait),
    }
}

/// A quota above a hundred counts each time, and a slot that was given back is free.
pub async fn invariant_4_a_large_quota_is_exact(candidate: &impl Candidate) {
    let limits = &["120/1h"];
    let first = taken(candidate, limits).await;
    candidate.advance(seconds(60)).await;
    for _ in 1..120 {
        taken(candidate, limits).await;
    }
    assert_eq!(take(candidate, limits).await, refused_for(3540));
    give_back(candidate, first).await;
    taken(candidate, limits).await;
    assert_eq!(take(candidate, limits).await, refused_for(3600));
}

/// A store may keep many times in another form than few: it must not forget them when the operator
/// changes a limit.
pub async fn invariant_4_a_change_of_a_limit_forgets_nothing(candidate: &impl Candidate) {
    let (few, many) = (&["3/1h"][..], &["3/1h", "120/1d"][..]);
    let mut slots = Vec::new();
    for limits in [few, many, few] {
        slots.push(taken(candidate, limits).await);
        candidate.advance(seconds(60)).await;
    }
    for limits in [many, few] {
        assert_eq!(take(candidate, limits).await, refused_for(3420));
    }
    // The middle one: what is left is the oldest and the newest.
    give_back(candidate, slots[1]).await;
    taken(candidate, many).await;
    for limits in [few, many] {
        assert_eq!(take(candidate, limits).await, refused_for(3420));
    }
}
