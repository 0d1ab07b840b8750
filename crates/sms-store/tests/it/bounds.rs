//! Memory stays flat under a flood, and nothing that a limit counts is forgotten for it.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use sms_core::{
    CheckOutcome, CheckRules, DeliveryState, ImageCode, ImageId, Issue, Mobile, Quotas, Region,
    Reported, SmsCode, Timestamp,
};
use sms_store::{
    Accepted, CodeStore, Consumed, DeliveryName, Log, ManualClock, MemoryStore, Report,
    SendAdmission, SendRequest, Slot, StoreError,
};

const MOST: usize = 1_000;
const FLOOD: u32 = 100_000;
const TTL: Duration = Duration::from_secs(300);

fn store() -> (MemoryStore, ManualClock) {
    let clock = ManualClock::new(Timestamp::from_millis(1_700_000_000_000));
    let store = MemoryStore::new(clock.clock()).with_max_entries(MOST);
    (store, clock)
}

fn mobile(number: u32) -> Mobile {
    Mobile::parse(&format!("138{number:08}")).unwrap()
}

fn image(number: u32) -> ImageId {
    ImageId::parse(&format!("image-{number}")).unwrap()
}

fn requests(number: u32) -> Log {
    Log::Requests(IpAddr::from(Ipv4Addr::from_bits(number)).into())
}

fn code() -> SmsCode {
    SmsCode::parse("246810").unwrap()
}

fn quotas(list: &[&str]) -> Quotas {
    Quotas::parse(list).unwrap()
}

fn delivery(provider_id: &str) -> DeliveryName<'_> {
    let sender = "ccp";
    DeliveryName {
        sender,
        provider_id,
    }
}

fn rules() -> CheckRules {
    CheckRules {
        max_attempts: 5,
        failures: quotas(&["20/24h"]),
    }
}

async fn put(store: &MemoryStore, number: u32, ttl: Duration) {
    let text = ImageCode::new("AbCd").unwrap();
    let image = image(number);
    store.put_image_code(&image, &text, ttl).await.unwrap();
}

async fn issue(store: &MemoryStore, number: u32) -> Result<Issue, StoreError> {
    let quotas = quotas(&["1/60s", "10/24h"]);
    store.issue(&mobile(number), &code(), TTL, &quotas).await
}

#[tokio::test]
async fn a_flood_of_pictures_keeps_the_newest() {
    let (store, _) = store();
    put(&store, 0, TTL * 2).await;
    for number in 1..FLOOD {
        put(&store, number, TTL).await;
        assert!(store.entries().pictures <= MOST);
    }
    // It ends last, so it went last, though it came first.
    let first = store.consume_image_code(&image(0), "abcd").await.unwrap();
    assert_eq!(first, Consumed::Matched);
    put(&store, FLOOD, TTL).await;
    let newest = store.consume_image_code(&image(FLOOD), "abcd").await;
    assert_eq!(newest.unwrap(), Consumed::Matched);
}

#[tokio::test]
async fn a_flood_of_reports_leaves_what_was_sent_alone() {
    let (store, _) = store();
    let accepted = Accepted {
        region: Region::CN,
        message_id: "m",
        ttl: Duration::from_secs(86_400),
    };
    let report = Report {
        state: DeliveryState::Delivered,
        at: None,
    };
    let sent = delivery("sent");
    store.note_dispatch(sent, &accepted).await.unwrap();
    for number in 0..FLOOD {
        let id = number.to_string();
        let taken = store.take_report(delivery(&id), report).await.unwrap();
        assert_eq!(taken, Reported::Early);
        assert!(store.entries().deliveries <= MOST);
    }
    let taken = store.take_report(sent, report).await.unwrap();
    assert!(matches!(taken, Reported::Final(_)), "{taken:?}");
}

#[tokio::test]
async fn invariant_4_a_flood_of_numbers_resets_no_quota() {
    let (store, clock) = store();
    let mut full = 0;
    for number in 0..FLOOD {
        match issue(&store, number).await {
            Ok(issue) => assert!(matches!(issue, Issue::Issued { .. })),
            Err(StoreError::Full(_)) => full += 1,
            Err(error) => panic!("{error}"),
        }
        assert!(store.entries().numbers <= MOST);
    }
    assert_eq!(full, FLOOD as usize - MOST);

    let again = issue(&store, 0).await.unwrap();
    assert!(matches!(again, Issue::TooOften { .. }), "{again:?}");
    let wrong = store.check(&mobile(1), "000000", &rules()).await.unwrap();
    assert_eq!(wrong.outcome, CheckOutcome::Mismatch { attempts_left: 4 });
    let right = store.check(&mobile(1), "246810", &rules()).await.unwrap();
    assert_eq!(right.outcome, CheckOutcome::Verified);
    clock.advance(Duration::from_secs(61));
    let again = issue(&store, 0).await.unwrap();
    assert!(matches!(again, Issue::Issued { .. }), "{again:?}");
    clock.advance(Duration::from_secs(24 * 3600));
    assert!(issue(&store, FLOOD).await.is_ok(), "there is room again");
}

