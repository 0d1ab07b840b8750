//! Messages that fail, may have arrived, or are too many.

use std::time::Duration;

use sms_core::StartRefusal;
use sms_gateway::{Behaviour, ErrorClass};
use sms_service::{CheckedVerification, StartedVerification, Target};

use super::{TO, Verify, service, verification, wish};

#[tokio::test]
async fn invariant_5_a_message_that_failed_leaves_nothing() {
    let verify = Verify::new();
    for class in [
        ErrorClass::Config,
        ErrorClass::Temporary,
        ErrorClass::Blocked,
    ] {
        verify.harness.sender.behave(Behaviour::Refuse(class));
        let failed = verify.start().await;
        assert!(
            matches!(failed, StartedVerification::SendFailed { .. }),
            "{failed:?}"
        );
        let target = Target::Number(TO.into());
        let left = verify.verifications.fetch(service('a'), &target).await;
        assert_eq!(left.unwrap(), None);
        assert_eq!(verify.attempts().await, []);
    }
    verify.harness.sender.behave(Behaviour::Accept);
    let first = verify.started().await;
    verify.wait();
    verify
        .harness
        .sender
        .behave(Behaviour::Refuse(ErrorClass::Temporary));
    verify.start().await;
    assert_eq!(verify.attempts().await.len(), 1);
    verify.harness.sender.behave(Behaviour::Accept);
    let again = verify.started().await;
    assert_eq!((again.sid, again.sends.len()), (first.sid, 2));
    let right = verify.check(&verify.received()).await;
    assert!(
        matches!(right, CheckedVerification::Approved { .. }),
        "{right:?}"
    );
}

#[tokio::test]
async fn what_may_have_arrived_counts_as_sent() {
    let verify = Verify::new();
    verify.harness.sender.behave(Behaviour::LoseAnswer);
    let started = verify.start().await;
    let StartedVerification::Sent { sender, .. } = started else {
        panic!("{started:?}");
    };
    assert_eq!(sender.map(|(_, is_accepted)| is_accepted), Some(false));
    let right = verify.check(&verify.received()).await;
    assert!(
        matches!(right, CheckedVerification::Approved { .. }),
        "{right:?}"
    );
}

#[tokio::test]
async fn the_providers_own_limit_keeps_the_slot() {
    let verify = Verify::new();
    let limited = ErrorClass::RateNumber;
    verify.harness.sender.behave(Behaviour::Refuse(limited));
    let refused = verify.start().await;
    let retry_after = Duration::from_secs(60);
    let StartedVerification::LimitedByProvider {
        retry_after: told, ..
    } = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!(told, retry_after);
    verify.harness.sender.behave(Behaviour::Accept);
    let refused = verify.start().await;
    let StartedVerification::Refused(StartRefusal::TooOften { .. }) = refused else {
        panic!("{refused:?}");
    };
}

#[tokio::test]
async fn no_more_is_under_way_than_may_be() {
    let verify = Verify::with(|policy| policy.max_in_flight = 1, |_| {});
    verify.harness.sender.behave(Behaviour::Stall);
    let first = tokio::spawn({
        let verifications = verify.verifications.clone();
        async move {
            let request = wish();
            verifications.start(request).await.unwrap()
        }
    });
    while verify.harness.service.sends_under_way() == 0 {
        tokio::task::yield_now().await;
    }
    let refused = verify.start().await;
    assert!(
        matches!(refused, StartedVerification::Overloaded),
        "{refused:?}"
    );
    verify.harness.sender.behave(Behaviour::Accept);
    verification(first.await.unwrap());
}
