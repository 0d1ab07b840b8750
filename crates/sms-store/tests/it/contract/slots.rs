use sms_core::Timestamp;
use sms_store::{Log, Slot};

use super::*;

async fn take(backend: &Backend, limits: &[&str]) -> Slot {
    let taken = backend.store.take_slot(Log::Budget, &quotas(limits)).await;
    taken.unwrap()
}

async fn taken(backend: &Backend, limits: &[&str]) -> Timestamp {
    match take(backend, limits).await {
        Slot::Taken(slot) => slot,
        refused => panic!("{refused:?}"),
    }
}

fn refused_for(wait: u64) -> Slot {
    Slot::Refused {
        retry_after: seconds(wait),
    }
}

pub(crate) async fn invariant_4_a_large_quota_is_exact(backend: &Backend) {
    let limits = &["120/1h"];
    let first = taken(backend, limits).await;
    backend.advance(seconds(60)).await;
    for _ in 1..120 {
        taken(backend, limits).await;
    }
    assert_eq!(take(backend, limits).await, refused_for(3540));
    let give_back = backend.store.give_back_slot(Log::Budget, first);
    give_back.await.unwrap();
    taken(backend, limits).await;
    assert_eq!(take(backend, limits).await, refused_for(3600));
}

/// A store may keep many times in another form than few: it must not forget them when the operator
/// changes a limit.
pub(crate) async fn invariant_4_a_change_of_a_limit_forgets_nothing(backend: &Backend) {
    let (few, many) = (&["3/1h"][..], &["3/1h", "120/1d"][..]);
    let mut slots = Vec::new();
    for limits in [few, many, few] {
        slots.push(taken(backend, limits).await);
        backend.advance(seconds(60)).await;
    }
    for limits in [many, few] {
        assert_eq!(take(backend, limits).await, refused_for(3420));
    }
    // The middle one: what is left is the oldest and the newest.
    let give_back = backend.store.give_back_slot(Log::Budget, slots[1]);
    give_back.await.unwrap();
    taken(backend, many).await;
    for limits in [few, many] {
        assert_eq!(take(backend, limits).await, refused_for(3420));
    }
}
