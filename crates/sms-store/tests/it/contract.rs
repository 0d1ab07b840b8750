//! What every store promises.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use sms_core::{
    AddressBlock, CheckOutcome, CheckRules, ImageCode, ImageId, Issue, Mobile, Quotas, Settlement,
    SmsCode,
};
use sms_store::{
    Consumed, PictureAdmission, PictureRequest, Reservation, SendAdmission, SendRequest,
};

use crate::Backend;

const TTL: Duration = Duration::from_secs(300);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn id(text: &str) -> ImageId {
    ImageId::parse(text).unwrap()
}

fn image(text: &str) -> ImageCode {
    ImageCode::new(text).unwrap()
}

fn mobile() -> Mobile {
    Mobile::parse("13800138000").unwrap()
}

fn code(text: &str) -> SmsCode {
    SmsCode::parse(text).unwrap()
}

fn quotas(list: &[&str]) -> Quotas {
    Quotas::parse(list).unwrap()
}

fn rules(max_attempts: u8, failures: &[&str]) -> CheckRules {
    CheckRules {
        max_attempts,
        failures: quotas(failures),
    }
}

fn address() -> AddressBlock {
    IpAddr::from(Ipv4Addr::new(203, 0, 113, 7)).into()
}

async fn issued(backend: &Backend, text: &str) -> Issue {
    let limits = quotas(&["1/60s"]);
    let issue = backend
        .store
        .issue(&mobile(), &code(text), TTL, &limits)
        .await
        .unwrap();
    assert!(matches!(issue, Issue::Issued { .. }), "{issue:?}");
    issue
}

async fn check(backend: &Backend, attempt: &str) -> CheckOutcome {
    check_with(backend, attempt, &rules(5, &[])).await
}

async fn check_with(backend: &Backend, attempt: &str, rules: &CheckRules) -> CheckOutcome {
    backend
        .store
        .check(&mobile(), attempt, rules)
        .await
        .unwrap()
}

/// A send with limits of its own; everything else is the same for all.
struct Send<'a> {
    image: &'a str,
    answer: &'a str,
    per_address: &'a [&'a str],
    per_number: &'a [&'a str],
    budget: &'a [&'a str],
    mobile: Mobile,
}

impl Default for Send<'_> {
    fn default() -> Self {
        Self {
            image: "i",
            answer: "abcd",
            per_address: &[],
            per_number: &[],
            budget: &[],
            mobile: mobile(),
        }
    }
}

impl Send<'_> {
    async fn admit(&self, backend: &Backend) -> SendAdmission {
        let image = ImageId::parse(self.image);
        let request = SendRequest {
            address: address(),
            address_quotas: &quotas(self.per_address),
            image: image.as_ref(),
            answer: self.answer,
            budget: &quotas(self.budget),
            mobile: &self.mobile,
            mobile_quotas: &quotas(self.per_number),
            code: &code("123456"),
            ttl: TTL,
        };
        backend.store.admit_send(&request).await.unwrap()
    }

    /// The same after a fresh picture was put.
    async fn admit_with_picture(&self, backend: &Backend) -> SendAdmission {
        put(backend, "i", "AbCd").await;
        self.admit(backend).await
    }
}

async fn put(backend: &Backend, image_id: &str, text: &str) {
    backend
        .store
        .put_image_code(&id(image_id), &image(text), TTL)
        .await
        .unwrap();
}

async fn consume(backend: &Backend, answer: &str) -> Consumed {
    backend
        .store
        .consume_image_code(&id("i"), answer)
        .await
        .unwrap()
}

fn reservation(admission: SendAdmission) -> Reservation {
    match admission {
        SendAdmission::Admitted(reservation) => reservation,
        other => panic!("{other:?}"),
    }
}

/// Runs `count` calls at the same moment and gives their outcomes.
async fn at_once<T, F>(count: usize, call: impl Fn(usize) -> F) -> Vec<T>
where
    F: Future<Output = T> + std::marker::Send + 'static,
    T: std::marker::Send + 'static,
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

pub(crate) async fn a_picture_can_be_answered_once(backend: &Backend) {
    put(backend, "i", "AbCd").await;
    assert_eq!(consume(backend, "aBcD").await, Consumed::Matched);
    assert_eq!(consume(backend, "aBcD").await, Consumed::Missing);
}

