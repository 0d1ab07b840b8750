//! What becomes of messages.

use std::time::Duration;

use sms_core::{Delivery, DeliveryState, Fate, Region, Reported, Timestamp};

use crate::contract::Candidate;
use crate::contract::given::{at_once, seconds};
use crate::{Accepted, CodeStore, DeliveryName, Report};

const KEPT: Duration = Duration::from_secs(3 * 86_400);
const NAME: DeliveryName<'static> = DeliveryName {
    sender: "ccp",
    provider_id: "5ba75cbbb746409fade5bbf3b1541b7c",
};

async fn note(candidate: &impl Candidate, name: DeliveryName<'_>) -> Option<Fate> {
    let accepted = Accepted {
        region: Region::CN,
        message_id: "00010f101f7f808f909fa0afb0f0feff",
        ttl: KEPT,
    };
    candidate
        .store()
        .note_dispatch(name, &accepted)
        .await
        .unwrap()
}

async fn report(candidate: &impl Candidate, state: DeliveryState) -> Reported {
    let report = Report { state, at: None };
    candidate.store().take_report(NAME, report).await.unwrap()
}

async fn known(candidate: &impl Candidate, name: DeliveryName<'_>) -> Delivery {
    candidate.store().delivery(name).await.unwrap()
}

async fn fate(candidate: &impl Candidate, name: DeliveryName<'_>) -> Option<Fate> {
    known(candidate, name).await.fate()
}

/// The first final word on a message is told with all that is known of it, the next ones are
/// repeated.
pub async fn a_delivery_is_told_once(candidate: &impl Candidate) {
    let sent_at = candidate.now();
    assert!(!known(candidate, NAME).await.is_dispatched());
    assert_eq!(note(candidate, NAME).await, None);
    assert_eq!(fate(candidate, NAME).await, None);
    assert!(known(candidate, NAME).await.is_dispatched());
    candidate.advance(seconds(4)).await;
    let pending = report(candidate, DeliveryState::Pending).await;
    assert_eq!(pending, Reported::Pending);
    let since = sent_at.after(seconds(3));
    let delivered = Report {
        state: DeliveryState::Delivered,
        at: Some(since),
    };
    let taken = candidate
        .store()
        .take_report(NAME, delivered)
        .await
        .unwrap();
    let Reported::Final(told) = taken else {
        panic!("{taken:?}");
    };
    assert!(told.has_arrived);
    assert_eq!((told.took(), told.at), (seconds(3), since));
    assert_eq!(told.dispatch.region, Region::CN);
    let message_id = "00010f101f7f808f909fa0afb0f0feff";
    assert_eq!(told.dispatch.message_id, message_id);
    for state in [DeliveryState::Delivered, DeliveryState::Failed] {
        assert_eq!(report(candidate, state).await, Reported::Repeated);
    }
    assert_eq!(note(candidate, NAME).await, None);
    assert_eq!(fate(candidate, NAME).await, Some(told));
}

/// A report that overtook the answer to its send is told when that is noted.
pub async fn a_report_before_the_dispatch_is_told_with_it(candidate: &impl Candidate) {
    for _ in 0..2 {
        let early = report(candidate, DeliveryState::Failed).await;
        assert_eq!(early, Reported::Early);
        assert_eq!(fate(candidate, NAME).await, None);
        assert!(!known(candidate, NAME).await.is_dispatched());
    }
    let told = note(candidate, NAME).await.unwrap();
    assert!(!told.has_arrived);
    assert_eq!(told.took(), Duration::ZERO);
    assert_eq!(note(candidate, NAME).await, None);
    assert_eq!(fate(candidate, NAME).await, Some(told));
    // It is remembered as long as any other from here on.
    candidate.advance(seconds(3600)).await;
    assert!(fate(candidate, NAME).await.is_some());
}

