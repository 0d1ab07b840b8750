//! What tests of lost servers share: requests that go on all the time, and codes to look for
//! afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sms_core::{CheckOutcome, CheckRules, Issue, Mobile, Quotas, SmsCode};
use sms_store::{CodeStore, RedisStore};
use tokio::task::JoinSet;

const TTL: Duration = Duration::from_secs(300);
const CLIENTS: u64 = 8;

/// A number that no other test has.
fn new_mobile() -> Mobile {
    static NEXT: AtomicU64 = AtomicU64::new(13_000_000_000);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    Mobile::parse(&number.to_string()).unwrap()
}

fn code() -> SmsCode {
    SmsCode::parse("123456").unwrap()
}

fn once_a_minute() -> Quotas {
    Quotas::parse(&["1/60s"]).unwrap()
}

fn rules() -> CheckRules {
    CheckRules {
        max_attempts: 5,
        failures: Quotas::default(),
    }
}

/// Issues codes to so many numbers.
pub(crate) async fn issue_many(store: &RedisStore, count: usize) -> Vec<Mobile> {
    let mut issued = Vec::new();
    for _ in 0..count {
        let mobile = new_mobile();
        let issue = store.issue(&mobile, &code(), TTL, &once_a_minute()).await;
        assert!(matches!(issue.unwrap(), Issue::Issued { .. }));
        issued.push(mobile);
    }
    issued
}

/// Every one of these codes is still good, works once, and its number's quota is still taken.
pub(crate) async fn verify_all(store: &RedisStore, issued: &[Mobile]) {
    for mobile in issued {
        let again = store.issue(mobile, &code(), TTL, &once_a_minute()).await;
        assert!(matches!(again.unwrap(), Issue::TooOften { .. }), "{mobile}");
        let first = store.check(mobile, "123456", &rules()).await.unwrap();
        assert_eq!(first.outcome, CheckOutcome::Verified, "{mobile}");
        let second = store.check(mobile, "123456", &rules()).await.unwrap();
        assert_eq!(second.outcome, CheckOutcome::Missing, "{mobile}");
    }
}

/// The store takes steps again within that time, and then goes on to.
pub(crate) async fn heals_within(span: Duration, store: &RedisStore) {
    let started = Instant::now();
    while let Err(error) = store.ping().await {
        assert!(started.elapsed() < span, "still after {span:?}: {error}");
        tokio::task::yield_now().await;
    }
    for _ in 0..10 {
        store.ping().await.unwrap();
    }
}

/// Clients that issue and check one code after the other.
pub(crate) struct Traffic {
    ends: Arc<AtomicBool>,
    clients: JoinSet<Counts>,
}

/// How requests went, none of which was answered wrongly.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) right: usize,
    pub(crate) failed: usize,
}

impl Traffic {
    pub(crate) fn start(store: RedisStore) -> Self {
        let store = Arc::new(store);
        let ends = Arc::new(AtomicBool::new(false));
        let mut clients = JoinSet::new();
        for _ in 0..CLIENTS {
            clients.spawn(client(Arc::clone(&store), Arc::clone(&ends)));
        }
        Self { ends, clients }
    }

    pub(crate) async fn stop(self) -> Counts {
        self.ends.store(true, Ordering::Relaxed);
        let mut all = Counts::default();
        for counts in self.clients.join_all().await {
            all.right += counts.right;
            all.failed += counts.failed;
        }
        all
    }
}

async fn client(store: Arc<RedisStore>, ends: Arc<AtomicBool>) -> Counts {
    let mut counts = Counts::default();
    while !ends.load(Ordering::Relaxed) {
        match journey(&store).await {
            Ok(()) => counts.right += 1,
            Err(_) => counts.failed += 1,
        }
        tokio::task::yield_now().await;
    }
    counts
}

/// Asks for a code and gives it, first wrong, then right. A step may fail; none may lie.
async fn journey(store: &RedisStore) -> Result<(), sms_store::StoreError> {
    let mobile = new_mobile();
    let issue = store.issue(&mobile, &code(), TTL, &once_a_minute()).await?;
    assert!(matches!(issue, Issue::Issued { .. }), "{issue:?}");
    let wrong = store.check(&mobile, "000000", &rules()).await?;
    assert_eq!(wrong.outcome, CheckOutcome::Mismatch { attempts_left: 4 });
    let right = store.check(&mobile, "123456", &rules()).await?;
    assert_eq!(right.outcome, CheckOutcome::Verified);
    Ok(())
}
