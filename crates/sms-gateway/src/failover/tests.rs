mod health;

use super::*;
use crate::{Behaviour, MessageId, MockSender};
use sms_core::{Locale, SmsCode};

const DEADLINE: Duration = Duration::from_secs(8);

/// Tokio rounds its timers up to whole milliseconds.
const SLACK: Duration = Duration::from_millis(2);

fn message_to(number: &str) -> Message {
    Message {
        id: MessageId::generate(&mut rand::rng()),
        to: Mobile::parse(number).unwrap(),
        code: SmsCode::parse("123456").unwrap(),
        minutes: 5,
        locale: Locale::ZhCn,
    }
}

fn message() -> Message {
    message_to("13800138000")
}

fn boxed(mocks: &[&MockSender]) -> Vec<Arc<dyn SmsSender>> {
    let mocks = mocks.iter().copied().cloned();
    mocks
        .map(|mock| -> Arc<dyn SmsSender> { Arc::new(mock) })
        .collect()
}

fn pair_with(rules: &FailoverRules) -> (MockSender, MockSender, Failover) {
    let (first, second) = (MockSender::new("first"), MockSender::new("second"));
    let failover = Failover::new(boxed(&[&first, &second]), rules).unwrap();
    (first, second, failover)
}

fn pair() -> (MockSender, MockSender, Failover) {
    pair_with(&FailoverRules::within(DEADLINE))
}

/// Fails, but takes its time to do so.
struct Slow(&'static str, Duration);

#[async_trait]
impl SmsSender for Slow {
    fn name(&self) -> &str {
        self.0
    }

    async fn send(&self, _: &Message) -> Result<Receipt, SendError> {
        tokio::time::sleep(self.1).await;
        Err(SendError::new(
            ErrorClass::Temporary,
            self.0,
            "failed at last",
        ))
    }
}

/// Reaches the mainland only.
struct Mainland(MockSender);

#[async_trait]
impl SmsSender for Mainland {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn serves(&self, region: Region) -> bool {
        region == Region::CN
    }

    async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        self.0.send(message).await
    }
}

/// Sends one message and says who took it, or whose error of which class it came to.
async fn send(failover: &Failover) -> Result<String, (String, ErrorClass)> {
    match failover.send(&message()).await {
        Ok(receipt) => Ok(receipt.sender.to_string()),
        Err(error) => Err((error.sender().to_owned(), error.class())),
    }
}

fn taken_by(sender: &str) -> Result<String, (String, ErrorClass)> {
    Ok(sender.to_owned())
}

fn failed_by(sender: &str, class: ErrorClass) -> Result<String, (String, ErrorClass)> {
    Err((sender.to_owned(), class))
}

fn state(failover: &Failover, sender: &str) -> SenderState {
    let states = failover.health().states();
    states
        .into_iter()
        .find(|(name, _)| &**name == sender)
        .unwrap()
        .1
}

#[tokio::test]
async fn the_first_that_accepts_is_the_only_one_that_sends() {
    let (first, second, failover) = pair();
    assert_eq!(send(&failover).await, taken_by("first"));
    assert_eq!(failover.usual(&message().to), "first");
    assert_eq!((first.count(), second.count()), (1, 0));
}

#[tokio::test]
async fn the_class_decides_whether_the_next_is_tried() {
    for class in ErrorClass::ALL {
        let (first, second, failover) = pair();
        first.behave(Behaviour::Refuse(class));
        let goes_on = class.may_try_another() || class == ErrorClass::Unknown;
        let expected = match goes_on {
            true => taken_by("second"),
            false => failed_by("first", class),
        };
        assert_eq!(send(&failover).await, expected);
        assert_eq!(second.count(), u64::from(goes_on), "{class}");
    }
}

#[tokio::test]
async fn the_last_error_is_the_answer() {
    let (first, second, failover) = pair();
    first.behave(Behaviour::Refuse(ErrorClass::Temporary));
    for class in ErrorClass::ALL {
        second.behave(Behaviour::Refuse(class));
        assert_eq!(send(&failover).await, failed_by("second", class));
    }
}

