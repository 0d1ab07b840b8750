use std::sync::Arc;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use rand::Rng;

/// The header that carries a request's id, from a trusted proxy and back to the client.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The name of one request in the log.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(Arc<str>);

impl RequestId {
    /// The id that a trusted proxy gave, or a new one. Nobody else's is taken: it is written to
    /// the log, and a stranger could make that a number or a code.
    pub(crate) fn choose(headers: &HeaderMap, is_trusted: bool) -> Self {
        let given = is_trusted.then(|| headers.get(X_REQUEST_ID)).flatten();
        let given = given.and_then(|id| id.to_str().ok());
        let given = given.filter(|id| is_plain(id));
        given.map_or_else(Self::generate, |id| Self(id.into()))
    }

    fn generate() -> Self {
        let mut random = [0; 16];
        rand::rng().fill_bytes(&mut random);
        let mut text = [0; 32];
        let written = base16ct::lower::encode_str(&random, &mut text);
        Self(written.unwrap_or_default().into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name for those who keep it longer than the request.
    pub(crate) fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }

    pub(crate) fn header(&self) -> HeaderValue {
        // Letters, digits and some signs are always a header value.
        HeaderValue::from_str(&self.0).unwrap_or(HeaderValue::from_static(""))
    }
}

fn is_plain(id: &str) -> bool {
    let id = id.as_bytes();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    // Proxies pass on what clients call their requests, and digits alone may be a number or a code.
    let is_name = id.iter().any(u8::is_ascii_alphabetic);
    (1..=64).contains(&id.len()) && id.iter().all(plain) && is_name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(id: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(X_REQUEST_ID, HeaderValue::from_static(id));
        headers
    }

    #[test]
    fn digits_alone_are_no_name() {
        let id = RequestId::choose(&headers("138-0013-8000"), true);
        assert_eq!(id.as_str().len(), 32);
    }

    #[test]
    fn a_trusted_proxy_names_the_request() {
        assert_eq!(RequestId::choose(&headers("abc-1"), true).as_str(), "abc-1");
    }

    #[test]
    fn a_stranger_or_a_strange_id_does_not() {
        for (id, is_trusted) in [("13800138000", false), ("a b", true), ("", true)] {
            let chosen = RequestId::choose(&headers(id), is_trusted);
            assert_eq!(chosen.as_str().len(), 32, "{id:?}");
        }
    }
}
