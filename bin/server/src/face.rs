use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpRequest;
use sms_core::{AddressBlock, Locale, Message};
use sms_gateway::MockSender;
use sms_service::{ServiceError, VerificationService};

use crate::client_address::TrustedProxies;
use crate::config::Settings;
use crate::demo::DemoPage;
use crate::metrics::Metrics;
use crate::reply::{Failure, Reply};
use crate::{Parts, WiringError};

/// What every handler needs, shared by all workers.
pub(crate) struct Face {
    pub(crate) service: VerificationService,
    pub(crate) outbox: Option<MockSender>,
    pub(crate) demo: DemoPage,
    pub(crate) metrics: Metrics,
    pub(crate) proxies: TrustedProxies,
    locale: Locale,
    draining: Arc<AtomicBool>,
}

impl Face {
    pub(crate) fn new(
        settings: &Settings,
        parts: Parts,
        draining: Arc<AtomicBool>,
    ) -> Result<Self, WiringError> {
        Ok(Self {
            service: parts.service(settings)?,
            demo: DemoPage::new(settings),
            outbox: parts.outbox,
            metrics: Metrics::new(),
            proxies: TrustedProxies::new(settings.server.trusted_proxies.to_vec()),
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

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }
}
