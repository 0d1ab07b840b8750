//! Every metric there is. Labels have few values, none of which comes from a request.

mod deliveries;
mod families;
mod health;
mod http;
mod outcomes;
mod senders;
mod store;

use std::sync::Arc;

use prometheus::{IntGauge, Registry, TextEncoder};
use sms_core::{Countries, Region};
use sms_gateway::{ErrorClass, SenderState};
use sms_service::SentCode;
use sms_store::Connections;

use crate::config::{ConfigError, Settings};
use crate::logging;

use self::deliveries::DeliveryMetrics;
use self::families::Families;
pub(crate) use self::health::HealthMetrics;
pub(crate) use self::http::{Answered, HttpMetrics, RouteMeter, UnderWay};
use self::outcomes::OutcomeMetrics;
pub(crate) use self::senders::{SenderMeter, SenderMetrics};
pub(crate) use self::store::StoreMetrics;

/// Every metric there is.
pub(crate) struct Metrics {
    registry: Registry,
    ready: IntGauge,
    /// Requests to the public listener.
    pub(crate) http: HttpMetrics,
    /// What came of sends and checks.
    pub(crate) outcomes: OutcomeMetrics,
    /// What became of messages.
    pub(crate) deliveries: DeliveryMetrics,
    /// Steps of the store.
    pub(crate) store: StoreMetrics,
    /// What each sender is asked.
    pub(crate) senders: SenderMetrics,
    /// What state each sender is in.
    pub(crate) health: HealthMetrics,
}

/// Values of labels that are known before anything happens.
struct Known {
    /// The names of the senders.
    senders: Vec<String>,
    /// Those whose providers tell what becomes of messages.
    reporting: Vec<String>,
    /// The regions that the configuration lists by name.
    countries: Vec<Region>,
}

/// What is asked at the moment when metrics are read.
pub(crate) struct Now {
    /// Whether requests may be sent here.
    pub(crate) is_ready: bool,
    /// How the store is connected.
    pub(crate) connections: Option<Connections>,
    /// What state each sender is in.
    pub(crate) senders: Vec<(Arc<str>, SenderState)>,
}

impl Metrics {
    /// Metrics of a server with these settings.
    ///
    /// # Errors
    ///
    /// The settings contradict themselves.
    pub(crate) fn new(settings: &Settings) -> Result<Self, ConfigError> {
        let names = settings.senders()?.into_iter().map(|(name, _)| name);
        let known = Known {
            senders: names.map(str::to_owned).collect(),
            reporting: settings.receipts.senders.keys().cloned().collect(),
            countries: match settings.policy()?.limits.countries {
                Countries::All => Vec::new(),
                Countries::Only(regions) => regions,
            },
        };
        let families = Families(Registry::new());
        let build = families.gauges("sms_build_info", "The version that runs.", &["version"]);
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        families.register(logging::dropped_lines().clone());
        #[cfg(target_os = "linux")]
        families.register(prometheus::process_collector::ProcessCollector::for_self());
        Ok(Self {
            ready: families.gauge(
                "sms_ready",
                "1 if /readyz says so when this is read, else 0.",
            ),
            http: HttpMetrics::new(&families),
            outcomes: OutcomeMetrics::new(&families, &known),
            deliveries: DeliveryMetrics::new(&families, &known),
            store: StoreMetrics::new(&families),
            senders: SenderMetrics::new(&families, &known.senders),
            health: HealthMetrics::new(&families, &known.senders),
            registry: families.0,
        })
    }

    /// All of them in the text format of Prometheus.
    pub(crate) fn text(&self, now: &Now) -> String {
        self.ready.set(i64::from(now.is_ready));
        self.health.are(&now.senders);
        if let Some(connections) = now.connections {
            self.store.connected(connections);
        }
        TextEncoder::new()
            .encode_to_string(&self.registry.gather())
            .unwrap_or_default()
    }
}

/// The result of a message that was accepted; that of any other is the class of its error.
pub(crate) const ACCEPTED: &str = "accepted";

/// The name of a result: that a message was accepted, or the class of the error.
pub(crate) fn result_name(class: Option<ErrorClass>) -> &'static str {
    class.map_or(ACCEPTED, ErrorClass::name)
}

/// Every result that a message can have.
fn results() -> impl Iterator<Item = &'static str> {
    let classes = ErrorClass::ALL.into_iter().map(ErrorClass::name);
    std::iter::once(ACCEPTED).chain(classes)
}

/// The sender that took a message or may have, else the last one, and the result, if a message was handed over at all.
pub(crate) fn last_word(sent: &SentCode) -> Option<(&str, &'static str)> {
    match sent {
        SentCode::Sent { sender, .. } => Some((sender, ACCEPTED)),
        SentCode::SendFailed { sender, class } => Some((sender, class.name())),
        SentCode::LimitedByProvider { sender, .. } => Some((sender, ErrorClass::RateNumber.name())),
        SentCode::MissingParameter
        | SentCode::BadMobile
        | SentCode::AddressTooOften { .. }
        | SentCode::ImageMissing
        | SentCode::ImageMismatch
        | SentCode::MobileTooOften { .. }
        | SentCode::BudgetSpent { .. }
        | SentCode::KeptForTest
        | SentCode::Overloaded => None,
    }
}
