//! One signed request to CCP.

use std::time::SystemTime;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::{RequestBuilder, StatusCode, Url};
use secrecy::SecretString;

use super::wire::Reply;
use super::{CcpConfig, sign};
use crate::SenderConfigError;
use crate::http::{Answer, Failure, Http};

/// Signs and posts; keeps connections alive between requests.
#[derive(Debug)]
pub(super) struct Client {
    endpoint: Url,
    account_sid: String,
    auth_token: SecretString,
    http: Http,
}

/// An answer that could be read.
#[derive(Debug)]
pub(super) struct Dated {
    pub(super) reply: Reply,
    /// The clock of the server, if it says.
    pub(super) date: Option<SystemTime>,
}

impl Client {
    pub(super) fn new(config: &CcpConfig) -> Result<Self, SenderConfigError> {
        Ok(Self {
            endpoint: config.endpoint("TemplateSMS")?,
            account_sid: config.account_sid.clone(),
            auth_token: config.auth_token.clone(),
            http: Http::new(config.timeout)?,
        })
    }

    /// Posts `body` with the signature for `now`, and reads the answer.
    pub(super) async fn post(&self, body: &str, now: SystemTime) -> Result<Dated, Failure> {
        let answer = self.http.send(self.request(body, now)).await?;
        if answer.status != StatusCode::OK {
            let detail = format!("HTTP status {}", answer.status.as_u16());
            return Err(Failure::lost(detail));
        }
        let reply = Reply::read(&answer.body);
        let reply = reply.ok_or_else(|| Failure::lost("an answer that can't be read"))?;
        Ok(Dated {
            reply,
            date: answer.date,
        })
    }

    /// All that goes over the wire, signed for `now`.
    pub(super) fn request(&self, body: &str, now: SystemTime) -> RequestBuilder {
        self.signed(self.endpoint.clone(), body, now)
    }

    /// Posts `body` to another address of the account, and gives the answer as it is.
    pub(super) async fn post_to(
        &self,
        url: Url,
        body: &str,
        now: SystemTime,
    ) -> Result<Answer, Failure> {
        self.http.send(self.signed(url, body, now)).await
    }

    fn signed(&self, mut url: Url, body: &str, now: SystemTime) -> RequestBuilder {
        let timestamp = sign::timestamp(now);
        let sig = sign::sig(&self.account_sid, &self.auth_token, &timestamp);
        url.set_query(Some(&format!("sig={sig}")));
        let authorization = sign::authorization(&self.account_sid, &timestamp);
        self.http
            .post(url)
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/json;charset=utf-8")
            .header(AUTHORIZATION, authorization)
            .body(body.to_owned())
    }
}
