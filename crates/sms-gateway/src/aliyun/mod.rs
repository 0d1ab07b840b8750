//! The way of a message to Aliyun and of its answer back.

mod config;
#[cfg(test)]
mod fuzz;
mod sign;
pub(crate) mod status;
mod wire;

use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH};
use reqwest::{RequestBuilder, StatusCode, Url};
use secrecy::{ExposeSecret, SecretString};

use crate::code_table::refusal;
use crate::http::{Answer, Failure, Http, host};
use crate::template::Values;
use crate::{Localized, Message, NamedTemplate, Receipt, SendError, SenderConfigError, SmsSender};
pub use config::{ALIYUN_ENDPOINT, AliyunConfig};
use sign::Call;
use wire::{Reply, SendSms};

/// Sends through Aliyun's SMS (阿里云短信, Dysmsapi 2017-05-25), by template.
///
/// Mainland numbers and others need templates of their kind, so usually a sender each.
#[derive(Debug)]
pub struct AliyunSender {
    name: Arc<str>,
    url: Url,
    /// As requests to `url` name it.
    host: String,
    access_key_id: String,
    access_key_secret: SecretString,
    security_token: Option<SecretString>,
    sign_name: String,
    templates: Localized<NamedTemplate>,
    http: Http,
}

impl AliyunSender {
    /// A sender with a pool of connections of its own.
    ///
    /// # Errors
    ///
    /// A value of `config` that can't be right; the error names it. Or there are no trusted
    /// certificates on this machine.
    pub fn new(config: &AliyunConfig) -> Result<Self, SenderConfigError> {
        let url = config.url()?;
        Ok(Self {
            name: config.name.as_str().into(),
            host: host(&url),
            url,
            access_key_id: config.access_key_id.clone(),
            access_key_secret: config.access_key_secret.clone(),
            security_token: config.security_token.clone(),
            sign_name: config.sign_name.clone(),
            templates: config.templates.clone(),
            http: Http::new(config.timeout)?,
        })
    }

    fn query(&self, message: &Message) -> String {
        let template = self.templates.get(message.locale);
        let values = Values::of(message);
        // Strings always become JSON.
        let template_param = serde_json::to_string(&template.filled(&values)).unwrap_or_default();
        SendSms {
            phone_numbers: phone_number(message),
            sign_name: &self.sign_name,
            template_code: &template.id,
            template_param: &template_param,
            out_id: message.id.as_str(),
        }
        .query()
    }

    /// All that goes over the wire, signed for `now`.
    fn request(&self, query: &str, now: SystemTime) -> RequestBuilder {
        let date = sign::date(now);
        let nonce = nonce();
        let call = Call {
            host: &self.host,
            query,
            action: "SendSms",
            version: "2017-05-25",
            date: &date,
            nonce: &nonce,
            security_token: self
                .security_token
                .as_ref()
                .map(ExposeSecret::expose_secret),
        };
        let mut url = self.url.clone();
        url.set_query(Some(query));
        let authorization = call.authorization(&self.access_key_id, &self.access_key_secret);
        let request = self
            .http
            .post(url)
            .header(ACCEPT, "application/json")
            .header(AUTHORIZATION, authorization)
            // Not every server takes a POST without a length.
            .header(CONTENT_LENGTH, 0);
        let headers = call.headers();
        headers.fold(request, |request, (name, value)| {
            request.header(name, value)
        })
    }

    /// What an answer means. Refusals come with any HTTP status, an acceptance with 200 alone.
    fn judge(&self, answer: &Answer) -> Result<Receipt, SendError> {
        let Some(reply) = Reply::read(&answer.body) else {
            return Err(self.unreadable(answer.status));
        };
        if reply.code != status::ACCEPTED {
            return Err(refusal(status::TABLE, &self.name, &reply.code));
        }
        if answer.status != StatusCode::OK {
            return Err(self.unreadable(answer.status));
        }
        Ok(Receipt {
            sender: Arc::clone(&self.name),
            provider_id: reply.biz_id,
        })
    }

    fn unreadable(&self, status: StatusCode) -> SendError {
        let failure = match status {
            StatusCode::OK => Failure::lost("an answer that can't be read"),
            other => Failure::lost(format!("HTTP status {}", other.as_u16())),
        };
        failure.into_error(Arc::clone(&self.name))
    }
}

/// As Aliyun wants it: without a calling code for the mainland, without a plus elsewhere.
fn phone_number(message: &Message) -> &str {
    message.to.key().trim_start_matches('+')
}

/// 32 hexadecimal digits that no request had before.
fn nonce() -> String {
    format!("{:032x}", rand::random::<u128>())
}

#[async_trait]
impl SmsSender for AliyunSender {
    fn name(&self) -> &str {
        &self.name
    }

    /// There is one request and no more: Aliyun does not recognise repetitions, so that a second
    /// one after a lost answer might be a second SMS.
    async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        let request = self.request(&self.query(message), SystemTime::now());
        match self.http.send(request).await {
            Ok(answer) => self.judge(&answer),
            Err(failure) => Err(failure.into_error(Arc::clone(&self.name))),
        }
    }
}
