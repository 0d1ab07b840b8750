//! The way of a message to Twilio and of its answer back.

mod config;
mod sign;
pub(crate) mod status;
mod wire;

use std::borrow::Cow;
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};

use crate::http::{Answer, Http};
use crate::template::Values;
use crate::{
    ErrorClass, Localized, Message, Receipt, SendError, SenderConfigError, SmsSender, TextTemplate,
};
pub use config::{TWILIO_BASE_URL, TwilioConfig, TwilioOrigin, TwilioUser};
pub use sign::{TwilioPayload, is_signed_by_twilio};
use wire::NewMessage;

/// Sends through Twilio's Programmable Messaging, to any country, with texts of our own.
///
/// Twilio does not recognise repeated requests: a lost answer is never asked for again.
#[derive(Debug)]
pub struct TwilioSender {
    name: Arc<str>,
    endpoint: Url,
    user: String,
    secret: SecretString,
    origin: TwilioOrigin,
    status_callback: Option<SecretString>,
    texts: Localized<TextTemplate>,
    http: Http,
}

impl TwilioSender {
    /// A sender with a pool of connections of its own.
    ///
    /// # Errors
    ///
    /// A value of `config` that can't be right; the error names it. Or there are no trusted
    /// certificates on this machine.
    pub fn new(config: &TwilioConfig) -> Result<Self, SenderConfigError> {
        let endpoint = config.endpoint()?;
        let (user, secret) = config.user.credentials(&config.account_sid);
        Ok(Self {
            name: config.name.as_str().into(),
            endpoint,
            user: user.to_owned(),
            secret: secret.clone(),
            origin: config.origin.clone(),
            status_callback: config.status_callback.clone(),
            texts: config.texts.clone(),
            http: Http::new(config.timeout)?,
        })
    }

    fn form(&self, message: &Message) -> String {
        let text = self.texts.get(message.locale);
        let request = NewMessage {
            to: message.to.e164(),
            body: &text.filled(&Values::of(message)),
            origin: self.origin.field(),
            minutes: message.minutes,
            status_callback: self
                .status_callback
                .as_ref()
                .map(ExposeSecret::expose_secret),
        };
        request.form()
    }

    fn judge(&self, answer: &Answer) -> Result<Receipt, SendError> {
        match answer.status {
            StatusCode::CREATED => match wire::sid(&answer.body) {
                Some(sid) => Ok(Receipt {
                    sender: Arc::clone(&self.name),
                    provider_id: Some(sid),
                }),
                None => Err(self.error(ErrorClass::Unknown, "an answer that can't be read")),
            },
            status if status.is_client_error() => Err(self.refusal(status, &answer.body)),
            // It failed in the middle of it, or something in between answered.
            status => {
                let detail = format!("HTTP status {}", status.as_u16());
                Err(self.error(ErrorClass::Unknown, detail))
            }
        }
    }

    fn refusal(&self, status: StatusCode, body: &[u8]) -> SendError {
        let class = status::unlisted(status);
        let Some(code) = wire::code(body) else {
            let detail = format!("HTTP status {}", status.as_u16());
            return self.error(class, detail);
        };
        let error = match status::find(code) {
            Some(listed) => self.error(listed.class, listed.meaning),
            None => self.error(class, "an error code that is in no list"),
        };
        error.with_provider_code(code.to_string())
    }

    fn error(&self, class: ErrorClass, detail: impl Into<Cow<'static, str>>) -> SendError {
        SendError::new(class, Arc::clone(&self.name), detail)
    }
}

#[async_trait]
impl SmsSender for TwilioSender {
    fn name(&self) -> &str {
        &self.name
    }

    async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        let request = self
            .http
            .post(self.endpoint.clone())
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .basic_auth(&self.user, Some(self.secret.expose_secret()))
            .body(self.form(message));
        match self.http.send(request).await {
            Ok(answer) => self.judge(&answer),
            Err(failure) => Err(failure.into_error(Arc::clone(&self.name))),
        }
    }
}