#[tokio::test]
async fn a_message_that_may_arrive_stays_unknown_whatever_the_next_says() {
    for class in ErrorClass::ALL {
        let (first, second, failover) = pair();
        first.behave(Behaviour::LoseAnswer);
        second.behave(Behaviour::Refuse(class));
        let in_doubt = match class {
            ErrorClass::Unknown => "second",
            _ => "first",
        };
        let expected = failed_by(in_doubt, ErrorClass::Unknown);
        assert_eq!(send(&failover).await, expected, "{class}");
    }
}

#[tokio::test]
async fn it_goes_on_from_an_unknown_outcome_once() {
    let mocks = ["first", "second", "third"].map(MockSender::new);
    let [first, second, third] = &mocks;
    let rules = FailoverRules::within(DEADLINE);
    let failover = Failover::new(boxed(&[first, second, third]), &rules).unwrap();
    first.behave(Behaviour::LoseAnswer);
    second.behave(Behaviour::LoseAnswer);
    assert_eq!(
        send(&failover).await,
        failed_by("second", ErrorClass::Unknown)
    );
    assert_eq!(third.count(), 0);

    // A certain failure in between is no second one.
    second.behave(Behaviour::Refuse(ErrorClass::Temporary));
    assert_eq!(send(&failover).await, taken_by("third"));
}

