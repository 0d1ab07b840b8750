//! What only a store on Redis can get wrong.

use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool_redis::redis::{AsyncCommands, Value, cmd};
use sms_core::{CheckOutcome, CheckRules, ImageCode, ImageId, Mobile, Quotas, SmsCode, Timestamp};
use sms_store::{
    CodeStore, Consumed, KeyPrefix, Log, ManualClock, RedisConfig, RedisStore, Slot, StoreError,
};
use sms_testkit::RedisServer;
use tokio::runtime::Builder;

use crate::backend::{connect, redis_store};

const TTL: Duration = Duration::from_secs(300);

fn mobile() -> Mobile {
    Mobile::parse("13800138000").unwrap()
}

fn code() -> SmsCode {
    SmsCode::parse("123456").unwrap()
}

fn quotas() -> Quotas {
    Quotas::parse(&["5/60s"]).unwrap()
}

async fn check(store: &RedisStore, attempt: &str) -> CheckOutcome {
    let rules = CheckRules {
        max_attempts: 5,
        failures: quotas(),
    };
    store
        .check(&mobile(), attempt, &rules)
        .await
        .unwrap()
        .outcome
}

#[tokio::test]
async fn another_program_reads_the_code_and_its_time_to_live() {
    let server = RedisServer::start();
    redis_store(&server.url())
        .issue(&mobile(), &code(), TTL, &quotas())
        .await
        .unwrap();
    let mut redis = connect(&server).await;
    let text: String = redis.get("sms_13800138000").await.unwrap();
    let ttl: i64 = redis.pttl("sms_13800138000").await.unwrap();
    assert_eq!(text, "123456");
    assert!((295_000..=300_000).contains(&ttl), "{ttl}");
}

#[tokio::test]
async fn another_program_writes_the_picture() {
    let server = RedisServer::start();
    let () = connect(&server)
        .await
        .set_ex("img_abc", "AbCd", 300)
        .await
        .unwrap();
    let id = ImageId::parse("abc").unwrap();
    let consumed = redis_store(&server.url())
        .consume_image_code(&id, "aBcD")
        .await
        .unwrap();
    assert_eq!(consumed, Consumed::Matched);
}

#[tokio::test]
async fn a_code_written_without_an_end_is_checked_all_the_same() {
    let server = RedisServer::start();
    let mut redis = connect(&server).await;
    let () = redis.set("sms_13800138000", "123456").await.unwrap();
    let store = redis_store(&server.url());
    let wrong = check(&store, "000000").await;
    assert_eq!(wrong, CheckOutcome::Mismatch { attempts_left: 4 });
    let ttl: i64 = redis.pttl("{sms_13800138000}:attempts").await.unwrap();
    assert!(ttl > 0, "the attempts end: {ttl}");
    assert_eq!(check(&store, "123456").await, CheckOutcome::Verified);
}

#[tokio::test]
async fn invariant_6_every_key_expires() {
    let server = RedisServer::start();
    let store = redis_store(&server.url());
    let id = ImageId::parse("abc").unwrap();
    store
        .put_image_code(&id, &ImageCode::new("AbCd").unwrap(), TTL)
        .await
        .unwrap();
    store.take_slot(Log::Budget, &quotas()).await.unwrap();
    store
        .issue(&mobile(), &code(), TTL, &quotas())
        .await
        .unwrap();
    store.note_sender(&mobile(), &code(), "ccp").await.unwrap();
    check(&store, "000000").await;
    let mut redis = connect(&server).await;
    let keys: Vec<String> = redis.keys("*").await.unwrap();
    assert_eq!(keys.len(), 7, "{keys:?}");
    for key in keys {
        let ttl: i64 = redis.ttl(&key).await.unwrap();
        assert!(ttl > 0, "{key}: {ttl}");
    }
}

#[tokio::test]
async fn a_prefix_keeps_two_services_apart() {
    let server = RedisServer::start();
    let store = |prefix: &str| {
        RedisStore::new(&RedisConfig {
            key_prefix: KeyPrefix::new(prefix).unwrap(),
            timeout: Duration::from_secs(10),
            ..RedisConfig::single(server.url())
        })
        .unwrap()
    };
    store("a:")
        .issue(&mobile(), &code(), TTL, &quotas())
        .await
        .unwrap();
    assert_eq!(check(&store("b:"), "123456").await, CheckOutcome::Missing);
    assert_eq!(check(&store("a:"), "123456").await, CheckOutcome::Verified);
}

#[tokio::test]
async fn scripts_that_redis_forgot_are_loaded_again() {
    let server = RedisServer::start();
    let store = redis_store(&server.url());
    store.ping().await.unwrap();
    let () = cmd("SCRIPT")
        .arg("FLUSH")
        .query_async(&mut connect(&server).await)
        .await
        .unwrap();
    store.ping().await.unwrap();
}

