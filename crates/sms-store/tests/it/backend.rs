//! The stores under test, each with a clock that tests move and with the hands of another program
//! in its keys.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deadpool_redis::redis::{AsyncCommands, Client, Script, aio::MultiplexedConnection};
use sms_core::{
    CheckOutcome, CheckRules, ImageCode, ImageId, Issue, Mobile, Quotas, Settlement, SmsCode,
    Timestamp,
};
use sms_store::{
    CodeStore, Consumed, KeyPrefix, Log, ManualClock, MemoryStore, RedisConfig, RedisStore, Slot,
    StoreError,
};
use sms_testkit::RedisServer;

pub(crate) struct Backend {
    pub(crate) store: Arc<dyn CodeStore>,
    pub(crate) clock: ManualClock,
    keeper: Keeper,
}

enum Keeper {
    Memory(Arc<MemoryStore>),
    Redis(Arc<RedisServer>),
}

impl Backend {
    pub(crate) fn memory() -> Self {
        let clock = start_of_time();
        let store = Arc::new(MemoryStore::new(clock.clock()));
        Self {
            store: store.clone(),
            clock,
            keeper: Keeper::Memory(store),
        }
    }

    pub(crate) fn redis() -> Self {
        Self::on_redis(Arc::new(RedisServer::start()), |store| Arc::new(store))
    }

    /// A node of a Redis Cluster, which refuses any script that touches two slots.
    pub(crate) fn redis_step_by_step() -> Self {
        let server = Arc::new(RedisServer::start_cluster_node());
        Self::on_redis(server, |store| Arc::new(StepByStep(store)))
    }

    /// Another backend on the same Redis, with everything in it deleted.
    pub(crate) async fn emptied(&self) -> Self {
        let Keeper::Redis(server) = &self.keeper else {
            return Self::memory();
        };
        let () = connect(server).await.flushall().await.unwrap();
        Self::on_redis(Arc::clone(server), |store| Arc::new(store))
    }

    fn on_redis(
        server: Arc<RedisServer>,
        wrap: impl FnOnce(RedisStore) -> Arc<dyn CodeStore>,
    ) -> Self {
        let clock = start_of_time();
        Self {
            store: wrap(redis_store(&server.url()).with_clock(clock.clock())),
            clock,
            keeper: Keeper::Redis(server),
        }
    }

    /// Lets time pass: for the quotas and for everything that expires.
    pub(crate) async fn advance(&self, span: Duration) {
        self.clock.advance(span);
        if let Keeper::Redis(server) = &self.keeper {
            let shorten = Script::new(
                "for _, key in ipairs(redis.call('KEYS', '*')) do
                   local ttl = redis.call('PTTL', key)
                   assert(ttl >= 0, 'a key without an end')
                   redis.call('PEXPIRE', key, ttl - ARGV[1])
                 end",
            );
            let mut redis = connect(server).await;
            let mut shorten = shorten.prepare_invoke();
            shorten.arg(span.as_millis() as u64);
            let () = shorten.invoke_async(&mut redis).await.unwrap();
        }
    }

    /// What another program finds under `sms_…`.
    pub(crate) async fn code(&self, mobile: &Mobile) -> Option<String> {
        match &self.keeper {
            Keeper::Memory(store) => Some(store.sms_code(mobile)?.expose().to_owned()),
            Keeper::Redis(server) => connect(server).await.get(code_key(mobile)).await.unwrap(),
        }
    }

    /// Another program deletes `sms_…`.
    pub(crate) async fn delete_code(&self, mobile: &Mobile) {
        match &self.keeper {
            Keeper::Memory(store) => store.remove_sms_code(mobile),
            Keeper::Redis(server) => connect(server).await.del(code_key(mobile)).await.unwrap(),
        }
    }
}

pub(crate) fn redis_store(url: &str) -> RedisStore {
    let config = RedisConfig {
        url: url.to_owned(),
        key_prefix: KeyPrefix::default(),
        connections: 4,
        // Long, because a loaded test machine is not what is tested here.
        timeout: Duration::from_secs(10),
    };
    RedisStore::new(config).unwrap()
}

pub(crate) async fn connect(server: &RedisServer) -> MultiplexedConnection {
    let client = Client::open(server.url()).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

pub(crate) fn code_key(mobile: &Mobile) -> String {
    format!("sms_{}", mobile.key())
}

fn start_of_time() -> ManualClock {
    ManualClock::new(Timestamp::from_millis(1_700_000_000_000))
}

/// A store that leaves the admissions to the trait, and so does them in single steps.
struct StepByStep<S>(S);

#[async_trait]
impl<S: CodeStore> CodeStore for StepByStep<S> {
    async fn take_slot(&self, log: Log, quotas: &Quotas) -> Result<Slot, StoreError> {
        self.0.take_slot(log, quotas).await
    }

    async fn give_back_slot(&self, log: Log, slot: Timestamp) -> Result<(), StoreError> {
        self.0.give_back_slot(log, slot).await
    }

    async fn put_image_code(
        &self,
        id: &ImageId,
        code: &ImageCode,
        ttl: Duration,
    ) -> Result<(), StoreError> {
        self.0.put_image_code(id, code, ttl).await
    }

    async fn consume_image_code(&self, id: &ImageId, answer: &str) -> Result<Consumed, StoreError> {
        self.0.consume_image_code(id, answer).await
    }

    async fn issue(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        ttl: Duration,
        quotas: &Quotas,
    ) -> Result<Issue, StoreError> {
        self.0.issue(mobile, code, ttl, quotas).await
    }

    async fn settle(
        &self,
        mobile: &Mobile,
        code: &SmsCode,
        settlement: Settlement,
    ) -> Result<(), StoreError> {
        self.0.settle(mobile, code, settlement).await
    }

    async fn check(
        &self,
        mobile: &Mobile,
        attempt: &str,
        rules: &CheckRules,
    ) -> Result<CheckOutcome, StoreError> {
        self.0.check(mobile, attempt, rules).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.0.ping().await
    }
}
