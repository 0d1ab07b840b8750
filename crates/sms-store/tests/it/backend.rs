//! The stores under test, each in both settings, with a clock that tests move and with the hands of
//! another program in its keys.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{Client, FromRedisValue, RedisError, Script, cmd};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use sms_core::{Mobile, Timestamp};
use sms_store::contract::{Candidate, Shared};
use sms_store::{
    AtRest, AtRestKey, KeyPrefix, ManualClock, MemoryStore, OperatorStore, RedisConfig,
    RedisServers, RedisStore, Restored, Snapshot,
};
use sms_testkit::{RedisCluster, RedisServer, SentinelGroup};

/// How codes and numbers look in a store.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    /// As they are.
    Plain,
    /// As digests.
    Secret,
}

impl Setting {
    const KEY: &str = "a key that nobody else knows";

    pub(crate) fn at_rest(self) -> AtRest {
        let key = || AtRestKey::new(Self::KEY).unwrap();
        match self {
            Self::Plain => AtRest::default(),
            Self::Secret => AtRest::default()
                .with_code_keys(key(), None)
                .with_number_key(key()),
        }
    }

    /// The name of the key of a number's code, but for a prefix.
    pub(crate) fn code_key(self, mobile: &Mobile) -> String {
        match self {
            Self::Plain => format!("sms_{}", mobile.key()),
            Self::Secret => {
                let mut hmac = Hmac::<Sha256>::new_from_slice(Self::KEY.as_bytes()).unwrap();
                hmac.update(format!("number\0{}", mobile.key()).as_bytes());
                let digest = base16ct::lower::encode_string(&hmac.finalize().into_bytes());
                format!("sms_{}", &digest[..32])
            }
        }
    }
}

pub(crate) struct Backend {
    pub(crate) store: Arc<dyn OperatorStore>,
    pub(crate) clock: ManualClock,
    setting: Setting,
    keeper: Keeper,
}

enum Keeper {
    Memory(Arc<MemoryStore>),
    Redis { place: Place, prefix: String },
}

/// Where the keys are.
#[derive(Clone)]
pub(crate) enum Place {
    Single(Arc<RedisServer>),
    Sentinel(Arc<SentinelGroup>),
    Cluster(Arc<RedisCluster>),
}

impl Backend {
    pub(crate) fn memory(setting: Setting) -> Self {
        let clock = start_of_time();
        let store = MemoryStore::new(clock.clock()).with_at_rest(setting.at_rest());
        let store = Arc::new(store);
        Self {
            store: store.clone(),
            clock,
            setting,
            keeper: Keeper::Memory(store),
        }
    }

    /// Another memory store with what this one has, by way of `snapshot`.
    pub(crate) fn restarted(&self, snapshot: &mut Snapshot) -> Self {
        let Keeper::Memory(older) = &self.keeper else {
            panic!("Redis needs no snapshot of ours");
        };
        snapshot.write(older).unwrap();
        let store = MemoryStore::new(self.clock.clock()).with_at_rest(self.setting.at_rest());
        let store = Arc::new(store);
        let restored = snapshot.restore(&store).unwrap();
        assert!(matches!(restored, Restored::Whole(_)), "{restored:?}");
        Self {
            store: store.clone(),
            clock: self.clock.clone(),
            setting: self.setting,
            keeper: Keeper::Memory(store),
        }
    }

    pub(crate) fn redis(setting: Setting) -> Self {
        static SHARED: InUse<RedisServer> = Mutex::new(Weak::new());
        Self::at(Place::Single(shared(&SHARED, RedisServer::start)), setting)
    }

    pub(crate) fn sentinel(setting: Setting) -> Self {
        static SHARED: InUse<SentinelGroup> = Mutex::new(Weak::new());
        Self::at(
            Place::Sentinel(shared(&SHARED, SentinelGroup::start)),
            setting,
        )
    }

    pub(crate) fn cluster(setting: Setting) -> Self {
        static SHARED: InUse<RedisCluster> = Mutex::new(Weak::new());
        Self::at(
            Place::Cluster(shared(&SHARED, RedisCluster::start)),
            setting,
        )
    }

    /// Another backend at the same place, with nothing in it.
    pub(crate) fn another(&self) -> Self {
        match &self.keeper {
            Keeper::Memory(_) => Self::memory(self.setting),
            Keeper::Redis { place, .. } => Self::at(place.clone(), self.setting),
        }
    }

