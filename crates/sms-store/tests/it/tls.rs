//! A Redis whose certificate is signed by an authority that only we know.

use std::fs;
use std::path::PathBuf;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use sms_store::{
    ClientCertificate, CodeStore, RedisConfig, RedisServers, RedisStore, RedisTls, StoreError,
};
use sms_testkit::RedisServer;
use tempfile::TempDir;

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        // A certificate whose names were those of its issuer would count as signed by itself.
        params
            .distinguished_name
            .push(DnType::CommonName, "an authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    fn pem(&self) -> Vec<u8> {
        self.0.pem().into_bytes()
    }

    fn sign(&self, name: &str) -> ClientCertificate {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        ClientCertificate {
            certificate: certificate.pem().into_bytes(),
            key: key.serialize_pem().into_bytes(),
        }
    }
}

/// A server, its port for TLS, and the directory with its files.
fn start(authority: &Authority) -> (RedisServer, u16, TempDir) {
    let directory = TempDir::new().unwrap();
    let file = |name: &str, text: &[u8]| -> PathBuf {
        let path = directory.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let server = authority.sign("127.0.0.1");
    let certificate = file("server.pem", &server.certificate);
    let key = file("server-key.pem", &server.key);
    let authority = file("ca.pem", &authority.pem());
    let (server, port) = RedisServer::start_with_tls(&certificate, &key, &authority);
    (server, port, directory)
}

async fn ping(port: u16, tls: Option<RedisTls>) -> Result<(), StoreError> {
    // An error says that there is a default already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = format!("rediss://127.0.0.1:{port}/0");
    let config = RedisConfig {
        tls,
        ..RedisConfig::single(url)
    };
    RedisStore::new(&config)?.ping().await
}

#[tokio::test]
async fn an_authority_of_ones_own_is_believed_if_it_is_named() {
    let authority = Authority::new();
    let (_server, port, _directory) = start(&authority);
    let tls = |authority: &Authority| RedisTls {
        authority: Some(authority.pem()),
        client: Some(authority.sign("sms-server")),
    };
    ping(port, Some(tls(&authority))).await.unwrap();

    let error = ping(port, Some(tls(&Authority::new()))).await.unwrap_err();
    assert!(matches!(error, StoreError::Connection(_)), "{error}");
    let error = ping(port, None).await.unwrap_err();
    assert!(matches!(error, StoreError::Connection(_)), "{error}");
}

#[tokio::test]
async fn a_server_that_asks_for_a_certificate_is_shown_one() {
    let authority = Authority::new();
    let (_server, port, _directory) = start(&authority);
    let tls = RedisTls {
        authority: Some(authority.pem()),
        client: None,
    };
    let error = ping(port, Some(tls)).await.unwrap_err();
    assert!(matches!(error, StoreError::Connection(_)), "{error}");
}

#[test]
fn certificates_are_for_tls_alone() {
    let config = RedisConfig {
        tls: Some(RedisTls {
            authority: Some(Authority::new().pem()),
            client: None,
        }),
        ..RedisConfig::single("redis://127.0.0.1")
    };
    let error = RedisStore::new(&config).err();
    assert!(matches!(error, Some(StoreError::Address(_))), "{error:?}");
}

#[tokio::test]
async fn nodes_that_a_cluster_names_are_reached_by_tls_too() {
    let authority = Authority::new();
    let (_server, port, _directory) = start(&authority);
    let config = RedisConfig {
        tls: Some(RedisTls {
            authority: Some(authority.pem()),
            client: Some(authority.sign("sms-server")),
        }),
        ..RedisConfig::new(RedisServers::Cluster {
            nodes: vec![format!("rediss://127.0.0.1:{port}")],
        })
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let error = RedisStore::new(&config).unwrap().ping().await.unwrap_err();
    // It came as far as to ask: this server is none of a Cluster.
    assert!(error.to_string().contains("refused"), "{error}");
}
