//! Where servers are and how to log in there.

use deadpool_redis::redis::{
    Client, ClientTlsConfig, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion,
    TlsCertificates,
};

use super::RedisTls;
use crate::StoreError;

/// Reads a URL.
///
/// The third version of the protocol is asked for: it lets the client tell us of a connection that
/// was closed.
pub(super) fn read(url: &str, tls: Option<&RedisTls>) -> Result<ConnectionInfo, StoreError> {
    // The error of the parser repeats no part of the URL, which may hold a password.
    let info = url
        .into_connection_info()
        .map_err(|error| StoreError::Address(error.to_string()))?;
    let settings = info
        .redis_settings()
        .clone()
        .set_protocol(ProtocolVersion::RESP3);
    let info = info.set_redis_settings(settings);
    match (tls, info.addr()) {
        (Some(tls), ConnectionAddr::TcpTls { .. }) => {
            let client = Client::build_with_tls(info, certificates(tls))
                .map_err(|error| StoreError::Address(error.to_string()))?;
            Ok(client.get_connection_info().clone())
        }
        (Some(_), _) => Err(StoreError::Address(
            "certificates are given, but the URL does not begin with rediss://".to_owned(),
        )),
        (None, _) => Ok(info),
    }
}

/// Certificates as the client library takes them.
pub(super) fn certificates(tls: &RedisTls) -> TlsCertificates {
    TlsCertificates {
        root_cert: tls.authority.clone(),
        client_tls: tls.client.as_ref().map(|client| ClientTlsConfig {
            client_cert: client.certificate.clone(),
            client_key: client.key.clone(),
        }),
    }
}

/// The same login on another server.
pub(super) fn elsewhere(info: &ConnectionInfo, host: &str, port: u16) -> ConnectionInfo {
    let host = host.to_owned();
    let address = match info.addr().clone() {
        ConnectionAddr::TcpTls {
            insecure,
            tls_params,
            ..
        } => ConnectionAddr::TcpTls {
            host,
            port,
            insecure,
            tls_params,
        },
        _ => ConnectionAddr::Tcp(host, port),
    };
    info.clone().set_addr(address)
}

/// The name of a server, as far as the client reaches it by one.
pub(super) fn host(info: &ConnectionInfo) -> &str {
    match info.addr() {
        ConnectionAddr::Tcp(host, _) | ConnectionAddr::TcpTls { host, .. } => host,
        _ => "localhost",
    }
}
