//! What running instances count, from `/metrics` of their operator's listeners.

mod counts;
mod text;

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::Args;

pub(super) use self::counts::{Counts, STEPS};
pub(super) use self::text::Reading;
use crate::config::{ConfigError, Settings};
use crate::wiring;

/// How long an instance may take to tell: it asks its store meanwhile.
const PATIENCE: Duration = Duration::from_secs(5);

/// Which instances are asked.
#[derive(Debug, Args)]
pub(super) struct Instances {
    /// The operator's listener of an instance; server.ops_listen unless it is given, as often as
    /// there are instances
    #[arg(long = "ops", value_name = "HOST:PORT")]
    ops: Vec<String>,
}

/// Who asks them.
pub(super) struct Reader {
    client: reqwest::Client,
    /// Where each is: host and port.
    pub(super) places: Vec<String>,
}

impl Instances {
    /// Makes who asks them.
    ///
    /// # Errors
    ///
    /// None is named, and the configuration has no listener for operators.
    pub(super) fn reader(&self, settings: &Settings) -> Result<Reader, Box<dyn Error>> {
        let places = match (&self.ops[..], settings.server.ops_listen.0) {
            ([], Some(address)) => vec![reachable(address).to_string()],
            ([], None) => {
                let problem = "there is no operator's listener to ask, and no --ops";
                return Err(ConfigError::key("server.ops_listen", problem).into());
            }
            (named, _) => named.to_vec(),
        };
        wiring::install_crypto();
        // The operator's listener is plain HTTP, and near: neither certificates nor proxies matter.
        let client = reqwest::Client::builder()
            .tls_certs_only([])
            .no_proxy()
            .timeout(PATIENCE)
            .build()?;
        Ok(Reader { client, places })
    }
}

/// Where a listener is reached from this machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let address = match listen.ip() {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    };
    SocketAddr::new(address, listen.port())
}

impl Reader {
    /// What the instance at `place` counted.
    ///
    /// # Errors
    ///
    /// Names the place, and why it tells nothing.
    pub(super) async fn read(&self, place: &str) -> Result<Reading, String> {
        let problem = |error: reqwest::Error| {
            let cause = innermost(&error.without_url());
            format!("the operator's listener at {place}: {cause}")
        };
        let url = format!("http://{place}/metrics");
        let answer = self.client.get(url).send().await.map_err(problem)?;
        let answer = answer.error_for_status().map_err(problem)?;
        let text = answer.text().await.map_err(problem)?;
        let reading = Reading::parse(&text);
        if reading.first("sms_build_info").is_none() {
            return Err(format!(
                "{place}: it is no operator's listener of an instance"
            ));
        }
        Ok(reading)
    }
}

/// The last cause of an error, which says the most.
fn innermost(error: &dyn Error) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_on_every_address_is_asked_on_this_machine() {
        let rows = [
            ("0.0.0.0:8001", "127.0.0.1:8001"),
            ("[::]:8001", "[::1]:8001"),
            ("10.0.0.11:8001", "10.0.0.11:8001"),
        ];
        for (listen, place) in rows {
            assert_eq!(reachable(listen.parse().unwrap()).to_string(), place);
        }
    }
}
