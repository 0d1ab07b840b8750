//! Safe numbers, and limits of the callers' own.

use sms_gateway::{Behaviour, ErrorClass};
use sms_service::{RateLimitError, SafeListError, StartVerification, StartedVerification};

use super::{Verify, service, verification};
use crate::harness::quotas;

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
