//! What the tests of the contract have in common.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use sms_core::{
    AddressBlock, CheckOutcome, CheckRules, ImageCode, ImageId, Issue, Mobile, Quotas, Settlement,
    SmsCode,
};

use super::Candidate;
use crate::{CodeStore, Consumed};

pub(super) const TTL: Duration = Duration::from_secs(300);

pub(super) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) fn id(text: &str) -> ImageId {
    ImageId::parse(text).unwrap()
}

pub(super) fn image(text: &str) -> ImageCode {
    ImageCode::new(text).unwrap()
}

pub(super) fn mobile() -> Mobile {
    Mobile::parse("13800138000").unwrap()
}

pub(super) fn code(text: &str) -> SmsCode {
    SmsCode::parse(text).unwrap()
}

pub(super) fn quotas(list: &[&str]) -> Quotas {
    Quotas::parse(list).unwrap()
}

pub(super) fn rules(max_attempts: u8, failures: &[&str]) -> CheckRules {
    CheckRules {
        max_attempts,
        failures: quotas(failures),
    }
}

pub(super) fn address() -> AddressBlock {
    IpAddr::from(Ipv4Addr::new(203, 0, 113, 7)).into()
}

pub(super) async fn put(candidate: &impl Candidate, image_id: &str, text: &str) {
    candidate
        .store()
        .put_image_code(&id(image_id), &image(text), TTL)
        .await
        .unwrap();
}

pub(super) async fn consume(candidate: &impl Candidate, answer: &str) -> Consumed {
    candidate
        .store()
        .consume_image_code(&id("i"), answer)
        .await
        .unwrap()
}

pub(super) async fn issued(candidate: &impl Candidate, text: &str) -> Issue {
    let limits = quotas(&["1/60s"]);
    let issue = candidate
        .store()
        .issue(&mobile(), &code(text), TTL, &limits)
        .await
        .unwrap();
    assert!(matches!(issue, Issue::Issued { .. }), "{issue:?}");
    issue
}

pub(super) async fn check(candidate: &impl Candidate, attempt: &str) -> CheckOutcome {
    check_with(candidate, attempt, &rules(5, &[])).await
}

pub(super) async fn check_with(
    candidate: &impl Candidate,
    attempt: &str,
    rules: &CheckRules,
) -> CheckOutcome {
    candidate
        .store()
        .check(&mobile(), attempt, rules)
        .await
        .unwrap()
        .outcome
}

pub(super) async fn settle(candidate: &impl Candidate, text: &str, settlement: Settlement) {
    candidate
        .store()
        .settle(&mobile(), &code(text), settlement)
        .await
        .unwrap();
}

/// Runs `count` calls at the same moment and gives their outcomes.
pub(super) async fn at_once<T, F>(count: usize, call: impl Fn(usize) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let barrier = Arc::new(tokio::sync::Barrier::new(count));
    let tasks: Vec<_> = (0..count)
        .map(|index| {
            let (call, barrier) = (call(index), Arc::clone(&barrier));
            tokio::spawn(async move {
                barrier.wait().await;
                call.await
            })
        })
        .collect();
    let mut outcomes = Vec::with_capacity(count);
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}
