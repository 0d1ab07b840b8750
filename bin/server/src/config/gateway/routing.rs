use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sms_core::Region;
use sms_gateway::{FailoverRules, OnUnknown, Routes};

use super::super::{ConfigError, List};
use super::{GatewaySettings, SenderSettings};

/// The route of every region that has none of its own.
const DEFAULT: &str = "default";

/// `gateway.routes`: names of senders in their order, by region or for `default`.
pub(super) type RouteSettings = BTreeMap<String, List<String>>;

/// `gateway.on_unknown`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AfterUnknown {
    /// Another sender is tried.
    Next,
    /// None is.
    Stop,
}

impl GatewaySettings {
    /// The senders of each route and their weights.
    ///
    /// # Errors
    ///
    /// A route without senders, with one twice or with one that is not there; a region or a weight
    /// of nobody.
    pub fn routes(&self) -> Result<Routes, ConfigError> {
        let mut routes = Routes {
            weights: self.checked_weights()?,
            ..Routes::default()
        };
        for (key, region, names) in self.routes_in_use() {
            self.check_route(&key, names)?;
            let names = names.to_vec();
            match region {
                None => routes.default = names,
                Some(region) => {
                    let region: Region = region
                        .to_ascii_uppercase()
                        .parse()
                        .map_err(|error| ConfigError::key(&key, error))?;
                    if routes.regions.insert(region, names).is_some() {
                        let problem =
                            format!("{region} has two routes, in small letters and large");
                        return Err(ConfigError::key(key, problem));
                    }
                }
            }
        }
        Ok(routes)
    }

    /// The senders that any route names, each once, with their names.
    ///
    /// # Errors
    ///
    /// As [`GatewaySettings::routes`].
    pub fn routed(&self) -> Result<Vec<(&str, &SenderSettings)>, ConfigError> {
        self.routes()?;
        let mut routed: Vec<(&str, &SenderSettings)> = Vec::new();
        for name in self.routes_in_use().flat_map(|(_, _, names)| names.iter()) {
            if let Some((name, sender)) = self.senders.get_key_value(name)
                && !routed.iter().any(|(other, _)| other == name)
            {
                routed.push((name, sender));
            }
        }
        Ok(routed)
    }

    /// The key of a route that has a mock in it, if any has.
    #[must_use]
    pub fn route_with_mock(&self) -> Option<String> {
        let mut routes = self.routes_in_use();
        let route = routes.find(|(_, _, names)| self.has_mock(names));
        route.map(|(key, ..)| key)
    }

    /// Whether there is a mock among the senders of these names.
    pub(in super::super) fn has_mock(&self, names: &[String]) -> bool {
        let is_mock =
            |name: &String| matches!(self.senders.get(name), Some(SenderSettings::Mock {}));
        names.iter().any(is_mock)
    }

    /// How one message is tried by several senders.
    #[must_use]
    pub fn failover_rules(&self) -> FailoverRules {
        FailoverRules {
            deadline: self.deadline(),
            on_unknown: match self.on_unknown {
                AfterUnknown::Next => OnUnknown::Next,
                AfterUnknown::Stop => OnUnknown::Stop,
            },
            breaker: self.breaker.rules(),
            delivery: self.breaker.delivery_rules(),
        }
    }