    fn at(place: Place, setting: Setting) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let prefix = format!("test-{}:", NUMBER.fetch_add(1, Ordering::Relaxed));
        let clock = start_of_time();
        let config = RedisConfig {
            key_prefix: KeyPrefix::new(prefix.as_str()).unwrap(),
            ..RedisConfig::new(place.servers())
        };
        let store = patient_store(config).with_at_rest(setting.at_rest());
        Self {
            store: Arc::new(store.with_clock(clock.clock())),
            clock,
            setting,
            keeper: Keeper::Redis { place, prefix },
        }
    }

    async fn plain_code(&self, mobile: &Mobile) -> Option<String> {
        match &self.keeper {
            Keeper::Memory(store) => Some(store.sms_code(mobile)?.expose().to_owned()),
            Keeper::Redis { place, prefix } => {
                place.ask("GET", &self.code_key(prefix, mobile)).await
            }
        }
    }

    async fn has_code(&self, mobile: &Mobile) -> bool {
        match &self.keeper {
            Keeper::Memory(store) => store.has_sms_code(mobile),
            Keeper::Redis { place, prefix } => {
                place.ask("EXISTS", &self.code_key(prefix, mobile)).await
            }
        }
    }

    fn code_key(&self, prefix: &str, mobile: &Mobile) -> String {
        format!("{prefix}{}", self.setting.code_key(mobile))
    }
}

impl Candidate for Backend {
    type Store = dyn OperatorStore;

    fn store(&self) -> Arc<Self::Store> {
        Arc::clone(&self.store)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn advance(&self, span: Duration) {
        self.clock.advance(span);
        let Keeper::Redis { place, prefix } = &self.keeper else {
            return;
        };
        let shorten = Script::new(
            "for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
               local ttl = redis.call('PTTL', key)
               local is_setting = key:find(':safe$') or key:find('verify:limits:', 1, true)
               assert(ttl >= 0 or is_setting, 'a key without an end')
               if ttl >= 0 then redis.call('PEXPIRE', key, ttl - ARGV[2]) end
             end",
        );
        for server in place.primaries() {
            let mut shorten = shorten.prepare_invoke();
            shorten.arg(format!("*{prefix}*"));
            shorten.arg(span.as_millis() as u64);
            let mut redis = connect(server).await;
            let () = shorten.invoke_async(&mut redis).await.unwrap();
        }
    }
}

/// If codes are kept as digests, another program finds that there is one, and not which.
impl Shared for Backend {
    async fn finds(&self, mobile: &Mobile, code: Option<&str>) -> bool {
        match self.setting {
            Setting::Plain => self.plain_code(mobile).await.as_deref() == code,
            Setting::Secret => self.has_code(mobile).await == code.is_some(),
        }
    }

    async fn delete_code(&self, mobile: &Mobile) {
        match &self.keeper {
            Keeper::Memory(store) => store.remove_sms_code(mobile),
            Keeper::Redis { place, prefix } => {
                let _: i64 = place.ask("DEL", &self.code_key(prefix, mobile)).await;
            }
        }
    }
}

impl Place {
    pub(crate) fn servers(&self) -> RedisServers {
        match self {
            Self::Single(server) => RedisServers::Single { url: server.url() },
            Self::Sentinel(group) => RedisServers::Sentinel {
                sentinels: group.urls(),
                primary: SentinelGroup::PRIMARY.to_owned(),
                login: "redis://ignored/0".to_owned(),
            },
            Self::Cluster(cluster) => RedisServers::Cluster {
                nodes: cluster.urls(),
            },
        }
    }

    pub(crate) fn primaries(&self) -> Vec<&RedisServer> {
        match self {
            Self::Single(server) => vec![server],
            Self::Sentinel(group) => vec![group.primary()],
            Self::Cluster(cluster) => cluster.nodes().iter().collect(),
        }
    }

    /// Gives a command to whichever server has the key.
    async fn ask<T: FromRedisValue>(&self, command: &str, key: &str) -> T {
        let mut answer = None;
        for server in self.primaries() {
            let given = cmd(command).arg(key).take();
            let new = given.query_async(&mut connect(server).await).await;
            let is_elsewhere = |error: &RedisError| error.code() == Some("MOVED");
            if !new.as_ref().is_err_and(is_elsewhere) {
                answer = Some(new);
            }
        }
        answer.expect("some server has every key").unwrap()
    }
}

/// Servers that tests share while any of them runs. Each has keys of its own.
type InUse<T> = Mutex<Weak<T>>;

fn shared<T>(shared: &InUse<T>, start: impl FnOnce() -> T) -> Arc<T> {
    let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let new = Arc::new(start());
        *shared = Arc::downgrade(&new);
        new
    })
}

pub(crate) fn redis_store(url: &str) -> RedisStore {
    patient_store(RedisConfig::single(url))
}

/// A store that waits long, because a loaded test machine is not what is tested here.
pub(crate) fn patient_store(config: RedisConfig) -> RedisStore {
    let config = RedisConfig {
        timeout: Duration::from_secs(10),
        ..config
    };
    RedisStore::new(&config).unwrap()
}

pub(crate) async fn connect(server: &RedisServer) -> MultiplexedConnection {
    let client = Client::open(server.url()).unwrap();
    client.get_multiplexed_async_connection().await.unwrap()
}

fn start_of_time() -> ManualClock {
    ManualClock::new(Timestamp::from_millis(1_700_000_000_000))
}