#[tokio::test]
async fn it_stops_at_an_unknown_outcome_if_it_is_told_to() {
    let (first, second, failover) = pair_with(&FailoverRules {
        on_unknown: OnUnknown::Stop,
        ..FailoverRules::within(DEADLINE)
    });
    first.behave(Behaviour::LoseAnswer);
    assert_eq!(
        send(&failover).await,
        failed_by("first", ErrorClass::Unknown)
    );
    assert_eq!(second.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_sender_that_hangs_leaves_half_of_the_time() {
    let (first, second, failover) = pair();
    first.behave(Behaviour::Stall);
    let started = Instant::now();
    assert_eq!(send(&failover).await, taken_by("second"));
    assert_eq!(second.count(), 1);
    let half = DEADLINE / 2;
    assert!((half..half + SLACK).contains(&started.elapsed()));
}

#[tokio::test(start_paused = true)]
async fn the_last_sender_has_all_the_time_that_is_left() {
    let second = MockSender::new("second");
    second.behave(Behaviour::Stall);
    let senders: Vec<Arc<dyn SmsSender>> =
        vec![Arc::new(Slow("first", DEADLINE / 4)), Arc::new(second)];
    let failover = Failover::new(senders, &FailoverRules::within(DEADLINE)).unwrap();
    let started = Instant::now();
    assert_eq!(
        send(&failover).await,
        failed_by("second", ErrorClass::Unknown)
    );
    assert!((DEADLINE..DEADLINE + SLACK).contains(&started.elapsed()));
}

#[tokio::test(start_paused = true)]
async fn a_sender_after_which_nothing_is_tried_has_all_the_time() {
    let (first, _, failover) = pair_with(&FailoverRules {
        on_unknown: OnUnknown::Stop,
        ..FailoverRules::within(DEADLINE)
    });
    first.behave(Behaviour::Stall);
    let started = Instant::now();
    assert_eq!(
        send(&failover).await,
        failed_by("first", ErrorClass::Unknown)
    );
    assert!((DEADLINE..DEADLINE + SLACK).contains(&started.elapsed()));
}

#[tokio::test(start_paused = true)]
async fn no_sender_starts_after_the_deadline() {
    let second = MockSender::new("second");
    let senders: Vec<Arc<dyn SmsSender>> =
        vec![Arc::new(Slow("slow", DEADLINE)), Arc::new(second.clone())];
    let rules = FailoverRules {
        on_unknown: OnUnknown::Stop,
        ..FailoverRules::within(DEADLINE)
    };
    let failover = Failover::new(senders, &rules).unwrap();
    assert_eq!(
        send(&failover).await,
        failed_by("slow", ErrorClass::Temporary)
    );
    assert_eq!(second.count(), 0);
}

#[tokio::test]
async fn a_region_has_its_own_route() {
    let mocks = ["home", "abroad"].map(MockSender::new);
    let [home, abroad] = &mocks;
    let routes = Routes {
        default: vec!["abroad".to_owned()],
        regions: [(Region::CN, vec!["home".to_owned(), "abroad".to_owned()])].into(),
        ..Routes::default()
    };
    let rules = FailoverRules::within(DEADLINE);
    let senders = boxed(&[home, abroad]);
    let failover = Failover::routed(senders, &routes, &rules, Arc::new(())).unwrap();
    for (number, sender) in [("13800138000", "home"), ("+33612345678", "abroad")] {
        let message = message_to(number);
        assert_eq!(failover.usual(&message.to), sender);
        let receipt = failover.send(&message).await.unwrap();
        assert_eq!(&*receipt.sender, sender);
    }
}

#[tokio::test]
async fn a_sender_is_not_asked_to_reach_what_it_can_not() {
    let (near, far) = (MockSender::new("near"), MockSender::new("far"));
    let senders: Vec<Arc<dyn SmsSender>> =
        vec![Arc::new(Mainland(near.clone())), Arc::new(far.clone())];
    let rules = FailoverRules::within(DEADLINE);
    let failover = Failover::new(senders, &rules).unwrap();
    let message = message_to("+33612345678");
    assert_eq!(failover.usual(&message.to), "far");
    for _ in 0..100 {
        failover.send(&message).await.unwrap();
    }
    assert_eq!((near.count(), far.count()), (0, 100));
    assert_eq!(state(&failover, "near"), SenderState::Closed);

    let alone = Failover::new(vec![Arc::new(Mainland(near))], &rules).unwrap();
    let error = alone.send(&message).await.unwrap_err();
    assert_eq!(
        (error.class(), error.sender()),
        (ErrorClass::Config, "near")
    );
    assert!(!alone.serves(message.to.region()));
}

#[tokio::test]
async fn weights_share_messages_out_and_the_heaviest_is_the_usual_one() {
    let (first, second) = (MockSender::new("first"), MockSender::new("second"));
    let routes = Routes {
        default: vec!["first".to_owned(), "second".to_owned()],
        weights: [("first".to_owned(), 1), ("second".to_owned(), 3)].into(),
        ..Routes::default()
    };
    let rules = FailoverRules::within(DEADLINE);
    let senders = boxed(&[&first, &second]);
    let failover = Failover::routed(senders, &routes, &rules, Arc::new(())).unwrap();
    assert_eq!(failover.usual(&message().to), "second");
    for _ in 0..1000 {
        send(&failover).await.unwrap();
    }
    assert_eq!(first.count() + second.count(), 1000);
    // Six times its standard deviation either way.
    assert!((168..=332).contains(&first.count()), "{}", first.count());
}

#[test]
fn a_route_needs_senders_that_are_there() {
    let rules = FailoverRules::within(DEADLINE);
    let error = Failover::new(vec![], &rules).err();
    assert_eq!(error, Some(RouteError::Empty));
    let mock = MockSender::new("mock");
    let route = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let rows = [
        (route(&["nobody"]), RouteError::Unknown("nobody".to_owned())),
        (route(&[]), RouteError::Empty),
    ];
    for (wrong, expected) in rows {
        let routes = Routes {
            default: route(&["mock"]),
            regions: [(Region::CN, wrong)].into(),
            ..Routes::default()
        };
        let failover = Failover::routed(boxed(&[&mock]), &routes, &rules, Arc::new(()));
        assert_eq!(failover.err(), Some(expected));
    }
}
