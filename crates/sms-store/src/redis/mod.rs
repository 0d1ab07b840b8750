//! The store in a Redis server.

mod lanes;
mod scripts;
mod server_clock;

use std::time::{Duration, Instant};

use async_trait::async_trait;
use deadpool_redis::redis::{FromRedisValue, ScriptInvocation};
use sms_core::{
    CheckOutcome, CheckRules, ImageCode, ImageId, Issue, Mobile, Quotas, Settlement, SmsCode,
    Timestamp,
};

use self::lanes::Lanes;
use self::scripts::{Scripts, add_quotas};
use crate::keys::Keys;
use crate::{
    Clock, CodeStore, Connections, Consumed, KeyPrefix, Log, PictureAdmission, PictureRequest,
    Reservation, SendAdmission, SendRequest, Slot, StoreError,
};

/// How to reach a single Redis server, 6.2 or newer, or a Valkey.
#[derive(Clone)]
pub struct RedisConfig {
    /// `redis://[user:password@]host[:port][/database]`, or `rediss://…` for TLS.
    pub url: String,
    /// Put before every key.
    pub key_prefix: KeyPrefix,
    /// How many connections are kept, at least 1; best one for each thread that uses the store.
    pub connections: usize,
    /// How long a step may take, connecting included.
    pub timeout: Duration,
}

/// The store that several instances share: every step is one script inside Redis.
pub struct RedisStore {
    lanes: Lanes,
    scripts: Scripts,
    keys: Keys,
    timeout: Duration,
    clock: Option<Clock>,
}

impl RedisStore {
    /// A store on the server that `config` names. It connects when it is first used, and again
    /// whenever the connection was lost.
    ///
    /// # Errors
    ///
    /// [`StoreError::Address`] if the URL is none.
    pub fn new(config: RedisConfig) -> Result<Self, StoreError> {
        Ok(Self {
            lanes: Lanes::new(&config.url, config.connections.max(1))?,
            scripts: Scripts::new(),
            keys: Keys::new(config.key_prefix),
            timeout: config.timeout,
            clock: None,
        })
    }

    /// The same store, but its quotas go by `clock` instead of the time of the server. Times to
    /// live are still the server's. For tests.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The first argument of every script that needs the time.
    fn time_argument(&self) -> String {
        let now = self.clock.as_ref().map(Clock::now);
        now.map(|now| now.as_millis().to_string())
            .unwrap_or_default()
    }

    /// A slot that a script took. Its name is the server's time, unless a test gave another.
    fn slot(&self, millis: u64) -> Timestamp {
        if let (None, Ok(server_millis)) = (&self.clock, i64::try_from(millis)) {
            self.lanes.clock().observe(server_millis);
        }
        Timestamp::from_millis(millis)
    }

    /// Runs a script within the time limit; what is not begun by then is never done.
    async fn run<T: FromRedisValue>(&self, call: ScriptInvocation<'_>) -> Result<T, StoreError> {
        self.invoke(call, Lateness::Refused).await
    }

    /// Runs a script that takes something back: better late than never.
    async fn run_even_late(&self, call: ScriptInvocation<'_>) -> Result<(), StoreError> {
        self.invoke(call, Lateness::Welcome).await
    }

    async fn invoke<T: FromRedisValue>(
        &self,
        mut call: ScriptInvocation<'_>,
        lateness: Lateness,
    ) -> Result<T, StoreError> {
        let started = Instant::now();
        let mut lease = None;
        let step = async {
            let lease = lease.insert(self.lanes.connection().await?);
            let remaining = self.timeout.saturating_sub(started.elapsed());
            call.arg(match lateness {
                Lateness::Refused => self.lanes.clock().after(remaining).to_string(),
                Lateness::Welcome => String::new(),
            });
            let answer = call.invoke_async(&mut lease.connection).await;
            Ok(answer.inspect_err(|error| self.lanes.observe_lateness(error))?)
        };
        let timed_out = StoreError::Timeout(self.timeout);
        let answer = tokio::time::timeout(self.timeout, step)
            .await
            .unwrap_or(Err(timed_out));
        if let (Err(error), Some(lease)) = (&answer, &lease)
            && error.breaks_connection()
        {
            self.lanes.give_up(lease);
        }
        answer
    }
}

