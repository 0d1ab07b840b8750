//! The store in a Redis server.

mod address;
mod attempts;
mod call;
mod cluster;
mod connector;
mod kept_delivery;
mod kept_number;
mod kept_verification;
mod lanes;
mod operator;
mod run;
mod scripts;
mod sentinel;
mod server_clock;
mod servers;
mod slots;
mod verifications;
mod watch;

use std::fmt::{Display, from_fn};
use std::time::Duration;

use async_trait::async_trait;
use deadpool_redis::redis::{FromRedisValue, RedisError};
use sms_core::{
    CheckOutcome, CheckRules, Delivery, Fate, ImageCode, ImageId, Issue, Mobile, Quotas, Reported,
    Settlement, SmsCode, Timestamp,
};

use self::call::Call;
use self::run::Limit;
use self::scripts::Scripts;
use self::servers::Servers;
pub use self::servers::{ClientCertificate, RedisConfig, RedisServers, RedisTls};
use crate::in_steps::{admit_picture_in_steps, admit_send_in_steps};
use crate::keys::{Keys, NumberKeys};
use crate::store::EARLY_TTL;
use crate::{
    Accepted, AtRest, Checked, Clock, CodeStore, Connections, Consumed, DeliveryName, Log,
    PictureAdmission, PictureRequest, Report, Reservation, SendAdmission, SendRequest, Slot,
    StoreError,
};

/// The store that several instances share: every step is one script inside Redis.
pub struct RedisStore {
    servers: Servers,
    scripts: Scripts,
    keys: Keys,
    at_rest: AtRest,
    timeout: Duration,
    clock: Option<Clock>,
}

impl RedisStore {
    /// A store on the servers that `config` names. It connects when it is first used, and again
    /// whenever a connection was lost.
    ///
    /// # Errors
    ///
    /// [`StoreError::Address`] if a URL is none, or certificates can't be read.
    pub fn new(config: &RedisConfig) -> Result<Self, StoreError> {
        let servers = Servers::new(config)?;
        Ok(Self {
            keys: Keys::new(config.key_prefix.clone(), servers.tags()),
            servers,
            scripts: Scripts::new(),
            at_rest: AtRest::default(),
            timeout: config.timeout,
            clock: None,
        })
    }

    /// The same store, but codes and numbers look like this in it.
    #[must_use]
    pub fn with_at_rest(mut self, at_rest: AtRest) -> Self {
        self.at_rest = at_rest;
        self
    }

    /// The same store, but its quotas go by `clock` instead of the time of the server. Times to
    /// live are still the server's. For tests.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The first argument of every script that needs the time.
    fn time_argument(&self) -> impl Display {
        from_fn(|f| match &self.clock {
            Some(clock) => write!(f, "{}", clock.now().as_millis()),
            None => Ok(()),
        })
    }

    /// The names of the keys of a number.
    fn keys_of(&self, mobile: &Mobile) -> NumberKeys<'_> {
        self.keys.number(self.at_rest.name(mobile))
    }

    /// Runs a script whose success tells the time of its slot: the server's, unless a test gave
    /// another.
    async fn run_for_slot(&self, mut call: Call<'_>) -> Result<Numbers, StoreError> {
        if self.clock.is_none() {
            call.tells_time();
        }
        self.run(call).await
    }

    /// Runs a script within the time limit; what is not begun by then is never done.
    async fn run<T: FromRedisValue>(&self, call: Call<'_>) -> Result<T, StoreError> {
        let answer = self.servers.run(&call, Limit::new(self.timeout)).await?;
        T::from_redis_value(answer).map_err(|error| StoreError::from(RedisError::from(error)))
    }
}

/// The numbers that a script answered with.
type Numbers = Vec<u64>;

