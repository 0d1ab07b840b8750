//! Servers that never prove who they are.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::pki_types::PrivateKeyDer;
use rustls::{AlertDescription, Error, ServerConfig, ServerConnection};
use sms_gateway::{CcpConfig, CcpSender, ErrorClass, SmsSender};

use crate::{CODE, NUMBER, config, message, sender_to};

/// What a server saw of one connection.
struct Seen {
    /// All bytes as they came.
    raw: Vec<u8>,
    /// What was in them, once decrypted.
    clear: Vec<u8>,
    /// How the handshake ended, if badly.
    error: Option<Error>,
}

/// A certificate for 127.0.0.1 that only its maker trusts.
fn self_signed() -> Arc<ServerConfig> {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    Arc::new(config)
}

/// Reads a connection to its end.
fn observe(mut stream: TcpStream, config: Arc<ServerConfig>) -> Seen {
    let mut tls = ServerConnection::new(config).unwrap();
    let mut seen = Seen {
        raw: Vec::new(),
        clear: Vec::new(),
        error: None,
    };
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = stream.read(&mut buffer) {
        seen.raw.extend_from_slice(&buffer[..length]);
        let mut unread = &buffer[..length];
        while !unread.is_empty() && seen.error.is_none() {
            tls.read_tls(&mut unread).unwrap();
            seen.error = tls.process_new_packets().err();
        }
        let _ = tls.reader().read_to_end(&mut seen.clear);
        while tls.wants_write() && tls.write_tls(&mut stream).is_ok() {}
        let _ = stream.flush();
    }
    seen
}

#[tokio::test]
async fn nothing_is_told_to_a_server_with_a_certificate_of_its_own_making() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("https://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        observe(stream, self_signed())
    });

    let error = sender_to(base_url).send(&message()).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Temporary);

    let seen = server.join().unwrap();
    // It was the certificate that the client did not like, and nothing before it.
    assert!(
        matches!(
            seen.error,
            Some(Error::AlertReceived(
                AlertDescription::UnknownCA | AlertDescription::BadCertificate
            ))
        ),
        "{:?}",
        seen.error
    );
    assert_eq!(seen.clear, b"");
    let raw = String::from_utf8_lossy(&seen.raw);
    for secret in [NUMBER, CODE, "POST", "TemplateSMS"] {
        assert!(!raw.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_handshake_that_never_ends_leaves_nothing_in_doubt() {
    // The system completes connections to it, and nobody ever reads from them.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = CcpConfig {
        timeout: Duration::from_secs(2),
        ..config(format!("https://{}", listener.local_addr().unwrap()))
    };
    let sender = CcpSender::new(&config).unwrap();
    let error = sender.send(&message()).await.unwrap_err();
    assert_eq!(error.class(), ErrorClass::Temporary);
}
