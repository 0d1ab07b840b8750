//! One request to CCP, and how far it got.

use std::error::Error;
use std::time::SystemTime;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, DATE};
use reqwest::{RequestBuilder, Response, StatusCode, Url, redirect, retry};
use rustls::crypto::{CryptoProvider, ring};
use secrecy::SecretString;

use super::wire::Reply;
use super::{CcpConfig, CcpConfigError, sign};

/// The most that is read of an answer, in bytes; those of CCP are around a hundred.
const BODY_LIMIT: usize = 64 * 1024;

/// Signs and posts; keeps connections alive between requests.
#[derive(Debug)]
pub(super) struct Client {
    endpoint: Url,
    account_sid: String,
    auth_token: SecretString,
    http: reqwest::Client,
}

/// An answer that could be read.
#[derive(Debug)]
pub(super) struct Dated {
    pub(super) reply: Reply,
    /// The clock of the server, if it says.
    pub(super) date: Option<SystemTime>,
}

/// No answer, or none that could be read.
#[derive(Debug)]
pub(super) enum Failure {
    /// There was no connection to write a request to: no address, nobody listening, a
    /// certificate that is not trusted.
    Unsent(reqwest::Error),
    /// It was written, or it may have been.
    Lost(String, Option<Box<dyn Error + Send + Sync>>),
}

impl Client {
    pub(super) fn new(config: &CcpConfig) -> Result<Self, CcpConfigError> {
        let endpoint = config.endpoint()?;
        if CryptoProvider::get_default().is_none() {
            // An error means that another thread was faster, which is as good.
            let _ = ring::default_provider().install_default();
        }
        let http = reqwest::Client::builder()
            // The vendor's documents spell names of headers so; HTTP does not mind.
            .http1_title_case_headers()
            // The code goes where the configuration says, whatever the environment names as a
            // proxy and wherever an answer points.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .timeout(config.timeout)
            // Shorter than the whole, so that it is known that nothing was written.
            .connect_timeout(config.timeout / 2)
            .build()
            .map_err(|cause| CcpConfigError::Client(cause.into()))?;
        Ok(Self {
            endpoint,
            account_sid: config.account_sid.clone(),
            auth_token: config.auth_token.clone(),
            http,
        })
    }

    /// Posts `body` with the signature for `now`, and reads the answer.
    pub(super) async fn post(&self, body: &str, now: SystemTime) -> Result<Dated, Failure> {
        let response = self.request(body, now).send().await.map_err(failure)?;
        if response.status() != StatusCode::OK {
            let detail = format!("HTTP status {}", response.status().as_u16());
            return Err(Failure::Lost(detail, None));
        }
        let date = date(&response);
        let reply = Reply::read(&read(response).await?);
        let reply = reply.ok_or_else(|| lost("an answer that can't be read"))?;
        Ok(Dated { reply, date })
    }

    /// All that goes over the wire, signed for `now`.
    pub(super) fn request(&self, body: &str, now: SystemTime) -> RequestBuilder {
        let timestamp = sign::timestamp(now);
        let sig = sign::sig(&self.account_sid, &self.auth_token, &timestamp);
        let mut url = self.endpoint.clone();
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

fn date(response: &Response) -> Option<SystemTime> {
    let date = response.headers().get(DATE)?.to_str().ok()?;
    httpdate::parse_http_date(date).ok()
}

async fn read(mut response: Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failure)? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(lost("an answer that is too long"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn lost(detail: &str) -> Failure {
    Failure::Lost(detail.to_owned(), None)
}

/// The URL, which contains the signature, does not get into the error.
fn failure(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    if error.is_connect() {
        Failure::Unsent(error)
    } else if error.is_timeout() {
        Failure::Lost("no answer in time".to_owned(), Some(error.into()))
    } else {
        Failure::Lost("connection lost".to_owned(), Some(error.into()))
    }
}
