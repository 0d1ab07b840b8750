//! More work than is taken on.

use sms_core::Message;
use sms_gateway::Behaviour;
use sms_service::{SendCode, SentCode};
use tokio::task::JoinHandle;

use crate::Harness;
use crate::harness::request;

/// Begins a send to a number of its own, with a picture of its own, that the sender lets wait.
async fn begin(harness: &Harness, index: usize) -> JoinHandle<SentCode> {
    let (service, request) = (harness.service.clone(), request_of(harness, index).await);
    tokio::spawn(async move { service.send_code(request).await.unwrap() })
}

async fn request_of(harness: &Harness, index: usize) -> SendCode {
    let id = format!("picture-{index}");
    harness.put_picture(&id).await;
    SendCode {
        mobile: format!("138{index:08}"),
        image_code_id: Some(id),
        ..request()
    }
}

#[tokio::test]
async fn more_sends_than_may_be_under_way_are_refused_at_once_and_cost_nothing() {
    let harness = Harness::with(|policy| policy.max_in_flight = 3);
    harness.sender.behave(Behaviour::Stall);
    let mut under_way = Vec::new();
    for index in 0..3 {
        under_way.push(begin(&harness, index).await);
    }
    tokio::task::yield_now().await;

    let next = request_of(&harness, 3).await;
    for _ in 0..5 {
        let refused = harness.service.send_code(next.clone()).await.unwrap();
        assert_eq!(refused, SentCode::Overloaded);
    }
    harness.sender.behave(Behaviour::Accept);
    for send in under_way {
        assert_eq!(send.await.unwrap().message(), Message::Sent);
    }
    let again = harness.service.send_code(next).await.unwrap();
    assert_eq!(again.message(), Message::Sent, "it had cost the picture");
}

#[tokio::test]
async fn a_send_whose_caller_went_away_still_counts_as_under_way() {
    let harness = Harness::with(|policy| policy.max_in_flight = 1);
    harness.sender.behave(Behaviour::Stall);
    let abandoned = begin(&harness, 0).await;
    tokio::task::yield_now().await;
    abandoned.abort();
    assert!(abandoned.await.unwrap_err().is_cancelled());
    let next = request_of(&harness, 1).await;
    let refused = harness.service.send_code(next.clone()).await.unwrap();
    assert_eq!(refused, SentCode::Overloaded);

    harness.sender.behave(Behaviour::Accept);
    harness.service.abandoned_sends().await;
    let sent = harness.service.send_code(next).await.unwrap();
    assert_eq!(sent.message(), Message::Sent);
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said_even_then() {
    let harness = Harness::with(|policy| policy.max_in_flight = 1);
    harness.sender.behave(Behaviour::Stall);
    let _under_way = begin(&harness, 0).await;
    tokio::task::yield_now().await;
    let mut bad = request_of(&harness, 1).await;
    bad.mobile = "1".into();
    let refused = harness.service.send_code(bad).await.unwrap();
    assert_eq!(refused, SentCode::BadMobile);
}
