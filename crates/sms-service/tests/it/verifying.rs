use std::time::Duration;

use sms_core::{
    AttemptState, CodeLength, Countries, ServiceSid, SmsCode, StartRefusal, Verification,
    VerificationEnd, VerificationStatus,
};
use sms_gateway::{Behaviour, ErrorClass};
use sms_service::{
    AttemptFilter, AttemptPlace, AttemptSummary, Channel, CheckVerification, CheckedVerification,
    Policy, RateLimitError, Repeatable, SafeListError, ServicePolicy, StartVerification,
    StartedVerification, Target, Verifications, VerifyPolicy,
};
use sms_store::AttemptPolicy;

use crate::Harness;
use crate::harness::{address, policy, quotas};

const TO: &str = "+8613800138000";

fn service(digit: char) -> ServiceSid {
    ServiceSid::from_hex(&digit.to_string().repeat(32)).unwrap()
}

fn service_policy(digit: char) -> ServicePolicy {
    ServicePolicy {
        sid: service(digit),
        friendly_name: "Shop".to_owned(),
        code_length: CodeLength::SIX,
        ttl: Duration::from_secs(600),
        max_checks: 2,
        max_sends: 3,
        custom_code_enabled: digit == 'b',
        per_mobile: policy().limits.per_mobile,
        countries: Countries::parse(&["CN"]).unwrap(),
        locale: None,
        sender: None,
    }
}

/// A harness with verifications for the services `a`, and `b`, whose callers may choose codes.
struct Verify {
    harness: Harness,
    verifications: Verifications,
}

impl Verify {
    fn new() -> Self {
        Self::with(|_| {}, |_| {})
    }

    fn with(limits: impl FnOnce(&mut Policy), change: impl Fn(&mut ServicePolicy)) -> Self {
        let harness = Harness::with(limits);
        let mut services = ['a', 'b'].map(service_policy);
        services.iter_mut().for_each(change);
        let policy = VerifyPolicy {
            services: services.to_vec(),
            attempts: AttemptPolicy {
                ttl: Duration::from_secs(3600),
                most: 100,
            },
        };
        let store = harness.store.clone();
        let verifications = Verifications::new(&harness.service, store, policy);
        Self {
            harness,
            verifications,
        }
    }

    async fn start(&self) -> StartedVerification {
        self.start_by(|_| {}).await
    }

    async fn start_by(&self, change: impl FnOnce(&mut StartVerification)) -> StartedVerification {
        let mut request = wish();
        change(&mut request);
        self.verifications.start(request).await.unwrap()
    }

    async fn started(&self) -> Verification {
        verification(self.start().await)
    }

    /// Lets the number's quota have a slot again.
    fn wait(&self) {
        self.harness.clock.advance(Duration::from_secs(60));
    }

    async fn check(&self, code: &str) -> CheckedVerification {
        self.check_at(Target::Number(TO.into()), code).await
    }

    async fn check_at(&self, target: Target, code: &str) -> CheckedVerification {
        let request = CheckVerification {
            service: service('a'),
            target,
            code: code.into(),
            address: address(1),
            trace: None,
        };
        self.verifications.check(request).await.unwrap()
    }

    fn received(&self) -> String {
        self.harness.received_code().unwrap()
    }

    async fn attempts(&self) -> Vec<sms_core::Attempt> {
        let all = AttemptFilter::default();
        self.verifications.attempts(&all, None, 100).await.unwrap()
    }
}

/// A wish for a verification of [`TO`] for the service `a`.
fn wish() -> StartVerification {
    StartVerification {
        service: service('a'),
        to: TO.into(),
        channel: Channel::Sms,
        custom_code: None,
        rate_limits: Vec::new(),
        locale: None,
        repeatable: None,
        address: address(1),
        trace: None,
    }
}

