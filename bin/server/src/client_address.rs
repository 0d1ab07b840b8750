use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName, HeaderValue, X_FORWARDED_FOR};
use ipnet::IpNet;

/// The proxies whose word on the client's address is taken.
#[derive(Debug, Clone)]
pub(crate) struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    pub(crate) fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether `peer` is one of them.
    pub(crate) fn trust(&self, peer: Option<SocketAddr>) -> bool {
        peer.is_some_and(|peer| self.contain(peer.ip()))
    }

    /// The address of the client: the peer's, or what trusted proxies say before it.
    ///
    /// Each proxy appends the address that it was called from, so the list is read from its end,
    /// and the first address that is no trusted proxy is the client. What stands before that is
    /// the client's own word.
    pub(crate) fn client(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> IpAddr {
        // A TCP connection always has a peer.
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
        if !self.contain(peer) {
            return peer.to_canonical();
        }
        let by_list = self.last_untrusted(peer, hops(headers, &X_FORWARDED_FOR, parse_address));
        let by_forwarded = self.last_untrusted(peer, hops(headers, &FORWARDED, parse_forwarded));
        match (by_list, by_forwarded) {
            (Some(client), None) | (None, Some(client)) => client,
            (Some(one), Some(other)) if one == other => one,
            // A proxy sets one of the two headers and passes on the other, which is then the
            // client's own invention. Which is which can't be told, so neither is believed.
            (Some(_), Some(_)) | (None, None) => peer.to_canonical(),
        }
    }

    fn last_untrusted(&self, peer: IpAddr, hops: Vec<Option<IpAddr>>) -> Option<IpAddr> {
        if hops.is_empty() {
            return None;
        }
        let mut client = peer.to_canonical();
        for hop in hops.into_iter().rev() {
            // Beyond a hop that hides its address nothing is certain.
            let Some(hop) = hop else { break };
            client = hop;
            if !self.contain(hop) {
                break;
            }
        }
        Some(client)
    }

    fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// The entries of a header that may be repeated and whose values are lists, in order.
fn hops(
    headers: &HeaderMap,
    name: &HeaderName,
    parse: impl Fn(&str) -> Option<IpAddr>,
) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(name).map(HeaderValue::as_bytes);
    // A client may write any bytes; they must not spoil the entries that a proxy adds after them.
    let entries = lines.flat_map(|line| line.split(|byte| *byte == b','));
    let entries = entries.map(|entry| parse(str::from_utf8(entry).ok()?.trim()));
    entries.collect()
}

/// The `for` of one element of `Forwarded` (RFC 7239, section 4).
fn parse_forwarded(element: &str) -> Option<IpAddr> {
    let node = element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("for")
            .then(|| value.trim())
    })?;
    parse_address(node.trim_matches('"'))
}

/// An address, perhaps in brackets, perhaps with a port.
fn parse_address(text: &str) -> Option<IpAddr> {
    let address = text.parse().ok();
    let address = address.or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    address
        .or_else(bracketed)
        .map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod fuzz;

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "10.0.0.1:4711";

    fn client(peer: &str, lines: &[(HeaderName, &str)]) -> String {
        let networks = ["10.0.0.0/8", "2001:db8:ffff::/48"];
        let proxies = TrustedProxies::new(networks.map(|text| text.parse().unwrap()).to_vec());
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name.clone(), HeaderValue::from_str(value).unwrap());
        }
        proxies
            .client(Some(peer.parse().unwrap()), &headers)
            .to_string()
    }

    fn by_list(peer: &str, list: &str) -> String {
        client(peer, &[(X_FORWARDED_FOR, list)])
    }

    fn by_forwarded(value: &str) -> String {
        client(PROXY, &[(FORWARDED, value)])
    }

    #[test]
    fn a_stranger_is_who_it_is_whatever_it_says() {
        assert_eq!(by_list("203.0.113.7:1", "198.51.100.1"), "203.0.113.7");
        assert_eq!(
            client("203.0.113.7:1", &[(FORWARDED, "for=198.51.100.1")]),
            "203.0.113.7"
        );
        assert_eq!(client("[::ffff:203.0.113.7]:1", &[]), "203.0.113.7");
    }

    #[test]
    fn a_trusted_proxy_tells_the_client() {
        assert_eq!(by_list(PROXY, "203.0.113.7"), "203.0.113.7");
        assert_eq!(by_list(PROXY, "203.0.113.7:1234"), "203.0.113.7");
        assert_eq!(by_list(PROXY, "2001:db8::7"), "2001:db8::7");
        assert_eq!(by_list(PROXY, "[2001:db8::7]:1234"), "2001:db8::7");
        assert_eq!(by_list("[::ffff:10.0.0.1]:1", "203.0.113.7"), "203.0.113.7");
        assert_eq!(by_forwarded("for=203.0.113.7;proto=https"), "203.0.113.7");
        assert_eq!(
            by_forwarded("proto=https; For=\"[2001:db8::7]:1\""),
            "2001:db8::7"
        );
    }

    #[test]
    fn what_stands_before_the_client_is_its_own_word() {
        assert_eq!(by_list(PROXY, "1.1.1.1, 203.0.113.7"), "203.0.113.7");
        assert_eq!(
            by_list(PROXY, "1.1.1.1, 203.0.113.7, 10.2.3.4"),
            "203.0.113.7"
        );
        assert_eq!(
            by_forwarded("for=1.1.1.1, for=203.0.113.7, for=10.2.3.4"),
            "203.0.113.7"
        );
        let lines = [
            (X_FORWARDED_FOR, "1.1.1.1"),
            (X_FORWARDED_FOR, "203.0.113.7"),
        ];
        assert_eq!(client(PROXY, &lines), "203.0.113.7");
    }

    #[test]
    fn behind_trusted_proxies_alone_the_first_of_them_is_the_client() {
        assert_eq!(by_list(PROXY, "10.3.3.3, 10.2.2.2"), "10.3.3.3");
        assert_eq!(client(PROXY, &[]), "10.0.0.1");
    }

    #[test]
    fn beyond_what_cannot_be_read_nothing_is_believed() {
        assert_eq!(by_list(PROXY, "203.0.113.7, nonsense"), "10.0.0.1");
        assert_eq!(
            by_list(PROXY, "203.0.113.7, nonsense, 10.2.2.2"),
            "10.2.2.2"
        );
        for hidden in ["for=unknown", "for=_hidden", "for=", "proto=https", ""] {
            assert_eq!(by_forwarded(hidden), "10.0.0.1", "{hidden}");
        }
    }

    #[test]
    fn two_headers_that_disagree_are_both_disbelieved() {
        let lines = [
            (X_FORWARDED_FOR, "203.0.113.7"),
            (FORWARDED, "for=198.51.100.1"),
        ];
        assert_eq!(client(PROXY, &lines), "10.0.0.1");
        let lines = [
            (X_FORWARDED_FOR, "203.0.113.7"),
            (FORWARDED, "for=203.0.113.7"),
        ];
        assert_eq!(client(PROXY, &lines), "203.0.113.7");
    }
}
