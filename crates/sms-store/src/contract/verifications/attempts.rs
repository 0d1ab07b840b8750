//! The messages of verifications.

use sms_core::{Attempt, AttemptState, StartRules};

use super::given::{POLICY, admit, send, service, start, start_rules, verification, why};
use crate::contract::Candidate;
use crate::contract::given::{TTL, mobile, seconds};
use crate::{AttemptChange, VerificationAdmission, VerificationStore};

/// A verification is found by its name as long as it lives; its messages are listed, the latest
/// first.
pub async fn an_admitted_verification_is_found_and_its_attempt_kept(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    let rules = start_rules(&[], &[]);
    let admitted = admit(candidate, &start('1', "123456"), &rules, &[], "x").await;
    let VerificationAdmission::Admitted { started, .. } = admitted else {
        panic!("nothing refuses it: {}", why(&admitted));
    };
    candidate.advance(seconds(1)).await;
    admit(candidate, &start('2', "654321"), &rules, &[], "x").await;
    let store = candidate.store();
    let found = store.find_verification(verification('1')).await.unwrap();
    assert_eq!(found, Some((service('a'), mobile())));
    let attempt = |digit, created_at| Attempt {
        sid: send(digit),
        verification: verification('1'),
        service: service('a'),
        to: Some(mobile()),
        code_length: 6,
        created_at,
        updated_at: created_at,
        is_converted: false,
        state: AttemptState::Sent,
        provider_code: None,
    };
    let (first, second) = (started.slot, started.slot.after(seconds(1)));
    let all = store.attempts(None, 10).await.unwrap();
    assert_eq!(all, [attempt('2', second), attempt('1', first)]);
    assert_eq!(store.attempts(Some(first), 10).await.unwrap(), all[1..]);
    assert_eq!(store.attempts(None, 1).await.unwrap(), all[..1]);
    assert_eq!(
        store.attempt(send('1')).await.unwrap(),
        Some(attempt('1', first))
    );
    candidate.advance(TTL).await;
    assert_eq!(
        store.find_verification(verification('1')).await.unwrap(),
        None
    );
}

/// Each change of an attempt is kept; one that was removed stays so.
pub async fn what_comes_of_an_attempt_is_kept_with_it(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    let rules = start_rules(&[], &[]);
    admit(candidate, &start('1', "123456"), &rules, &[], "x").await;
    let store = candidate.store();
    let after = async |change| {
        store.change_attempt(send('1'), change).await.unwrap();
        let attempt = store.attempt(send('1')).await.unwrap();
        attempt.map(|kept| (kept.is_converted, kept.state, kept.provider_code))
    };
    let code = Some("MK:0004".to_owned());
    let rows = [
        (
            AttemptChange::Failed(Some("MK:0004")),
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

/// Attempts are forgotten when their time is over, and the oldest when there are too many.
pub async fn attempts_have_a_time_and_a_number(
    candidate: &impl Candidate<Store: VerificationStore>,
) {
    let rules = StartRules {
        max_sends: 99,
        ..start_rules(&[], &[])
    };
    for digit in ['1', '2', '3', '4'] {
        admit(
            candidate,
            &start(digit, "123456"),
            &rules,
            &[],
            &digit.to_string(),
        )
        .await;
        candidate.advance(seconds(1)).await;
    }
    let sids = async || {
        let attempts = candidate.store().attempts(None, 10).await.unwrap();
        attempts
            .into_iter()
            .map(|attempt| attempt.sid)
            .collect::<Vec<_>>()
    };
    assert_eq!(sids().await, [send('4'), send('3'), send('2')]);
    candidate.advance(POLICY.ttl - seconds(2)).await;
    admit(candidate, &start('5', "123456"), &rules, &[], "5").await;
    assert_eq!(sids().await, [send('5'), send('4')]);
}
