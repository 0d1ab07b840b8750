//! The way of a message to CCP and of its answer back.

#[cfg(feature = "bench")]
pub mod bench;
mod client;
mod clock;
mod config;
#[cfg(test)]
mod fuzz;
mod pull;
mod sign;
pub(crate) mod status;
mod wire;

use std::borrow::Cow;
use std::sync::Arc;

use async_trait::async_trait;
use sms_core::Region;

use crate::http::Failure;
use crate::template::Values;
use crate::{
    ErrorClass, Localized, Message, Receipt, SendError, SenderConfigError, SmsSender, Template,
};
use client::Client;
use clock::Clock;
pub use config::{CCP_BASE_URL, CcpConfig};
pub use pull::CcpReports;
use status::Verdict;
use wire::TemplateSms;

/// Sends through CCP, the REST interface of Yuntongxun (容联云通讯), by template.
///
/// Mainland numbers only: any other is refused with [`ErrorClass::Config`] before anything is
/// written, and another sender may take it.
#[derive(Debug)]
pub struct CcpSender {
    name: Arc<str>,
    app_id: String,
    templates: Localized<Template>,
    client: Client,
}

/// What one try came to.
enum Answer {
    Accepted(Option<String>),
    /// The `reqId` was accepted before.
    Repeated(SendError),
    /// CCP said what it makes of the message, or nothing was ever written to it.
    Settled(SendError),
    /// It may have been accepted, and asking again with the same `reqId` will tell.
    Lost(SendError),
}

impl CcpSender {
    /// A sender with a pool of connections of its own.
    ///
    /// # Errors
    ///
    /// A value of `config` that can't be right; the error names it. Or there are no trusted
    /// certificates on this machine.
    pub fn new(config: &CcpConfig) -> Result<Self, SenderConfigError> {
        Ok(Self {
            client: Client::new(config)?,
            name: config.name.as_str().into(),
            app_id: config.app_id.clone(),
            templates: config.templates.clone(),
        })
    }

    /// The body of all requests about `message`; `None` if CCP can't reach its number.
    fn body(&self, message: &Message) -> Option<String> {
        let to = message.to.mainland()?;
        let template = self.templates.get(message.locale);
        let values = Values::of(message);
        let request = TemplateSms {
            to,
            app_id: &self.app_id,
            template_id: &template.id,
            datas: template.filled(&values),
            req_id: message.id.as_str(),
        };
        // Strings always become JSON.
        serde_json::to_string(&request).ok()
    }

    /// One request and what it came to; one more if CCP finds the time in it wrong.
    async fn try_once(&self, body: &str, clock: &mut Clock) -> Answer {
        let mut outcome = self.client.post(body, clock.now()).await;
        if let Ok(response) = &outcome
            && response.reply.status_code == status::EXPIRED
            && let Some(date) = response.date
            && clock.correct(date)
        {
            log::warn!(
                sender = &*self.name;
                "CCP finds our timestamp expired: the clock of this machine is off; \
                 trying with the time of CCP's answer"
            );
            outcome = self.client.post(body, clock.now()).await;
        }
        match outcome {
            Ok(response) => self.judge(&response.reply),
            Err(failure @ Failure::Unsent(_)) => {
                Answer::Settled(failure.into_error(Arc::clone(&self.name)))
            }
            Err(failure @ Failure::Lost(..)) => {
                Answer::Lost(failure.into_error(Arc::clone(&self.name)))
            }
        }
    }

    fn judge(&self, reply: &wire::Reply) -> Answer {
        let code = reply.status_code.as_str();
        let Some(status) = status::find(code) else {
            return Answer::Settled(self.unlisted(code));
        };
        let error = |class| self.error(class, status.meaning).with_provider_code(code);
        match status.verdict {
            Verdict::Accepted => Answer::Accepted(reply.message_sid.clone()),
            // To a first try this is news: somebody else has used the id.
            Verdict::Repeated => Answer::Repeated(error(ErrorClass::Argument)),
            Verdict::Refused(class) => Answer::Settled(error(class)),
            Verdict::Open => Answer::Lost(error(ErrorClass::Unknown)),
        }
    }

    /// Asks what became of the message whose answer was lost, by sending it again under the same
    /// `reqId`, which CCP accepts only once.
    async fn ask_again(
        &self,
        body: &str,
        clock: &mut Clock,
        lost: SendError,
    ) -> Result<Receipt, SendError> {
        let second = match self.try_once(body, clock).await {
            Answer::Accepted(id) => return Ok(self.receipt(id)),
            Answer::Repeated(_) => return Ok(self.receipt(None)),
            Answer::Settled(error) | Answer::Lost(error) => error,
        };
        // The first message may have been the one that spent the balance.
        let is_balance = second.provider_code().is_some_and(status::is_balance);
        if second.class().is_true_of_repetitions() && !is_balance {
            Err(second)
        } else {
            Err(second.leaves_open(lost))
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

    /// A code that is in no list is never retried blindly.
    fn unlisted(&self, code: &str) -> SendError {
        let error = self.error(ErrorClass::Unknown, "a status code that is in no list");
        // Anything else could be text that does not belong into a log.
        if status::is_code(code) {
            error.with_provider_code(code)
        } else {
            error
        }
    }
}

#[async_trait]
impl SmsSender for CcpSender {
    fn name(&self) -> &str {
        &self.name
    }

    fn serves(&self, region: Region) -> bool {
        region == Region::CN
    }

    async fn send(&self, message: &Message) -> Result<Receipt, SendError> {
        let Some(body) = self.body(message) else {
            return Err(self.error(ErrorClass::Config, "not a number of mainland China"));
        };
        let mut clock = Clock::default();
        match self.try_once(&body, &mut clock).await {
            Answer::Accepted(id) => Ok(self.receipt(id)),
            Answer::Settled(error) | Answer::Repeated(error) => Err(error),
            Answer::Lost(error) => {
                log::warn!(
                    sender = &*self.name, message_id = message.id.as_str();
                    "{error}; asking again with the same reqId"
                );
                self.ask_again(&body, &mut clock, error).await
            }
        }
    }
}