#[tokio::test]
async fn the_time_is_that_of_redis_unless_a_test_gives_one() {
    let server = RedisServer::start();
    let issue = redis_store(&server.url())
        .issue(&mobile(), &code(), TTL, &quotas())
        .await;
    let sms_core::Issue::Issued { slot, .. } = issue.unwrap() else {
        panic!("nothing was sent before");
    };
    let mut redis = connect(&server).await;
    let (seconds, _): (u64, u64) = cmd("TIME").query_async(&mut redis).await.unwrap();
    assert!(slot.as_millis().abs_diff(seconds * 1000) < 5_000);
}

#[tokio::test]
async fn it_fails_fast_without_redis_and_heals_by_itself() {
    let mut server = RedisServer::start();
    let store = redis_store(&server.url());
    store.ping().await.unwrap();
    server.stop();
    let started = Instant::now();
    let error = store.ping().await.unwrap_err();
    assert!(matches!(error, StoreError::Connection(_)), "{error}");
    assert!(started.elapsed() < Duration::from_secs(1));
    server.restart();
    store.ping().await.unwrap();
}

// Two threads: one sees the connection close while the other restarts the server.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_restarted_between_requests_costs_none_of_them() {
    let mut server = RedisServer::start();
    let store = redis_store(&server.url());
    for _ in 0..5 {
        store.ping().await.unwrap();
        server.restart();
    }
    store.ping().await.unwrap();
}

#[tokio::test]
async fn invariant_5_what_a_stalled_redis_comes_to_late_is_not_done() {
    let server = RedisServer::start();
    let config = RedisConfig {
        timeout: Duration::from_millis(200),
        ..RedisConfig::single(server.url())
    };
    let store = RedisStore::new(&config).unwrap();
    // Redis knows the script already, and so does at once what it comes to.
    let other = Mobile::parse("13900139000").unwrap();
    store.issue(&other, &code(), TTL, &quotas()).await.unwrap();
    server.signal("STOP");
    let error = store
        .issue(&mobile(), &code(), TTL, &quotas())
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Timeout(_)), "{error}");
    server.signal("CONT");

    let mut redis = connect(&server).await;
    // What was in the buffers is read, and refused, before this is.
    let mut late = 0;
    let started = Instant::now();
    while late == 0 {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "nothing was refused"
        );
        let stats: String = cmd("INFO")
            .arg("errorstats")
            .query_async(&mut redis)
            .await
            .unwrap();
        late = stats.matches("errorstat_LATE").count();
    }
    let keys: Vec<String> = redis.keys("*13800138000*").await.unwrap();
    assert!(keys.is_empty(), "{keys:?}");
}

#[tokio::test]
async fn invariant_4_a_slot_is_given_back_once_however_often_it_is_tried() {
    let server = RedisServer::start();
    let clock = ManualClock::new(Timestamp::from_millis(1_700_000_000_000));
    let config = RedisConfig {
        timeout: Duration::from_millis(200),
        ..RedisConfig::single(server.url())
    };
    let store = RedisStore::new(&config).unwrap().with_clock(clock.clock());
    // Two slots of the same moment, of which one is given back. Redis knows the script already.
    let Slot::Taken(slot) = store.take_slot(Log::Budget, &quotas()).await.unwrap() else {
        panic!("nothing was taken before");
    };
    store.give_back_slot(Log::Budget, slot).await.unwrap();
    for _ in 0..2 {
        store.take_slot(Log::Budget, &quotas()).await.unwrap();
    }
    server.signal("STOP");
    let error = store.give_back_slot(Log::Budget, slot).await.unwrap_err();
    assert!(matches!(error, StoreError::Timeout(_)), "{error}");
    server.signal("CONT");
    while store.give_back_slot(Log::Budget, slot).await.is_err() {}
    let left: String = connect(&server).await.get("global:sms").await.unwrap();
    assert_eq!(left.len(), 13, "one time");
}

#[tokio::test]
async fn a_server_that_may_not_write_says_nothing_of_codes_and_quotas() {
    let server = RedisServer::start();
    let store = redis_store(&server.url());
    let one = Quotas::parse(&["1/60s"]).unwrap();
    store.issue(&mobile(), &code(), TTL, &one).await.unwrap();
    check(&store, "000000").await;
    let mut redis = connect(&server).await;
    let () = cmd("CONFIG")
        .arg(&["SET", "min-replicas-to-write", "1"])
        .query_async(&mut redis)
        .await
        .unwrap();
    let unknown = Mobile::parse("13900139000").unwrap();
    let rules = CheckRules {
        max_attempts: 1,
        failures: quotas(),
    };
    // One without a code, and one whose attempts are used up.
    for mobile in [unknown, mobile()] {
        let checked = store.check(&mobile, "123456", &rules).await;
        let is_lost = matches!(checked, Err(StoreError::Connection(_)));
        assert!(is_lost, "{checked:?}");
    }
    let again = store.issue(&mobile(), &code(), TTL, &one).await;
    assert!(matches!(again, Err(StoreError::Connection(_))), "{again:?}");
}

