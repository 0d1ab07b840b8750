//! How Twilio proves to us who it is (twilio.com, `docs/usage/security`, and
//! `request_validator.py` of the Python package `twilio`).

use std::borrow::Cow;
use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// What Twilio posts, as far as its signature is concerned.
#[derive(Debug, Clone, Copy)]
pub enum TwilioPayload<'a> {
    /// The bytes of a form (`application/x-www-form-urlencoded`); none for a GET request.
    Form(&'a [u8]),
    /// Any other body: its SHA-256 digest stands in the URL, as `bodySHA256`.
    Body(&'a [u8]),
}

/// Whether `signature`, the value of the header `X-Twilio-Signature`, is that of a request which
/// Twilio made to `url`, under the token of our account.
///
/// `url` is what Twilio was told, with its query: behind a proxy the public one. The port may be
/// missing in it or in what Twilio signed.
#[must_use]
pub fn is_signed_by_twilio(
    auth_token: &SecretString,
    url: &str,
    payload: TwilioPayload<'_>,
    signature: &str,
) -> bool {
    let Ok(signature) = STANDARD.decode(signature) else {
        return false;
    };
    let parameters = match payload {
        TwilioPayload::Form(form) => parameters(form),
        TwilioPayload::Body(body) if has_digest_of(url, body) => String::new(),
        TwilioPayload::Body(_) => return false,
    };
    let urls = [Some(Cow::Borrowed(url)), without_port(url), with_port(url)];
    urls.into_iter().flatten().any(|url| {
        let Ok(hmac) = Hmac::<Sha1>::new_from_slice(auth_token.expose_secret().as_bytes()) else {
            return false;
        };
        let hmac = hmac.chain_update(url.as_bytes());
        // It compares in constant time.
        hmac.chain_update(&parameters)
            .verify_slice(&signature)
            .is_ok()
    })
}

/// All names and values of a form, sorted and with nothing between them. A pair that is there
/// twice counts once.
fn parameters(form: &[u8]) -> String {
    let pairs: BTreeSet<_> = form_urlencoded::parse(form).collect();
    let pairs = pairs.iter();
    pairs
        .flat_map(|(name, value)| [&**name, &**value])
        .collect()
}

/// Whether the URL names the digest of `body`. What is in the URL is signed.
fn has_digest_of(url: &str, body: &[u8]) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let query = query.split_once('#').map_or(query, |(query, _)| query);
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let claimed = pairs.find(|(name, _)| name == "bodySHA256");
    let digest = Sha256::digest(body);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    claimed.is_some_and(|(_, claimed)| claimed.eq_ignore_ascii_case(&hex))
}

/// Scheme, host with port, and the rest of a URL.
fn split(url: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    Some((scheme, authority, rest))
}

/// Where the port begins in a host with a port.
fn port_at(authority: &str) -> Option<usize> {
    let (_, port) = authority.rsplit_once(':')?;
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    is_port.then_some(authority.len() - port.len() - 1)
}

fn without_port(url: &str) -> Option<Cow<'_, str>> {
    let (scheme, authority, rest) = split(url)?;
    let host = &authority[..port_at(authority)?];
    Some(format!("{scheme}://{host}{rest}").into())
}

fn with_port(url: &str) -> Option<Cow<'_, str>> {
    let (scheme, authority, rest) = split(url)?;
    if port_at(authority).is_some() {
        return None;
    }
    let port = if scheme == "https" { 443 } else { 80 };
    Some(format!("{scheme}://{authority}:{port}{rest}").into())
}

#[cfg(test)]
mod tests;
