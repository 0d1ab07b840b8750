//! Routes that lead nowhere: none of their senders reaches the numbers that take them.

use sms_core::{Countries, Region};
use sms_gateway::{Network, Routes};

use super::{GatewaySettings, SenderSettings};

impl SenderSettings {
    /// Whether it reaches numbers there at all, as [`sms_gateway::SmsSender::serves`] says once
    /// there is one.
    fn reaches(&self, network: Network) -> bool {
        match self {
            Self::Ccp(_) => network == Network::Mainland,
            Self::Tencent(tencent) => network == Network::Elsewhere || tencent.has_sign_name(),
            Self::Mock {} | Self::Aliyun(_) | Self::Twilio(_) | Self::Webhook(_) => true,
        }
    }
}

/// What is not wrong, but sends nothing.
pub(super) fn warnings(gateway: &GatewaySettings, countries: &Countries) -> Vec<String> {
    let Ok(routes) = gateway.routes() else {
        return Vec::new();
    };
    let default = gateway.default_route();
    let defaults = [Network::Mainland, Network::Elsewhere]
        .into_iter()
        .filter(|network| takes_default(*network, &routes, countries))
        .map(|network| (default.clone(), network, &routes.default));
    let regions = routes.regions.iter();
    let regions = regions
        .filter(|(region, _)| countries.allow(**region))
        .map(|(region, names)| (format!("gateway.routes.{region}"), network(*region), names));
    let reaches = |name: &String, network| {
        let sender = gateway.senders.get(name);
        sender.is_some_and(|sender| sender.reaches(network))
    };
    defaults
        .chain(regions)
        .filter(|(_, network, names)| !names.iter().any(|name| reaches(name, *network)))
        .map(|(key, network, _)| {
            let place = network.name();
            format!("{key}: no sender in it reaches numbers {place}, which limits.countries allows")
        })
        .collect()
}

/// Whether messages to numbers there may take the route of those without another.
fn takes_default(there: Network, routes: &Routes, countries: &Countries) -> bool {
    let has_own = |region: &Region| routes.regions.contains_key(region);
    match (there, countries) {
        (Network::Mainland, _) => countries.allow(Region::CN) && !has_own(&Region::CN),
        // Nobody has a route for each of them.
        (Network::Elsewhere, Countries::All) => true,
        (Network::Elsewhere, Countries::Only(regions)) => {
            let mut abroad = regions.iter().filter(|region| network(**region) == there);
            abroad.any(|region| !has_own(region))
        }
    }
}

fn network(region: Region) -> Network {
    match region == Region::CN {
        true => Network::Mainland,
        false => Network::Elsewhere,
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Settings;

    const SENDERS: &str = "
        [gateway.senders.ccp]
        kind = 'ccp'
        account_sid = 'a'
        app_id = 'b'
        [gateway.senders.tencent]
        kind = 'tencent'
        secret_id = 'a'
        sdk_app_id = '1'
        template_id = '2'
    ";

    /// Routes, countries, and the keys that are warned of with the place that they don't lead to.
    type Row = (
        &'static str,
        &'static str,
        &'static [(&'static str, &'static str)],
    );

    #[test]
    fn a_route_that_leads_nowhere_is_warned_of() {
        const MAINLAND: &str = "in mainland China";
        const ELSEWHERE: &str = "outside mainland China";
        let rows: [Row; 9] = [
            ("order = ['ccp']", "['CN']", &[]),
            ("order = ['ccp']", "['CN', 'FR']", &[("order", ELSEWHERE)]),
            ("order = ['ccp']", "['*']", &[("order", ELSEWHERE)]),
            ("order = ['tencent']", "['*']", &[("order", MAINLAND)]),
            ("order = ['tencent', 'ccp']", "['*']", &[]),
            ("order = ['ccp']\nroutes.FR = ['mock']", "['CN', 'FR']", &[]),
            (
                "routes.default = ['tencent']\nroutes.CN = ['ccp']",
                "['*']",
                &[],
            ),
            (
                "routes.default = ['ccp']\nroutes.fr = ['ccp']",
                "['FR']",
                &[("routes.FR", ELSEWHERE)],
            ),
            (
                "routes.default = ['ccp']\nroutes.CN = ['tencent']",
                "['CN', 'FR']",
                &[("routes.default", ELSEWHERE), ("routes.CN", MAINLAND)],
            ),
        ];
        for (gateway, countries, expected) in rows {
            let text = format!("limits.countries = {countries}\n{SENDERS}\n[gateway]\n{gateway}");
            let warnings = Settings::from_toml(&text).unwrap().warnings().unwrap();
            let expected: Vec<_> = expected
                .iter()
                .map(|(key, place)| {
                    format!(
                        "gateway.{key}: no sender in it reaches numbers {place}, \
                         which limits.countries allows"
                    )
                })
                .collect();
            assert_eq!(warnings, expected, "{gateway}, {countries}");
        }
    }
}