fn span(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

/// An answer that none of our scripts gives.
fn unreadable<T>(step: &str) -> Result<T, StoreError> {
    Err(StoreError::Refused(format!("unreadable answer to {step}")))
}

#[async_trait]
impl CodeStore for RedisStore {
    async fn take_slot(&self, log: Log, quotas: &Quotas) -> Result<Slot, StoreError> {
        if quotas.is_empty() {
            // Nothing is taken, so nobody will ask for it back by this name.
            return Ok(Slot::Taken(Timestamp::from_millis(0)));
        }
        let mut call = self.scripts.take_slot.key(self.keys.log(log));
        call.arg(self.time_argument());
        call.quotas(quotas);
        let answer: Numbers = self.run_for_slot(call).await?;
        match answer[..] {
            [0, slot] => Ok(Slot::Taken(Timestamp::from_millis(slot))),
            [1, wait] => Ok(Slot::Refused {
                retry_after: span(wait),
            }),
            _ => unreadable("take_slot"),
        }
    }

    async fn give_back_slot(&self, log: Log, slot: Timestamp) -> Result<(), StoreError> {
        let mut call = self.scripts.give_back_slot.key(self.keys.log(log));
        call.arg(slot.as_millis());
        self.run(call).await
    }

    async fn put_image_code(
        &self,
        id: &ImageId,
        code: &ImageCode,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        let mut call = self.scripts.put_image_code.key(self.keys.image(id));
        call.arg(code.expose()).arg(millis(ttl));
        self.run(call).await
    }

    async fn consume_image_code(&self, id: &ImageId, answer: &str) -> Result<Consumed, StoreError> {
        let mut call = self.scripts.consume_image_code.key(self.keys.image(id));
        call.arg(answer.to_ascii_lowercase());
        match self.run(call).await? {
            0_u64 => Ok(Consumed::Matched),
            1 => Ok(Consumed::Missing),
            2 => Ok(Consumed::Mismatch),
            _ => unreadable("consume_image_code"),
        }
    }

    async fn issue(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        ttl: Duration,
        quotas: &Quotas,
    ) -> Result<Issue, StoreError> {
        let keys = self.keys_of(mobile);
        let mut call = self.scripts.issue.key(keys.code());
        call.key(keys.attempts())
            .key(keys.sends())
            .key(keys.sender());
        call.arg(self.time_argument());
        call.issued(&self.at_rest.shown(mobile, code.expose()));
        call.number(millis(ttl));
        call.quotas(quotas);
        let answer: Numbers = self.run_for_slot(call).await?;
        match answer[..] {
            [0, slot, wait] => Ok(Issue::Issued {
                slot: Timestamp::from_millis(slot),
                next_slot_in: span(wait),
            }),
            [1, wait] => Ok(Issue::TooOften {
                retry_after: span(wait),
            }),
            _ => unreadable("issue"),
        }
    }

    async fn settle(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        let slot = match settlement {
            Settlement::GiveBack(slot) => slot.as_millis().to_string(),
            Settlement::KeepSlot => String::new(),
        };
        let keys = self.keys_of(mobile);
        let mut call = self.scripts.settle.key(keys.code());
        call.key(keys.attempts())
            .key(keys.sends())
            .key(keys.sender())
            .arg(slot);
        call.compared(&self.at_rest.shown(mobile, code.expose()));
        self.run(call).await
    }

    async fn note_sender(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        sender: &str,
    ) -> Result<(), StoreError> {
        let keys = self.keys_of(mobile);
        let mut call = self.scripts.note_sender.key(keys.code());
        call.key(keys.sender()).arg(sender);
        call.compared(&self.at_rest.shown(mobile, code.expose()));
        self.run(call).await
    }

    async fn check(
        &self,
        mobile: &Mobile,
        attempt: &str,
        rules: &CheckRules,
    ) -> Result<Checked, StoreError> {
        let keys = self.keys_of(mobile);
        let mut call = self.scripts.check.key(keys.code());
        call.key(keys.attempts())
            .key(keys.failures())
            .key(keys.sender());
        call.arg(self.time_argument()).arg(rules.max_attempts);
        call.quotas(&rules.failures);
        call.compared(&self.at_rest.shown(mobile, attempt));
        let (outcome, left, sender): (u64, u64, String) = self.run(call).await?;
        let outcome = match outcome {
            0 => CheckOutcome::Verified,
            1 => CheckOutcome::Missing,
            2 => CheckOutcome::Mismatch {
                attempts_left: u8::try_from(left).unwrap_or(u8::MAX),
            },
            3 => CheckOutcome::TooManyAttempts,
            _ => return unreadable("check"),
        };
        Ok(Checked {
            outcome,
            sender: Some(sender).filter(|name| !name.is_empty()),
        })
    }

    async fn note_dispatch(
        &self,
        name: DeliveryName<'_>,
        accepted: &Accepted<'_>,
    ) -> Result<Option<Fate>, StoreError> {
        let mut call = self.scripts.note_dispatch.key(self.keys.delivery(name));
        call.arg(self.time_argument());
        call.arg(format_args!("{}:{}", accepted.region, accepted.message_id));
        call.arg(millis(accepted.ttl));
        let (outcome, known): (u64, String) = self.run(call).await?;
        match outcome {
            0 => kept_delivery::told("note_dispatch", &known).map(Some),
            1 => Ok(None),
            _ => unreadable("note_dispatch"),
        }
    }

    async fn take_report(
        &self,
        name: DeliveryName<'_>,
        report: Report,
    ) -> Result<Reported, StoreError> {
        let mut call = self.scripts.take_report.key(self.keys.delivery(name));
        call.arg(self.time_argument());
        call.arg(kept_delivery::rank(report.state));
        call.arg(from_fn(|f| match report.at {
            Some(at) => write!(f, "{}", at.as_millis()),
            None => Ok(()),
        }));
        call.arg(millis(EARLY_TTL));
        let (outcome, known): (u64, String) = self.run(call).await?;
        match outcome {
            0 => kept_delivery::told("take_report", &known).map(Reported::Final),
            1 => Ok(Reported::Early),
            2 => Ok(Reported::Pending),
            3 => Ok(Reported::Repeated),
            _ => unreadable("take_report"),
        }
    }

    async fn delivery(&self, name: DeliveryName<'_>) -> Result<Delivery, StoreError> {
        let call = self.scripts.read_delivery.key(self.keys.delivery(name));
        let known: String = self.run(call).await?;
        Ok(kept_delivery::read(&known))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.run(self.scripts.ping.key(self.keys.ping())).await
    }

    fn connections(&self) -> Option<Connections> {
        Some(self.servers.connections())
    }

    async fn admit_picture(
        &self,
        request: &PictureRequest<'_>,
    ) -> Result<PictureAdmission, StoreError> {
        if self.servers.are_cluster() {
            return Box::pin(admit_picture_in_steps(self, request)).await;
        }
        let log = self.keys.log(Log::Pictures(request.address));
        let mut call = self.scripts.admit_picture.key(log);
        call.key(self.keys.image(request.image));
        call.arg(self.time_argument())
            .arg(request.text.expose())
            .arg(millis(request.ttl));
        call.quotas(request.address_quotas);
        let answer: Numbers = self.run(call).await?;
        match answer[..] {
            [0] => Ok(PictureAdmission::Kept),
            [1, wait] => Ok(PictureAdmission::AddressTooOften {
                retry_after: span(wait),
            }),
            _ => unreadable("admit_picture"),
        }
    }

    async fn admit_send(&self, request: &SendRequest<'_>) -> Result<SendAdmission, StoreError> {
        if self.servers.are_cluster() {
            return Box::pin(admit_send_in_steps(self, request)).await;
        }
        let requests = Log::Requests(request.address);
        let Some(image) = request.image else {
            return Ok(
                match self.take_slot(requests, request.address_quotas).await? {
                    Slot::Taken(_) => SendAdmission::ImageMissing,
                    Slot::Refused { retry_after } => SendAdmission::AddressTooOften { retry_after },
                },
            );
        };
        let keys = self.keys_of(request.mobile);
        let shown = self.at_rest.shown(request.mobile, request.code.expose());
        let mut call = self.scripts.admit_send.key(self.keys.log(requests));
        call.key(self.keys.image(image))
            .key(self.keys.log(Log::Budget))
            .key(keys.code())
            .key(keys.attempts())
            .key(keys.sends())
            .key(keys.sender());
        call.arg(self.time_argument())
            .arg(request.answer.to_ascii_lowercase());
        call.issued(&shown).number(millis(request.ttl));
        call.quotas(request.address_quotas);
        call.quotas(request.budget);
        call.quotas(request.mobile_quotas);
        let answer: Numbers = self.run_for_slot(call).await?;
        match answer[..] {
            [0, slot, wait] => Ok(SendAdmission::Admitted(Reservation {
                slot: Timestamp::from_millis(slot),
                budget_slot: Timestamp::from_millis(slot),
                next_slot_in: span(wait),
            })),
            [1, wait] => Ok(SendAdmission::AddressTooOften {
                retry_after: span(wait),
            }),
            [2] => Ok(SendAdmission::ImageMissing),
            [3] => Ok(SendAdmission::ImageMismatch),
            [4, wait] => Ok(SendAdmission::BudgetSpent {
                retry_after: span(wait),
            }),
            [5, wait] => Ok(SendAdmission::MobileTooOften {
                retry_after: span(wait),
            }),
            _ => unreadable("admit_send"),
        }
    }
}
