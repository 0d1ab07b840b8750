//! An observer is told what came of every request, whether or not anybody waits for the answer.

use std::sync::Arc;

use sms_core::{
    CheckOutcome, Message, Mobile, SmsCode, TestEntry, TestNumbers, TestRange, Timestamp,
};
use sms_gateway::{Behaviour, ErrorClass};
use sms_service::{CheckedCode, SentCode, VerificationService};

use crate::Harness;
use crate::harness::{MOBILE, address, attempt, policy, quotas, request};
use crate::unsettled::Unsettled;

#[tokio::test]
async fn a_send_is_told_with_its_message() {
    let harness = Harness::new();
    harness.send().await;
    let told = harness.told.only();
    assert_eq!(told.outcome, Message::Sent);
    assert_eq!(told.mobile, Some(Mobile::parse(MOBILE).unwrap()));
    assert_eq!(told.address, address(7));
    assert_eq!(told.trace.as_deref(), Some("request-1"));
    let message_id = told.message_id.unwrap().to_string();
    // The mock's own name of a message is ours.
    assert_eq!(told.provider_id, Some(message_id));
}

#[tokio::test]
async fn a_failed_send_is_told_with_its_message_and_no_receipt() {
    let harness = Harness::new();
    harness
        .send_while(Behaviour::Refuse(ErrorClass::Config))
        .await;
    let told = harness.told.only();
    assert_eq!(told.outcome, Message::SendFailed);
    assert!(told.message_id.is_some());
    assert_eq!(told.provider_id, None);
}

#[tokio::test]
async fn a_refused_send_is_told_without_a_message() {
    let harness = Harness::new();
    let mut nobody = request();
    nobody.mobile = "not a number".into();
    harness.service.send_code(nobody).await.unwrap();
    let told = harness.told.only();
    assert_eq!((told.outcome, told.mobile), (Message::BadMobile, None));

    harness.service.send_code(request()).await.unwrap();
    let told = harness.told.only();
    assert_eq!(told.outcome, Message::ImageMissing);
    assert_eq!(told.mobile, Some(Mobile::parse(MOBILE).unwrap()));
    assert_eq!(told.message_id, None);
}

#[tokio::test]
async fn a_check_is_told_with_its_outcome() {
    let harness = Harness::new();
    harness.check("000000").await;
    let told = harness.told.only();
    assert_eq!(told.outcome, Message::CodeMissing);
    assert_eq!(told.mobile, Some(Mobile::parse(MOBILE).unwrap()));
    assert_eq!(told.address, address(7));
    assert_eq!(told.trace.as_deref(), Some("request-2"));
}

#[tokio::test]
async fn a_send_is_told_though_its_caller_went_away() {
    let harness = Harness::new();
    harness.put_picture("i").await;
    harness.sender.behave(Behaviour::Stall);
    let service = harness.service.clone();
    let caller = tokio::spawn(async move { service.send_code(request()).await });
    while harness.stored_code().is_none() {
        tokio::task::yield_now().await;
    }
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    assert!(harness.told.is_empty(), "nothing is settled yet");
    harness.sender.behave(Behaviour::Accept);
    harness.service.abandoned_sends().await;
    assert_eq!(harness.told.only().outcome, Message::Sent);
}

#[tokio::test]
async fn a_check_is_told_though_its_caller_went_away() {
    let harness = Harness::new();
    let store = Arc::new(Unsettled::over(harness.store.clone()));
    let sender = Arc::new(harness.sender.clone());
    let told = harness.told.clone();
    let service = VerificationService::observed(store, sender, policy(), told);
    let check = service.check_code(attempt("000000"));
    tokio::select! {
        biased;
        _ = check => panic!("it takes more than one turn"),
        () = std::future::ready(()) => {}
    }
    assert!(harness.told.is_empty(), "nothing is compared yet");
    service.abandoned_sends().await;
    assert_eq!(harness.told.only().outcome, Message::CodeMissing);
}

#[tokio::test]
async fn a_refused_picture_is_told() {
    let harness = Harness::with(|policy| policy.limits.image_per_ip = quotas(&["1/1m"]));
    for refused in [0, 1] {
        let id = sms_core::ImageId::parse("i").unwrap();
        harness.service.give_picture(&id, address(7)).await.unwrap();
        assert_eq!(harness.told.refused_pictures(), refused);
    }
}

#[tokio::test]
async fn a_request_for_a_test_number_is_told_as_one() {
    let harness = Harness::with(|policy| {
        let entry = TestEntry {
            range: TestRange::number(&Mobile::parse(MOBILE).unwrap()),
            code: SmsCode::parse("246810").unwrap(),
            until: Timestamp::from_millis(u64::MAX),
        };
        policy.test_numbers = TestNumbers::new([entry]).unwrap();
    });
    assert_eq!(harness.send().await, SentCode::KeptForTest);
    let told = harness.told.only();
    assert!(told.is_test && told.message_id.is_none(), "{told:?}");
    assert_eq!(harness.received_code(), None);
    let right = CheckedCode::Checked {
        outcome: CheckOutcome::Verified,
        sender: None,
    };
    assert_eq!(harness.check("246810").await, right);
    assert!(harness.told.only().is_test);
}
