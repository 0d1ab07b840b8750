//! Senders that are passed over, probed, or stand back.

use std::sync::Mutex;

use super::*;

/// The states that senders came into, in their order.
#[derive(Default)]
struct Diary(Mutex<Vec<(String, SenderState)>>);

impl HealthWatch for Diary {
    fn on_state(&self, sender: &str, state: SenderState) {
        self.0.lock().unwrap().push((sender.to_owned(), state));
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_sender_that_is_open_and_it_heals_unaided() {
    let diary = Arc::new(Diary::default());
    let (first, second) = (MockSender::new("first"), MockSender::new("second"));
    let routes = Routes {
        default: vec!["first".to_owned(), "second".to_owned()],
        ..Routes::default()
    };
    let rules = FailoverRules::within(DEADLINE);
    let senders = boxed(&[&first, &second]);
    let failover = Failover::routed(senders, &routes, &rules, diary.clone()).unwrap();
    first.behave(Behaviour::Stall);
    for _ in 0..rules.breaker.failures {
        assert_eq!(send(&failover).await, taken_by("second"));
    }
    assert_eq!(state(&failover, "first"), SenderState::Open);
    let started = Instant::now();
    for _ in 0..100 {
        assert_eq!(send(&failover).await, taken_by("second"));
    }
    assert_eq!(started.elapsed(), Duration::ZERO);

    // One probe in vain, then one that finds it healed.
    tokio::time::advance(rules.breaker.open).await;
    assert_eq!(state(&failover, "first"), SenderState::HalfOpen);
    assert_eq!(send(&failover).await, taken_by("second"));
    let part = DEADLINE / PART_OF_A_PROBE;
    assert!(started.elapsed() - rules.breaker.open < part + SLACK);
    assert_eq!(state(&failover, "first"), SenderState::Open);
    first.behave(Behaviour::Accept);
    tokio::time::advance(rules.breaker.open * 2).await;
    assert_eq!(send(&failover).await, taken_by("first"));
    assert_eq!(send(&failover).await, taken_by("first"));
    let states = [
        SenderState::Open,
        SenderState::HalfOpen,
        SenderState::Open,
        SenderState::HalfOpen,
        SenderState::Closed,
    ];
    let expected = states.map(|state| ("first".to_owned(), state));
    assert_eq!(*diary.0.lock().unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_sender_that_leaves_its_time_to_nobody_is_not_cut_short() {
    let (first, second, failover) = pair();
    first.behave(Behaviour::Refuse(ErrorClass::Temporary));
    second.behave(Behaviour::Refuse(ErrorClass::Temporary));
    for _ in 0..BreakerRules::default().failures - 1 {
        send(&failover).await.unwrap_err();
    }
    // The second opens, the first does not.
    let health = failover.health();
    let admission = health.admit(1).unwrap();
    admission.ended(true);
    assert_eq!(state(&failover, "second"), SenderState::Open);
    first.behave(Behaviour::Stall);
    let started = Instant::now();
    let expected = failed_by("first", ErrorClass::Unknown);
    assert_eq!(send(&failover).await, expected);
    assert!((DEADLINE..DEADLINE + SLACK).contains(&started.elapsed()));
}

#[tokio::test(start_paused = true)]
async fn all_but_one_pass_over_a_sender_that_is_probed() {
    let (first, second, failover) = pair();
    let rules = BreakerRules::default();
    first.behave(Behaviour::Refuse(ErrorClass::Temporary));
    for _ in 0..rules.failures {
        send(&failover).await.unwrap();
    }
    tokio::time::advance(rules.open).await;
    first.behave(Behaviour::Stall);
    let started = Instant::now();
    let probe = send(&failover);
    let others = async {
        for _ in 0..10 {
            assert_eq!(send(&failover).await, taken_by("second"));
        }
        assert_eq!(started.elapsed(), Duration::ZERO);
        first.behave(Behaviour::Accept);
    };
    let (probe, ()) = tokio::join!(probe, others);
    assert_eq!(probe, taken_by("first"));
    assert_eq!(second.count(), 10 + u64::from(rules.failures));
}

#[tokio::test]
async fn what_is_not_the_senders_fault_does_not_open_it() {
    for class in ErrorClass::ALL {
        let (first, _, failover) = pair();
        first.behave(Behaviour::Refuse(class));
        for _ in 0..100 {
            let _ = send(&failover).await;
        }
        let opens = state(&failover, "first") == SenderState::Open;
        assert_eq!(opens, class.is_fault_of_sender(), "{class}");
    }
}

/// Two senders, both of them open; the first opened first, so it will be back first.
async fn open_pair() -> (MockSender, MockSender, Failover) {
    let (first, second, failover) = pair();
    first.behave(Behaviour::Refuse(ErrorClass::Auth));
    second.behave(Behaviour::Refuse(ErrorClass::Temporary));
    let failed = failed_by("second", ErrorClass::Temporary);
    for _ in 0..BreakerRules::default().failures {
        assert_eq!(send(&failover).await, failed);
    }
    for sender in ["first", "second"] {
        assert_eq!(state(&failover, sender), SenderState::Open);
    }
    (first, second, failover)
}

#[tokio::test]
async fn when_all_are_open_the_least_bad_is_tried_first() {
    let (first, second, failover) = open_pair().await;
    first.behave(Behaviour::Accept);
    second.behave(Behaviour::Accept);
    assert_eq!(send(&failover).await, taken_by("first"));
    assert_eq!(state(&failover, "first"), SenderState::Closed);
    assert_eq!(state(&failover, "second"), SenderState::Open);
}

#[tokio::test(start_paused = true)]
async fn when_all_are_open_one_that_works_again_is_found() {
    for the_first in [Behaviour::Refuse(ErrorClass::Auth), Behaviour::Stall] {
        let (first, second, failover) = open_pair().await;
        first.behave(the_first);
        second.behave(Behaviour::Accept);
        assert_eq!(send(&failover).await, taken_by("second"), "{the_first:?}");
        assert_eq!(state(&failover, "second"), SenderState::Closed);
        // What was tried in vain is no news.
        assert_eq!(state(&failover, "first"), SenderState::Open);
    }
}

#[tokio::test]
async fn a_sender_without_another_is_always_tried() {
    let only = MockSender::new("only");
    let failover = Failover::new(boxed(&[&only]), &FailoverRules::within(DEADLINE)).unwrap();
    only.behave(Behaviour::LoseAnswer);
    for _ in 0..100 {
        assert_eq!(
            send(&failover).await,
            failed_by("only", ErrorClass::Unknown)
        );
    }
    assert_eq!(only.count(), 100);
}

#[tokio::test(start_paused = true)]
async fn a_sender_whose_messages_do_not_arrive_comes_last_for_a_while() {
    let (first, second, failover) = pair();
    let rules = DeliveryRules::default();
    for _ in 0..rules.min_reports {
        assert_eq!(state(&failover, "first"), SenderState::Closed);
        failover.health().delivered("first", false);
        failover.health().delivered("nobody", false);
    }
    assert_eq!(state(&failover, "first"), SenderState::Demoted);
    assert_eq!(send(&failover).await, taken_by("second"));
    second.behave(Behaviour::Refuse(ErrorClass::Config));
    assert_eq!(send(&failover).await, taken_by("first"));
    second.behave(Behaviour::Accept);
    tokio::time::advance(rules.demoted).await;
    assert_eq!(send(&failover).await, taken_by("first"));
    assert_eq!(first.count(), 2);
}