pub(crate) async fn a_picture_answered_wrongly_is_gone_too(backend: &Backend) {
    put(backend, "i", "AbCd").await;
    assert_eq!(consume(backend, "abce").await, Consumed::Mismatch);
    assert_eq!(consume(backend, "AbCd").await, Consumed::Missing);
}

pub(crate) async fn a_picture_expires(backend: &Backend) {
    put(backend, "i", "AbCd").await;
    backend.advance(TTL).await;
    assert_eq!(consume(backend, "AbCd").await, Consumed::Missing);
}

pub(crate) async fn a_newer_picture_replaces_the_older(backend: &Backend) {
    put(backend, "i", "AAAA").await;
    backend.advance(seconds(200)).await;
    put(backend, "i", "BBBB").await;
    backend.advance(seconds(200)).await;
    assert_eq!(consume(backend, "bbbb").await, Consumed::Matched);
}

pub(crate) async fn an_address_has_a_quota_of_pictures(backend: &Backend) {
    let ask = async |text: &str| {
        let request = PictureRequest {
            address: address(),
            address_quotas: &quotas(&["2/1m"]),
            image: &id("i"),
            text: &image(text),
            ttl: TTL,
        };
        backend.store.admit_picture(&request).await.unwrap()
    };
    assert_eq!(ask("AAAA").await, PictureAdmission::Kept);
    backend.advance(seconds(20)).await;
    assert_eq!(ask("BBBB").await, PictureAdmission::Kept);
    let retry_after = seconds(40);
    assert_eq!(
        ask("CCCC").await,
        PictureAdmission::AddressTooOften { retry_after }
    );
    assert_eq!(
        consume(backend, "bbbb").await,
        Consumed::Matched,
        "the refused one is not kept"
    );
    backend.advance(retry_after).await;
    assert_eq!(ask("DDDD").await, PictureAdmission::Kept);
}

pub(crate) async fn a_code_works_only_once(backend: &Backend) {
    issued(backend, "123456").await;
    assert_eq!(backend.code(&mobile()).await.as_deref(), Some("123456"));
    assert_eq!(check(backend, "123456").await, CheckOutcome::Verified);
    assert_eq!(backend.code(&mobile()).await, None);
    assert_eq!(check(backend, "123456").await, CheckOutcome::Missing);
}

pub(crate) async fn a_code_expires(backend: &Backend) {
    issued(backend, "123456").await;
    check(backend, "000000").await;
    backend.advance(TTL).await;
    assert_eq!(backend.code(&mobile()).await, None);
    assert_eq!(check(backend, "123456").await, CheckOutcome::Missing);
}

pub(crate) async fn a_code_is_void_after_the_last_attempt(backend: &Backend) {
    issued(backend, "123456").await;
    for attempts_left in [4, 3, 2, 1, 0] {
        assert_eq!(
            check(backend, "000000").await,
            CheckOutcome::Mismatch { attempts_left }
        );
    }
    assert_eq!(backend.code(&mobile()).await, None);
    assert_eq!(
        check(backend, "123456").await,
        CheckOutcome::TooManyAttempts
    );
    backend.advance(seconds(60)).await;
    issued(backend, "654321").await;
    assert_eq!(
        check(backend, "000000").await,
        CheckOutcome::Mismatch { attempts_left: 4 }
    );
    assert_eq!(check(backend, "654321").await, CheckOutcome::Verified);
}

pub(crate) async fn a_number_has_a_quota_of_sends(backend: &Backend) {
    let limits = quotas(&["1/60s", "2/1h"]);
    let issue = async |text: &str| {
        let code = code(text);
        backend
            .store
            .issue(&mobile(), &code, TTL, &limits)
            .await
            .unwrap()
    };
    let next_slot_in = seconds(60);
    assert!(
        matches!(issue("111111").await, Issue::Issued { next_slot_in: next, .. } if next == next_slot_in)
    );
    backend.advance(seconds(45)).await;
    let retry_after = seconds(15);
    assert_eq!(issue("222222").await, Issue::TooOften { retry_after });
    assert_eq!(backend.code(&mobile()).await.as_deref(), Some("111111"));
    backend.advance(retry_after).await;
    let next_slot_in = seconds(3540);
    assert!(
        matches!(issue("333333").await, Issue::Issued { next_slot_in: next, .. } if next == next_slot_in)
    );
    backend.advance(seconds(60)).await;
    let retry_after = seconds(3480);
    assert_eq!(issue("444444").await, Issue::TooOften { retry_after });
}

