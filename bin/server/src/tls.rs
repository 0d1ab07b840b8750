//! TLS on the public listener: a certificate that can change while the server runs.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use actix_web::web;
use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{MissedTickBehavior, interval};

use crate::config::{ConfigError, ServerSettings};

/// How often the files are looked at.
const CHECK_EVERY: Duration = Duration::from_secs(10);

/// What the public listener shows of itself.
pub(crate) struct Certificate(Arc<Shared>);

struct Shared {
    files: Files,
    provider: Arc<CryptoProvider>,
    current: RwLock<Arc<CertifiedKey>>,
    /// The last complaint about the files, so that each is made once.
    complaint: Mutex<Option<String>>,
}

#[derive(Debug)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

impl Certificate {
    /// Reads the files that `settings` name; `None` if they name none.
    ///
    /// # Errors
    ///
    /// One of them is not what it should be, or they don't belong together. The error names the
    /// key of the configuration.
    pub(crate) fn from_settings(settings: &ServerSettings) -> Result<Option<Self>, ConfigError> {
        let Some((certificate, key)) = settings.tls_files()? else {
            return Ok(None);
        };
        let files = Files {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
        };
        let provider = Arc::new(ring::default_provider());
        let current = RwLock::new(Arc::new(files.read(&provider)?));
        Ok(Some(Self(Arc::new(Shared {
            files,
            provider,
            current,
            complaint: Mutex::new(None),
        }))))
    }

    /// A TLS 1.2 and 1.3 server that shows this certificate.
    ///
    /// # Errors
    ///
    /// The cryptography does not support these versions, which it does.
    pub(crate) fn server_config(&self) -> Result<ServerConfig, rustls::Error> {
        let builder = ServerConfig::builder_with_provider(Arc::clone(&self.0.provider))
            .with_safe_default_protocol_versions()?;
        Ok(builder
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(&self.0) as _))
    }

    /// What takes over new files. From now on SIGHUP asks for that, and no longer ends the process.
    ///
    /// # Errors
    ///
    /// The signal can't be listened to.
    pub(crate) fn follower(&self) -> io::Result<Follower> {
        Ok(Follower {
            shared: Arc::clone(&self.0),
            hangup: signal(SignalKind::hangup())?,
        })
    }
}

/// Keeps a certificate as it is in the files.
pub(crate) struct Follower {
    shared: Arc<Shared>,
    hangup: Signal,
}

impl Follower {
    /// Takes over what is in the files, again and again, and at once after SIGHUP. It never ends.
    pub(crate) async fn run(mut self) {
        let mut ticks = interval(CHECK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                Some(()) = self.hangup.recv() => {}
            }
            let shared = Arc::clone(&self.shared);
            // Files may lie on a disk that does not answer.
            let _ = web::block(move || shared.reload()).await;
        }
    }
}

impl Shared {
    /// Takes over what is in the files, if it is new and good. If it is bad, what was there before
    /// stays, and the log has one line about it.
    fn reload(&self) {
        let read = self.files.read(&self.provider);
        let complaint = read.as_ref().err().map(ToString::to_string);
        let earlier = {
            let mut last = self
                .complaint
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *last, complaint.clone())
        };
        match (read, complaint) {
            (Ok(read), _) if read.cert != self.current().cert => {
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                *current = Arc::new(read);
                log::info!("the certificate of the public listener was replaced");
            }
            (_, Some(complaint)) if earlier.as_ref() != Some(&complaint) => {
                log::error!("the certificate of the public listener stays: {complaint}");
            }
            _ => {}
        }
    }

    fn current(&self) -> Arc<CertifiedKey> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current)
    }
}

impl ResolvesServerCert for Shared {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current())
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.files.fmt(f)
    }
}

impl Files {
    fn read(&self, provider: &CryptoProvider) -> Result<CertifiedKey, ConfigError> {
        let chain = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| self.about_certificate(&reason(&error)))?;
        if chain.is_empty() {
            return Err(self.about_certificate("there is no certificate in it"));
        }
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .map_err(|error| self.about_key(&reason(&error)))?;
        let pair = CertifiedKey::from_der(chain, key, provider);
        pair.map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => {
                self.about_key("it does not belong to the certificate")
            }
            rustls::Error::InvalidCertificate(error) => {
                self.about_certificate(&format!("no valid certificate: {error:?}"))
            }
            _ => self.about_key("no private key of a kind that is known here"),
        })
    }

    fn about_certificate(&self, problem: &str) -> ConfigError {
        let path = self.certificate.display();
        ConfigError::key("server.tls_cert", format!("{path}: {problem}"))
    }

    fn about_key(&self, problem: &str) -> ConfigError {
        let path = self.key.display();
        ConfigError::key("server.tls_key", format!("{path}: {problem}"))
    }
}

/// Why a file could not be read. What is in it, which may be a key, is not repeated.
fn reason(error: &pem::Error) -> String {
    match error {
        pem::Error::Io(error) => error.to_string(),
        pem::Error::NoItemsFound => "there is none in it, or it is encrypted".to_owned(),
        _ => "not a PEM file".to_owned(),
    }
}
