//! The messages of verifications.

use sms_core::{Attempt, AttemptSid, AttemptState, Timestamp};

use super::given::{POLICY, begun, send, service};
use crate::contract::Candidate;
use crate::contract::given::{mobile, seconds};
use crate::{AttemptChange, AttemptStore, VerificationStore};

/// Attempts are listed, the latest first, and read as they were added.
pub async fn attempts_are_kept_as_they_are(candidate: &impl Candidate<Store: VerificationStore>) {
    let started = begun(candidate, '1', "123456").await;
    let attempt = |digit, after| Attempt {
        created_at: started.slot.after(seconds(after)),
        ..Attempt::new(send(digit), service('a'), mobile(), &started)
    };
    let failed = Attempt {
        is_converted: true,
        state: AttemptState::Failed,
        provider_code: Some("MK:0004".to_owned()),
        updated_at: started.slot.after(seconds(9)),
        ..attempt('3', 2)
    };
    let added = [attempt('1', 0), attempt('2', 1), failed];
    let store = candidate.store();
    store.add_attempts(&added, POLICY).await.unwrap();
    let mut latest_first = added.to_vec();
    latest_first.reverse();
    let all = store.attempts(None, 10).await.unwrap();
    assert_eq!(all, latest_first);
    let until = store.attempts(Some(added[1].created_at), 10).await.unwrap();
    assert_eq!(until, all[1..]);
    assert_eq!(store.attempts(None, 1).await.unwrap(), all[..1]);
    for attempt in added {
        let kept = store.attempt(attempt.sid).await.unwrap();
        assert_eq!(kept, Some(attempt));
    }
}

/// Attempts that are added twice are there once.
pub async fn attempts_may_be_added_again(candidate: &impl Candidate<Store: VerificationStore>) {
    let added = some(candidate, 0..2).await;
    let store = candidate.store();
    store.add_attempts(&added, POLICY).await.unwrap();
    store.add_attempts(&added, POLICY).await.unwrap();
    assert_eq!(store.attempts(None, 10).await.unwrap().len(), 2);
}

/// Nothing to add and nothing to change is no error.
pub async fn no_attempts_are_no_error(candidate: &impl Candidate<Store: VerificationStore>) {
    let store = candidate.store();
    store.add_attempts(&[], POLICY).await.unwrap();
    store.change_attempts(&[]).await.unwrap();
    assert_eq!(store.attempts(None, 10).await.unwrap(), []);
}

/// Each change of an attempt is kept; one that was removed stays so.
pub async fn what_comes_of_an_attempt_is_kept_with_it(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    let added = some(candidate, 0..1).await;
    let store = candidate.store();
    store.add_attempts(&added, POLICY).await.unwrap();
    let sid = added[0].sid;
    let after = async |change| {
        store.change_attempts(&[(sid, change)]).await.unwrap();
        let attempt = store.attempt(sid).await.unwrap();
        attempt.map(|kept| (kept.is_converted, kept.state, kept.provider_code))
    };
    let code = Some("MK:0004".to_owned());
    let rows = [
        (
            AttemptChange::Failed(code.clone()),
            (false, AttemptState::Failed, code),
        ),
        (
            AttemptChange::Delivered,
            (false, AttemptState::Delivered, None),
        ),
        (
            AttemptChange::Converted,
            (true, AttemptState::Delivered, None),
        ),
    ];
    for (change, expected) in rows {
        assert_eq!(after(change).await, Some(expected));
    }
    assert_eq!(after(AttemptChange::Removed).await, None);
    assert_eq!(
        after(AttemptChange::Delivered).await,
        None,
        "it stays removed"
    );
    assert_eq!(store.attempts(None, 10).await.unwrap(), []);
}