pub(crate) async fn a_number_has_a_quota_of_failures(backend: &Backend) {
    let rules = rules(5, &["2/24h"]);
    issued(backend, "111111").await;
    check_with(backend, "000000", &rules).await;
    backend.advance(seconds(60)).await;
    issued(backend, "222222").await;
    check_with(backend, "000000", &rules).await;
    let refused = check_with(backend, "222222", &rules).await;
    assert_eq!(refused, CheckOutcome::TooManyAttempts);
    backend.advance(seconds(24 * 3600)).await;
    issued(backend, "333333").await;
    assert_eq!(
        check_with(backend, "333333", &rules).await,
        CheckOutcome::Verified
    );
}

pub(crate) async fn a_code_deleted_by_another_program_is_gone(backend: &Backend) {
    issued(backend, "123456").await;
    check(backend, "000000").await;
    backend.delete_code(&mobile()).await;
    assert_eq!(check(backend, "123456").await, CheckOutcome::Missing);
}

pub(crate) async fn a_settled_send_leaves_nothing_behind(backend: &Backend) {
    let Issue::Issued { slot, .. } = issued(backend, "123456").await else {
        unreachable!("checked by `issued`");
    };
    let settlement = Settlement::GiveBack(slot);
    backend
        .store
        .settle(&mobile(), &code("123456"), settlement)
        .await
        .unwrap();
    assert_eq!(backend.code(&mobile()).await, None);
    assert_eq!(check(backend, "123456").await, CheckOutcome::Missing);
    issued(backend, "654321").await;
}

pub(crate) async fn a_provider_limit_keeps_the_slot(backend: &Backend) {
    issued(backend, "123456").await;
    backend
        .store
        .settle(&mobile(), &code("123456"), Settlement::KeepSlot)
        .await
        .unwrap();
    assert_eq!(backend.code(&mobile()).await, None);
    let limits = quotas(&["1/60s"]);
    let again = backend
        .store
        .issue(&mobile(), &code("654321"), TTL, &limits)
        .await
        .unwrap();
    assert_eq!(
        again,
        Issue::TooOften {
            retry_after: seconds(60)
        }
    );
}

pub(crate) async fn a_late_settlement_leaves_a_newer_code_alone(backend: &Backend) {
    let Issue::Issued { slot, .. } = issued(backend, "111111").await else {
        unreachable!("checked by `issued`");
    };
    backend.advance(seconds(60)).await;
    issued(backend, "222222").await;
    let settlement = Settlement::GiveBack(slot);
    backend
        .store
        .settle(&mobile(), &code("111111"), settlement)
        .await
        .unwrap();
    assert_eq!(check(backend, "222222").await, CheckOutcome::Verified);
}

pub(crate) async fn a_send_is_refused_in_the_order_of_the_contract(backend: &Backend) {
    let limits: &[&str] = &["1/60s"];
    let send = Send {
        per_address: limits,
        ..Send::default()
    };
    reservation(send.admit_with_picture(backend).await);
    let retry_after = seconds(60);
    let refused = SendAdmission::AddressTooOften { retry_after };
    assert_eq!(
        Send {
            answer: "no",
            ..send
        }
        .admit_with_picture(backend)
        .await,
        refused
    );
    assert_eq!(
        Send {
            image: "not an id",
            ..send
        }
        .admit(backend)
        .await,
        refused
    );
    assert_eq!(
        consume(backend, "abcd").await,
        Consumed::Matched,
        "the picture was not touched"
    );

    let missing = SendAdmission::ImageMissing;
    assert_eq!(Send::default().admit(backend).await, missing);
    assert_eq!(
        Send {
            image: "not an id",
            ..Send::default()
        }
        .admit(backend)
        .await,
        missing
    );

    let send = Send {
        per_number: limits,
        budget: limits,
        ..Send::default()
    };
    reservation(send.admit_with_picture(backend).await);
    let wrong = Send {
        answer: "no",
        ..send
    }
    .admit_with_picture(backend)
    .await;
    assert_eq!(wrong, SendAdmission::ImageMismatch);
    let spent = send.admit_with_picture(backend).await;
    assert_eq!(spent, SendAdmission::BudgetSpent { retry_after });
    let too_often = Send {
        budget: &[],
        ..send
    }
    .admit_with_picture(backend)
    .await;
    assert_eq!(too_often, SendAdmission::MobileTooOften { retry_after });
}