#[tokio::test]
async fn invariant_4_a_flood_of_addresses_resets_no_quota() {
    let (store, clock) = store();
    let quotas = quotas(&["1/1h"]);
    for number in 0..FLOOD {
        let slot = store.take_slot(requests(number), &quotas).await;
        assert_eq!(slot.is_ok(), number < MOST as u32, "{slot:?}");
    }
    assert_eq!(store.entries().addresses, MOST);
    let again = store.take_slot(requests(0), &quotas).await.unwrap();
    assert!(matches!(again, Slot::Refused { .. }), "{again:?}");
    // What is asked of addresses says nothing about pictures and about the budget.
    let address = IpAddr::from(Ipv4Addr::LOCALHOST).into();
    for log in [Log::Pictures(address), Log::Budget] {
        let slot = store.take_slot(log, &quotas).await.unwrap();
        assert!(matches!(slot, Slot::Taken(_)), "{slot:?}");
    }
    clock.advance(Duration::from_secs(3600));
    assert!(store.take_slot(requests(FLOOD), &quotas).await.is_ok());
}

#[tokio::test]
async fn a_refusal_does_not_lengthen_how_long_a_log_is_kept() {
    let (store, clock) = store();
    let quotas = quotas(&["1/1h"]);
    for number in 0..MOST as u32 {
        store.take_slot(requests(number), &quotas).await.unwrap();
    }
    clock.advance(Duration::from_secs(1800));
    let refused = store.take_slot(requests(0), &quotas).await.unwrap();
    assert!(matches!(refused, Slot::Refused { .. }), "{refused:?}");
    clock.advance(Duration::from_secs(1800));
    for number in 0..MOST as u32 {
        let slot = store.take_slot(requests(FLOOD + number), &quotas).await;
        assert!(slot.is_ok(), "{number}: {slot:?}");
    }
}

#[tokio::test]
async fn asking_about_what_is_not_there_makes_nothing() {
    let (store, _) = store();
    for number in 0..MOST as u32 {
        let mobile = mobile(number);
        let missing = store.check(&mobile, "246810", &rules()).await.unwrap();
        assert_eq!(missing.outcome, CheckOutcome::Missing);
        store.note_sender(&mobile, &code(), "ccp").await.unwrap();
        let settlement = sms_core::Settlement::KeepSlot;
        store.settle(&mobile, &code(), settlement).await.unwrap();
        let missing = store.consume_image_code(&image(number), "abcd").await;
        assert_eq!(missing.unwrap(), Consumed::Missing);
        let slot = Timestamp::from_millis(0);
        store.give_back_slot(requests(number), slot).await.unwrap();
        let known = store.delivery(delivery(&number.to_string())).await;
        assert!(!known.unwrap().is_dispatched());
    }
    let entries = store.entries();
    let sum = entries.pictures + entries.numbers + entries.addresses + entries.deliveries;
    assert_eq!(sum, 0, "{entries:?}");
}

#[tokio::test]
async fn invariant_5_a_full_store_takes_no_slot_of_the_budget() {
    let (store, _) = store();
    for number in 0..MOST as u32 {
        issue(&store, number).await.unwrap();
    }
    let budget = quotas(&["2/1h"]);
    let send = async |number: u32| {
        put(&store, 0, TTL).await;
        let request = SendRequest {
            address: IpAddr::from(Ipv4Addr::LOCALHOST).into(),
            address_quotas: &Quotas::default(),
            image: Some(&image(0)),
            answer: "abcd",
            budget: &budget,
            mobile: &mobile(number),
            mobile_quotas: &Quotas::default(),
            code: &code(),
            ttl: TTL,
        };
        store.admit_send(&request).await
    };
    for _ in 0..2 {
        let full = send(FLOOD).await;
        assert!(matches!(full, Err(StoreError::Full(_))), "{full:?}");
    }
    for _ in 0..2 {
        let admission = send(0).await.unwrap();
        assert!(
            matches!(admission, SendAdmission::Admitted(_)),
            "{admission:?}"
        );
    }
}