/// A message is forgotten when its time is over, which nothing makes longer.
pub async fn a_dispatch_is_remembered_for_its_time(candidate: &impl Candidate) {
    note(candidate, NAME).await;
    candidate.advance(KEPT - seconds(10)).await;
    // Neither of these makes it any longer.
    note(candidate, NAME).await;
    let taken = report(candidate, DeliveryState::Delivered).await;
    assert!(matches!(taken, Reported::Final(_)), "{taken:?}");
    candidate.advance(seconds(10)).await;
    assert_eq!(known(candidate, NAME).await, Delivery::default());
    let late = report(candidate, DeliveryState::Delivered).await;
    assert_eq!(late, Reported::Early);
}

/// A report about a message that is not known to be sent is forgotten after ten minutes.
pub async fn a_report_about_nothing_is_kept_for_minutes(candidate: &impl Candidate) {
    report(candidate, DeliveryState::Delivered).await;
    candidate.advance(seconds(590)).await;
    // A second one does not make it longer.
    report(candidate, DeliveryState::Delivered).await;
    candidate.advance(seconds(10)).await;
    assert_eq!(note(candidate, NAME).await, None);
}

/// The same id at another sender is another message.
pub async fn a_delivery_belongs_to_one_sender(candidate: &impl Candidate) {
    note(candidate, NAME).await;
    let report = Report {
        state: DeliveryState::Delivered,
        at: None,
    };
    let others = [
        DeliveryName {
            sender: "aliyun",
            ..NAME
        },
        DeliveryName {
            provider_id: "another",
            ..NAME
        },
    ];
    for name in others {
        let taken = candidate.store().take_report(name, report).await.unwrap();
        assert_eq!(taken, Reported::Early, "{name}");
    }
    assert_eq!(fate(candidate, NAME).await, None);
}

/// What happens to a message, in an order of the caller's.
async fn happens(candidate: &impl Candidate, name: DeliveryName<'_>, event: usize) {
    let start = candidate.now();
    let (state, at) = match event {
        0 => return drop(note(candidate, name).await),
        1 => (DeliveryState::Pending, None),
        2 => (DeliveryState::Failed, Some(start)),
        3 => (DeliveryState::Delivered, None),
        _ => (DeliveryState::Delivered, Some(Timestamp::from_millis(1))),
    };
    let report = Report { state, at };
    candidate.store().take_report(name, report).await.unwrap();
}

/// Whatever the order of dispatch and reports, the same is known in the end.
pub async fn any_order_of_reports_leads_to_the_same(candidate: &impl Candidate) {
    let orders = [
        [0, 1, 2, 3, 4, 4],
        [4, 3, 2, 1, 0, 0],
        [2, 0, 4, 1, 3, 2],
        [3, 4, 0, 2, 1, 1],
    ];
    let mut fates = Vec::new();
    for (provider_id, order) in ["a", "b", "c", "d"].into_iter().zip(orders) {
        let name = DeliveryName {
            provider_id,
            ..NAME
        };
        for event in order {
            happens(candidate, name, event).await;
        }
        fates.push(fate(candidate, name).await.unwrap());
    }
    assert!(fates[0].has_arrived);
    assert_eq!(fates[0].at, Timestamp::from_millis(1));
    assert!(fates.iter().all(|fate| *fate == fates[0]), "{fates:?}");
}

/// Of a dispatch and nineteen reports at the same moment one tells.
pub async fn a_delivery_is_told_once_under_concurrency(candidate: &impl Candidate) {
    let told = at_once(20, |index| {
        let store = candidate.store();
        async move {
            if index == 7 {
                let accepted = Accepted {
                    region: Region::CN,
                    message_id: "m",
                    ttl: KEPT,
                };
                let fate = store.note_dispatch(NAME, &accepted).await.unwrap();
                return fate.is_some();
            }
            let report = Report {
                state: DeliveryState::Delivered,
                at: None,
            };
            let taken = store.take_report(NAME, report).await.unwrap();
            matches!(taken, Reported::Final(_))
        }
    });
    let told = told.await.into_iter().filter(|is_told| *is_told).count();
    assert_eq!(told, 1);
}