pub(crate) async fn a_refused_send_takes_no_slot_of_number_or_budget(backend: &Backend) {
    let send = Send {
        per_number: &["1/60s"],
        budget: &["2/60s"],
        ..Send::default()
    };
    reservation(send.admit_with_picture(backend).await);
    for _ in 0..3 {
        let refused = send.admit_with_picture(backend).await;
        assert!(
            matches!(refused, SendAdmission::MobileTooOften { .. }),
            "{refused:?}"
        );
    }
    let other = Mobile::parse("13900139000").unwrap();
    reservation(
        Send {
            mobile: other,
            ..send
        }
        .admit_with_picture(backend)
        .await,
    );
    assert_eq!(backend.code(&other).await.as_deref(), Some("123456"));
}

pub(crate) async fn a_budget_holds_over_all_numbers(backend: &Backend) {
    let send = |number: &str| Send {
        budget: &["1/60s"],
        mobile: Mobile::parse(number).unwrap(),
        ..Send::default()
    };
    let first = reservation(send("13800138000").admit_with_picture(backend).await);
    let refused = send("13900139000").admit_with_picture(backend).await;
    assert!(
        matches!(refused, SendAdmission::BudgetSpent { .. }),
        "{refused:?}"
    );
    backend
        .store
        .give_back_slot(sms_store::Log::Budget, first.budget_slot)
        .await
        .unwrap();
    reservation(send("13900139000").admit_with_picture(backend).await);
}

pub(crate) async fn invariant_1_one_picture_pays_for_one_message_at_most(backend: &Backend) {
    put(backend, "i", "AbCd").await;
    let outcomes = at_once(200, |_| {
        let store = Arc::clone(&backend.store);
        async move { store.consume_image_code(&id("i"), "abcd").await.unwrap() }
    })
    .await;
    let matched = outcomes
        .iter()
        .filter(|&&outcome| outcome == Consumed::Matched);
    assert_eq!(matched.count(), 1);
}

pub(crate) async fn invariant_3_a_code_is_compared_no_more_than_the_maximum(backend: &Backend) {
    issued(backend, "123456").await;
    let outcomes = at_once(100, |_| {
        let store = Arc::clone(&backend.store);
        async move {
            store
                .check(&mobile(), "000000", &rules(5, &[]))
                .await
                .unwrap()
        }
    })
    .await;
    let mut left: Vec<u8> = outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            CheckOutcome::Mismatch { attempts_left } => Some(*attempts_left),
            _ => None,
        })
        .collect();
    left.sort_unstable();
    assert_eq!(left, [0, 1, 2, 3, 4]);
}

pub(crate) async fn invariant_3_a_code_is_accepted_once(backend: &Backend) {
    issued(backend, "123456").await;
    let outcomes = at_once(100, |_| {
        let store = Arc::clone(&backend.store);
        async move {
            store
                .check(&mobile(), "123456", &rules(5, &[]))
                .await
                .unwrap()
        }
    })
    .await;
    let verified = outcomes
        .iter()
        .filter(|&&outcome| outcome == CheckOutcome::Verified);
    assert_eq!(verified.count(), 1);
}

pub(crate) async fn invariant_4_a_quota_holds_under_concurrency(backend: &Backend) {
    let outcomes = at_once(200, |_| {
        let store = Arc::clone(&backend.store);
        async move {
            let limits = quotas(&["3/60s"]);
            store
                .issue(&mobile(), &code("123456"), TTL, &limits)
                .await
                .unwrap()
        }
    })
    .await;
    let issued = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Issue::Issued { .. }));
    assert_eq!(issued.count(), 3);
}
