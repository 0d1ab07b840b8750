use std::sync::Arc;

use rustls::crypto::ring;
use sms_core::load_numbering_plan;
use sms_gateway::{
    AliyunSender, CcpSender, Failover, Health, MockSender, Routes, SenderConfigError, SmsSender,
    TencentSender, TwilioConfig, TwilioSender, WebhookSender,
};
use sms_service::{VerificationService, Verifications, VerifyPolicy};
use sms_store::{Clock, MemoryStore, RedisConfig, RedisStore, VerificationStore};

use crate::config::{ConfigError, SenderSettings, Settings};
use crate::healths::Healths;
use crate::measured_sender::MeasuredSender;
use crate::measured_store::MeasuredStore;
use crate::metrics::{HealthMetrics, Metrics};
use crate::recorder::Recorder;

/// What a server is made of besides HTTP.
#[derive(Clone)]
pub struct Parts {
    /// Where the state is.
    pub store: Arc<dyn VerificationStore>,
    /// The same, if it is the embedded one: what snapshots are made of.
    pub memory: Option<Arc<MemoryStore>>,
    /// What sends, by any route or for any service.
    pub senders: Vec<Arc<dyn SmsSender>>,
    /// The mock whose messages may be looked at.
    pub outbox: Option<MockSender>,
}

/// The parts that the configuration asks for can't be made.
#[derive(Debug, thiserror::Error)]
pub enum WiringError {
    /// The configuration is not usable.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A sender can't be made.
    #[error("gateway.senders.{name}.{error}")]
    Sender {
        /// Its name.
        name: String,
        /// The key below it and what is wrong with that.
        error: SenderConfigError,
    },
}

impl Parts {
    /// Makes the parts that `settings` ask for.
    ///
    /// # Errors
    ///
    /// Names the key that asks for what can't be had.
    pub fn from_settings(settings: &Settings) -> Result<Self, WiringError> {
        install_crypto();
        let (senders, mock) = senders(settings)?;
        let (store, memory) = store(settings)?;
        Ok(Self {
            store,
            memory,
            senders,
            outbox: mock.filter(|_| settings.has_outbox()),
        })
    }

    /// The use cases over these parts, all of which `metrics` watch; and what is known about the
    /// senders.
    pub(crate) fn use_cases(
        &self,
        settings: &Settings,
        metrics: &Arc<Metrics>,
    ) -> Result<UseCases, ConfigError> {
        let (policy, mut verify) = (settings.policy()?, settings.verify_policy()?);
        // Callers of the Verify face are told of which region a number is that may not be sent to.
        if verify.is_some() || policy.limits.countries.reach_abroad() {
            load_numbering_plan();
        }
        let store = Arc::new(MeasuredStore::new(
            Arc::clone(&self.store),
            metrics.store.clone(),
        ));
        let fronts = Fronts::new(self, settings, metrics);
        let front = fronts.front("gateway.routes", &settings.gateway.routes()?)?;
        let mut healths = vec![front.health()];
        if let Some(policy) = &mut verify {
            healths.extend(fronts.give_senders(policy)?);
        }
        let healths = Arc::new(Healths::new(healths));
        let service = VerificationService::observed(
            Arc::clone(&store) as _,
            Arc::new(front),
            policy,
            Arc::new(Recorder::new(Arc::clone(metrics), Arc::clone(&healths))),
        );
        let verifications = verify.map(|policy| Verifications::new(&service, store, policy));
        Ok(UseCases {
            service,
            verifications,
            healths,
        })
    }
}

/// The use cases, and what is known about the senders.
pub(crate) struct UseCases {
    pub(crate) service: VerificationService,
    /// Those of the Verify face, if there is one.
    pub(crate) verifications: Option<Verifications>,
    pub(crate) healths: Arc<Healths>,
}

/// Makes senders that try several, all of which are measured.
struct Fronts<'a> {
    senders: Vec<Arc<dyn SmsSender>>,
    settings: &'a Settings,
    watch: Arc<HealthMetrics>,
}

impl<'a> Fronts<'a> {
    fn new(parts: &Parts, settings: &'a Settings, metrics: &Metrics) -> Self {
        let measured = |sender: &Arc<dyn SmsSender>| -> Arc<dyn SmsSender> {
            Arc::new(MeasuredSender::new(Arc::clone(sender), &metrics.senders))
        };
        Self {
            senders: parts.senders.iter().map(measured).collect(),
            settings,
            watch: Arc::new(metrics.health.clone()),
        }
    }

