use actix_web::HttpRequest;
use actix_web::http::header::{HOST, HeaderMap, HeaderName, X_FORWARDED_HOST, X_FORWARDED_PROTO};

use crate::client_address::TrustedProxies;

/// What most beginnings of links have room in, in bytes.
const USUAL_LENGTH: usize = 64;

/// Makes the links in answers: absolute ones, because clients follow them as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Links(String);

impl Links {
    /// Links that begin with `public_url`, if there is one, else with where `request` went: a
    /// trusted proxy knows better than the request that it passed on.
    pub(crate) fn new(
        public_url: Option<&str>,
        proxies: &TrustedProxies,
        request: &HttpRequest,
    ) -> Self {
        if let Some(url) = public_url {
            return Self(url.trim_end_matches('/').to_owned());
        }
        let headers = request.headers();
        let is_proxy = proxies.trust(request.peer_addr());
        let forwarded = |name: &HeaderName| is_proxy.then(|| first(headers, name)).flatten();
        let scheme = forwarded(&X_FORWARDED_PROTO).filter(|scheme| is_scheme(scheme));
        let host = forwarded(&X_FORWARDED_HOST).filter(|host| is_host(host));
        let host = host.or_else(|| first(headers, &HOST).filter(|host| is_host(host)));
        let config = request.app_config();
        let own_scheme = if config.secure() { "https" } else { "http" };
        let mut link = String::with_capacity(USUAL_LENGTH);
        link.push_str(scheme.unwrap_or(own_scheme));
        link.make_ascii_lowercase();
        link.push_str("://");
        match host {
            Some(host) => link.push_str(host),
            None => link.push_str(&config.local_addr().to_string()),
        }
        Self(link)
    }

    /// The link to a path of this face, which begins with a slash.
    pub(crate) fn to(&self, path: &str) -> String {
        self.to_parts([path])
    }

    /// The link to a path that has these parts.
    pub(crate) fn to_parts<const N: usize>(&self, parts: [&str; N]) -> String {
        const ROOT: &str = "/v2";
        let length = parts.iter().map(|part| part.len()).sum::<usize>();
        let mut link = String::with_capacity(self.0.len() + ROOT.len() + length);
        link.extend([&self.0, ROOT].into_iter().chain(parts));
        link
    }
}

/// The first entry of a header whose values are lists: what the outermost proxy was asked for.
fn first<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let list = headers.get(name)?.as_bytes();
    let first = list.split(|byte| *byte == b',').next()?;
    str::from_utf8(first.trim_ascii()).ok()
}

fn is_scheme(text: &str) -> bool {
    text.eq_ignore_ascii_case("https") || text.eq_ignore_ascii_case("http")
}

/// Whether it is a host and perhaps a port, and nothing that makes a link lead elsewhere.
fn is_host(text: &str) -> bool {
    let is_mark = |byte| matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']');
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || is_mark(byte);
    !text.is_empty() && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    const PROXY: &str = "10.0.0.1:4711";
    const STRANGER: &str = "203.0.113.7:4711";

    fn link(public_url: Option<&str>, peer: &str, headers: &[(&'static str, &str)]) -> String {
        let mut request = TestRequest::default().peer_addr(peer.parse().unwrap());
        for header in headers {
            request = request.insert_header(*header);
        }
        let proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        Links::new(public_url, &proxies, &request.to_http_request()).to("/Services")
    }

    #[test]
    fn a_link_begins_with_where_the_request_went() {
        let host = ("host", "sms.example:8000");
        let forwarded = ("x-forwarded-host", "verify.example");
        let proto = ("x-forwarded-proto", "HTTPS, http");
        let rows: [(&str, &[_], &str); 7] = [
            (STRANGER, &[host], "http://sms.example:8000/v2/Services"),
            (
                STRANGER,
                &[host, forwarded, proto],
                "http://sms.example:8000/v2/Services",
            ),
            (PROXY, &[host], "http://sms.example:8000/v2/Services"),
            (
                PROXY,
                &[host, proto],
                "https://sms.example:8000/v2/Services",
            ),
            (
                PROXY,
                &[host, forwarded, proto],
                "https://verify.example/v2/Services",
            ),
            (
                PROXY,
                &[
                    host,
                    ("x-forwarded-host", "evil.example/x?"),
                    ("x-forwarded-proto", "ftp"),
                ],
                "http://sms.example:8000/v2/Services",
            ),
            (
                PROXY,
                &[("host", "[::1]:8000")],
                "http://[::1]:8000/v2/Services",
            ),
        ];
        for (peer, headers, expected) in rows {
            assert_eq!(link(None, peer, headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn the_public_url_is_the_beginning_of_every_link() {
        let headers = [("host", "sms.example"), ("x-forwarded-host", "x")];
        for url in ["https://a.example/twilio", "https://a.example/twilio/"] {
            let link = link(Some(url), PROXY, &headers);
            assert_eq!(link, "https://a.example/twilio/v2/Services");
        }
    }

    #[test]
    fn without_a_host_a_link_leads_to_the_listener() {
        let link = link(None, STRANGER, &[]);
        assert!(link.starts_with("http://127.0.0.1:"), "{link}");
    }
}
