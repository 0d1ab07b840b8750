//! What is told about messages later.

use sms_core::{AttemptState, VerificationEnd, VerificationStatus};
use sms_service::{AttemptFilter, AttemptPlace, AttemptSummary};
use sms_store::AttemptStore as _;

use super::{Verify, service};

#[tokio::test]
async fn attempts_tell_what_came_of_messages() {
    let verify = Verify::new();
    let first = verify.started().await;
    verify.wait();
    let second = verify.started().await;
    verify.check(&verify.received()).await;
    let attempts = verify.attempts().await;
    let told: Vec<_> = attempts
        .iter()
        .map(|attempt| (attempt.sid, attempt.is_converted, attempt.state))
        .collect();
    let sids: Vec<_> = second.sends.iter().map(|send| send.sid).collect();
    let sent = AttemptState::Sent;
    assert_eq!(told, [(sids[1], true, sent), (sids[0], false, sent)]);
    let summary = |filter: AttemptFilter| {
        let verifications = verify.verifications.clone();
        async move { verifications.attempt_summary(&filter).await.unwrap() }
    };
    let half = AttemptSummary {
        total: 2,
        converted: 1,
    };
    let rows = [
        (AttemptFilter::default(), 2),
        (
            AttemptFilter {
                service: Some(service('b')),
                ..Default::default()
            },
            0,
        ),
        (
            AttemptFilter {
                verification: Some(first.sid),
                ..Default::default()
            },
            2,
        ),
        (
            AttemptFilter {
                prefix: Some("+8613".into()),
                ..Default::default()
            },
            2,
        ),
        (
            AttemptFilter {
                prefix: Some("+861399".into()),
                ..Default::default()
            },
            0,
        ),
        (
            AttemptFilter {
                region: Some("FR".parse().unwrap()),
                ..Default::default()
            },
            0,
        ),
        (
            AttemptFilter {
                is_converted: Some(false),
                ..Default::default()
            },
            1,
        ),
        (
            AttemptFilter {
                since: Some(second.sends[1].at),
                ..Default::default()
            },
            1,
        ),
        (
            AttemptFilter {
                before: Some(second.sends[1].at),
                ..Default::default()
            },
            1,
        ),
    ];
    for (filter, total) in rows {
        let counted = summary(filter.clone()).await;
        assert_eq!(counted.total, total, "{filter:?}");
        let listed = verify
            .verifications
            .attempts(&filter, None, 10)
            .await
            .unwrap();
        assert_eq!(listed.len() as u64, total, "{filter:?}");
    }
    assert_eq!(summary(AttemptFilter::default()).await, half);
    let all = AttemptFilter::default();
    let page = verify.verifications.attempts(&all, None, 1).await.unwrap();
    assert_eq!(page, attempts[..1]);
    let place = AttemptPlace::of(&page[0]);
    let page = verify
        .verifications
        .attempts(&all, Some(place), 1)
        .await
        .unwrap();
    assert_eq!(page, attempts[1..]);
}

#[tokio::test]
async fn an_approval_by_the_caller_converts_too() {
    let verify = Verify::new();
    let begun = verify.started().await;
    let ended = verify
        .verifications
        .end(service('a'), begun.sid, VerificationEnd::Approved)
        .await;
    let (_, ended) = ended.unwrap().unwrap();
    assert_eq!(ended.status, VerificationStatus::Approved);
    assert!(verify.attempts().await[0].is_converted);
}

#[tokio::test]
async fn whoever_ends_the_runtime_has_attempts_written() {
    let verify = Verify::new();
    verify.started().await;
    let store = &verify.harness.store;
    assert_eq!(store.attempts(None, 9).await.unwrap(), []);
    verify.harness.service.abandoned_sends().await;
    assert_eq!(store.attempts(None, 9).await.unwrap().len(), 1);
}
