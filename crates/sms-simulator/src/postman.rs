use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::{Client, redirect};
use rustls::crypto::{CryptoProvider, ring};
use time::OffsetDateTime;
use tokio::time::sleep;

use crate::carrier::Carrier;
use crate::inbox::Reported;
use crate::reports::{Delivery, Push, Way};
use crate::request::Provider;

/// How long a client may take to answer a report.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The most that is read of such an answer, in bytes.
const BODY_LIMIT: usize = 64 * 1024;
/// Deliveries under way at once; there are no reports about messages beyond.
const MOST: usize = 10_000;

/// Brings reports to where they belong.
pub(crate) struct Postman {
    client: Client,
    carrier: Arc<Carrier>,
    under_way: AtomicUsize,
}

impl Postman {
    pub(crate) fn new(carrier: Arc<Carrier>) -> reqwest::Result<Self> {
        if CryptoProvider::get_default().is_none() {
            // An error means that another thread was faster, which is as good.
            let _ = ring::default_provider().install_default();
        }
        let client = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(TIMEOUT)
            .build()?;
        Ok(Self {
            client,
            carrier,
            under_way: AtomicUsize::new(0),
        })
    }

    /// Waits as long as it takes until the reports are due, and brings them.
    pub(crate) async fn deliver(&self, delivery: Delivery) {
        if self.under_way.fetch_add(1, Ordering::Relaxed) < MOST {
            sleep(delivery.delay).await;
            match delivery.way {
                Way::Wait(report) => self.carrier.wait(report),
                Way::Push(pushes) => {
                    for push in pushes {
                        let (message, provider) = (delivery.message, delivery.provider);
                        self.push(message, provider, &push, &delivery.retries).await;
                    }
                }
            }
        } else {
            log::warn!(
                "{MOST} reports are under way: there is none about message {}",
                delivery.message
            );
        }
        self.under_way.fetch_sub(1, Ordering::Relaxed);
    }

    /// Posts a report until it is taken, or there are no tries left.
    async fn push(&self, message: u64, provider: Provider, push: &Push, retries: &[Duration]) {
        let mut retries = retries.iter();
        loop {
            let answer = self.post(push).await;
            let protocol = self.carrier.script.protocol(provider);
            let taken = answer
                .as_ref()
                .is_some_and(|(status, body)| protocol.is_taken(*status, body));
            let status = answer.map(|(status, _)| status);
            let (says, at) = (push.says.clone(), OffsetDateTime::now_utc());
            self.carrier.note_report(
                message,
                Reported {
                    says,
                    at,
                    status,
                    taken,
                },
            );
            match retries.next() {
                Some(pause) if !taken => sleep(*pause).await,
                _ => break,
            }
        }
    }

    /// The status and the body of the answer, if there is one.
    async fn post(&self, push: &Push) -> Option<(u16, Vec<u8>)> {
        let request = self.client.post(&push.url);
        let mut request = request
            .header("Content-Type", push.content_type)
            .body(push.body.clone());
        if let Some(signature) = &push.signature {
            request = request.header("X-Twilio-Signature", signature);
        }
        // Neither the URL nor an error with it goes into the log: it may have a token in it.
        let mut response = request.send().await.ok()?;
        let (status, mut body) = (response.status().as_u16(), Vec::new());
        while body.len() < BODY_LIMIT
            && let Ok(Some(chunk)) = response.chunk().await
        {
            body.extend_from_slice(&chunk);
        }
        Some((status, body))
    }
}
