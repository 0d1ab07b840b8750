use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpRequest;
use sms_core::{AddressBlock, Locale, Message};
use sms_gateway::MockSender;
use sms_service::{ServiceError, VerificationService};
use sms_store::VerificationStore;

use crate::client_address::TrustedProxies;
use crate::component::Component;
use crate::config::Settings;
use crate::demo::DemoPage;
use crate::healths::Healths;
use crate::metrics::{Metrics, Now};
use crate::rate_limit::Told;
use crate::receivers::Receivers;
use crate::reply::{Failure, Reply};
use crate::verify::VerifyFace;
use crate::wiring::UseCases;
use crate::{Parts, WiringError};

/// What every handler needs, shared by all workers.
pub(crate) struct Face {
    pub(crate) service: VerificationService,
    /// What is known about the senders.
    pub(crate) healths: Arc<Healths>,
    pub(crate) outbox: Option<MockSender>,
    pub(crate) demo: DemoPage,
    pub(crate) component: Component,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) proxies: TrustedProxies,
    pub(crate) receivers: Receivers,
    /// The face for clients of Twilio Verify, if there is one.
    pub(crate) verify: Option<VerifyFace>,
    /// What may be told of limits.
    pub(crate) limits: ToldLimits,
    store: Arc<dyn VerificationStore>,
    pub(crate) locale: Locale,
    draining: Arc<AtomicBool>,
}

/// What may be told of the limits of numbers, of addresses, and of pictures for addresses.
pub(crate) struct ToldLimits {
    pub(crate) number: Told,
    pub(crate) address: Told,
    pub(crate) pictures: Told,
}

impl Face {
    pub(crate) fn new(
        settings: &Settings,
        parts: Parts,
        draining: Arc<AtomicBool>,
    ) -> Result<Self, WiringError> {
        let metrics = Arc::new(Metrics::new(settings)?);
        let limits = settings.policy()?.limits;
        let UseCases {
            service,
            verifications,
            healths,
        } = parts.use_cases(settings, &metrics)?;
        Ok(Self {
            service,
            healths,
            demo: DemoPage::new(settings),
            component: Component::new(settings),
            outbox: parts.outbox,
            metrics,
            store: parts.store,
            proxies: TrustedProxies::new(settings.server.trusted_proxies.to_vec()),
            receivers: Receivers::new(settings),
            verify: verifications.and_then(|them| VerifyFace::new(&settings.verify, them)),
            limits: ToldLimits {
                number: Told::new("number", &limits.per_mobile),
                address: Told::new("address", &limits.per_ip),
                pictures: Told::new("pictures", &limits.image_per_ip),
            },
            locale: settings.locale.messages,
            draining,
        })
    }

    /// An answer in the configured language.
    pub(crate) fn reply(&self, message: Message) -> Reply {
        Reply::new(message, self.locale)
    }

    /// The answer to a request that could not be carried out. The reason goes to the log alone.
    pub(crate) fn failed(&self, error: &ServiceError) -> Reply {
        let message = match error {
            ServiceError::Store(_) | ServiceError::Picture(_) | ServiceError::CutOff => {
                Message::Unavailable
            }
        };
        self.reply(message).because(Failure(error.to_string()))
    }

    /// Who asks.
    pub(crate) fn client(&self, request: &HttpRequest) -> AddressBlock {
        self.proxies
            .client(request.peer_addr(), request.headers())
            .into()
    }

    /// Whether requests may be sent here.
    ///
    /// # Errors
    ///
    /// Why not.
    pub(crate) async fn ready(&self) -> Result<(), String> {
        if self.draining.load(Ordering::Acquire) {
            return Err("the server is stopping".to_owned());
        }
        let ready = self.service.ready().await;
        ready.map_err(|error| error.to_string())
    }

    /// The metrics as they are now, in the text format of Prometheus.
    pub(crate) async fn metrics_text(&self) -> String {
        self.metrics.text(&Now {
            is_ready: self.ready().await.is_ok(),
            connections: self.store.connections(),
            senders: self.healths.states(),
        })
    }
}
