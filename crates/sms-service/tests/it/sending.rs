use std::time::Duration;

use sms_core::Message;
use sms_gateway::{Behaviour, ErrorClass};
use sms_service::{SendCode, SentCode};

use crate::Harness;
use crate::harness::{address, quotas, request};

const MINUTE: Duration = Duration::from_secs(60);

async fn outcome(harness: &Harness, change: impl FnOnce(&mut SendCode)) -> Message {
    let mut request = request();
    change(&mut request);
    harness.service.send_code(request).await.unwrap().message()
}

#[tokio::test]
async fn the_phone_gets_the_code_that_is_stored() {
    let harness = Harness::new();
    let SentCode::Sent {
        sender,
        next_slot_in,
    } = harness.send().await
    else {
        panic!("nothing was in the way");
    };
    assert_eq!((&*sender, next_slot_in.as_secs()), ("mock", 60));
    let code = harness.stored_code().unwrap();
    assert_eq!(harness.received_code().as_deref(), Some(&*code));
    assert_eq!(code.len(), 6);
    assert_eq!(harness.sender.sent()[0].minutes, 5);
}

#[tokio::test]
async fn what_is_missing_is_said_before_anything_else() {
    let harness = Harness::new();
    harness.put_picture("i").await;
    for missing in [None, Some(String::new())] {
        let no_answer = outcome(&harness, |request| {
            request.mobile = "not a number".into();
            request.image_code.clone_from(&missing);
        });
        assert_eq!(no_answer.await, Message::MissingParameter);
        let no_name = outcome(&harness, |request| request.image_code_id = missing);
        assert_eq!(no_name.await, Message::MissingParameter);
    }
    assert!(
        harness.send().await.message().is_success(),
        "the picture was not touched"
    );
}

#[tokio::test]
async fn a_number_that_may_not_be_sent_to_is_refused() {
    let harness = Harness::new();
    harness.put_picture("i").await;
    for number in ["1380013800", "+33612345678", "+861065529988", ""] {
        let refused = outcome(&harness, |request| request.mobile = number.into()).await;
        assert_eq!(refused, Message::BadMobile, "{number}");
    }
    assert!(
        harness.send().await.message().is_success(),
        "the picture was not touched"
    );
}

#[tokio::test]
async fn an_unusual_picture_name_is_one_that_is_not_there() {
    let harness = Harness::new();
    for name in ["图", "a b", &"x".repeat(65), "nope"] {
        let missing = outcome(&harness, |request| {
            request.image_code_id = Some(name.into());
        });
        assert_eq!(missing.await, Message::ImageMissing, "{name}");
    }
}

