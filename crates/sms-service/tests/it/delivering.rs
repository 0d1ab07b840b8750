//! What becomes of a message is known whatever the order in which it is told.

use std::sync::Arc;
use std::time::Duration;

use sms_core::{DeliveryState, Mobile};
use sms_gateway::{DeliveryReport, Message, Receipt, SendError, SmsSender};
use sms_service::{DeliveryPolicy, Policy, VerificationService};
use tokio::sync::Semaphore;

use crate::Harness;
use crate::harness::{MOBILE, policy, quotas, request};
use crate::told::ToldDelivery;
use crate::unsettled::Unsettled;

const EXPECT_WITHIN: Duration = Duration::from_secs(120);

fn reporting(policy: &mut Policy) {
    policy.limits.per_mobile = quotas(&[]);
    policy.deliveries = DeliveryPolicy {
        senders: vec!["mock".to_owned()],
        ttl: Duration::from_secs(3 * 86_400),
        expect_within: EXPECT_WITHIN,
    };
}

fn report(provider_id: &str, state: DeliveryState) -> DeliveryReport {
    DeliveryReport {
        provider_id: provider_id.to_owned(),
        to: Mobile::parse(MOBILE).ok(),
        state,
        code: Some("DELIVRD".to_owned()),
        at: None,
    }
}

fn arrived() -> ToldDelivery {
    ToldDelivery {
        has_arrived: true,
        mobile: Mobile::parse(MOBILE).ok(),
        code: Some("DELIVRD".to_owned()),
    }
}

/// The provider's id of the newest message, which the mock calls as we do.
fn newest(harness: &Harness) -> String {
    harness.told.only().provider_id.unwrap()
}

