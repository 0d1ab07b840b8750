use std::sync::Arc;
use std::time::Duration;

use sms_core::{CheckOutcome, CheckRules, Message, Mobile, Quotas};
use sms_gateway::{Behaviour, ErrorClass, Failover, FailoverRules, MockSender, SmsSender};
use sms_service::{CheckedCode, VerificationService};
use sms_store::CodeStore;

use crate::Harness;
use crate::harness::{MOBILE, attempt, policy, quotas};

#[tokio::test]
async fn invariant_3_a_code_works_only_once() {
    let harness = Harness::new();
    harness.send().await;
    let code = harness.received_code().unwrap();
    assert_eq!(harness.check(&code).await.message(), Message::Verified);
    assert_eq!(harness.check(&code).await.message(), Message::CodeMissing);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_3_a_code_is_compared_no_more_than_the_maximum() {
    let harness = Harness::new();
    harness.send().await;
    let wrong = wrong_code(&harness);
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let (service, wrong) = (harness.service.clone(), wrong.clone());
            tokio::spawn(async move { service.check_code(attempt(&wrong)).await.unwrap() })
        })
        .collect();
    let mut compared = 0;
    for task in tasks {
        compared += u32::from(task.await.unwrap().message() == Message::CodeMismatch);
    }
    assert_eq!(compared, 5);
    let right = harness.received_code().unwrap();
    assert_eq!(
        harness.check(&right).await.message(),
        Message::TooManyAttempts
    );
}

#[tokio::test]
async fn a_wrong_code_says_how_many_attempts_are_left() {
    let harness = Harness::new();
    harness.send().await;
    let checked = harness.check(&wrong_code(&harness)).await;
    assert_eq!(checked.attempts_left(), Some(4));
}

#[tokio::test]
async fn failures_of_a_number_add_up() {
    let harness = Harness::with(|policy| policy.limits.failures_per_mobile = quotas(&["1/24h"]));
    harness.send().await;
    harness.check(&wrong_code(&harness)).await;
    let right = harness.received_code().unwrap();
    let refused = harness.check(&right).await;
    assert_eq!(refused.message(), Message::TooManyAttempts);
}

#[tokio::test]
async fn a_right_code_tells_its_sender_even_if_it_was_not_the_usual_one() {
    let mut harness = Harness::new();
    let other = MockSender::new("other");
    let senders: Vec<Arc<dyn SmsSender>> =
        vec![Arc::new(harness.sender.clone()), Arc::new(other.clone())];
    let rules = FailoverRules::within(Duration::from_secs(8));
    let front = Failover::new(senders, &rules).unwrap();
    harness.service = VerificationService::new(harness.store.clone(), Arc::new(front), policy());
    let rows = [
        (Behaviour::Accept, Behaviour::Accept, "mock"),
        (
            Behaviour::Refuse(ErrorClass::Temporary),
            Behaviour::Accept,
            "other",
        ),
        (
            Behaviour::Refuse(ErrorClass::Temporary),
            Behaviour::LoseAnswer,
            "other",
        ),
    ];
    for (first, second, expected) in rows {
        harness.sender.behave(first);
        other.behave(second);
        harness.send().await;
        let received = [&harness.sender, &other].map(|mock| mock.sent().into_iter().next());
        let newest = received
            .into_iter()
            .flatten()
            .max_by_key(|sent| sent.sent_at);
        let code = newest.unwrap().code;
        let checked = harness.check(code.expose()).await;
        assert!(
            matches!(
                &checked,
                CheckedCode::Checked { outcome: CheckOutcome::Verified, sender: Some(sender) }
                    if &**sender == expected
            ),
            "{checked:?}"
        );
        harness.clock.advance(Duration::from_secs(60));
    }
}

#[tokio::test]
async fn the_usual_sender_costs_no_note() {
    let harness = Harness::new();
    harness.send().await;
    let code = harness.received_code().unwrap();
    let rules = CheckRules {
        max_attempts: 5,
        failures: Quotas::default(),
    };
    let mobile = Mobile::parse(MOBILE).unwrap();
    let checked = harness.store.check(&mobile, &code, &rules).await.unwrap();
    assert_eq!(
        (checked.outcome, checked.sender),
        (CheckOutcome::Verified, None)
    );
}

#[tokio::test]
async fn input_is_checked_before_the_store_is_asked() {
    let harness = Harness::new();
    let check = async |mobile: &str, code: Option<&str>| {
        let mut request = attempt("");
        request.mobile = mobile.into();
        request.sms_code = code.map(Into::into);
        harness.service.check_code(request).await.unwrap().message()
    };
    assert_eq!(check(MOBILE, None).await, Message::MissingParameter);
    assert_eq!(check("nonsense", Some("")).await, Message::MissingParameter);
    assert_eq!(check("nonsense", Some("123456")).await, Message::BadMobile);
    assert_eq!(check(MOBILE, Some("123456")).await, Message::CodeMissing);
}

/// Six digits that are not the code.
fn wrong_code(harness: &Harness) -> String {
    let right = harness.received_code().unwrap();
    if right == "000000" {
        "111111"
    } else {
        "000000"
    }
    .to_owned()
}
