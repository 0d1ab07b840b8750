use std::collections::VecDeque;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};

use crate::clock;
use crate::inbox::{Inbox, Received, zulu};
use crate::number::Number;
use crate::protocol::{Cause, Order, Protocol, Refusal};
use crate::request::Provider;
use crate::rules::Rulebook;
use crate::script::{Callbacks, Limits, Script};
use crate::seen::Seen;

/// Requests that are remembered for people to look at.
const MOST_REQUESTS: usize = 200;
/// Reports that wait to be pulled; then the oldest go.
pub(super) const MOST_WAITING: usize = 1000;
/// How long a nonce may not come again: as long as its date can be valid.
const NONCE_LIFE: Duration = Duration::minutes(30);

/// What changes while a script is played.
pub(super) struct State {
    pub(super) callbacks: Callbacks,
    pub(super) rules: Rulebook,
    pub(super) inbox: Inbox,
    req_ids: Seen,
    nonces: Seen,
    waiting: VecDeque<Value>,
    pub(super) requests: VecDeque<Asked>,
    messages: u64,
}

/// A request and what came of it, for people.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Asked {
    pub(crate) provider: Provider,
    #[serde(serialize_with = "zulu")]
    pub(crate) at: OffsetDateTime,
    /// `accepted`, `pulled`, or the code of a refusal; the HTTP status if it has none.
    pub(crate) outcome: String,
    /// What the client did wrong, or what the script did.
    pub(crate) why: String,
}

/// How an order ends.
pub(super) enum End {
    Accepted(Vec<Received>),
    Refused(Refusal),
    /// Nobody answers.
    Lost,
}

impl State {
    pub(super) fn new(script: &Script) -> Self {
        Self {
            callbacks: script.callbacks.clone(),
            rules: Rulebook::new(script.rules.clone()),
            inbox: Inbox::default(),
            req_ids: Seen::default(),
            nonces: Seen::default(),
            waiting: VecDeque::new(),
            requests: VecDeque::new(),
            messages: 0,
        }
    }

    /// Accepts an order unless what came before forbids it.
    pub(super) fn accept(
        &mut self,
        provider: Provider,
        protocol: &dyn Protocol,
        order: &Order,
        limits: Limits,
        now: OffsetDateTime,
    ) -> End {
        let refuse = |cause: Cause| End::Refused(cause.refusal(protocol));
        if let Some(nonce) = &order.nonce
            && !self.nonces.insert(nonce, now + NONCE_LIFE, now)
        {
            return refuse(Cause::Replayed);
        }
        // What was accepted counts already: the client is told so, not that it is too much.
        if let Some(once) = &order.once
            && self.req_ids.contains(once, now)
        {
            return refuse(Cause::Repeated);
        }
        if order
            .to
            .iter()
            .any(|to| self.is_over(limits, provider, to, now))
        {
            return refuse(Cause::NumberLimit);
        }
        if let Some(once) = &order.once {
            self.req_ids.insert(once, clock::end_of_day(now), now);
        }
        End::Accepted(self.deliver(provider, protocol, order, now))
    }

    /// Whether one more message to a number would be too many.
    fn is_over(
        &self,
        limits: Limits,
        provider: Provider,
        to: &Number,
        now: OffsetDateTime,
    ) -> bool {
        let windows = [
            (limits.per_minute, Duration::MINUTE),
            (limits.per_hour, Duration::HOUR),
            (limits.per_day, Duration::DAY),
        ];
        windows
            .into_iter()
            .filter(|(most, _)| *most > 0)
            .any(|(most, window)| {
                let his = self
                    .inbox
                    .of(Some(to))
                    .filter(|message| message.provider == provider);
                his.filter(|message| now - message.at < window).count() >= most
            })
    }

    /// Puts the messages of an order into the inbox.
    fn deliver(
        &mut self,
        provider: Provider,
        protocol: &dyn Protocol,
        order: &Order,
        now: OffsetDateTime,
    ) -> Vec<Received> {
        let first = self.messages + 1;
        let messages = order.to.iter().map(|to| {
            self.messages += 1;
            let named = if protocol.shares_id() {
                first
            } else {
                self.messages
            };
            let message = Received {
                id: self.messages,
                provider,
                to: to.clone(),
                from: order.from.clone(),
                text: order.text.clone(),
                at: now,
                provider_id: protocol.message_id(unique(named)),
                client_id: order.client_id.clone(),
                reports: Vec::new(),
            };
            self.inbox.put(message.clone());
            message
        });
        messages.collect()
    }

    /// Lets a report wait for the client to pull it.
    pub(super) fn wait(&mut self, report: Value) {
        if self.waiting.len() == MOST_WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back(report);
    }

    /// Up to `count` of the reports that wait, oldest first, which then wait no more.
    pub(super) fn pull(&mut self, count: usize) -> Vec<Value> {
        let count = count.min(self.waiting.len());
        self.waiting.drain(..count).collect()
    }

    /// Writes down why a request was refused.
    pub(super) fn note_refusal(&mut self, provider: Provider, at: OffsetDateTime, why: &Refusal) {
        let Refusal { code, status, why } = why;
        if code.is_empty() {
            self.note(provider, at, &status.to_string(), why);
        } else {
            self.note(provider, at, code, why);
        }
    }

    /// Writes down what came of a request.
    pub(super) fn note(
        &mut self,
        provider: Provider,
        at: OffsetDateTime,
        outcome: &str,
        why: &str,
    ) {
        log::info!(provider = provider.name(), outcome = outcome; "{why}");
        if self.requests.len() == MOST_REQUESTS {
            self.requests.pop_front();
        }
        self.requests.push_back(Asked {
            provider,
            at,
            outcome: outcome.to_owned(),
            why: why.to_owned(),
        });
    }
}

/// A number that no other message has, in this run or another.
fn unique(message: u64) -> u128 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanoseconds = since_epoch.unwrap_or_default().as_nanos();
    let digest = Sha256::digest(format!("{nanoseconds} {message} {}", std::process::id()));
    digest
        .iter()
        .take(16)
        .fold(0, |number, byte| number << 8 | u128::from(*byte))
}