#[tokio::test]
async fn invariant_1_no_message_without_the_right_answer() {
    let harness = Harness::new();
    harness.put_picture("i").await;
    let wrong = outcome(&harness, |request| request.image_code = Some("abce".into())).await;
    assert_eq!(wrong, Message::ImageMismatch);
    let used = outcome(&harness, |_| {}).await;
    assert_eq!(
        used,
        Message::ImageMissing,
        "a wrong answer uses the picture up"
    );
    assert_eq!(harness.sender.count(), 0);
    assert_eq!(harness.stored_code(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_1_one_picture_pays_for_one_message_at_most() {
    let harness = Harness::with(|policy| policy.limits.per_mobile = quotas(&[]));
    harness.put_picture("i").await;
    let tasks: Vec<_> = (0..200)
        .map(|_| {
            let service = harness.service.clone();
            tokio::spawn(async move { service.send_code(request()).await.unwrap() })
        })
        .collect();
    let mut sent = 0;
    for task in tasks {
        sent += u32::from(task.await.unwrap().message().is_success());
    }
    assert_eq!((sent, harness.sender.count()), (1, 1));
}

#[tokio::test]
async fn invariant_2_success_is_answered_only_when_a_sender_accepted() {
    for class in ErrorClass::ALL {
        let harness = Harness::new();
        let sent = harness.send_while(Behaviour::Refuse(class)).await;
        assert!(!sent.message().is_success(), "{class}: {sent:?}");
    }
}

#[tokio::test]
async fn invariant_2_a_code_that_expired_meanwhile_is_no_success() {
    let harness = Harness::with(|policy| policy.code.ttl = Duration::ZERO);
    assert_eq!(harness.send().await.message(), Message::SendFailed);
}

#[tokio::test]
async fn invariant_4_a_number_gets_no_more_messages_than_its_quota() {
    let harness = Harness::new();
    assert!(harness.send().await.message().is_success());
    let first = harness.stored_code();
    harness.clock.advance(Duration::from_secs(20));
    let retry_after = Duration::from_secs(40);
    assert_eq!(
        harness.send().await,
        SentCode::MobileTooOften { retry_after }
    );
    assert_eq!(
        harness.stored_code(),
        first,
        "the code that is on its way stays good"
    );
    harness.clock.advance(retry_after);
    assert!(harness.send().await.message().is_success());
}

#[tokio::test]
async fn invariant_4_every_spelling_of_a_number_has_one_quota() {
    let harness = Harness::new();
    assert!(harness.send().await.message().is_success());
    for spelling in ["+8613800138000", "8613800138000", "008613800138000"] {
        harness.put_picture("i").await;
        let refused = outcome(&harness, |request| request.mobile = spelling.into()).await;
        assert_eq!(refused, Message::MobileTooOften, "{spelling}");
    }
}

#[tokio::test]
async fn invariant_4_an_address_asks_no_more_often_than_its_quota() {
    let harness = Harness::with(|policy| policy.limits.per_ip = quotas(&["1/1m"]));
    assert!(harness.send().await.message().is_success());
    let refused = harness.send().await;
    assert_eq!(
        refused,
        SentCode::AddressTooOften {
            retry_after: MINUTE
        }
    );
    harness.clock.advance(MINUTE);
    let other = outcome(&harness, |request| request.address = address(8)).await;
    assert!(
        other.is_success(),
        "the refusal did not touch the picture: {other:?}"
    );
}

#[tokio::test]
async fn invariant_4_the_service_sends_no_more_than_its_budget() {
    let harness = Harness::with(|policy| policy.limits.global = quotas(&["1/1h"]));
    assert!(harness.send().await.message().is_success());
    harness.put_picture("i").await;
    let other = outcome(&harness, |request| request.mobile = "13900139000".into()).await;
    assert_eq!(other, Message::BudgetSpent);
    assert_eq!(harness.sender.count(), 1);
}

#[tokio::test]
async fn invariant_5_a_definite_failure_leaves_neither_code_nor_slot() {
    let classes = ErrorClass::ALL.into_iter();
    for class in classes.filter(|class| class.is_definite() && *class != ErrorClass::RateNumber) {
        let harness = Harness::with(|policy| policy.limits.global = quotas(&["1/1h"]));
        let sent = harness.send_while(Behaviour::Refuse(class)).await;
        let told = match class {
            ErrorClass::Blocked => Message::RecipientRefused,
            _ => Message::SendFailed,
        };
        assert_eq!(sent.message(), told, "{class}");
        assert_eq!(harness.stored_code(), None, "{class}");
        assert!(
            harness.send().await.message().is_success(),
            "{class}: a slot was kept"
        );
    }
}

#[tokio::test]
async fn invariant_5_an_unknown_outcome_keeps_code_and_slot() {
    let harness = Harness::new();
    let sent = harness.send_while(Behaviour::LoseAnswer).await;
    assert_eq!(sent.message(), Message::SendFailed);
    let code = harness.received_code().unwrap();
    let again = harness.send().await;
    assert_eq!(
        again,
        SentCode::MobileTooOften {
            retry_after: MINUTE
        }
    );
    assert!(
        harness.check(&code).await.message().is_success(),
        "it arrived after all"
    );
}

#[tokio::test]
async fn a_provider_limit_for_a_number_keeps_the_slot_but_not_the_code() {
    let harness = Harness::new();
    let sent = harness
        .send_while(Behaviour::Refuse(ErrorClass::RateNumber))
        .await;
    let limited = SentCode::LimitedByProvider {
        sender: "mock".into(),
        retry_after: MINUTE,
    };
    assert_eq!(sent, limited);
    assert_eq!(harness.stored_code(), None);
    assert_eq!(
        harness.send().await,
        SentCode::MobileTooOften {
            retry_after: MINUTE
        }
    );
}

#[tokio::test]
async fn a_send_is_carried_through_when_the_caller_goes_away() {
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
    harness
        .sender
        .behave(Behaviour::Refuse(ErrorClass::Temporary));
    while harness.stored_code().is_some() {
        tokio::task::yield_now().await;
    }
}
