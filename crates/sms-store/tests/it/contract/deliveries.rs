use sms_core::{Delivery, DeliveryState, Fate, Region, Reported};
use sms_store::{Accepted, DeliveryName, Report};

use super::*;

const KEPT: Duration = Duration::from_secs(3 * 86_400);
const NAME: DeliveryName<'static> = DeliveryName {
    sender: "ccp",
    provider_id: "5ba75cbbb746409fade5bbf3b1541b7c",
};

async fn note(backend: &Backend) -> Option<Fate> {
    let accepted = Accepted {
        region: Region::CN,
        message_id: "00010f101f7f808f909fa0afb0f0feff",
        ttl: KEPT,
    };
    backend.store.note_dispatch(NAME, &accepted).await.unwrap()
}

async fn report(backend: &Backend, state: DeliveryState) -> Reported {
    let report = Report { state, at: None };
    backend.store.take_report(NAME, report).await.unwrap()
}

async fn known(backend: &Backend) -> Delivery {
    backend.store.delivery(NAME).await.unwrap()
}

async fn fate(backend: &Backend) -> Option<Fate> {
    known(backend).await.fate()
}

pub(crate) async fn a_delivery_is_told_once(backend: &Backend) {
    let sent_at = backend.clock.now();
    assert!(!known(backend).await.is_dispatched());
    assert_eq!(note(backend).await, None);
    assert_eq!(fate(backend).await, None);
    assert!(known(backend).await.is_dispatched());
    backend.advance(seconds(4)).await;
    let pending = report(backend, DeliveryState::Pending).await;
    assert_eq!(pending, Reported::Pending);
    let since = sent_at.after(seconds(3));
    let delivered = Report {
        state: DeliveryState::Delivered,
        at: Some(since),
    };
    let taken = backend.store.take_report(NAME, delivered).await.unwrap();
    let Reported::Final(told) = taken else {
        panic!("{taken:?}");
    };
    assert!(told.has_arrived);
    assert_eq!((told.took(), told.at), (seconds(3), since));
    assert_eq!(told.dispatch.region, Region::CN);
    let message_id = "00010f101f7f808f909fa0afb0f0feff";
    assert_eq!(told.dispatch.message_id, message_id);
    for state in [DeliveryState::Delivered, DeliveryState::Failed] {
        assert_eq!(report(backend, state).await, Reported::Repeated);
    }
    assert_eq!(note(backend).await, None);
    assert_eq!(fate(backend).await, Some(told));
}

pub(crate) async fn a_report_before_the_dispatch_is_told_with_it(backend: &Backend) {
    for _ in 0..2 {
        let early = report(backend, DeliveryState::Failed).await;
        assert_eq!(early, Reported::Early);
        assert_eq!(fate(backend).await, None);
        assert!(!known(backend).await.is_dispatched());
    }
    let told = note(backend).await.unwrap();
    assert!(!told.has_arrived);
    assert_eq!(told.took(), Duration::ZERO);
    assert_eq!(note(backend).await, None);
    assert_eq!(fate(backend).await, Some(told));
    // It is remembered as long as any other from here on.
    backend.advance(seconds(3600)).await;
    assert!(fate(backend).await.is_some());
}

pub(crate) async fn a_dispatch_is_remembered_for_its_time(backend: &Backend) {
    note(backend).await;
    backend.advance(KEPT - seconds(10)).await;
    // Neither of these makes it any longer.
    note(backend).await;
    let taken = report(backend, DeliveryState::Delivered).await;
    assert!(matches!(taken, Reported::Final(_)), "{taken:?}");
    backend.advance(seconds(10)).await;
    assert_eq!(known(backend).await, Delivery::default());
    let late = report(backend, DeliveryState::Delivered).await;
    assert_eq!(late, Reported::Early);
}

pub(crate) async fn a_report_about_nothing_is_kept_for_minutes(backend: &Backend) {
    report(backend, DeliveryState::Delivered).await;
    backend.advance(seconds(590)).await;
    // A second one does not make it longer.
    report(backend, DeliveryState::Delivered).await;
    backend.advance(seconds(10)).await;
    assert_eq!(note(backend).await, None);
}

pub(crate) async fn a_delivery_belongs_to_one_sender(backend: &Backend) {
    note(backend).await;
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
        let taken = backend.store.take_report(name, report).await.unwrap();
        assert_eq!(taken, Reported::Early, "{name}");
    }
    assert_eq!(fate(backend).await, None);
}

/// What happens to a message, in an order of the caller's.
async fn happens(backend: &Backend, event: usize) {
    let start = backend.clock.now();
    let (state, at) = match event {
        0 => return drop(note(backend).await),
        1 => (DeliveryState::Pending, None),
        2 => (DeliveryState::Failed, Some(start)),
        3 => (DeliveryState::Delivered, None),
        _ => (DeliveryState::Delivered, Some(Timestamp::from_millis(1))),
    };
    let report = Report { state, at };
    backend.store.take_report(NAME, report).await.unwrap();
}

pub(crate) async fn any_order_of_reports_leads_to_the_same(backend: &Backend) {
    let orders = [
        [0, 1, 2, 3, 4, 4],
        [4, 3, 2, 1, 0, 0],
        [2, 0, 4, 1, 3, 2],
        [3, 4, 0, 2, 1, 1],
    ];
    let mut fates = Vec::new();
    for order in orders {
        let backend = backend.another();
        for event in order {
            happens(&backend, event).await;
        }
        fates.push(fate(&backend).await.unwrap());
    }
    assert!(fates[0].has_arrived);
    assert_eq!(fates[0].at, Timestamp::from_millis(1));
    assert!(fates.iter().all(|fate| *fate == fates[0]), "{fates:?}");
}

pub(crate) async fn a_delivery_is_told_once_under_concurrency(backend: &Backend) {
    let told = at_once(20, |index| {
        let store = Arc::clone(&backend.store);
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
