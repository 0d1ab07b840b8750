use sms_core::{CheckOutcome, Message};
use sms_service::CheckedCode;

use crate::Harness;
use crate::harness::{MOBILE, quotas};

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
            tokio::spawn(async move { service.check_code(MOBILE, Some(&wrong)).await.unwrap() })
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
    let refused = CheckedCode::Checked(CheckOutcome::TooManyAttempts);
    assert_eq!(harness.check(&right).await, refused);
}

#[tokio::test]
async fn input_is_checked_before_the_store_is_asked() {
    let harness = Harness::new();
    let check = async |mobile: &str, code: Option<&str>| {
        harness
            .service
            .check_code(mobile, code)
            .await
            .unwrap()
            .message()
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
