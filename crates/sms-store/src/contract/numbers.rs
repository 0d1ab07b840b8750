//! The codes of a number.

use sms_core::{CheckOutcome, Issue, Settlement};

use crate::CodeStore;
use crate::contract::Candidate;
use crate::contract::given::{
    TTL, at_once, check, check_with, code, issued, mobile, quotas, rules, seconds, settle,
};

/// A right code is gone.
pub async fn a_code_works_only_once(candidate: &impl Candidate) {
    issued(candidate, "123456").await;
    assert_eq!(check(candidate, "123456").await, CheckOutcome::Verified);
    assert_eq!(check(candidate, "123456").await, CheckOutcome::Missing);
}

/// A code is gone when its time is over, whatever was tried before.
pub async fn a_code_expires(candidate: &impl Candidate) {
    issued(candidate, "123456").await;
    check(candidate, "000000").await;
    candidate.advance(TTL).await;
    assert_eq!(check(candidate, "123456").await, CheckOutcome::Missing);
}

/// With the last wrong attempt a code is void, and that is told until it would have expired; the
/// next code has all of its attempts.
pub async fn a_code_is_void_after_the_last_attempt(candidate: &impl Candidate) {
    issued(candidate, "123456").await;
    for attempts_left in [4, 3, 2, 1, 0] {
        assert_eq!(
            check(candidate, "000000").await,
            CheckOutcome::Mismatch { attempts_left }
        );
    }
    assert_eq!(
        check(candidate, "123456").await,
        CheckOutcome::TooManyAttempts
    );
    candidate.advance(seconds(60)).await;
    issued(candidate, "654321").await;
    assert_eq!(
        check(candidate, "000000").await,
        CheckOutcome::Mismatch { attempts_left: 4 }
    );
    assert_eq!(check(candidate, "654321").await, CheckOutcome::Verified);
}

/// A number gets no code beyond its quota, is told for how long, and keeps the code it has.
pub async fn a_number_has_a_quota_of_sends(candidate: &impl Candidate) {
    let limits = quotas(&["1/60s", "2/1h"]);
    let issue = async |text: &str| {
        let code = code(text);
        candidate
            .store()
            .issue(&mobile(), &code, TTL, &limits)
            .await
            .unwrap()
    };
    let next_slot_in = seconds(60);
    assert!(
        matches!(issue("111111").await, Issue::Issued { next_slot_in: next, .. } if next == next_slot_in)
    );
    candidate.advance(seconds(45)).await;
    let retry_after = seconds(15);
    assert_eq!(issue("222222").await, Issue::TooOften { retry_after });
    assert_eq!(check(candidate, "111111").await, CheckOutcome::Verified);
    candidate.advance(retry_after).await;
    let next_slot_in = seconds(3540);
    assert!(
        matches!(issue("333333").await, Issue::Issued { next_slot_in: next, .. } if next == next_slot_in)
    );
    candidate.advance(seconds(60)).await;
    let retry_after = seconds(3480);
    assert_eq!(issue("444444").await, Issue::TooOften { retry_after });
}

/// Failures of all codes of a number count together; beyond their quota even a right code is
/// refused.
pub async fn a_number_has_a_quota_of_failures(candidate: &impl Candidate) {
    let rules = rules(5, &["2/24h"]);
    issued(candidate, "111111").await;
    check_with(candidate, "000000", &rules).await;
    candidate.advance(seconds(60)).await;
    issued(candidate, "222222").await;
    check_with(candidate, "000000", &rules).await;
    let refused = check_with(candidate, "222222", &rules).await;
    assert_eq!(refused, CheckOutcome::TooManyAttempts);
    candidate.advance(seconds(24 * 3600)).await;
    issued(candidate, "333333").await;
    assert_eq!(
        check_with(candidate, "333333", &rules).await,
        CheckOutcome::Verified
    );
}

/// A send that failed takes its code and its slot back.
pub async fn a_settled_send_leaves_nothing_behind(candidate: &impl Candidate) {
    let Issue::Issued { slot, .. } = issued(candidate, "123456").await else {
        unreachable!("checked by `issued`");
    };
    let settlement = Settlement::GiveBack(slot);
    settle(candidate, "123456", settlement).await;
    assert_eq!(check(candidate, "123456").await, CheckOutcome::Missing);
    issued(candidate, "654321").await;
}

/// A send that is settled without its slot leaves the slot taken.
pub async fn a_provider_limit_keeps_the_slot(candidate: &impl Candidate) {
    issued(candidate, "123456").await;
    settle(candidate, "123456", Settlement::KeepSlot).await;
    let limits = quotas(&["1/60s"]);
    let again = candidate
        .store()
        .issue(&mobile(), &code("654321"), TTL, &limits)
        .await
        .unwrap();
    assert_eq!(
        again,
        Issue::TooOften {
            retry_after: seconds(60)
        }
    );
}

/// A settlement of an older code does nothing to the newer.
pub async fn a_late_settlement_leaves_a_newer_code_alone(candidate: &impl Candidate) {
    let Issue::Issued { slot, .. } = issued(candidate, "111111").await else {
        unreachable!("checked by `issued`");
    };
    candidate.advance(seconds(60)).await;
    issued(candidate, "222222").await;
    let settlement = Settlement::GiveBack(slot);
    settle(candidate, "111111", settlement).await;
    assert_eq!(check(candidate, "222222").await, CheckOutcome::Verified);
}

/// Of a hundred wrong checks at the same moment five are compared.
pub async fn invariant_3_a_code_is_compared_no_more_than_the_maximum(candidate: &impl Candidate) {
    issued(candidate, "123456").await;
    let outcomes = at_once(100, |_| {
        let store = candidate.store();
        async move {
            store
                .check(&mobile(), "000000", &rules(5, &[]))
                .await
                .unwrap()
                .outcome
        }
    })
    .await;
    let mut left: Vec<u8> = outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            CheckOutcome::Mismatch { attempts_left } => Some(*attempts_left),
            _ => None,
        })
        .collect();
    left.sort_unstable();
    assert_eq!(left, [0, 1, 2, 3, 4]);
}

/// Of a hundred right checks at the same moment one is accepted.
pub async fn invariant_3_a_code_is_accepted_once(candidate: &impl Candidate) {
    issued(candidate, "123456").await;
    let outcomes = at_once(100, |_| {
        let store = candidate.store();
        async move {
            store
                .check(&mobile(), "123456", &rules(5, &[]))
                .await
                .unwrap()
                .outcome
        }
    })
    .await;
    let verified = outcomes
        .iter()
        .filter(|&&outcome| outcome == CheckOutcome::Verified);
    assert_eq!(verified.count(), 1);
}

/// Of two hundred codes issued at the same moment no more are than the quota has.
pub async fn invariant_4_a_quota_holds_under_concurrency(candidate: &impl Candidate) {
    let outcomes = at_once(200, |_| {
        let store = candidate.store();
        async move {
            let limits = quotas(&["3/60s"]);
            store
                .issue(&mobile(), &code("123456"), TTL, &limits)
                .await
                .unwrap()
        }
    })
    .await;
    let issued = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Issue::Issued { .. }));
    assert_eq!(issued.count(), 3);
}
