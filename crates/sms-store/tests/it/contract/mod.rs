//! What every store promises.

mod deliveries;
mod numbers;
mod pictures;
mod sends;
mod slots;
mod verifications;

pub(crate) use deliveries::*;
pub(crate) use numbers::*;
pub(crate) use pictures::*;
pub(crate) use sends::*;
pub(crate) use slots::*;
pub(crate) use verifications::*;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use sms_core::{
    AddressBlock, CheckOutcome, CheckRules, ImageCode, ImageId, Issue, Mobile, Quotas, Settlement,
    SmsCode, Timestamp,
};
use sms_store::{
    Checked, Consumed, PictureAdmission, PictureRequest, Reservation, SendAdmission, SendRequest,
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

/// Runs `count` calls at the same moment and gives their outcomes.
async fn at_once<T, F>(count: usize, call: impl Fn(usize) -> F) -> Vec<T>
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
