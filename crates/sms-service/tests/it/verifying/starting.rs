//! Beginning a verification and carrying it to its end.

use sms_core::{Countries, SmsCode, StartRefusal, VerificationStatus};
use sms_service::{Channel, CheckedVerification, StartVerification, StartedVerification, Target};

use super::{TO, Verify, service, verification};
use crate::harness::quotas;

#[tokio::test]
async fn a_code_that_was_sent_verifies_a_number_once() {
    let verify = Verify::new();
    let begun = verify.started().await;
    assert_eq!(begun.status, VerificationStatus::Pending);
    let wrong = verify.check("000000x").await;
    assert!(
        matches!(wrong, CheckedVerification::Wrong { .. }),
        "{wrong:?}"
    );
    let right = verify.check(&verify.received()).await;
    let CheckedVerification::Approved { verification, .. } = right else {
        panic!("{right:?}");
    };
    assert_eq!(verification.sid, begun.sid);
    let again = verify.check(&verify.received()).await;
    assert_eq!(again, CheckedVerification::Missing);
    let target = Target::Sid(begun.sid);
    let fetched = verify.verifications.fetch(service('a'), &target).await;
    assert_eq!(fetched.unwrap(), None);
}

#[tokio::test]
async fn the_same_code_goes_out_again_with_the_minutes_that_are_left() {
    let verify = Verify::new();
    let first = verify.started().await;
    let code = verify.received();
    verify.wait();
    let second = verify.started().await;
    assert_eq!((second.sid, verify.received()), (first.sid, code.clone()));
    let mobile = sms_core::Mobile::parse(TO).unwrap();
    let sent = verify.harness.sender.sent_to(&mobile);
    let minutes: Vec<_> = sent.iter().map(|message| message.minutes).collect();
    assert_eq!(minutes, [9, 10]);
    let right = verify.check_at(Target::Sid(first.sid), &code).await;
    assert!(
        matches!(right, CheckedVerification::Approved { .. }),
        "{right:?}"
    );
}

#[tokio::test]
async fn what_may_not_be_is_told_in_order() {
    let verify = Verify::with(
        |policy| policy.limits.failures_per_mobile = quotas(&["1/24h"]),
        |_| {},
    );
    let call = |request: &mut StartVerification| request.channel = Channel::Call;
    let own_code = |request: &mut StartVerification| {
        request.custom_code = Some(SmsCode::custom("abcd").unwrap());
    };
    let to =
        |number: &'static str| move |request: &mut StartVerification| request.to = number.into();
    let unknown = verify
        .start_by(|request| request.service = service('c'))
        .await;
    assert!(matches!(unknown, StartedVerification::UnknownService));
    for number in ["13800138000", "+86", "8613800138000", ""] {
        let bad = verify.start_by(to(number)).await;
        assert!(
            matches!(bad, StartedVerification::BadNumber),
            "{number}: {bad:?}"
        );
    }
    let landline = verify.start_by(to("+861065529988")).await;
    assert!(
        matches!(landline, StartedVerification::NotMobile),
        "{landline:?}"
    );
    let abroad = verify.start_by(to("+33612345678")).await;
    assert!(
        matches!(abroad, StartedVerification::CountryBlocked(_)),
        "{abroad:?}"
    );
    let off = verify.start_by(call).await;
    assert!(
        matches!(off, StartedVerification::ChannelDisabled(Channel::Call)),
        "{off:?}"
    );
    let off = verify.start_by(own_code).await;
    assert!(matches!(off, StartedVerification::CustomCodeOff), "{off:?}");
    verify.started().await;
    verify.check("000000x").await;
    for refused in [verify.start_by(call).await, verify.start_by(own_code).await] {
        let StartedVerification::Refused(StartRefusal::NumberBlocked { .. }) = refused else {
            panic!("{refused:?}");
        };
    }
    assert!(
        verify.attempts().await.len() == 1,
        "only one message went out"
    );
}

#[tokio::test]
async fn a_caller_may_choose_a_code_where_that_is_allowed() {
    let verify = Verify::new();
    let chosen = |request: &mut StartVerification| {
        request.service = service('b');
        request.custom_code = Some(SmsCode::custom("a-B4!").unwrap());
    };
    verification(verify.start_by(chosen).await);
    assert_eq!(verify.received(), "a-B4!");
}

#[tokio::test]
async fn a_service_has_senders_countries_and_quotas_of_its_own() {
    let other = sms_gateway::MockSender::new("other");
    let sender = other.clone();
    let verify = Verify::with(
        |_| {},
        move |service| {
            service.sender = Some(std::sync::Arc::new(sender.clone()));
            service.countries = Countries::All;
            service.per_mobile = quotas(&["2/60s"]);
        },
    );
    for _ in 0..2 {
        let begun = verify
            .start_by(|request| request.to = "+33612345678".into())
            .await;
        verification(begun);
    }
    let refused = verify
        .start_by(|request| request.to = "+33612345678".into())
        .await;
    let StartedVerification::Refused(StartRefusal::TooOften { .. }) = refused else {
        panic!("{refused:?}");
    };
    let mobile = sms_core::Mobile::parse("+33612345678").unwrap();
    assert_eq!(other.sent_to(&mobile).len(), 2);
}

#[tokio::test]
async fn a_test_number_gets_its_code_and_no_message() {
    let code = SmsCode::parse("135791").unwrap();
    let verify = Verify::with(
        |policy| {
            let entry = sms_core::TestEntry {
                range: sms_core::TestRange::number(&sms_core::Mobile::parse(TO).unwrap()),
                code,
                until: sms_core::Timestamp::from_millis(u64::MAX),
            };
            policy.test_numbers = sms_core::TestNumbers::new([entry]).unwrap();
        },
        |_| {},
    );
    verify.started().await;
    assert_eq!(verify.harness.received_code(), None);
    assert_eq!(verify.attempts().await, []);
    let right = verify.check("135791").await;
    assert!(
        matches!(right, CheckedVerification::Approved { .. }),
        "{right:?}"
    );
}

#[tokio::test]
async fn a_verification_is_found_by_its_name_in_its_service_alone() {
    let verify = Verify::new();
    let begun = verify.started().await;
    verify.wait();
    let elsewhere = |request: &mut StartVerification| request.service = service('b');
    let other = verification(verify.start_by(elsewhere).await);
    for (place, sid, found) in [
        ('a', begun.sid, true),
        ('b', other.sid, true),
        ('a', other.sid, false),
        ('b', begun.sid, false),
    ] {
        let target = Target::Sid(sid);
        let fetched = verify.verifications.fetch(service(place), &target).await;
        let fetched = fetched.unwrap().map(|(_, verification)| verification.sid);
        assert_eq!(fetched, found.then_some(sid), "{place}");
    }
}
