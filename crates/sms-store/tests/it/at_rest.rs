//! Digests in the place of codes and numbers: what others see of them, and changing the keys.

use std::time::Duration;

use deadpool_redis::redis::{AsyncCommands, Script, aio::MultiplexedConnection};
use sms_core::{CheckOutcome, CheckRules, Mobile, Quotas, Settlement, SmsCode};
use sms_store::{AtRest, AtRestKey, CodeStore, RedisStore};
use sms_testkit::RedisServer;

use crate::Setting;
use crate::backend::{connect, redis_store};

const TTL: Duration = Duration::from_secs(300);
const CODE: &str = "246813";
const CODE_KEY: &str = "sms_13800138000";

fn mobile() -> Mobile {
    Mobile::parse("13800138000").unwrap()
}

fn key(text: &str) -> AtRestKey {
    AtRestKey::new(text).unwrap()
}

/// A store that keeps codes under these keys, the current one first.
fn under(server: &RedisServer, keys: [Option<&str>; 2]) -> RedisStore {
    let [current, previous] = keys.map(|text| text.map(key));
    let at_rest = AtRest::default().with_code_keys(current.unwrap(), previous);
    redis_store(&server.url()).with_at_rest(at_rest)
}

async fn issue(store: &RedisStore) {
    let code = SmsCode::parse(CODE).unwrap();
    let quotas = Quotas::parse(&["5/60s"]).unwrap();
    store.issue(&mobile(), &code, TTL, &quotas).await.unwrap();
}

async fn check(store: &RedisStore, attempt: &str) -> CheckOutcome {
    let rules = CheckRules {
        max_attempts: 5,
        failures: Quotas::parse(&["20/24h"]).unwrap(),
    };
    store
        .check(&mobile(), attempt, &rules)
        .await
        .unwrap()
        .outcome
}

/// Every key with all that is in it.
async fn dump(redis: &mut MultiplexedConnection) -> String {
    let dump = Script::new(
        "local lines = {}
         for _, key in ipairs(redis.call('KEYS', '*')) do
           local is_list = redis.call('TYPE', key).ok == 'list'
           local values = is_list and redis.call('LRANGE', key, 0, -1) or { redis.call('GET', key) }
           table.insert(lines, key .. ' ' .. table.concat(values, ' '))
         end
         return table.concat(lines, '\\n')",
    );
    dump.invoke_async(redis).await.unwrap()
}

#[tokio::test]
async fn invariant_6_a_store_in_secret_shows_neither_numbers_nor_codes() {
    let server = RedisServer::start();
    let store = redis_store(&server.url()).with_at_rest(Setting::Secret.at_rest());
    issue(&store).await;
    check(&store, "000000").await;
    let mut redis = connect(&server).await;
    let dump = dump(&mut redis).await;
    assert_eq!(dump.lines().count(), 4, "{dump}");
    for secret in ["13800138000", CODE] {
        assert!(!dump.contains(secret), "{secret} is in the store:\n{dump}");
    }

    let name = Setting::Secret.code_key(&mobile());
    let deleted: u64 = redis.del(name).await.unwrap();
    assert_eq!(deleted, 1, "another program deletes the code");
    assert_eq!(check(&store, CODE).await, CheckOutcome::Missing);
}

#[tokio::test]
async fn the_same_code_is_never_kept_as_the_same_digest() {
    let server = RedisServer::start();
    let mut redis = connect(&server).await;
    let mut kept = Vec::new();
    for millis in [1_700_000_000_000, 1_700_000_060_000] {
        let clock = sms_store::ManualClock::new(sms_core::Timestamp::from_millis(millis));
        let store = under(&server, [Some("the-key-of-today"), None]).with_clock(clock.clock());
        issue(&store).await;
        let text: String = redis.get(CODE_KEY).await.unwrap();
        let digest = text.strip_prefix(&format!("hmac1:{millis}:")).unwrap();
        assert_eq!(digest.len(), 40, "{text}");
        kept.push(digest.to_owned());
    }
    assert_ne!(kept[0], kept[1]);
}

#[tokio::test]
async fn a_code_of_the_previous_key_is_good_until_that_key_is_gone() {
    let server = RedisServer::start();
    let old = under(&server, [Some("the-key-of-yesterday"), None]);
    let rotating = [Some("the-key-of-today"), Some("the-key-of-yesterday")];
    let rotating = under(&server, rotating);
    let new = under(&server, [Some("the-key-of-today"), None]);

    issue(&old).await;
    let wrong = check(&new, CODE).await;
    assert_eq!(wrong, CheckOutcome::Mismatch { attempts_left: 4 });
    assert_eq!(check(&rotating, CODE).await, CheckOutcome::Verified);

    issue(&rotating).await;
    assert_eq!(
        check(&new, CODE).await,
        CheckOutcome::Verified,
        "new codes are under the new key"
    );
}

#[tokio::test]
async fn a_code_of_the_previous_key_can_be_taken_back() {
    let server = RedisServer::start();
    issue(&under(&server, [Some("the-key-of-yesterday"), None])).await;
    let rotating = [Some("the-key-of-today"), Some("the-key-of-yesterday")];
    let code = SmsCode::parse(CODE).unwrap();
    under(&server, rotating)
        .settle(&mobile(), &code, Settlement::KeepSlot)
        .await
        .unwrap();
    let is_there: bool = connect(&server).await.exists(CODE_KEY).await.unwrap();
    assert!(!is_there);
}

#[tokio::test]
async fn a_code_of_another_form_is_none_and_costs_no_attempt() {
    let server = RedisServer::start();
    let plain = redis_store(&server.url());
    let secret = under(&server, [Some("the-key-of-today"), None]);
    let mut redis = connect(&server).await;
    for (one, other) in [(&plain, &secret), (&secret, &plain)] {
        issue(one).await;
        let kept: String = redis.get(CODE_KEY).await.unwrap();
        for attempt in [CODE, &kept, "000000"] {
            assert_eq!(check(other, attempt).await, CheckOutcome::Missing);
        }
        let counts: u64 = redis
            .exists(&["{sms_13800138000}:attempts", "{sms_13800138000}:failures"])
            .await
            .unwrap();
        assert_eq!(counts, 0, "nothing is counted");
        assert_eq!(check(one, CODE).await, CheckOutcome::Verified);
    }
}
