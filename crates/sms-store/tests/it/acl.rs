//! The rights that the documentation asks for are enough.

use std::sync::Arc;
use std::time::Duration;

use sms_core::{
    AddressBlock, Attempt, AttemptSid, BucketSid, CheckRules, ImageCode, ImageId, Mobile,
    NumberScope, Quotas, ServiceSid, SmsCode, Start, StartRules, VerificationSid, Which,
};
use sms_store::{
    Accepted, AttemptChange, AttemptPolicy, AttemptStore, BucketUse, CodeStore, DeliveryName,
    Document, Log, OperatorStore, PictureRequest, RedisConfig, RedisServers, RedisStore, Report,
    SendAdmission, SendRequest, VerificationAdmission, VerificationRequest, VerificationStore,
};
use sms_testkit::{RedisCluster, RedisServer, SentinelGroup};

use crate::backend::{Place, patient_store};

const OPERATIONS: &str = include_str!("../../../../docs/OPERATIONS.md");

/// Allows the user of the documentation, and nobody else, on every server.
fn restrict(place: &Place, more: &str) {
    let line = OPERATIONS
        .lines()
        .find_map(|line| line.strip_prefix("user sms "))
        .expect("docs/OPERATIONS.md has an ACL");
    for server in place.primaries() {
        server.tell(&format!("ACL SETUSER sms reset {line} {more}"));
        server.tell("ACL SETUSER default -@all +ping +info +replconf +psync +role");
    }
}

fn with_login(servers: RedisServers) -> RedisServers {
    let login = |url: String| url.replace("redis://", "redis://sms:PASSWORD@");
    match servers {
        RedisServers::Single { url } => RedisServers::Single { url: login(url) },
        RedisServers::Sentinel {
            sentinels,
            primary,
            login: url,
        } => RedisServers::Sentinel {
            sentinels: sentinels.into_iter().map(login).collect(),
            primary,
            login: login(url),
        },
        RedisServers::Cluster { nodes } => RedisServers::Cluster {
            nodes: nodes.into_iter().map(login).collect(),
        },
    }
}

/// A picture, a send, a check and a report, with every limit on.
async fn whole_journey(place: &Place) {
    let store = patient_store(RedisConfig::new(with_login(place.servers())));
    let quotas = Quotas::parse(&["5/60s"]).unwrap();
    let address = AddressBlock::from(std::net::IpAddr::from([203, 0, 113, 7]));
    let image = ImageId::parse("picture").unwrap();
    store.ping().await.unwrap();
    let picture = PictureRequest {
        address,
        address_quotas: &quotas,
        image: &image,
        text: &ImageCode::new("AbCd").unwrap(),
        ttl: Duration::from_secs(300),
    };
    store.admit_picture(&picture).await.unwrap();
    let (mobile, code) = (
        Mobile::parse("13800138000").unwrap(),
        SmsCode::parse("123456").unwrap(),
    );
    let send = SendRequest {
        address,
        address_quotas: &quotas,
        image: Some(&image),
        answer: "abcd",
        budget: &quotas,
        mobile: &mobile,
        mobile_quotas: &quotas,
        code: &code,
        ttl: Duration::from_secs(300),
    };
    let admitted = store.admit_send(&send).await.unwrap();
    assert!(matches!(admitted, SendAdmission::Admitted(_)));
    let rules = CheckRules {
        max_attempts: 5,
        failures: quotas,
    };
    for attempt in ["000000", "123456"] {
        store.check(&mobile, attempt, &rules).await.unwrap();
    }
    let name = DeliveryName {
        sender: "ccp",
        provider_id: "a1",
    };
    let accepted = Accepted {
        region: mobile.region(),
        message_id: "m",
        ttl: Duration::from_secs(300),
    };
    let report = Report {
        state: sms_core::DeliveryState::Delivered,
        at: None,
    };
    store.note_dispatch(name, &accepted).await.unwrap();
    store.take_report(name, report).await.unwrap();
    assert!(store.delivery(name).await.unwrap().is_dispatched());
    store
        .settle(&mobile, &code, sms_core::Settlement::KeepSlot)
        .await
        .unwrap();
    verify(&store, &mobile, &rules).await;
}

/// A verification with a limit of the caller's own, its check, attempt, and all that is kept beside it.
async fn verify(store: &RedisStore, mobile: &Mobile, rules: &CheckRules) {
    let (hex, ttl) = ("0a".repeat(16), Duration::from_secs(300));
    let start = Start {
        service: ServiceSid::from_hex(&hex).unwrap(),
        sid: VerificationSid::from_hex(&hex).unwrap(),
        code: SmsCode::parse("123456").unwrap(),
        send: AttemptSid::from_hex(&hex).unwrap(),
    };
    let bucket = BucketUse {
        sid: BucketSid::from_hex(&hex).unwrap(),
        value: "x",
        quotas: rules.failures.clone(),
    };
    let request = VerificationRequest {
        mobile,
        start: &start,
        rules: &StartRules {
            ttl,
            max_sends: 5,
            quotas: rules.failures.clone(),
            failures: rules.failures.clone(),
        },
        buckets: &[bucket],
        budget: &rules.failures,
    };
    let admitted = store.admit_verification(&request).await.unwrap();
    let VerificationAdmission::Admitted { started, .. } = admitted else {
        panic!("nothing refuses it");
    };
    let attempt = Attempt::new(start.send, start.service, *mobile, &started);
    let policy = AttemptPolicy { ttl, most: 1 };
    store.add_attempts(&[attempt], policy).await.unwrap();
    let (service, sid) = (start.service, Some(start.sid));
    let which = Which { service, sid };
    for attempt in ["000000", "123456"] {
        let checked = store.check_verification(mobile, which, attempt, rules);
        checked.await.unwrap();
    }
    let converted = [(start.send, AttemptChange::Converted)];
    store.change_attempts(&converted).await.unwrap();
    assert_eq!(store.attempts(None, 9).await.unwrap().len(), 1);
    for document in [Document::RateLimits(service), Document::SafeNumber(*mobile)] {
        let swapped = store.swap_document(document, None, Some("x")).await;
        assert!(swapped.unwrap());
    }
    store.claim_request("name", "content", ttl).await.unwrap();
    let scope = NumberScope {
        max_attempts: 5,
        services: vec![service],
        most_times: 100,
    };
    store.number_state(mobile, &scope).await.unwrap();
    store.forget_number(mobile, &scope).await.unwrap();
    store.forget_log(Log::Budget).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_one_server() {
    let place = Place::Single(Arc::new(RedisServer::start()));
    restrict(&place, "");
    whole_journey(&place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_sentinels() {
    let group = Arc::new(SentinelGroup::start());
    group.tell_sentinels("ACL SETUSER sms on >PASSWORD +sentinel|masters +role +subscribe +@connection &+switch-master");
    let place = Place::Sentinel(group);
    restrict(&place, "+role");
    whole_journey(&place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_a_cluster() {
    let place = Place::Cluster(Arc::new(RedisCluster::start()));
    restrict(&place, "+cluster|slots");
    whole_journey(&place).await;
}
