//! More work than is taken on.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use sms_core::{ImageId, Message, Mobile};
use sms_gateway::{Behaviour, ErrorClass};
use sms_service::{Picture, SendCode, SentCode, VerificationService};
use tokio::task::JoinHandle;

use crate::Harness;
use crate::harness::{address, policy, request};
use crate::unsettled::Unsettled;

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

    assert_eq!(harness.service.sends_under_way(), 1);
    harness.sender.behave(Behaviour::Accept);
    harness.service.sends_settled().await;
    assert_eq!(harness.service.sends_under_way(), 0);
    let sent = harness.service.send_code(next).await.unwrap();
    assert_eq!(sent.message(), Message::Sent);
}

#[test]
fn a_send_that_ends_with_its_runtime_counts_as_cut_off() {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    let harness = Harness::new();
    runtime.block_on(async {
        harness.send().await;
        harness.sender.behave(Behaviour::Stall);
        begin(&harness, 0).await;
        tokio::task::yield_now().await;
    });
    assert_eq!(harness.service.sends_cut_off(), 0);
    drop(runtime);
    assert_eq!(harness.service.sends_cut_off(), 1);
    assert_eq!(harness.service.sends_under_way(), 0);
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

#[tokio::test]
async fn more_pictures_than_may_be_in_the_making_are_refused_at_once() {
    let harness = Harness::new();
    let id = ImageId::parse("i").unwrap();
    let ask = || harness.service.give_picture(&id, address(7));
    let mut waiting = Vec::new();
    loop {
        let mut picture = Box::pin(ask());
        match poll_fn(|context| Poll::Ready(picture.as_mut().poll(context))).await {
            Poll::Pending => waiting.push(picture),
            // One was there, drawn ahead.
            Poll::Ready(Ok(Picture::Drawn(_))) => {}
            Poll::Ready(Ok(Picture::Overloaded)) => break,
            Poll::Ready(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(waiting.len(), 1000);
    drop(waiting);
    assert!(matches!(ask().await, Ok(Picture::Drawn(_))));
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_failing_store_is_bounded() {
    const BOUND: usize = 10_000;
    let harness = Harness::new();
    harness
        .sender
        .behave(Behaviour::Refuse(ErrorClass::Temporary));
    let store = Arc::new(Unsettled::over(harness.store.clone()));
    let sender = Arc::new(harness.sender.clone());
    let service = VerificationService::new(store.clone(), sender, policy());
    for index in 0..=BOUND {
        let request = request_of(&harness, index).await;
        let sent = service.send_code(request).await.unwrap();
        assert_eq!(sent.message(), Message::SendFailed);
    }
    assert_eq!(service.take_backs_waiting(), BOUND);
    store.heal();
    while store.settled() < BOUND || service.take_backs_waiting() > 0 {
        tokio::time::advance(Duration::from_secs(1)).await;
    }
    let is_stored = |index: &usize| {
        let mobile = Mobile::parse(&format!("138{index:08}")).unwrap();
        harness.store.sms_code(&mobile).is_some()
    };
    let left: Vec<_> = (0..=BOUND).filter(is_stored).collect();
    assert_eq!(left, [BOUND]);
}
