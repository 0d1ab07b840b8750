//! Verifications with digests and seals in the place of codes and numbers.

use std::time::Duration;

use deadpool_redis::redis::{AsyncCommands, Script};
use sms_core::{
    Attempt, AttemptSid, BucketSid, CheckRules, Mobile, Quotas, ServiceSid, SmsCode, Start,
    StartRules, VerificationCheck, VerificationSid, Which,
};
use sms_store::{
    AtRest, AtRestKey, AttemptPolicy, AttemptStore, BucketUse, RedisStore, StoreError,
    VerificationAdmission, VerificationRequest, VerificationStore,
};
use sms_testkit::RedisServer;

use crate::Setting;
use crate::backend::{connect, redis_store};

const CODE: &str = "246813";
const TTL: Duration = Duration::from_secs(600);

fn mobile() -> Mobile {
    Mobile::parse("13800138000").unwrap()
}

fn hex(digit: char) -> String {
    digit.to_string().repeat(32)
}

fn service() -> ServiceSid {
    ServiceSid::from_hex(&hex('a')).unwrap()
}

/// Begins a verification with [`CODE`], or sends its code again; gives the code that goes out.
async fn send(store: &RedisStore, digit: char) -> Result<String, StoreError> {
    let start = Start {
        service: service(),
        sid: VerificationSid::from_hex(&hex(digit)).unwrap(),
        code: SmsCode::parse(CODE).unwrap(),
        send: AttemptSid::from_hex(&hex(digit)).unwrap(),
    };
    let quotas = Quotas::parse(&["9/60s"]).unwrap();
    let bucket = BucketUse {
        sid: BucketSid::from_hex(&hex('b')).unwrap(),
        value: "203.0.113.7",
        quotas: quotas.clone(),
    };
    let request = VerificationRequest {
        mobile: &mobile(),
        start: &start,
        rules: &StartRules {
            ttl: TTL,
            max_sends: 5,
            quotas: quotas.clone(),
            failures: quotas.clone(),
        },
        buckets: &[bucket],
        budget: &quotas,
    };
    match store.admit_verification(&request).await? {
        VerificationAdmission::Admitted { started, .. } => {
            let attempt = Attempt::new(start.send, start.service, mobile(), &started);
            let policy = AttemptPolicy { ttl: TTL, most: 9 };
            store.add_attempts(&[attempt], policy).await?;
            Ok(started.code.expose().to_owned())
        }
        other => panic!("{other:?}"),
    }
}

async fn check(store: &RedisStore, code: &str) -> VerificationCheck {
    let which = Which {
        service: service(),
        sid: None,
    };
    let rules = CheckRules {
        max_attempts: 5,
        failures: Quotas::parse(&["9/60s"]).unwrap(),
    };
    let mobile = mobile();
    let checked = store.check_verification(&mobile, which, code, &rules);
    checked.await.unwrap()
}

/// Every key with all that is in it.
async fn dump(server: &RedisServer) -> String {
    let dump = Script::new(
        "local readers = { string = { 'GET' }, list = { 'LRANGE', 0, -1 }, hash = { 'HGETALL' },
                           zset = { 'ZRANGE', 0, -1 } }
         local lines = {}
         for _, key in ipairs(redis.call('KEYS', '*')) do
           local reader = readers[redis.call('TYPE', key).ok]
           local values = redis.call(reader[1], key, unpack(reader, 2))
           if type(values) == 'table' then values = table.concat(values, ' ') end
           table.insert(lines, key .. ' ' .. values)
         end
         return table.concat(lines, '\\n')",
    );
    let mut redis = connect(server).await;
    dump.invoke_async(&mut redis).await.unwrap()
}

#[tokio::test]
async fn invariant_6_verifications_in_secret_show_neither_numbers_nor_codes() {
    let server = RedisServer::start();
    let store = redis_store(&server.url()).with_at_rest(Setting::Secret.at_rest());
    send(&store, '1').await.unwrap();
    check(&store, "000000").await;
    store.claim_request("key", CODE, TTL).await.unwrap();
    let dump = dump(&server).await;
    assert_eq!(dump.lines().count(), 8, "{dump}");
    for secret in ["13800138000", CODE, "203.0.113.7"] {
        assert!(!dump.contains(secret), "{secret} is in the store:\n{dump}");
    }
    let attempts = store.attempts(None, 9).await.unwrap();
    assert_eq!(attempts[0].to, Some(mobile()));
}

#[tokio::test]
async fn a_code_of_the_previous_key_can_be_sent_again() {
    let server = RedisServer::start();
    let [yesterday, today] = ["the-key-of-yesterday", "the-key-of-today"];
    let under = |current: &str, previous: Option<&str>| {
        let key = |text: &str| AtRestKey::new(text).unwrap();
        let at_rest = AtRest::default().with_code_keys(key(current), previous.map(key));
        redis_store(&server.url()).with_at_rest(at_rest)
    };
    send(&under(yesterday, None), '1').await.unwrap();
    let rotating = under(today, Some(yesterday));
    assert_eq!(send(&rotating, '2').await.unwrap(), CODE);
    let unreadable = send(&under(today, None), '3').await.unwrap_err();
    assert!(matches!(unreadable, StoreError::Refused(_)), "{unreadable}");
    let right = check(&rotating, CODE).await;
    assert!(matches!(right, VerificationCheck::Right(_)), "{right:?}");
}

#[tokio::test]
async fn a_verification_of_another_form_is_none() {
    let server = RedisServer::start();
    let plain = redis_store(&server.url());
    let secret = redis_store(&server.url());
    let key = AtRestKey::new("the-key-of-today").unwrap();
    let secret = secret.with_at_rest(AtRest::default().with_code_keys(key, None));
    send(&plain, '1').await.unwrap();
    assert_eq!(check(&secret, CODE).await, VerificationCheck::Missing);
    send(&secret, '2').await.unwrap();
    assert_eq!(check(&plain, CODE).await, VerificationCheck::Missing);
    let right = check(&secret, CODE).await;
    assert!(matches!(right, VerificationCheck::Right(_)), "{right:?}");
}

#[tokio::test]
async fn a_verification_from_before_its_form_was_changed_is_none() {
    let server = RedisServer::start();
    let store = redis_store(&server.url());
    let key = format!("{{sms_13800138000}}:verify:VA{}", hex('a'));
    let at = "1700000000000";
    // The time of its end stood where its ttl stands now.
    let line = format!("{} p 0 {at} {at} 4700000000000 {CODE} - ", hex('1'));
    let mut redis = connect(&server).await;
    let _: () = redis.set(&key, line).await.unwrap();
    assert_eq!(check(&store, CODE).await, VerificationCheck::Missing);
    let line = format!("{} p 0 {at} {at} 990000000000 {CODE} - ", hex('1'));
    let _: () = redis.set(&key, line).await.unwrap();
    assert!(matches!(
        check(&store, CODE).await,
        VerificationCheck::Right(_)
    ));
}
