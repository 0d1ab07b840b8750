//! What all providers have in common: a request asks for messages, and is answered.

use std::borrow::Cow;

use time::OffsetDateTime;

use crate::inbox::Received;
use crate::number::Number;
use crate::reports::{Plan, Push};
use crate::request::Request;

/// What a request asks for that breaks no rule.
#[derive(Debug)]
pub(crate) enum Call {
    Send(Order),
    /// So many reports of CCP are wanted.
    Pull(usize),
}

/// Messages that may be sent.
#[derive(Debug)]
pub(crate) struct Order {
    /// At least one.
    pub(crate) to: Vec<Number>,
    /// What the phones will show.
    pub(crate) text: String,
    /// Whom it is from, as the phones will show it: a signature name, a number or a service.
    pub(crate) from: String,
    /// The caller's own id.
    pub(crate) client_id: Option<String>,
    /// Part of the signature that may be used once.
    pub(crate) nonce: Option<String>,
    /// An id under which no second order of this day is accepted.
    pub(crate) once: Option<String>,
    /// Where reports go, if the request says.
    pub(crate) callback: Option<String>,
}

/// Why a request is refused, as its provider says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The provider's code; empty if it has none for this.
    pub(crate) code: Cow<'static, str>,
    /// The HTTP status of the answer.
    pub(crate) status: u16,
    /// What the client did wrong, for people.
    pub(crate) why: Cow<'static, str>,
}

impl Refusal {
    pub(crate) fn new(
        status: u16,
        code: impl Into<Cow<'static, str>>,
        why: impl Into<Cow<'static, str>>,
    ) -> Self {
        let (code, why) = (code.into(), why.into());
        Self { code, status, why }
    }
}

/// What goes back to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) const JSON: &'static str = "application/json;charset=utf-8";

    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self {
            status,
            content_type: Self::JSON,
            body: body.to_string(),
        }
    }
}

/// One provider: what it demands, how it answers and how it reports.
pub(crate) trait Protocol {
    /// What a request asks for, or the first rule that it breaks. It does not know what came
    /// before: [`Order::nonce`] and [`Order::once`] are for the caller to look up.
    fn check(&self, request: &Request, now: OffsetDateTime) -> Result<Call, Refusal>;

    /// The provider's id of a message, made of a number that no other message has.
    fn message_id(&self, unique: u128) -> String;

    /// Whether all recipients of an order share one id.
    fn shares_id(&self) -> bool;

    /// The answer to an order, which became these messages: one or more.
    fn accepted(&self, request: &Request, messages: &[Received], now: OffsetDateTime) -> Answer;

    /// The answer to a request that breaks a rule, or to an order for which a script says so.
    fn refused(&self, request: &Request, refusal: &Refusal) -> Answer;

    /// A refusal with this code, with the HTTP status that goes with it.
    fn refusal(&self, code: &str) -> Refusal;

    /// The code for each of the refusals that depend on earlier requests.
    fn code_of(&self, cause: Cause) -> &'static str;

    /// The reports about a message, in order, each with when it is sent after the first.
    fn reports(&self, message: &Received, plan: &Plan, at: OffsetDateTime, url: &str) -> Vec<Push>;

    /// Whether an answer to a report means that it was understood.
    fn is_taken(&self, status: u16, body: &[u8]) -> bool;
}

/// Refusals that depend on earlier requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The nonce was used.
    Replayed,
    /// The caller's id was used today.
    Repeated,
    /// The client asks too fast.
    Throttled,
    /// The number got too many messages.
    NumberLimit,
}

impl Cause {
    /// The refusal of a provider for this cause.
    pub(crate) fn refusal(self, protocol: &dyn Protocol) -> Refusal {
        let why = match self {
            Self::Replayed => "the nonce was used before",
            Self::Repeated => "an order with this id was accepted today",
            Self::Throttled => "the client asks faster than the script lets it",
            Self::NumberLimit => "the number got as many messages as the script's limits allow",
        };
        Refusal {
            why: why.into(),
            ..protocol.refusal(protocol.code_of(self))
        }
    }
}