    /// How long one try may take of a sender that asks again after a lost answer; `more` are the
    /// routes beside those of the gateway.
    ///
    /// With others after it, a sender has half of [`GatewaySettings::deadline`]. Five eighths of that
    /// leave time to ask again, as the defaults do to a sender that has the deadline for itself.
    pub(in super::super) fn timeout_of_a_try<'a>(
        &'a self,
        sender: &str,
        more: impl Iterator<Item = &'a [String]>,
    ) -> Duration {
        let has_others =
            |names: &[String]| names.len() > 1 && names.iter().any(|name| name == sender);
        let routes = self.routes_in_use().map(|(_, _, names)| &**names);
        let shares = self.on_unknown == AfterUnknown::Next && routes.chain(more).any(has_others);
        match shares {
            true => self.timeout().min(self.deadline() * 5 / 16),
            false => self.timeout(),
        }
    }

    /// The key of the route of every region that has none of its own.
    pub(super) fn default_route(&self) -> String {
        match self.routes.contains_key(DEFAULT) {
            true => format!("gateway.routes.{DEFAULT}"),
            false => "gateway.order".to_owned(),
        }
    }

    /// Every route that messages may take: its key, its region if it is not the default one, and
    /// its senders.
    fn routes_in_use(&self) -> impl Iterator<Item = (String, Option<&str>, &List<String>)> {
        let order = match self.routes.contains_key(DEFAULT) {
            true => None,
            false => Some((self.default_route(), None, &self.order)),
        };
        let routes = self.routes.iter().map(|(name, names)| {
            let region = (name != DEFAULT).then_some(name.as_str());
            (format!("gateway.routes.{name}"), region, names)
        });
        order.into_iter().chain(routes)
    }

    /// Fails if messages can't take a route: `names` are its senders, `key` is where it is
    /// configured.
    pub(in super::super) fn check_route(
        &self,
        key: &str,
        names: &[String],
    ) -> Result<(), ConfigError> {
        let problem = |problem: String| Err(ConfigError::key(key, problem));
        if names.is_empty() {
            return problem("at least one sender is needed".to_owned());
        }
        for (place, name) in names.iter().enumerate() {
            if names[..place].contains(name) {
                return problem(format!("{name:?} is there twice"));
            }
            if !self.senders.contains_key(name) {
                return problem(format!("there is no sender {name:?} under gateway.senders"));
            }
        }
        Ok(())
    }

    fn checked_weights(&self) -> Result<BTreeMap<String, u32>, ConfigError> {
        for (name, weight) in &self.weights {
            let key = format!("gateway.weights.{name}");
            if !self.senders.contains_key(name) {
                let problem = "there is no such sender under gateway.senders";
                return Err(ConfigError::key(key, problem));
            }
            if *weight > 1_000_000 {
                return Err(ConfigError::key(key, "0 to 1000000 are allowed"));
            }
        }
        Ok(self.weights.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    /// Three senders without credentials of any worth.
    const SENDERS: &str = "
        [gateway.senders.a]
        kind = 'mock'
        [gateway.senders.b]
        kind = 'mock'
        [gateway.senders.c]
        kind = 'mock'
    ";

    fn read(gateway: &str) -> Result<GatewaySettings, String> {
        let settings = Settings::from_toml(&format!("{SENDERS}\n[gateway]\n{gateway}"));
        settings
            .map(|settings| settings.gateway)
            .map_err(|error| error.to_string())
    }

    fn routes(gateway: &str) -> Routes {
        read(gateway).unwrap().routes().unwrap()
    }

    #[test]
    fn the_order_is_the_route_of_those_without_another() {
        let plain = routes("order = ['b', 'a']");
        assert_eq!(plain.default, ["b", "a"]);
        assert!(plain.regions.is_empty());

        let routed = routes("order = ['b']\nroutes.CN = ['c', 'a']\nroutes.fr = ['a']");
        assert_eq!(routed.default, ["b"]);
        assert_eq!(routed.regions[&Region::CN], ["c", "a"]);
        assert_eq!(routed.regions[&"FR".parse().unwrap()], ["a"]);

        assert_eq!(
            routes("order = ['b']\nroutes.default = ['c']").default,
            ["c"]
        );
    }

    #[test]
    fn only_senders_of_routes_are_made_and_each_once() {
        let gateway = read("order = ['c', 'a']\nroutes.CN = ['a', 'c']").unwrap();
        let names = gateway.routed().unwrap();
        let names: Vec<_> = names.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["c", "a"]);
    }

    #[test]
    fn a_mock_is_found_on_any_route_that_is_in_use() {
        let rows = [
            ("order = ['a']", Some("gateway.order")),
            ("routes.default = ['b']", Some("gateway.routes.default")),
        ];
        for (gateway, key) in rows {
            let gateway = read(gateway).unwrap();
            assert_eq!(gateway.route_with_mock().as_deref(), key);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let rows = [
            ("order = []", "gateway.order: at least one"),
            ("order = ['x']", "gateway.order: there is no sender \"x\""),
            ("order = ['a', 'a']", "gateway.order: \"a\" is there twice"),
            ("routes.CN = []", "gateway.routes.CN: at least one"),
            (
                "routes.CN = ['x']",
                "gateway.routes.CN: there is no sender \"x\"",
            ),
            (
                "routes.CN = ['a', 'b', 'a']",
                "gateway.routes.CN: \"a\" is there twice",
            ),
            (
                "routes.default = ['x']",
                "gateway.routes.default: there is no sender",
            ),
            (
                "routes.XX = ['a']",
                "gateway.routes.XX: \"XX\" is not a region",
            ),
            (
                "routes.Default = ['a']",
                "gateway.routes.Default: \"DEFAULT\" is not a region",
            ),
            (
                "routes.CN = ['a']\nroutes.cn = ['b']",
                "gateway.routes.cn: CN has two routes",
            ),
            (
                "weights.x = 1",
                "gateway.weights.x: there is no such sender",
            ),
            ("weights.a = 1000001", "gateway.weights.a: 0 to 1000000"),
            ("weights.a = -1", "gateway.weights.a: "),
            ("on_unknown = 'retry'", "gateway.on_unknown: "),
        ];
        for (gateway, expected) in rows {
            let error = read(gateway).unwrap_err();
            assert!(error.starts_with(expected), "{gateway}: {error}");
        }
    }

    #[test]
    fn a_sender_that_is_not_alone_has_time_to_ask_again() {
        let rows = [
            ("order = ['a']", 5000),
            ("order = ['a', 'b']", 2500),
            ("order = ['b', 'c']", 5000),
            ("order = ['b']\nroutes.CN = ['b', 'a']", 2500),
            ("order = ['a', 'b']\non_unknown = 'stop'", 5000),
            ("order = ['a', 'b']\ntimeout_ms = 1000", 1000),
        ];
        for (gateway, expected) in rows {
            let settings = read(gateway).unwrap();
            let timeout = settings.timeout_of_a_try("a", std::iter::empty());
            assert_eq!(timeout, Duration::from_millis(expected), "{gateway}");
        }
    }

    #[test]
    fn the_defaults_are_those_of_the_library() {
        let rules = read("").unwrap().failover_rules();
        assert_eq!(rules, FailoverRules::within(Duration::from_secs(8)));
    }
}
