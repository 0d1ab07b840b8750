use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, RETRY_AFTER};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, Responder};
use serde::Serialize;
use sms_core::{Locale, Message};
use utoipa::ToSchema;

use crate::metrics::Answered;
use crate::rate_limit::RateLimit;
use crate::trace::Trace;

/// When to ask again if the service can't say: long enough for a queue to move, short enough for a
/// person to wait.
pub(crate) const UNAVAILABLE_FOR: Duration = Duration::from_secs(2);

/// An answer of the Django face: always the same JSON shape.
#[derive(Debug)]
pub(crate) struct Reply {
    message: Message,
    allow: Option<&'static str>,
    rate_limit: RateLimit,
    failure: Option<Failure>,
    body: Said,
}

/// Why a request could not be carried out: for the log, not for the client.
#[derive(Debug, Clone)]
pub(crate) struct Failure(pub(crate) String);

/// What an answer of the Django face says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Said {
    /// 0 if the request did what it was for, else 400.
    #[schema(example = 0)]
    code: u16,
    /// What people are told.
    #[schema(example = "发送短信成功")]
    errmsg: &'static str,
    /// What programs are told: a stable name.
    #[schema(example = "sent")]
    outcome: &'static str,
    /// What the person can do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<&'static str>,
    /// Seconds until it is worth another try.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    /// How many more wrong codes may be given.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts_left: Option<u8>,
}

impl Reply {
    pub(crate) fn new(message: Message, locale: Locale) -> Self {
        let is_unavailable = status(message) == StatusCode::SERVICE_UNAVAILABLE;
        Self {
            message,
            allow: None,
            rate_limit: RateLimit::default(),
            failure: None,
            body: Said {
                code: if message.is_success() { 0 } else { 400 },
                errmsg: message.text(locale),
                outcome: message.name(),
                advice: message.advice(locale),
                retry_after: is_unavailable.then(|| whole_seconds(UNAVAILABLE_FOR)),
                attempts_left: None,
            },
        }
    }

    /// Says when to ask again, in whole seconds: rounded up, so that it is not too early.
    pub(crate) fn retry_after(mut self, wait: Option<Duration>) -> Self {
        self.body.retry_after = wait.map(whole_seconds).or(self.body.retry_after);
        self
    }

    /// Says how many attempts are left.
    pub(crate) fn attempts_left(mut self, attempts: Option<u8>) -> Self {
        self.body.attempts_left = attempts;
        self
    }

    /// Says what is allowed, and perhaps that it is used up.
    pub(crate) fn rate_limit(mut self, rate_limit: RateLimit) -> Self {
        self.rate_limit = rate_limit;
        self
    }

    /// Says which methods the path takes.
    pub(crate) fn allow(mut self, methods: &'static str) -> Self {
        self.allow = Some(methods);
        self
    }

    /// Tells the log why the request could not be carried out.
    pub(crate) fn because(mut self, failure: Failure) -> Self {
        self.failure = Some(failure);
        self
    }
}

impl Responder for Reply {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::build(status(self.message));
        response.insert_header((CACHE_CONTROL, "no-store"));
        if let Some(seconds) = self.body.retry_after {
            response.insert_header((RETRY_AFTER, seconds));
        }
        if let Some(methods) = self.allow {
            response.insert_header((ALLOW, methods));
        }
        self.rate_limit.tell(&mut response);
        if let Some(trace) = request.extensions().get::<Trace>() {
            trace.tell(Answered::Said(self.message), self.failure);
        }
        response.json(self.body)
    }
}

/// A time to wait in whole seconds: rounded up, so that it is not too early, and at least one.
pub(crate) fn whole_seconds(wait: Duration) -> u64 {
    let seconds = u64::try_from(wait.as_millis().div_ceil(1000));
    seconds.unwrap_or(u64::MAX).max(1)
}

/// What happened to the request is in the body: front ends of this shape look at nothing else.
/// Only what HTTP itself has a word for has a status of its own.
fn status(message: Message) -> StatusCode {
    match message {
        Message::MissingParameter
        | Message::BadMobile
        | Message::AddressTooOften
        | Message::ImageMissing
        | Message::ImageMismatch
        | Message::MobileTooOften
        | Message::BudgetSpent
        | Message::SendFailed
        | Message::RecipientRefused
        | Message::Sent
        | Message::Verified
        | Message::CodeMissing
        | Message::CodeMismatch
        | Message::TooManyAttempts => StatusCode::OK,
        Message::Unavailable | Message::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        Message::NotFound => StatusCode::NOT_FOUND,
        Message::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Message::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Message::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
        Message::BodyUnreadable => StatusCode::BAD_REQUEST,
        Message::UriTooLong => StatusCode::URI_TOO_LONG,
        Message::HeadersTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        Message::CrossOriginRefused => StatusCode::FORBIDDEN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_http_has_a_word_for_has_a_status_of_its_own() {
        let others: Vec<_> = Message::ALL
            .into_iter()
            .filter(|message| status(*message) != StatusCode::OK)
            .map(|message| (message, status(message).as_u16()))
            .collect();
        let expected = [
            (Message::Unavailable, 503),
            (Message::Overloaded, 503),
            (Message::NotFound, 404),
            (Message::MethodNotAllowed, 405),
            (Message::BodyTooLarge, 413),
            (Message::BodyTooSlow, 408),
            (Message::BodyUnreadable, 400),
            (Message::UriTooLong, 414),
            (Message::HeadersTooLarge, 431),
            (Message::CrossOriginRefused, 403),
        ];
        assert_eq!(others, expected);
    }

    #[test]
    fn whoever_is_told_503_is_told_when_to_ask_again() {
        for message in Message::ALL {
            let reply = Reply::new(message, Locale::En).retry_after(None);
            let is_503 = status(message) == StatusCode::SERVICE_UNAVAILABLE;
            assert_eq!(reply.body.retry_after.is_some(), is_503, "{message:?}");
        }
    }

    #[test]
    fn code_and_errmsg_come_first() {
        let reply = Reply::new(Message::MobileTooOften, Locale::ZhCn)
            .retry_after(Some(Duration::from_millis(1001)));
        let body = serde_json::to_string(&reply.body).unwrap();
        let expected = r#"{"code":400,"errmsg":"发送短信过于频繁","outcome":"mobile_too_often","retry_after":2}"#;
        assert_eq!(body, expected);
    }
}