/// What to do with a step that the server comes to when nobody waits for it any more.
#[derive(Clone, Copy)]
enum Lateness {
    Refused,
    Welcome,
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
        let mut call = self.scripts.take_slot.key(self.keys.log(log));
        call.arg(self.time_argument());
        add_quotas(&mut call, quotas);
        let answer: Numbers = self.run(call).await?;
        match answer[..] {
            [0, slot] => Ok(Slot::Taken(self.slot(slot))),
            [1, wait] => Ok(Slot::Refused {
                retry_after: span(wait),
            }),
            _ => unreadable("take_slot"),
        }
    }

    async fn give_back_slot(&self, log: Log, slot: Timestamp) -> Result<(), StoreError> {
        let mut call = self.scripts.give_back_slot.key(self.keys.log(log));
        call.arg(slot.as_millis());
        self.run_even_late(call).await
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
        let mut call = self.scripts.issue.key(self.keys.code(mobile));
        call.key(self.keys.attempts(mobile))
            .key(self.keys.sends(mobile));
        call.arg(self.time_argument())
            .arg(code.expose())
            .arg(millis(ttl));
        add_quotas(&mut call, quotas);
        let answer: Numbers = self.run(call).await?;
        match answer[..] {
            [0, slot, wait] => Ok(Issue::Issued {
                slot: self.slot(slot),
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
        let mut call = self.scripts.settle.key(self.keys.code(mobile));
        call.key(self.keys.attempts(mobile))
            .key(self.keys.sends(mobile));
        call.arg(code.expose()).arg(slot);
        self.run_even_late(call).await
    }

    async fn check(
        &self,
        mobile: &Mobile,
        attempt: &str,
        rules: &CheckRules,
    ) -> Result<CheckOutcome, StoreError> {
        let mut call = self.scripts.check.key(self.keys.code(mobile));
        call.key(self.keys.attempts(mobile))
            .key(self.keys.failures(mobile));
        call.arg(self.time_argument())
            .arg(attempt)
            .arg(rules.max_attempts);
        add_quotas(&mut call, &rules.failures);
        let answer: Numbers = self.run(call).await?;
        match answer[..] {
            [0] => Ok(CheckOutcome::Verified),
            [1] => Ok(CheckOutcome::Missing),
            [2, left] => Ok(CheckOutcome::Mismatch {
                attempts_left: u8::try_from(left).unwrap_or(u8::MAX),
            }),
            [3] => Ok(CheckOutcome::TooManyAttempts),
            _ => unreadable("check"),
        }
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.run(self.scripts.ping.key(self.keys.ping())).await
    }

    fn connections(&self) -> Option<Connections> {
        Some(self.lanes.connections())
    }

    async fn admit_picture(
        &self,
        request: &PictureRequest<'_>,
    ) -> Result<PictureAdmission, StoreError> {
        let log = self.keys.log(Log::Pictures(request.address));
        let mut call = self.scripts.admit_picture.key(log);
        call.key(self.keys.image(request.image));
        call.arg(self.time_argument())
            .arg(request.text.expose())
            .arg(millis(request.ttl));
        add_quotas(&mut call, request.address_quotas);
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
        let requests = Log::Requests(request.address);
        let Some(image) = request.image else {
            return Ok(
                match self.take_slot(requests, request.address_quotas).await? {
                    Slot::Taken(_) => SendAdmission::ImageMissing,
                    Slot::Refused { retry_after } => SendAdmission::AddressTooOften { retry_after },
                },
            );
        };
        let mut call = self.scripts.admit_send.key(self.keys.log(requests));
        call.key(self.keys.image(image))
            .key(self.keys.log(Log::Budget))
            .key(self.keys.code(request.mobile))
            .key(self.keys.attempts(request.mobile))
            .key(self.keys.sends(request.mobile));
        call.arg(self.time_argument())
            .arg(request.answer.to_ascii_lowercase())
            .arg(request.code.expose())
            .arg(millis(request.ttl));
        add_quotas(&mut call, request.address_quotas);
        add_quotas(&mut call, request.budget);
        add_quotas(&mut call, request.mobile_quotas);
        let answer: Numbers = self.run(call).await?;
        match answer[..] {
            [0, slot, wait] => Ok(SendAdmission::Admitted(Reservation {
                slot: self.slot(slot),
                budget_slot: self.slot(slot),
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

#[cfg(test)]
mod tests {
    use super::*;
    use sms_testkit::RedisServer;

    #[tokio::test]
    async fn an_estimate_that_fell_behind_costs_one_step() {
        let server = RedisServer::start();
        let store = RedisStore::new(RedisConfig {
            url: server.url(),
            key_prefix: KeyPrefix::default(),
            connections: 1,
            timeout: Duration::from_secs(10),
        })
        .unwrap();
        store.ping().await.unwrap();
        store.lanes.clock().observe(0);
        let error = store.ping().await.unwrap_err();
        assert!(matches!(error, StoreError::Refused(_)), "{error}");
        store.ping().await.unwrap();
    }
}