fn verification(started: StartedVerification) -> Verification {
    match started {
        StartedVerification::Sent { verification, .. } => verification,
        other => panic!("{other:?}"),
    }
}

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
async fn a_safe_number_is_not_blocked_by_its_region() {
    let verify = Verify::new();
    let abroad = "+33612345678";
    let add = async |number| verify.verifications.add_safe_number(number).await.unwrap();
    assert_eq!(add("33612345678").await, Err(SafeListError::BadNumber));
    let added = add(abroad).await.unwrap();
    assert_eq!(add(abroad).await, Err(SafeListError::Exists));
    let found = verify.verifications.safe_number(abroad).await.unwrap();
    assert_eq!(found, Some(added));
    verification(verify.start_by(|request| request.to = abroad.into()).await);
    assert!(
        verify
            .verifications
            .remove_safe_number(abroad)
            .await
            .unwrap()
    );
    assert!(
        !verify
            .verifications
            .remove_safe_number(abroad)
            .await
            .unwrap()
    );
    let blocked = verify.start_by(|request| request.to = abroad.into()).await;
    assert!(
        matches!(blocked, StartedVerification::CountryBlocked(_)),
        "{blocked:?}"
    );
}

#[tokio::test]
async fn a_limit_of_the_callers_own_counts_what_was_sent() {
    let verify = Verify::with(|_| {}, |service| service.per_mobile = quotas(&[]));
    let limits = &verify.verifications;
    let limit = limits.add_rate_limit(service('a'), "end_user_ip", "").await;
    let limit = limit.unwrap().unwrap();
    let add = async |max, interval| {
        let added = limits
            .add_bucket(service('a'), limit.sid, max, interval)
            .await;
        added.unwrap()
    };
    let bucket = add(1, 60).await.unwrap();
    for (max, interval, error) in [
        (1, 60, RateLimitError::IntervalTaken),
        (0, 61, RateLimitError::BadMax),
        (1, 0, RateLimitError::BadInterval),
        (1, 86_401, RateLimitError::BadInterval),
    ] {
        assert_eq!(add(max, interval).await, Err(error));
    }
    let named = |value: &'static str| {
        move |request: &mut StartVerification| {
            request.rate_limits = vec![
                ("end_user_ip".into(), value.into()),
                ("unknown".into(), value.into()),
            ];
        }
    };
    verify
        .harness
        .sender
        .behave(Behaviour::Refuse(ErrorClass::Temporary));
    verify.start_by(named("x")).await;
    verify.harness.sender.behave(Behaviour::Accept);
    verification(verify.start_by(named("x")).await);
    let full = verify.start_by(named("x")).await;
    assert!(
        matches!(full, StartedVerification::BucketFull { .. }),
        "{full:?}"
    );
    verification(verify.start_by(named("y")).await);
    let changed = limits
        .change_bucket(service('a'), limit.sid, bucket.sid, Some(2), None)
        .await;
    assert_eq!(changed.unwrap().unwrap().max, 2);
    verification(verify.start_by(named("x")).await);
    limits
        .remove_rate_limit(service('a'), limit.sid)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(limits.rate_limits(service('a')).await.unwrap().unwrap(), []);
}

#[tokio::test]
async fn limits_have_names_and_numbers() {
    let verify = Verify::new();
    let limits = &verify.verifications;
    let add = async |name: &str| {
        let added = limits.add_rate_limit(service('a'), name, "why").await;
        added.unwrap()
    };
    let long = "x".repeat(65);
    for name in ["", "a b", "é", long.as_str()] {
        assert_eq!(add(name).await, Err(RateLimitError::BadName), "{name}");
    }
    for index in 0..20 {
        add(&format!("limit-{index}")).await.unwrap();
    }
    assert_eq!(add("limit-0").await, Err(RateLimitError::NameTaken));
    assert_eq!(add("limit-20").await, Err(RateLimitError::TooManyLimits));
    let all = limits.rate_limits(service('a')).await.unwrap().unwrap();
    let limit = &all[0];
    for index in 0..5 {
        let added = limits
            .add_bucket(service('a'), limit.sid, 1, 60 + index)
            .await;
        added.unwrap().unwrap();
    }
    let full = limits
        .add_bucket(service('a'), limit.sid, 1, 99)
        .await
        .unwrap();
    assert_eq!(full, Err(RateLimitError::TooManyBuckets));
    let elsewhere = limits
        .change_rate_limit(service('b'), limit.sid, None)
        .await;
    assert_eq!(elsewhere.unwrap(), Err(RateLimitError::Unknown));
}

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
