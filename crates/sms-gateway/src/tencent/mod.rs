//! The way of a message to Tencent Cloud and of its answer back.

mod config;
#[cfg(test)]
mod fuzz;
mod sign;
pub(crate) mod status;
mod wire;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use reqwest::{RequestBuilder, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};
use sms_core::Region;

use crate::code_table::refusal;
use crate::http::{Answer, Failure, Http, host};
use crate::template::Values;
use crate::{
    ErrorClass, Localized, Message, Receipt, SendError, SenderConfigError, SmsSender, Template,
};
pub use config::{TENCENT_ENDPOINT, TENCENT_REGION, TencentConfig};
use sign::Call;
use wire::{Reply, SendSms};

/// The content type that is sent and signed, to the letter.
const JSON: &str = "application/json; charset=utf-8";

/// Sends through Tencent Cloud's SMS (腾讯云短信, SendSms 2021-01-11), by template.
///
/// Mainland numbers and others need templates of their kind, so usually a sender each. Without a
/// name for the brackets, mainland numbers are refused with [`ErrorClass::Config`] before anything
/// is written, and another sender may take them.
#[derive(Debug)]
pub struct TencentSender {
    name: Arc<str>,
    url: Url,
    /// As requests to `url` name it.
    host: String,
    region: String,
    secret_id: String,
    secret_key: SecretString,
    token: Option<SecretString>,
    sdk_app_id: String,
    sign_name: Option<String>,
    templates: Localized<Template>,
    http: Http,
}

impl TencentSender {
    /// A sender with a pool of connections of its own.
    ///
    /// # Errors
    ///
    /// A value of `config` that can't be right; the error names it. Or there are no trusted
    /// certificates on this machine.
    pub fn new(config: &TencentConfig) -> Result<Self, SenderConfigError> {
        let url = config.url()?;
        Ok(Self {
            name: config.name.as_str().into(),
            host: host(&url),
            url,
            region: config.region.clone(),
            secret_id: config.secret_id.clone(),
            secret_key: config.secret_key.clone(),
            token: config.security_token.clone(),
            sdk_app_id: config.sdk_app_id.clone(),
            sign_name: config.sign_name.clone(),
            templates: config.templates.clone(),
            http: Http::new(config.timeout)?,
        })
    }

    /// The body of the request about `message`; `None` if it lacks what the mainland asks for.
    fn body(&self, message: &Message) -> Option<String> {
        if message.to.mainland().is_some() && self.sign_name.is_none() {
            return None;
        }
        let template = self.templates.get(message.locale);
        let values = Values::of(message);
        let request = SendSms {
            phone_number_set: [message.to.e164()],
            sms_sdk_app_id: &self.sdk_app_id,
            sign_name: self.sign_name.as_deref(),
            template_id: &template.id,
            template_param_set: template.filled(&values),
            session_context: message.id.as_str(),
        };
        // Strings always become JSON.
        serde_json::to_string(&request).ok()
    }

    /// All that goes over the wire, signed for `now`.
    fn request(&self, body: String, now: SystemTime) -> RequestBuilder {
        let since_epoch = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let call = Call {
            service: "sms",
            headers: &[
                ("content-type", JSON),
                ("host", &self.host),
                ("x-tc-action", "sendsms"),
            ],
            timestamp: since_epoch.as_secs(),
            body: body.as_bytes(),
        };
        let authorization = call.authorization(&self.secret_id, &self.secret_key);
        let request = self
            .http
            .post(self.url.clone())
            .header(HOST, &self.host)
            .header(CONTENT_TYPE, JSON)
            .header(AUTHORIZATION, authorization)
            .header("x-tc-action", "SendSms")
            .header("x-tc-version", "2021-01-11")
            .header("x-tc-region", &self.region)
            .header("x-tc-timestamp", call.timestamp);
        let request = match &self.token {
            Some(token) => request.header("x-tc-token", token.expose_secret()),
            None => request,
        };
        request.body(body)
    }

    /// What an answer means. Tencent Cloud answers with HTTP 200 whatever happened; any other
    /// status comes from something in between.
    fn judge(&self, answer: &Answer) -> Result<Receipt, SendError> {
        let lost = |failure: Failure| Err(failure.into_error(Arc::clone(&self.name)));
        if answer.status != StatusCode::OK {
            let status = answer.status.as_u16();
            return lost(Failure::lost(format!("HTTP status {status}")));
        }
        let Some(reply) = Reply::read(&answer.body) else {
            return lost(Failure::lost("an answer that can't be read"));
        };
        if reply.code != status::ACCEPTED {
            return Err(refusal(status::TABLE, &self.name, &reply.code));
        }
        Ok(Receipt {
            sender: Arc::clone(&self.name),
            provider_id: reply.serial_no,
        })
    }
}

#[async_trait]
impl SmsSender for TencentSender {
    fn name(&self) -> &str {
        &self.name
    }

    fn serves(&self, region: Region) -> bool {
        region != Region::CN || self.sign_name.is_some()
    }

    /// There is one request and no more: Tencent Cloud does not recognise repetitions, so that a
    /// second one after a lost answer might be a second SMS.
    async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        let Some(body) = self.body(message) else {
            let detail = "numbers of mainland China need a sign_name";
            return Err(SendError::new(
                ErrorClass::Config,
                Arc::clone(&self.name),
                detail,
            ));
        };
        let request = self.request(body, SystemTime::now());
        match self.http.send(request).await {
            Ok(answer) => self.judge(&answer),
            Err(failure) => Err(failure.into_error(Arc::clone(&self.name))),
        }
    }
}
