//! Asking CCP for delivery reports, where it doesn't push them (`GetArrived`; on GitHub,
//! `sender_cloopen.rs` of `shanliu/lsys`).

use std::sync::Arc;
use std::time::SystemTime;

use reqwest::{StatusCode, Url};
use serde_json::json;

use super::client::Client;
use super::status::{self, Verdict};
use super::{CcpConfig, wire};
use crate::http::Failure;
use crate::{ErrorClass, ReportFormat, Reports, SendError, SenderConfigError};

/// Asks CCP what became of messages.
///
/// An account either has its reports pushed or can ask for them, not both. What was told once is
/// not told again.
#[derive(Debug)]
pub struct CcpReports {
    name: Arc<str>,
    app_id: String,
    endpoint: Url,
    client: Client,
}

impl CcpReports {
    /// How many reports are asked for at once. They have to fit into what is read of an answer.
    pub const MOST: usize = 100;

    /// Reports about the messages of a sender with this configuration.
    ///
    /// # Errors
    ///
    /// As [`CcpSender::new`](crate::CcpSender::new).
    pub fn new(config: &CcpConfig) -> Result<Self, SenderConfigError> {
        Ok(Self {
            name: config.name.as_str().into(),
            app_id: config.app_id.clone(),
            endpoint: config.endpoint("GetArrived")?,
            client: Client::new(config)?,
        })
    }

    /// Asks for up to [`CcpReports::MOST`] reports that were not told yet. There may be more if so many
    /// come.
    ///
    /// # Errors
    ///
    /// CCP refused or did not answer. Its class says what is to be done, as for a message.
    pub async fn pull(&self) -> Result<Reports, SendError> {
        let count = Self::MOST.to_string();
        let body = json!({"appId": self.app_id, "smsType": "1", "count": count}).to_string();
        let answer = self
            .client
            .post_to(self.endpoint.clone(), &body, SystemTime::now());
        let answer = answer
            .await
            .map_err(|failure| failure.into_error(Arc::clone(&self.name)))?;
        let reply = (answer.status == StatusCode::OK)
            .then(|| wire::Reply::read(&answer.body))
            .flatten();
        let Some(reply) = reply else {
            let failure = Failure::lost("an answer that can't be read");
            return Err(failure.into_error(Arc::clone(&self.name)));
        };
        let status = status::find(&reply.status_code);
        if status.map(|status| status.verdict) != Some(Verdict::Accepted) {
            return Err(self.refused(status, &reply.status_code));
        }
        ReportFormat::read_pulled_by_ccp(&answer.body).map_err(|error| {
            let failure = Failure::lost(error.to_string());
            failure.into_error(Arc::clone(&self.name))
        })
    }

    fn refused(&self, status: Option<&status::Status>, code: &str) -> SendError {
        let class = match status.map(|status| status.verdict) {
            Some(Verdict::Refused(class)) => class,
            _ => ErrorClass::Unknown,
        };
        let meaning = status.map_or("a status code that is in no list", |status| status.meaning);
        let error = SendError::new(class, Arc::clone(&self.name), meaning);
        match status::is_code(code) {
            true => error.with_provider_code(code),
            false => error,
        }
    }
}
