//! TLS on the public listener, and certificates that change under it.

use std::fs;
use std::io::Read;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::tls::{Certificate, Version};
use reqwest::{Client, ClientBuilder};
use rustls::crypto::ring;
use tempfile::TempDir;

use crate::app::client;
use crate::command_line::run;
use crate::process::Process;

/// A certificate for 127.0.0.1 and its key, both in PEM.
struct Pair {
    certificate: String,
    key: String,
}

impl Pair {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
        Self {
            certificate: pem("CERTIFICATE", made.cert.der()),
            key: pem("PRIVATE KEY", &made.signing_key.serialize_der()),
        }
    }

    /// A client that trusts this certificate and no other, and keeps no connection.
    fn client(&self) -> Client {
        self.client_builder()
            .pool_max_idle_per_host(0)
            .build()
            .unwrap()
    }

    fn client_builder(&self) -> ClientBuilder {
        // An error says that another test installed it.
        let _ = ring::default_provider().install_default();
        let certificate = Certificate::from_pem(self.certificate.as_bytes()).unwrap();
        Client::builder().no_proxy().tls_certs_only([certificate])
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

/// The two files that the configuration names.
struct Files(TempDir);

impl Files {
    fn with(pair: &Pair) -> Self {
        let files = Self(tempfile::tempdir().unwrap());
        files.write(&pair.certificate, &pair.key);
        files
    }

    fn write(&self, certificate: &str, key: &str) {
        for (path, text) in [(self.certificate(), certificate), (self.key(), key)] {
            // As programs that renew certificates do it: never half a file under that name.
            let new = format!("{path}.new");
            fs::write(&new, text).unwrap();
            fs::rename(new, path).unwrap();
        }
    }

    fn certificate(&self) -> String {
        self.0.path().join("cert.pem").display().to_string()
    }

    fn key(&self) -> String {
        self.0.path().join("key.pem").display().to_string()
    }

    fn start(&self, variables: &[(&str, &str)]) -> Process {
        let (certificate, key) = (self.certificate(), self.key());
        let files = [
            ("SMS__SERVER__TLS_CERT", certificate.as_str()),
            ("SMS__SERVER__TLS_KEY", key.as_str()),
        ];
        let variables: Vec<_> = files.into_iter().chain(variables.iter().copied()).collect();
        Process::start(&variables)
    }
}

async fn status(client: &Client, process: &Process) -> Option<u16> {
    let url = format!("https://{}/", process.public);
    let answer = client.get(url).send().await.ok()?;
    Some(answer.status().as_u16())
}

#[tokio::test]
async fn with_a_certificate_the_public_is_served_over_tls_alone() {
    let pair = Pair::new();
    let mut process = Files::with(&pair).start(&[]);
    assert!(process.log().contains("demo page at https://"));
    for version in [Version::TLS_1_2, Version::TLS_1_3] {
        let client = pair.client_builder();
        let client = client.tls_version_min(version).tls_version_max(version);
        let client = client.build().unwrap();
        assert_eq!(status(&client, &process).await, Some(200), "{version:?}");
    }
    let stranger = Pair::new().client();
    assert_eq!(status(&stranger, &process).await, None);
    let plain = client()
        .get(format!("http://{}/", process.public))
        .send()
        .await;
    assert!(plain.is_err(), "{plain:?}");
    let keeping = pair.client_builder().build().unwrap();
    assert_eq!(status(&keeping, &process).await, Some(200));
    let started = Instant::now();
    process.signal("TERM");
    assert!(process.wait().success());
    assert!(
        started.elapsed() < Duration::from_secs(10),
        "a connection that is kept is no request under way"
    );
}

#[tokio::test]
async fn a_new_certificate_is_taken_over_while_the_server_runs() {
    let (old, new) = (Pair::new(), Pair::new());
    let files = Files::with(&old);
    let process = files.start(&[]);
    let keeping = old.client_builder().build().unwrap();
    assert_eq!(status(&keeping, &process).await, Some(200));
    files.write(&new.certificate, &new.key);
    process.wait_for_log("the certificate of the public listener was replaced");
    assert_eq!(status(&new.client(), &process).await, Some(200));
    assert_eq!(status(&old.client(), &process).await, None);
    assert_eq!(
        status(&keeping, &process).await,
        Some(200),
        "a connection was cut"
    );
}

#[tokio::test]
async fn a_pair_that_does_not_fit_leaves_the_old_certificate() {
    let (old, new) = (Pair::new(), Pair::new());
    let files = Files::with(&old);
    let process = files.start(&[]);
    files.write(&new.certificate, &old.key);
    process.signal("HUP");
    let complaint = format!("stays: server.tls_key: {}: it does not belong", files.key());
    process.wait_for_log(&complaint);
    assert_eq!(status(&old.client(), &process).await, Some(200));
    process.signal("HUP");
    files.write("nonsense", &new.key);
    process.signal("HUP");
    process.wait_for_log("stays: server.tls_cert: ");
    assert_eq!(status(&old.client(), &process).await, Some(200));
    files.write(&new.certificate, &new.key);
    process.signal("HUP");
    process.wait_for_log("was replaced");
    assert_eq!(status(&new.client(), &process).await, Some(200));
    let log = process.log();
    assert_eq!(log.matches(&complaint).count(), 1, "{log}");
    assert!(!log.contains(&old.key[40..80]) && !log.contains(&new.key[40..80]));
}

#[test]
fn a_pair_that_is_no_good_stops_the_start() {
    let (one, other) = (Pair::new(), Pair::new());
    let rows = [
        (Some("nonsense"), Some(&*one.key), "server.tls_cert: "),
        (Some(&*one.key), Some(&*one.key), "server.tls_cert: "),
        (
            Some(&*one.certificate),
            Some("nonsense"),
            "server.tls_key: ",
        ),
        (
            Some(&*one.certificate),
            Some(&*other.key),
            "server.tls_key: ",
        ),
        (
            Some(&*one.certificate),
            None,
            "server.tls_cert: server.tls_key is missing",
        ),
        (
            None,
            Some(&*one.key),
            "server.tls_key: server.tls_cert is missing",
        ),
    ];
    for (certificate, key, problem) in rows {
        let directory = tempfile::tempdir().unwrap();
        let file = |name: &str, text: &str| {
            let path = directory.path().join(name).display().to_string();
            fs::write(&path, text).unwrap();
            path
        };
        let certificate = certificate.map(|text| file("cert.pem", text));
        let key = key.map(|text| file("key.pem", text));
        let named = [
            ("SMS__SERVER__TLS_CERT", certificate.as_deref()),
            ("SMS__SERVER__TLS_KEY", key.as_deref()),
        ];
        let variables: Vec<_> = named
            .into_iter()
            .filter_map(|(name, path)| Some((name, path?)))
            .collect();
        for arguments in [&["--check-config"][..], &[]] {
            let (code, _, error) = run(arguments, &variables);
            assert_eq!(code, 1, "{error}");
            assert!(error.contains(problem), "{error}");
            assert!(!error.contains(&one.key[40..80]), "{error}");
        }
    }
}

#[tokio::test]
async fn half_a_handshake_holds_nobody_up_and_is_given_up() {
    let pair = Pair::new();
    let process = Files::with(&pair).start(&[("SMS__SERVER__WORKERS", "1")]);
    let connect = |_| TcpStream::connect(process.public).unwrap();
    let silent: Vec<_> = (0..400).map(connect).collect();
    let started = Instant::now();
    assert_eq!(status(&pair.client(), &process).await, Some(200));
    assert!(started.elapsed() < Duration::from_secs(4));
    let mut stream = &silent[0];
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    assert_eq!(stream.read(&mut [0; 8]).unwrap(), 0, "it was closed");
}