    /// One that tries those that `routes` name; `key` is where they are configured.
    fn front(&self, key: &str, routes: &Routes) -> Result<Failover, ConfigError> {
        let names = routes.regions.values().chain([&routes.default]);
        let names: Vec<_> = names.flatten().collect();
        let senders = self.senders.iter();
        let senders = senders.filter(|sender| names.iter().any(|name| *name == sender.name()));
        let rules = self.settings.gateway.failover_rules();
        Failover::routed(
            senders.cloned().collect(),
            routes,
            &rules,
            Arc::clone(&self.watch) as _,
        )
        .map_err(|error| ConfigError::key(key, error))
    }

    /// Gives each service that names senders one that tries them. What is known about those.
    fn give_senders(&self, policy: &mut VerifyPolicy) -> Result<Vec<Arc<Health>>, ConfigError> {
        let weights = self.settings.gateway.routes()?.weights;
        let mut healths = Vec::new();
        let configured = self.settings.verify.services.iter();
        for (service, (name, configured)) in policy.services.iter_mut().zip(configured) {
            if configured.senders.is_empty() {
                continue;
            }
            let routes = Routes {
                default: configured.senders.to_vec(),
                weights: weights.clone(),
                ..Routes::default()
            };
            let front = self.front(&format!("verify.services.{name}.senders"), &routes)?;
            healths.push(front.health());
            service.sender = Some(Arc::new(front));
        }
        Ok(healths)
    }
}

/// The store, and once more if it is the embedded one.
type Stores = (Arc<dyn VerificationStore>, Option<Arc<MemoryStore>>);

fn store(settings: &Settings) -> Result<Stores, WiringError> {
    if let Some(store) = redis_store(settings)? {
        return Ok((Arc::new(store), None));
    }
    let (most, at_rest) = (settings.store.max_entries, settings.store.at_rest()?);
    let store = MemoryStore::new(Clock::system()).with_max_entries(most);
    let store = Arc::new(store.with_at_rest(at_rest));
    Ok((store.clone(), Some(store)))
}

/// The store that instances share; `None` if the configuration asks for the embedded one.
pub(crate) fn redis_store(settings: &Settings) -> Result<Option<RedisStore>, WiringError> {
    let store = &settings.store;
    let Some(servers) = store.servers() else {
        return Ok(None);
    };
    install_crypto();
    let config = RedisConfig {
        servers,
        tls: store.tls()?,
        key_prefix: store.prefix()?,
        connections: store.connections(settings.server.worker_threads()),
        timeout: store.timeout(),
    };
    let store = RedisStore::new(&config)
        .map_err(|error| ConfigError::key(settings.store.address_keys(), error))?;
    Ok(Some(store.with_at_rest(settings.store.at_rest()?)))
}

/// What speaks TLS, to Redis and to providers, takes the process-wide default.
pub(crate) fn install_crypto() {
    // An error says that there is one already.
    let _ = ring::default_provider().install_default();
}

/// The senders of all routes and services.
type Senders = Vec<Arc<dyn SmsSender>>;

/// The senders, and the first mock among them.
fn senders(settings: &Settings) -> Result<(Senders, Option<MockSender>), WiringError> {
    let mut mock = None;
    let mut senders = Senders::new();
    for (name, kind) in settings.senders()? {
        if let SenderSettings::Mock {} = kind {
            let new = MockSender::new(name);
            mock.get_or_insert_with(|| new.clone());
            senders.push(Arc::new(new));
        } else {
            senders.push(sender(settings, name, kind)?);
        }
    }
    Ok((senders, mock))
}

/// One sender, whether or not it is among those that are tried.
pub(crate) fn sender(
    settings: &Settings,
    name: &str,
    kind: &SenderSettings,
) -> Result<Arc<dyn SmsSender>, WiringError> {
    let problem = |error| WiringError::Sender {
        name: name.to_owned(),
        error,
    };
    let gateway = &settings.gateway;
    // Of those that ask again when an answer is lost.
    let timeout = settings.timeout_of_a_try(name);
    Ok(match kind {
        SenderSettings::Mock {} => Arc::new(MockSender::new(name)),
        SenderSettings::Ccp(ccp) => {
            Arc::new(CcpSender::new(&ccp.config(name, timeout)?).map_err(problem)?)
        }
        SenderSettings::Aliyun(aliyun) => {
            let config = aliyun.config(name, gateway.timeout())?;
            Arc::new(AliyunSender::new(&config).map_err(problem)?)
        }
        SenderSettings::Tencent(tencent) => {
            let config = tencent.config(name, gateway.timeout())?;
            Arc::new(TencentSender::new(&config).map_err(problem)?)
        }
        SenderSettings::Twilio(twilio) => {
            let config = TwilioConfig {
                status_callback: settings.receipts.callback(name),
                ..twilio.config(name, gateway.timeout())?
            };
            Arc::new(TwilioSender::new(&config).map_err(problem)?)
        }
        SenderSettings::Webhook(webhook) => {
            let config = webhook.config(name, timeout)?;
            Arc::new(WebhookSender::new(&config).map_err(problem)?)
        }
    })
}
