//! The part of `store.…` that says which Redis servers there are and who may be believed to be one.

use std::fs;
use std::path::Path;

use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use sms_store::{ClientCertificate, RedisServers, RedisTls};

use super::{Backend, ConfigError, StoreSettings};

impl StoreSettings {
    /// The servers of a backend; `None` for the memory store.
    #[must_use]
    pub fn servers(&self) -> Option<RedisServers> {
        let urls = || self.urls.iter().map(|url| url.expose().to_owned());
        let url = self.url.expose().to_owned();
        Some(match self.backend {
            Backend::Memory => return None,
            Backend::Redis => RedisServers::Single { url },
            Backend::Sentinel => RedisServers::Sentinel {
                sentinels: urls().collect(),
                primary: self.sentinel_master.clone(),
                login: url,
            },
            Backend::Cluster => RedisServers::Cluster {
                nodes: urls().collect(),
            },
        })
    }

    /// The keys that say where the servers are.
    #[must_use]
    pub fn address_keys(&self) -> &'static str {
        match self.backend {
            Backend::Memory | Backend::Redis => "store.url",
            Backend::Sentinel => "store.urls, store.url",
            Backend::Cluster => "store.urls",
        }
    }

    /// The certificates for `rediss://`, if any are named.
    ///
    /// # Errors
    ///
    /// A file can't be read or has nothing of the kind in it.
    pub fn tls(&self) -> Result<Option<RedisTls>, ConfigError> {
        let certificates = "-----BEGIN CERTIFICATE-----";
        let authority = pem("store.tls_ca", self.tls_ca.as_deref(), certificates)?;
        let certificate = pem("store.tls_cert", self.tls_cert.as_deref(), certificates)?;
        let key = pem("store.tls_key", self.tls_key.as_deref(), "PRIVATE KEY-----")?;
        let client = match (certificate, key) {
            (Some(certificate), Some(key)) => {
                check_pair(&certificate, &key)?;
                Some(ClientCertificate { certificate, key })
            }
            (None, None) => None,
            (Some(_), None) => return Err(ConfigError::key("store.tls_key", "is missing")),
            (None, Some(_)) => return Err(ConfigError::key("store.tls_cert", "is missing")),
        };
        if let Some(authority) = &authority {
            check_authority(authority)?;
        }
        let has_any = authority.is_some() || client.is_some();
        Ok(has_any.then_some(RedisTls { authority, client }))
    }
}

/// Reads a file in PEM that should have `what` in it.
fn pem(key: &str, path: Option<&Path>, what: &str) -> Result<Option<Vec<u8>>, ConfigError> {
    let Some(path) = path else {
        return Ok(None);
    };
    let problem = |problem: String| ConfigError::key(key, format!("{}: {problem}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
    if text.contains(what) {
        Ok(Some(text.into_bytes()))
    } else {
        Err(problem(format!("there is no {what} in it")))
    }
}

/// What is no certificate would only be noticed when connecting, and not by its key.
fn check_authority(text: &[u8]) -> Result<(), ConfigError> {
    let problem = || ConfigError::key("store.tls_ca", "a certificate in it can't be read");
    for certificate in CertificateDer::pem_slice_iter(text) {
        let certificate = certificate.map_err(|_| problem())?;
        RootCertStore::empty()
            .add(certificate)
            .map_err(|_| problem())?;
    }
    Ok(())
}

fn check_pair(certificate: &[u8], key: &[u8]) -> Result<(), ConfigError> {
    let chain = CertificateDer::pem_slice_iter(certificate).collect::<Result<Vec<_>, _>>();
    let chain = chain
        .map_err(|_| ConfigError::key("store.tls_cert", "a certificate in it can't be read"))?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| {
        ConfigError::key(
            "store.tls_key",
            "the key in it can't be read, or is encrypted",
        )
    })?;
    let pair = CertifiedKey::from_der(chain, key, &ring::default_provider());
    pair.map(|_| ())
        .map_err(|_| ConfigError::key("store.tls_key", "it does not belong to store.tls_cert"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use rcgen::generate_simple_self_signed;

    /// What is complained of when these files are named, if anything.
    fn complaint(files: &[(&str, &str)]) -> Option<String> {
        let directory = tempfile::tempdir().unwrap();
        let mut toml = "[store]\n".to_owned();
        for (key, text) in files {
            let path = directory.path().join(key);
            fs::write(&path, text).unwrap();
            toml.push_str(&format!("{key} = {:?}\n", path.display().to_string()));
        }
        Settings::from_toml(&toml)
            .err()
            .map(|error| error.to_string())
    }

    #[test]
    fn files_for_tls_are_complained_of_by_their_keys() {
        let pair = || {
            let new = generate_simple_self_signed(["a".to_owned()]).unwrap();
            (new.cert.pem(), new.signing_key.serialize_pem())
        };
        let ((certificate, key), (_, other_key)) = (pair(), pair());
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let encrypted = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        assert_eq!(complaint(&[("tls_ca", &certificate)]), None);
        assert_eq!(
            complaint(&[("tls_cert", &certificate), ("tls_key", &key)]),
            None
        );
        let rows: [(&[(&str, &str)], &str); 5] = [
            (&[("tls_ca", broken)], "store.tls_ca: "),
            (&[("tls_ca", "nonsense")], "store.tls_ca: "),
            (&[("tls_cert", &certificate)], "store.tls_key: is missing"),
            (
                &[("tls_cert", &certificate), ("tls_key", &other_key)],
                "store.tls_key: it does not",
            ),
            (
                &[("tls_cert", &certificate), ("tls_key", &encrypted)],
                "store.tls_key: the key",
            ),
        ];
        for (files, expected) in rows {
            let complaint = complaint(files).unwrap_or_default();
            assert!(complaint.starts_with(expected), "{complaint}");
        }
    }
}
