//! Requests that come again.

use std::time::Duration;

use sms_gateway::{Behaviour, ErrorClass};
use sms_service::{Repeatable, StartVerification, StartedVerification};

use super::{Verify, verification, wish};
use crate::harness::quotas;

#[tokio::test]
async fn a_request_that_comes_again_sends_nothing_and_is_answered_the_same() {
    let verify = Verify::with(|_| {}, |service| service.per_mobile = quotas(&[]));
    let named = |content: &'static str| {
        move |request: &mut StartVerification| {
            request.repeatable = Some(Repeatable {
                name: "name".into(),
                content: content.into(),
            });
        }
    };
    verify
        .harness
        .sender
        .behave(Behaviour::Refuse(ErrorClass::Temporary));
    let failed = verify.start_by(named("a")).await;
    assert!(
        matches!(failed, StartedVerification::SendFailed { .. }),
        "{failed:?}"
    );
    verify.harness.sender.behave(Behaviour::Accept);
    let first = verification(verify.start_by(named("a")).await);
    let again = verify.start_by(named("a")).await;
    let StartedVerification::Repeated { verification, .. } = again else {
        panic!("{again:?}");
    };
    assert_eq!(verification, first);
    assert_eq!(verify.attempts().await.len(), 1);
    let other = verify.start_by(named("b")).await;
    assert!(matches!(other, StartedVerification::NameTaken), "{other:?}");
    verify.harness.clock.advance(Duration::from_secs(24 * 3600));
    verify.harness.sender.behave(Behaviour::Stall);
    let begun = tokio::spawn({
        let verifications = verify.verifications.clone();
        async move {
            let mut request = wish();
            named("b")(&mut request);
            verifications.start(request).await.unwrap()
        }
    });
    while verify.harness.service.sends_under_way() == 0 {
        tokio::task::yield_now().await;
    }
    let at_once = verify.start_by(named("b")).await;
    assert!(
        matches!(at_once, StartedVerification::UnderWay),
        "{at_once:?}"
    );
    verify.harness.sender.behave(Behaviour::Accept);
    assert!(matches!(
        begun.await.unwrap(),
        StartedVerification::Sent { .. }
    ));
}
