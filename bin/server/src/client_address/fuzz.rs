//! What holds for any header that a client or a proxy may send.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use actix_web::http::header::{FORWARDED, HeaderMap, HeaderName, HeaderValue, X_FORWARDED_FOR};
use proptest::prelude::*;

use super::TrustedProxies;

/// Two networks of our own.
fn proxies() -> TrustedProxies {
    let networks = ["10.0.0.0/8", "2001:db8:ffff::/48"];
    TrustedProxies::new(networks.map(|text| text.parse().unwrap()).to_vec())
}

fn is_ours(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.octets()[0] == 10,
        IpAddr::V6(address) => address.segments()[..3] == [0x2001, 0xdb8, 0xffff],
    }
}

fn ours() -> impl Strategy<Value = IpAddr> {
    prop_oneof![
        any::<[u8; 3]>().prop_map(|[b, c, d]| IpAddr::from([10, b, c, d])),
        any::<[u8; 3]>().prop_map(|[b, c, d]| {
            IpAddr::from(std::net::Ipv4Addr::new(10, b, c, d).to_ipv6_mapped())
        }),
        any::<u64>().prop_map(|low| {
            IpAddr::from(Ipv6Addr::from(
                (0x2001_0db8_ffff_u128 << 80) | u128::from(low),
            ))
        }),
    ]
}

fn foreign() -> impl Strategy<Value = IpAddr> {
    any::<IpAddr>().prop_filter("one of ours", |address| !is_ours(*address))
}

/// What a client may put into a header before the proxy adds to it.
fn invention() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[ -~]{0,60}".prop_map(String::into_bytes),
        r#"(for=|For="|\[|\]|"|,|;|10\.0\.0\.1|203\.0\.113\.9|:|unknown| |=){0,12}"#
            .prop_map(String::into_bytes),
        prop::collection::vec(prop_oneof![b' '..=b'~', 0x80_u8..=0xff], 0..40),
    ]
}

fn client(peer: IpAddr, lines: &[(HeaderName, Vec<u8>)]) -> IpAddr {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(name.clone(), HeaderValue::from_bytes(value).unwrap());
    }
    proxies().client(Some(SocketAddr::new(peer, 4711)), &headers)
}

/// An element as a proxy writes it, with the address that it was called from.
fn element(name: &HeaderName, address: IpAddr, port: Option<u16>) -> String {
    let bare = match (address, port) {
        (IpAddr::V4(_), None) => address.to_string(),
        (IpAddr::V6(_), None) if *name == X_FORWARDED_FOR => address.to_string(),
        (IpAddr::V6(_), None) => format!("[{address}]"),
        (_, Some(port)) => SocketAddr::new(address, port).to_string(),
    };
    match name {
        name if *name == X_FORWARDED_FOR => bare,
        _ => format!("for=\"{bare}\";proto=https"),
    }
}

fn header() -> impl Strategy<Value = HeaderName> {
    prop_oneof![Just(X_FORWARDED_FOR), Just(FORWARDED)]
}

proptest! {
    #[test]
    fn a_stranger_is_believed_nothing(
        peer in foreign(),
        lines in prop::collection::vec((header(), invention()), 0..4),
    ) {
        prop_assert_eq!(client(peer, &lines), peer.to_canonical());
    }

    #[test]
    fn whatever_a_client_invents_the_proxy_tells_who_it_is(
        name in header(),
        peer in ours(),
        before in invention(),
        (address, port) in (foreign(), any::<Option<u16>>()),
        hops in prop::collection::vec(ours(), 0..3),
        lines in any::<bool>(),
    ) {
        // The proxy adds to the client's line, or a line of its own; others of ours add after it.
        let mut elements = vec![element(&name, address, port)];
        elements.extend(hops.iter().map(|hop| element(&name, *hop, None)));
        let written = elements.join(", ");
        let headers = if lines {
            vec![(name.clone(), before), (name, written.into_bytes())]
        } else {
            vec![(name, [&before[..], b", ", written.as_bytes()].concat())]
        };
        prop_assert_eq!(client(peer, &headers), address.to_canonical());
    }

    #[test]
    fn a_header_of_the_other_kind_never_makes_another_client(
        peer in ours(),
        invented in invention(),
        address in foreign(),
    ) {
        let written = element(&X_FORWARDED_FOR, address, None).into_bytes();
        let seen = client(peer, &[(X_FORWARDED_FOR, written), (FORWARDED, invented)]);
        prop_assert!([address.to_canonical(), peer.to_canonical()].contains(&seen), "{seen}");
    }
}
