use std::sync::{Arc, Mutex};

use sms_core::{AddressBlock, Message, Mobile};
use sms_gateway::MessageId;
use sms_service::{Asked, CheckEvent, DeliveryEvent, Observer, SendEvent, SentCode};
use sms_store::PictureAdmission;

/// An observer that remembers what it was told.
#[derive(Default)]
pub(crate) struct Told {
    requests: Mutex<Vec<ToldOf>>,
    refused_pictures: Mutex<usize>,
    deliveries: Mutex<Vec<ToldDelivery>>,
    arrivals: Mutex<Vec<bool>>,
}

/// What an observer was told of one send or check.
#[derive(Debug)]
pub(crate) struct ToldOf {
    pub(crate) mobile: Option<Mobile>,
    pub(crate) is_test: bool,
    pub(crate) address: AddressBlock,
    pub(crate) trace: Option<Arc<str>>,
    pub(crate) outcome: Message,
    pub(crate) message_id: Option<MessageId>,
    pub(crate) provider_id: Option<String>,
}

/// What an observer was told of one delivery.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ToldDelivery {
    pub(crate) has_arrived: bool,
    pub(crate) mobile: Option<Mobile>,
    pub(crate) code: Option<String>,
}

impl Told {
    /// The deliveries that were told of since the last call.
    pub(crate) fn deliveries(&self) -> Vec<ToldDelivery> {
        std::mem::take(&mut self.deliveries.lock().unwrap())
    }

    /// Whether each message had arrived that was asked about since the last call.
    pub(crate) fn arrivals(&self) -> Vec<bool> {
        std::mem::take(&mut self.arrivals.lock().unwrap())
    }

    /// The one request that was told of since the last call.
    pub(crate) fn only(&self) -> ToldOf {
        let mut requests = self.requests.lock().unwrap();
        assert_eq!(requests.len(), 1, "{requests:?}");
        requests.remove(0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.requests.lock().unwrap().is_empty()
    }

    pub(crate) fn refused_pictures(&self) -> usize {
        *self.refused_pictures.lock().unwrap()
    }

    fn add(&self, asked: &Asked, outcome: Message, ids: (Option<MessageId>, Option<&str>)) {
        let (message_id, provider_id) = ids;
        self.requests.lock().unwrap().push(ToldOf {
            mobile: asked.mobile,
            is_test: asked.is_test,
            address: asked.address,
            trace: asked.trace.clone(),
            outcome,
            message_id,
            provider_id: provider_id.map(str::to_owned),
        });
    }
}

impl Observer for Told {
    fn on_picture(&self, admission: &PictureAdmission) {
        let is_refused = matches!(admission, PictureAdmission::AddressTooOften { .. });
        *self.refused_pictures.lock().unwrap() += usize::from(is_refused);
    }

    fn on_send(&self, event: &SendEvent<'_>) {
        let outcome = event
            .outcome
            .map_or(Message::Unavailable, SentCode::message);
        self.add(event.asked, outcome, (event.message_id, event.provider_id));
    }

    fn on_check(&self, event: &CheckEvent<'_>) {
        let outcome = event
            .outcome
            .map_or(Message::Unavailable, sms_service::CheckedCode::message);
        self.add(event.asked, outcome, (None, None));
    }

    fn on_delivery(&self, event: &DeliveryEvent<'_>) {
        self.deliveries.lock().unwrap().push(ToldDelivery {
            has_arrived: event.fate.has_arrived,
            mobile: event.mobile,
            code: event.code.map(str::to_owned),
        });
    }

    fn on_arrival(&self, _sender: &str, has_arrived: bool) {
        self.arrivals.lock().unwrap().push(has_arrived);
    }
}
