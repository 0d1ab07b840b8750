use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sms_gateway::{BreakerRules, DeliveryRules};

use super::super::ConfigError;

/// `gateway.breaker.…`
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct BreakerSettings {
    /// Failures in a row that open it.
    pub failures: u32,
    /// The share of failures that opens it.
    pub rate: f64,
    /// Attempts that it takes to speak of a share.
    pub min_attempts: u32,
    /// Seconds that an attempt counts for the share.
    pub window_s: u64,
    /// Seconds that it stays open at first.
    pub open_s: u64,
    /// Seconds that it stays open at most.
    pub max_open_s: u64,
    /// The least share of messages that has to arrive.
    pub min_delivery_rate: f64,
    /// Messages whose fate it takes to speak of that share.
    pub min_deliveries: u32,
    /// Seconds that the fate of a message counts.
    pub delivery_window_s: u64,
    /// Seconds that a sender stands back whose messages don't arrive.
    pub demoted_s: u64,
}

impl BreakerSettings {
    pub(super) fn rules(&self) -> BreakerRules {
        BreakerRules {
            failures: self.failures,
            rate: self.rate,
            min_attempts: self.min_attempts,
            window: Duration::from_secs(self.window_s),
            open: Duration::from_secs(self.open_s),
            max_open: Duration::from_secs(self.max_open_s),
        }
    }

    pub(super) fn delivery_rules(&self) -> DeliveryRules {
        DeliveryRules {
            min_rate: self.min_delivery_rate,
            min_reports: self.min_deliveries,
            window: Duration::from_secs(self.delivery_window_s),
            demoted: Duration::from_secs(self.demoted_s),
        }
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        const ATTEMPTS: RangeInclusive<u64> = 1..=100_000;
        const HOUR: RangeInclusive<u64> = 1..=3600;
        const DAY: RangeInclusive<u64> = 1..=86_400;
        let counts = [
            ("failures", u64::from(self.failures), 0..=1000),
            ("min_attempts", u64::from(self.min_attempts), ATTEMPTS),
            ("window_s", self.window_s, HOUR),
            ("open_s", self.open_s, HOUR),
            ("max_open_s", self.max_open_s, self.open_s..=86_400),
            ("min_deliveries", u64::from(self.min_deliveries), ATTEMPTS),
            ("delivery_window_s", self.delivery_window_s, DAY),
            ("demoted_s", self.demoted_s, DAY),
        ];
        for (name, value, range) in counts {
            if !range.contains(&value) {
                let problem = format!("{} to {} are allowed", range.start(), range.end());
                return Err(ConfigError::key(key(name), problem));
            }
        }
        for (name, share) in [
            ("rate", self.rate),
            ("min_delivery_rate", self.min_delivery_rate),
        ] {
            if !(0.0..=1.0).contains(&share) {
                return Err(ConfigError::key(key(name), "0 to 1 are allowed"));
            }
        }
        Ok(())
    }
}

fn key(name: &str) -> String {
    format!("gateway.breaker.{name}")
}

#[cfg(test)]
mod tests {
    use crate::config::Settings;

    #[test]
    fn what_is_wrong_is_named() {
        let rows = [
            ("failures = 1001", "gateway.breaker.failures: 0 to 1000"),
            ("rate = 1.5", "gateway.breaker.rate: 0 to 1"),
            ("rate = nan", "gateway.breaker.rate: 0 to 1"),
            ("min_attempts = 0", "gateway.breaker.min_attempts: 1 to"),
            ("window_s = 0", "gateway.breaker.window_s: 1 to 3600"),
            ("open_s = 0", "gateway.breaker.open_s: 1 to 3600"),
            ("max_open_s = 9", "gateway.breaker.max_open_s: 10 to 86400"),
            (
                "min_delivery_rate = -0.1",
                "gateway.breaker.min_delivery_rate: 0 to 1",
            ),
            ("min_deliveries = 0", "gateway.breaker.min_deliveries: 1 to"),
            (
                "delivery_window_s = 0",
                "gateway.breaker.delivery_window_s: 1 to",
            ),
            ("demoted_s = 0", "gateway.breaker.demoted_s: 1 to 86400"),
            ("other = 1", "gateway.breaker.other: unknown key"),
        ];
        for (line, expected) in rows {
            let settings = Settings::from_toml(&format!("[gateway.breaker]\n{line}"));
            let error = settings.unwrap_err().to_string();
            assert!(error.starts_with(expected), "{line}: {error}");
        }
    }
}
