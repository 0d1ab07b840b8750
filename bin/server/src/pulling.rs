//! Asking providers what became of messages, where they don't tell by themselves.

use std::sync::Arc;
use std::time::Duration;

use sms_gateway::{CcpReports, Reports};
use sms_service::VerificationService;
use tokio::time::sleep;

use crate::WiringError;
use crate::config::{SenderSettings, Settings};
use crate::metrics::Metrics;

/// How often a provider that has more to tell is asked at once: it may tell the same for ever.
const MOST_IN_A_ROW: usize = 10;

/// A provider that is asked, and how often.
pub(crate) struct Pulling {
    sender: String,
    provider: CcpReports,
    interval: Duration,
}

impl Pulling {
    /// Those that `settings` name.
    ///
    /// # Errors
    ///
    /// A sender is not configured rightly.
    pub(crate) fn from_settings(settings: &Settings) -> Result<Vec<Self>, WiringError> {
        let mut all = Vec::new();
        for (name, receiver) in &settings.receipts.senders {
            let sender = settings.gateway.senders.get(name);
            let (Some(interval), Some(SenderSettings::Ccp(ccp))) =
                (receiver.pull_interval(), sender)
            else {
                continue;
            };
            let config = ccp.config(name, settings.gateway.timeout())?;
            let provider = CcpReports::new(&config).map_err(|error| WiringError::Sender {
                name: name.clone(),
                error,
            })?;
            all.push(Self {
                sender: name.clone(),
                provider,
                interval,
            });
        }
        Ok(all)
    }

    /// Asks again and again; it never ends.
    pub(crate) async fn run(self, service: VerificationService, metrics: Arc<Metrics>) {
        loop {
            for _ in 0..MOST_IN_A_ROW {
                if self.ask(&service, &metrics).await < CcpReports::MOST {
                    break;
                }
            }
            sleep(self.interval).await;
        }
    }

    /// Asks once, and says how much there was to tell.
    async fn ask(&self, service: &VerificationService, metrics: &Metrics) -> usize {
        let sender = &*self.sender;
        match self.provider.pull().await {
            Ok(reports) => {
                metrics.deliveries.ignored(sender, reports.ignored);
                self.hand_over(service, &reports).await;
                reports.reports.len() + reports.ignored
            }
            Err(error) => {
                service.reports_missed(sender);
                log::warn!(
                    sender, class = error.class().name(),
                    provider_code = error.provider_code().unwrap_or_default();
                    "delivery reports can't be had: {error}"
                );
                0
            }
        }
    }

    /// Hands reports over until they are taken: the provider does not tell them again.
    async fn hand_over(&self, service: &VerificationService, reports: &Reports) {
        while let Err(error) = service.take_reports(&self.sender, &reports.reports).await {
            log::warn!(sender = &*self.sender; "delivery reports wait for the store: {error}");
            sleep(self.interval).await;
        }
    }
}