/// Many changes at once are made one after the other, also of those that are there no more.
pub async fn attempts_change_together(candidate: &impl Candidate<Store: VerificationStore>) {
    let added = some(candidate, 0..3).await;
    let store = candidate.store();
    store.add_attempts(&added, POLICY).await.unwrap();
    let [first, second, third] = [added[0].sid, added[1].sid, added[2].sid];
    let changes = [
        (first, AttemptChange::Failed(None)),
        (second, AttemptChange::Removed),
        (third, AttemptChange::Converted),
        (second, AttemptChange::Converted),
        (first, AttemptChange::Delivered),
    ];
    store.change_attempts(&changes).await.unwrap();
    let all = store.attempts(None, 10).await.unwrap();
    let told: Vec<_> = all
        .iter()
        .map(|kept| (kept.sid, kept.is_converted, kept.state))
        .collect();
    let expected = [
        (third, true, AttemptState::Sent),
        (first, false, AttemptState::Delivered),
    ];
    assert_eq!(told, expected);
}

/// Attempts are forgotten when their time is over, and the oldest when there are too many.
pub async fn attempts_have_a_time_and_a_number(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    let attempts = some(candidate, 0..5).await;
    let store = candidate.store();
    for attempt in &attempts[..4] {
        let attempt = std::slice::from_ref(attempt);
        store.add_attempts(attempt, POLICY).await.unwrap();
    }
    let sids = async || {
        let kept = store.attempts(None, 10).await.unwrap();
        kept.into_iter().map(|kept| kept.sid).collect::<Vec<_>>()
    };
    let expected = |indices: &[usize]| -> Vec<AttemptSid> {
        indices.iter().map(|index| attempts[*index].sid).collect()
    };
    assert_eq!(sids().await, expected(&[3, 2, 1]));
    // The last but one is not over yet.
    let last = Attempt {
        created_at: attempts[3].created_at.after(POLICY.ttl - seconds(1)),
        ..attempts[4].clone()
    };
    candidate.advance(POLICY.ttl).await;
    store.add_attempts(&[last], POLICY).await.unwrap();
    assert_eq!(sids().await, expected(&[4, 3]));
}

/// However many are added, one by one or together, no more than fifteen stay that need not, and none
/// goes that must stay.
pub async fn many_attempts_are_forgotten_in_rounds(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    let policy = crate::AttemptPolicy { most: 20, ..POLICY };
    let attempts = some(candidate, 0..600).await;
    let store = candidate.store();
    let mut rest = &attempts[..];
    let mut added = 0;
    for size in [1, 1, 1, 15, 16, 17, 1, 1, 300, 2, 40, 205] {
        let (part, others) = rest.split_at(size);
        store.add_attempts(part, policy).await.unwrap();
        (rest, added) = (others, added + size);
        let kept = store.attempts(None, 1000).await.unwrap();
        let least = added.min(policy.most);
        assert!(
            (least..=least + 15).contains(&kept.len()),
            "{} of {added}",
            kept.len()
        );
        let newest = attempts[..added].iter().rev().take(kept.len());
        assert!(kept.iter().eq(newest), "not the newest of {added}");
    }
    assert!(rest.is_empty());
    // Those whose time is over go in the same way.
    let late = some(candidate, 600..632).await;
    let late = late.into_iter().map(|attempt| Attempt {
        created_at: attempt.created_at.after(POLICY.ttl),
        ..attempt
    });
    let late: Vec<_> = late.collect();
    candidate.advance(POLICY.ttl).await;
    for attempt in &late {
        let attempt = std::slice::from_ref(attempt);
        store.add_attempts(attempt, policy).await.unwrap();
    }
    let kept = store.attempts(None, 1000).await.unwrap();
    assert!(kept.iter().all(|kept| late.contains(kept)));
}

/// Attempts of these numbers, one second after the other.
async fn some(
    candidate: &impl Candidate<Store: VerificationStore>,
    numbers: std::ops::Range<u64>,
) -> Vec<Attempt> {
    let started = begun(candidate, '1', "123456").await;
    let attempt = |number| Attempt {
        created_at: at(started.slot, number),
        updated_at: at(started.slot, number),
        ..Attempt::new(name(number), service('a'), mobile(), &started)
    };
    numbers.map(attempt).collect()
}

fn at(first: Timestamp, number: u64) -> Timestamp {
    first.after(seconds(number))
}

fn name(number: u64) -> AttemptSid {
    AttemptSid::from_hex(&format!("{number:032x}")).unwrap()
}
