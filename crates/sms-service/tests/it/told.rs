use std::sync::{Arc, Mutex};

use sms_core::{AddressBlock, Message, Mobile};
use sms_gateway::MessageId;
use sms_service::{Asked, CheckEvent, Observer, SendEvent, SentCode};
use sms_store::PictureAdmission;

/// An observer that remembers what it was told.
#[derive(Default)]
pub(crate) struct Told {
    requests: Mutex<Vec<ToldOf>>,
    refused_pictures: Mutex<usize>,
}

/// What an observer was told of one send or check.
#[derive(Debug)]
pub(crate) struct ToldOf {
    pub(crate) mobile: Option<Mobile>,
    pub(crate) address: AddressBlock,
    pub(crate) trace: Option<Arc<str>>,
    pub(crate) outcome: Message,
    pub(crate) message_id: Option<MessageId>,
    pub(crate) provider_id: Option<String>,
}

impl Told {
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
}
