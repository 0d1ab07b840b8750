//! One HTTP request to a provider, and how far it got.

use std::borrow::Cow;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::dns::Resolve;
use reqwest::header::DATE;
use reqwest::{ClientBuilder, RequestBuilder, Response, StatusCode, Url, redirect, retry};
use rustls::crypto::{CryptoProvider, ring};

use crate::{ErrorClass, SendError, SenderConfigError};

/// The most that is read of an answer, in bytes; those of providers are around a thousand.
const BODY_LIMIT: usize = 64 * 1024;

/// Posts to one provider, and keeps connections alive between requests.
#[derive(Debug)]
pub(crate) struct Http(reqwest::Client);

/// What the header `Host` says in requests to `url`: the port is there if it is not the usual one.
pub(crate) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// An answer that came whole, whatever it says.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// The clock of the server, if it says.
    pub(crate) date: Option<SystemTime>,
    pub(crate) body: Vec<u8>,
}

/// No answer, or none that came whole. The URL, which may contain a signature, is not in it.
#[derive(Debug)]
pub(crate) enum Failure {
    /// There was no connection to write a request to: no address, nobody listening, a
    /// certificate that is not trusted.
    Unsent(reqwest::Error),
    /// It was written, or it may have been.
    Lost(Cow<'static, str>, Option<Box<dyn Error + Send + Sync>>),
}

impl Http {
    /// A client each of whose requests may take `timeout`, from connecting to the last byte of
    /// the answer.
    ///
    /// # Errors
    ///
    /// There are no trusted certificates on this machine.
    pub(crate) fn new(timeout: Duration) -> Result<Self, SenderConfigError> {
        Self::built(builder(timeout))
    }

    /// The same, with names resolved by `resolver`.
    ///
    /// # Errors
    ///
    /// As [`Http::new`].
    pub(crate) fn resolving(
        timeout: Duration,
        resolver: impl Resolve + 'static,
    ) -> Result<Self, SenderConfigError> {
        Self::built(builder(timeout).dns_resolver(Arc::new(resolver)))
    }

    fn built(builder: ClientBuilder) -> Result<Self, SenderConfigError> {
        if CryptoProvider::get_default().is_none() {
            // An error means that another thread was faster, which is as good.
            let _ = ring::default_provider().install_default();
        }
        let client = builder
            .build()
            .map_err(|cause| SenderConfigError::Client(cause.into()))?;
        Ok(Self(client))
    }

    /// A request that is still to be filled in.
    pub(crate) fn post(&self, url: Url) -> RequestBuilder {
        self.0.post(url)
    }

    /// Sends a request made by [`Http::post`], and reads the answer.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        let response = request.send().await.map_err(failure)?;
        Ok(Answer {
            status: response.status(),
            date: date(&response),
            body: read(response).await?,
        })
    }
}

fn builder(timeout: Duration) -> ClientBuilder {
    reqwest::Client::builder()
        // The documents of providers spell names of headers so; HTTP does not mind.
        .http1_title_case_headers()
        // The code goes where the configuration says, whatever the environment names as a
        // proxy and wherever an answer points.
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .timeout(timeout)
        // Shorter than the whole, so that it is known that nothing was written.
        .connect_timeout(timeout / 2)
}

impl Failure {
    /// A loss that has no other cause.
    pub(crate) fn lost(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Lost(detail.into(), None)
    }

    /// What it means for the message: nothing was sent, or nobody knows.
    pub(crate) fn into_error(self, sender: Arc<str>) -> SendError {
        match self {
            Self::Unsent(cause) => {
                SendError::new(ErrorClass::Temporary, sender, "no connection").with_source(cause)
            }
            Self::Lost(detail, cause) => {
                let error = SendError::new(ErrorClass::Unknown, sender, detail);
                match cause {
                    Some(cause) => error.with_source(cause),
                    None => error,
                }
            }
        }
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
            return Err(Failure::lost("an answer that is too long"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn failure(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    if error.is_connect() {
        Failure::Unsent(error)
    } else if error.is_timeout() {
        Failure::Lost("no answer in time".into(), Some(error.into()))
    } else {
        Failure::Lost("connection lost".into(), Some(error.into()))
    }
}
