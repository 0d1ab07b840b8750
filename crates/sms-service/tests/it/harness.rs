use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use sms_captcha::Size;
use sms_core::{
    AddressBlock, CodeLength, Countries, ImageCode, ImageId, Locale, Mobile, Quotas, TestNumbers,
    Timestamp,
};
use sms_gateway::{Behaviour, MockSender};
use sms_service::{
    CheckCode, CheckedCode, CodePolicy, DeliveryPolicy, ImagePolicy, Limits, Policy, SendCode,
    SentCode, VerificationService,
};
use sms_store::{CodeStore, ManualClock, MemoryStore};

use crate::told::Told;

pub(crate) const MOBILE: &str = "13800138000";
const TTL: Duration = Duration::from_secs(300);

/// A service with everything around it within reach.
pub(crate) struct Harness {
    pub(crate) service: VerificationService,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) sender: MockSender,
    pub(crate) clock: ManualClock,
    pub(crate) told: Arc<Told>,
}

impl Harness {
    /// One message a minute to a number, no other limits.
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Policy)) -> Self {
        let clock = ManualClock::new(Timestamp::from_millis(1_700_000_000_000));
        let store = Arc::new(MemoryStore::new(clock.clock()));
        let sender = MockSender::new("mock");
        let told = Arc::new(Told::default());
        let mut policy = policy();
        change(&mut policy);
        Self {
            service: VerificationService::observed(
                store.clone(),
                Arc::new(sender.clone()),
                policy,
                told.clone(),
            ),
            told,
            store,
            sender,
            clock,
        }
    }

    /// Keeps a picture that shows `AbCd`.
    pub(crate) async fn put_picture(&self, id: &str) {
        let code = ImageCode::new("AbCd").unwrap();
        let id = ImageId::parse(id).unwrap();
        self.store.put_image_code(&id, &code, TTL).await.unwrap();
    }

    /// Sends to [`MOBILE`] with a fresh picture and its right answer.
    pub(crate) async fn send(&self) -> SentCode {
        self.put_picture("i").await;
        self.service.send_code(request()).await.unwrap()
    }

    pub(crate) async fn send_while(&self, behaviour: Behaviour) -> SentCode {
        self.sender.behave(behaviour);
        let sent = self.send().await;
        self.sender.behave(Behaviour::Accept);
        sent
    }

    pub(crate) async fn check(&self, code: &str) -> CheckedCode {
        self.service.check_code(attempt(code)).await.unwrap()
    }

    /// The code that is in the store for [`MOBILE`].
    pub(crate) fn stored_code(&self) -> Option<String> {
        let code = self.store.sms_code(&Mobile::parse(MOBILE).unwrap())?;
        Some(code.expose().to_owned())
    }

    /// The code of the newest message to [`MOBILE`].
    pub(crate) fn received_code(&self) -> Option<String> {
        let messages = self.sender.sent_to(&Mobile::parse(MOBILE).unwrap());
        Some(messages.first()?.code.expose().to_owned())
    }
}

/// A request to send to [`MOBILE`] that names the picture `i` and answers it rightly.
pub(crate) fn request() -> SendCode {
    SendCode {
        mobile: MOBILE.into(),
        image_code: Some("aBcD".into()),
        image_code_id: Some("i".into()),
        address: address(7),
        trace: Some("request-1".into()),
    }
}

/// A request to check `code` for [`MOBILE`].
pub(crate) fn attempt(code: &str) -> CheckCode {
    CheckCode {
        mobile: MOBILE.into(),
        sms_code: Some(code.into()),
        address: address(7),
        trace: Some("request-2".into()),
    }
}

pub(crate) fn address(last: u8) -> AddressBlock {
    IpAddr::from(Ipv4Addr::new(203, 0, 113, last)).into()
}

pub(crate) fn quotas(list: &[&str]) -> Quotas {
    Quotas::parse(list).unwrap()
}

/// Codes live for five minutes; one message a minute to a number, no other limits.
pub(crate) fn policy() -> Policy {
    Policy {
        image: ImagePolicy {
            ttl: TTL,
            length: 4,
            size: Size::default(),
        },
        code: CodePolicy {
            ttl: TTL,
            length: CodeLength::SIX,
            max_attempts: 5,
        },
        limits: Limits {
            per_mobile: quotas(&["1/60s"]),
            per_test_number: quotas(&["2/60s"]),
            per_ip: Quotas::default(),
            image_per_ip: Quotas::default(),
            global: Quotas::default(),
            failures_per_mobile: Quotas::default(),
            countries: Countries::parse(&["CN"]).unwrap(),
        },
        locale: Locale::ZhCn,
        deliveries: DeliveryPolicy::default(),
        test_numbers: TestNumbers::default(),
        max_in_flight: 1000,
    }
}