#[tokio::test]
async fn a_redis_that_stalls_is_given_up_in_time() {
    let server = RedisServer::start();
    let config = RedisConfig {
        timeout: Duration::from_millis(200),
        ..RedisConfig::single(server.url())
    };
    let store = RedisStore::new(&config).unwrap();
    store.ping().await.unwrap();
    server.signal("STOP");
    for _ in 0..3 {
        let error = store.ping().await.unwrap_err();
        assert!(matches!(error, StoreError::Timeout(_)), "{error}");
    }
    server.signal("CONT");
    store.ping().await.unwrap();
}

#[tokio::test]
async fn a_server_that_became_a_replica_is_left_for_whoever_is_primary_now() {
    let server = RedisServer::start();
    let store = redis_store(&server.url());
    store.ping().await.unwrap();
    let mut redis = connect(&server).await;
    let mut replicaof = cmd("REPLICAOF");
    let () = replicaof
        .arg("127.0.0.1")
        .arg("1")
        .query_async(&mut redis)
        .await
        .unwrap();
    let error = store.ping().await.unwrap_err();
    assert!(matches!(error, StoreError::Connection(_)), "{error}");
    let () = cmd("REPLICAOF")
        .arg("NO")
        .arg("ONE")
        .query_async(&mut redis)
        .await
        .unwrap();
    store.ping().await.unwrap();
}

#[tokio::test]
async fn invariant_3_a_server_without_room_tells_nothing_of_a_code() {
    let server = RedisServer::start();
    let store = redis_store(&server.url());
    store
        .issue(&mobile(), &code(), TTL, &quotas())
        .await
        .unwrap();
    let mut redis = connect(&server).await;
    let mut limit = cmd("CONFIG");
    let limit = limit.arg(&["SET", "maxmemory", "1"]);
    let () = limit.query_async(&mut redis).await.unwrap();
    for attempt in ["000000", "123456"] {
        let rules = CheckRules {
            max_attempts: 5,
            failures: quotas(),
        };
        let error = store.check(&mobile(), attempt, &rules).await.unwrap_err();
        assert!(matches!(error, StoreError::Refused(_)), "{error}");
    }
}

#[tokio::test]
async fn a_server_without_room_is_not_ready() {
    let server = RedisServer::start();
    let store = redis_store(&server.url());
    let mut redis = connect(&server).await;
    let mut limit = cmd("CONFIG");
    let () = limit
        .arg(&["SET", "maxmemory", "1"])
        .query_async(&mut redis)
        .await
        .unwrap();
    let error = store.ping().await.unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_share_the_connection_of_their_thread() {
    let server = RedisServer::start();
    let store = Arc::new(redis_store(&server.url()));
    let tasks: Vec<_> = (0..500)
        .map(|_| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.ping().await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let mut redis = connect(&server).await;
    let clients: String = cmd("CLIENT")
        .arg("LIST")
        .query_async(&mut redis)
        .await
        .unwrap();
    let ours = clients.lines().count() - 1;
    assert!(
        (1..=3).contains(&ours),
        "{ours} connections for two threads"
    );
}

#[test]
fn a_server_without_room_for_connections_is_asked_on_those_it_has() {
    let server = RedisServer::start();
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let store = redis_store(&server.url());
    // The store has a connection for each thread that asks.
    let ping = || runtime.block_on(store.ping());
    ping().unwrap();
    let mut admin = runtime.block_on(connect(&server));
    let mut tell = |words: &[&str]| -> Value {
        let mut command = cmd(words[0]);
        command.arg(&words[1..]);
        runtime.block_on(command.query_async(&mut admin)).unwrap()
    };
    let list = format!("{:?}", tell(&["CLIENT", "LIST"]));
    let id = list.split("id=").nth(1).unwrap();
    let id = id.split(' ').next().unwrap().to_owned();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            ping().unwrap();
            tell(&["CONFIG", "SET", "maxclients", "2"]);
            tell(&["CLIENT", "KILL", "ID", &id]);
            // One is lost, and there is no room for another.
            for _ in 0..100 {
                ping().unwrap();
            }
        });
    });
}

#[tokio::test]
async fn errors_never_carry_a_key() {
    let server = RedisServer::start();
    let () = connect(&server)
        .await
        .hset("sms_13800138000", "a", "b")
        .await
        .unwrap();
    let rules = CheckRules {
        max_attempts: 5,
        failures: Quotas::default(),
    };
    let store = redis_store(&server.url());
    let error = store.check(&mobile(), "123456", &rules).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "{error}");
    let text = format!("{error} {error:?}");
    assert!(
        !text.contains("13800138000") && !text.contains("123456"),
        "{text}"
    );
}

#[test]
fn an_address_that_is_none_is_an_error() {
    for url in ["", "localhost:6379", "http://127.0.0.1", "redis://:secret@"] {
        let config = RedisConfig::single(url);
        let error = RedisStore::new(&config)
            .err()
            .map(|error| error.to_string());
        assert!(
            error.as_ref().is_some_and(|text| !text.contains("secret")),
            "{url}: {error:?}"
        );
    }
}
