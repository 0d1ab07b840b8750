//! The way of a message to a receiver of the operator's own, and of its answer back.

mod config;
mod guard;
mod sign;
mod wire;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use reqwest::header::CONTENT_TYPE;
use reqwest::{StatusCode, Url};

use crate::http::{Answer, Failure, Http};
use crate::template::Values;
use crate::{
    ErrorClass, Localized, Message, Receipt, SendError, SenderConfigError, SmsSender, TextTemplate,
};
pub use config::WebhookConfig;
use sign::Key;
use wire::{Data, Event, Reply};

/// Posts messages to a URL, signed as Standard Webhooks have it: for providers that are not built
/// in, and for gateways of one's own.
///
/// A request that is made again has the same `webhook-id`, by which receivers know it.
pub struct WebhookSender {
    name: Arc<str>,
    url: Url,
    keys: Vec<Key>,
    texts: Localized<TextTemplate>,
    http: Http,
}

/// What one request came to.
enum Outcome {
    Accepted(Option<String>),
    /// The receiver said no, and why in its own words.
    Explained(SendError),
    /// A status alone says no, or nothing was ever written.
    Refused(SendError),
    /// It may have been accepted, and the same request will tell.
    Open(SendError),
}

impl WebhookSender {
    /// A sender with a pool of connections of its own.
    ///
    /// # Errors
    ///
    /// A value of `config` that can't be right; the error names it. Or there are no trusted
    /// certificates on this machine.
    pub fn new(config: &WebhookConfig) -> Result<Self, SenderConfigError> {
        let (url, keys) = config.checked()?;
        let http = if config.allow_private {
            Http::new(config.timeout)?
        } else {
            Http::resolving(config.timeout, guard::PublicOnly)?
        };
        Ok(Self {
            name: config.name.as_str().into(),
            url,
            keys,
            texts: config.texts.clone(),
            http,
        })
    }

    /// The body of all requests about `message`; `None` never happens, as text always becomes JSON.
    fn body(&self, message: &Message) -> Option<String> {
        let text = self.texts.get(message.locale);
        let event = Event {
            kind: "sms.code",
            timestamp: wire::rfc3339(wire::seconds(SystemTime::now())),
            data: Data {
                to: message.to.e164(),
                code: message.code.expose(),
                minutes: message.minutes,
                locale: message.locale.as_str(),
                text: text.filled(&Values::of(message)),
            },
        };
        serde_json::to_string(&event).ok()
    }

    async fn try_once(&self, id: &str, body: &str) -> Outcome {
        let timestamp = wire::seconds(SystemTime::now()).to_string();
        let signature = sign::signatures(&self.keys, id, &timestamp, body);
        let request = self
            .http
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(body.to_owned());
        match self.http.send(request).await {
            Ok(answer) => self.judge(&answer),
            Err(Failure::Unsent(cause)) if guard::is_refusal(&cause) => {
                let detail = "the URL leads to a private address, and allow_private is false";
                Outcome::Refused(self.error(ErrorClass::Config, detail))
            }
            Err(failure @ Failure::Unsent(_)) => {
                Outcome::Refused(failure.into_error(Arc::clone(&self.name)))
            }
            Err(failure) => Outcome::Open(failure.into_error(Arc::clone(&self.name))),
        }
    }

    fn judge(&self, answer: &Answer) -> Outcome {
        let status = answer.status;
        let reply = Reply::read(&answer.body);
        if status.is_success() {
            return Outcome::Accepted(reply.id);
        }
        let error = |class| {
            let detail = format!("HTTP status {}", status.as_u16());
            self.error(class, detail)
        };
        let refused = |class| error(class).with_provider_code(status.as_str());
        match (reply.error, refusal(status)) {
            (Some(class), _) => Outcome::Explained(refused(class)),
            (None, Some(class)) => Outcome::Refused(refused(class)),
            (None, None) => Outcome::Open(error(ErrorClass::Unknown)),
        }
    }

    fn receipt(&self, provider_id: Option<String>) -> Receipt {
        Receipt {
            sender: Arc::clone(&self.name),
            provider_id,
        }
    }

    fn error(&self, class: ErrorClass, detail: impl Into<Cow<'static, str>>) -> SendError {
        SendError::new(class, Arc::clone(&self.name), detail)
    }
}

/// What a status other than success says about the message; `None` if it says nothing.
///
/// A receiver may say more in its answer ([`Reply::error`]). Those that answer 500 to 599 may have
/// taken the message, or handed the request to one that did.
fn refusal(status: StatusCode) -> Option<ErrorClass> {
    match status.as_u16() {
        400 | 413 | 415 | 422 => Some(ErrorClass::Argument),
        401 | 403 => Some(ErrorClass::Auth),
        408 => None,
        429 => Some(ErrorClass::RateAccount),
        // Redirections are not followed; 404 and 410 say that nobody takes messages there.
        300..=499 => Some(ErrorClass::Config),
        _ => None,
    }
}

#[async_trait]
impl SmsSender for WebhookSender {
    fn name(&self) -> &str {
        &self.name
    }

    async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        let Some(body) = self.body(message) else {
            return Err(self.error(ErrorClass::Argument, "a message that can't be written"));
        };
        let id = message.id.as_str();
        let lost = match self.try_once(id, &body).await {
            Outcome::Accepted(id) => return Ok(self.receipt(id)),
            Outcome::Explained(error) | Outcome::Refused(error) => return Err(error),
            Outcome::Open(error) => error,
        };
        log::warn!(
            sender = &*self.name, message_id = id;
            "{lost}; asking again with the same webhook-id"
        );
        match self.try_once(id, &body).await {
            Outcome::Accepted(id) => Ok(self.receipt(id)),
            Outcome::Explained(error) if error.class().is_true_of_repetitions() => Err(error),
            // A status may be about the repetition alone, such as 409 and 422 for an id that is
            // there already, or come from a receiver that is being replaced.
            Outcome::Explained(error) | Outcome::Refused(error) | Outcome::Open(error) => {
                Err(error.leaves_open(lost))
            }
        }
    }
}

impl fmt::Debug for WebhookSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookSender")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_has_its_class() {
        let rows = [
            ("400 413 415 422", Some(ErrorClass::Argument)),
            ("401 403", Some(ErrorClass::Auth)),
            ("429", Some(ErrorClass::RateAccount)),
            ("301 302 307 308 404 405 410 451", Some(ErrorClass::Config)),
            ("100 408 500 501 502 503 504 599", None),
        ];
        for (statuses, class) in rows {
            for status in statuses.split(' ') {
                let status = status.parse().unwrap();
                assert_eq!(refusal(status), class, "{status}");
            }
        }
    }
}