/// Lets the tasks that nobody waits for do what they can do now.
async fn settle() {
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_delivery_is_told_once() {
    let harness = Harness::with(reporting);
    harness.send().await;
    let id = newest(&harness);
    settle().await;
    let states = [
        DeliveryState::Pending,
        DeliveryState::Delivered,
        DeliveryState::Delivered,
        DeliveryState::Failed,
        DeliveryState::Pending,
    ];
    let reports = states.map(|state| report(&id, state));
    harness
        .service
        .take_reports("mock", &reports)
        .await
        .unwrap();
    assert_eq!(harness.told.deliveries(), [arrived()]);
    harness
        .service
        .take_reports("mock", &reports)
        .await
        .unwrap();
    assert_eq!(harness.told.deliveries(), []);
}

#[tokio::test]
async fn a_message_whose_sender_tells_nothing_is_not_noted() {
    let harness = Harness::new();
    harness.send().await;
    harness.service.abandoned_sends().await;
    assert_eq!(harness.store.entries().deliveries, 0);
}

#[tokio::test]
async fn a_report_of_another_sender_or_message_tells_nothing() {
    let harness = Harness::with(reporting);
    harness.send().await;
    let id = newest(&harness);
    harness.service.abandoned_sends().await;
    for (sender, id) in [("other", &*id), ("mock", "another")] {
        let reports = [report(id, DeliveryState::Delivered)];
        harness
            .service
            .take_reports(sender, &reports)
            .await
            .unwrap();
    }
    assert_eq!(harness.told.deliveries(), []);
}

/// A provider whose report overtakes its answer.
struct Slow(Semaphore);

#[async_trait::async_trait]
impl SmsSender for Slow {
    fn name(&self) -> &str {
        "mock"
    }

    async fn send(&self, _: &Message) -> Result<Receipt, SendError> {
        let _answers = self.0.acquire().await;
        Ok(Receipt {
            sender: "mock".into(),
            provider_id: Some("id-1".to_owned()),
        })
    }
}

#[tokio::test]
async fn a_report_before_the_answer_of_the_sender_is_told_with_it() {
    let harness = Harness::new();
    let sender = Arc::new(Slow(Semaphore::new(0)));
    let mut policy = policy();
    reporting(&mut policy);
    let (store, told) = (harness.store.clone(), harness.told.clone());
    let service = VerificationService::observed(store, sender.clone(), policy, told);
    harness.put_picture("i").await;
    let reports = [report("id-1", DeliveryState::Delivered)];
    let report = async {
        settle().await;
        service.take_reports("mock", &reports).await.unwrap();
        assert_eq!(harness.told.deliveries(), []);
        sender.0.add_permits(1);
    };
    let (sent, ()) = tokio::join!(service.send_code(request()), report);
    assert!(sent.unwrap().message().is_success());
    service.abandoned_sends().await;
    let expected = ToldDelivery {
        code: None,
        ..arrived()
    };
    assert_eq!(harness.told.deliveries(), [expected]);
}

#[tokio::test(start_paused = true)]
async fn messages_that_do_not_arrive_are_noticed_when_their_time_is_over() {
    let harness = Harness::with(reporting);
    let watch = harness.service.clone();
    let watch = tokio::spawn(async move { watch.watch_arrivals().await });
    let fates = [
        Some(DeliveryState::Delivered),
        None,
        Some(DeliveryState::Failed),
        Some(DeliveryState::Pending),
    ];
    for fate in fates {
        harness.send().await;
        let id = newest(&harness);
        settle().await;
        if let Some(state) = fate {
            let reports = [report(&id, state)];
            harness
                .service
                .take_reports("mock", &reports)
                .await
                .unwrap();
        }
    }
    tokio::time::advance(EXPECT_WITHIN - Duration::from_secs(1)).await;
    settle().await;
    assert!(harness.told.arrivals().is_empty());
    tokio::time::advance(Duration::from_secs(1)).await;
    settle().await;
    assert_eq!(harness.told.arrivals(), [true, false, false, false]);
    watch.abort();
}

#[tokio::test(start_paused = true)]
async fn a_message_that_the_store_lost_says_nothing_about_its_sender() {
    let harness = Harness::with(reporting);
    let watch = harness.service.clone();
    let watch = tokio::spawn(async move { watch.watch_arrivals().await });
    harness.send().await;
    harness.service.abandoned_sends().await;
    harness.clock.advance(Duration::from_secs(3 * 86_400));
    tokio::time::advance(EXPECT_WITHIN).await;
    settle().await;
    assert!(harness.told.arrivals().is_empty());
    watch.abort();
}

#[tokio::test(start_paused = true)]
async fn reports_that_nobody_could_take_say_nothing_about_their_sender() {
    let harness = Harness::new();
    let store = Arc::new(Unsettled::over(harness.store.clone()));
    let mut policy = policy();
    reporting(&mut policy);
    let sender = Arc::new(harness.sender.clone());
    let told = harness.told.clone();
    let service = VerificationService::observed(store.clone(), sender, policy, told);
    let watch = service.clone();
    let watch = tokio::spawn(async move { watch.watch_arrivals().await });
    let send = async || {
        harness.put_picture("i").await;
        assert!(
            service
                .send_code(request())
                .await
                .unwrap()
                .message()
                .is_success()
        );
        settle().await;
    };
    let half = EXPECT_WITHIN / 2;
    for is_asked in [false, true] {
        send().await;
        if is_asked {
            service.reports_missed("another");
            service.reports_missed("mock");
        } else {
            let id = newest(&harness);
            let reports = [report(&id, DeliveryState::Delivered)];
            service.take_reports("mock", &reports).await.unwrap_err();
        }
        tokio::time::advance(half).await;
        // What is sent from here on has its whole time.
        send().await;
        tokio::time::advance(half).await;
        settle().await;
        assert!(harness.told.arrivals().is_empty());
        tokio::time::advance(half).await;
        settle().await;
        assert_eq!(harness.told.arrivals(), [false]);
    }
    watch.abort();
}

#[tokio::test(start_paused = true)]
async fn only_a_sample_of_the_messages_is_asked_about() {
    let harness = Harness::with(reporting);
    let watch = harness.service.clone();
    let watch = tokio::spawn(async move { watch.watch_arrivals().await });
    for _ in 0..1100 {
        harness.send().await;
        newest(&harness);
        settle().await;
    }
    tokio::time::advance(EXPECT_WITHIN).await;
    let mut asked = 0;
    while asked < 1000 {
        asked += harness.told.arrivals().len();
        tokio::task::yield_now().await;
    }
    settle().await;
    asked += harness.told.arrivals().len();
    assert_eq!(asked, 1000);
    watch.abort();
}
