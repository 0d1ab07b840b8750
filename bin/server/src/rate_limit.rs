//! The headers `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers: what is allowed,
//! and that it is used up, for whoever may know.

use std::fmt::Write;
use std::time::Duration;

use actix_web::HttpResponseBuilder;
use actix_web::http::header::{HeaderName, HeaderValue};
use sms_core::{Quota, Quotas};

use crate::reply::whole_seconds;

/// Where it is told what is allowed.
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// Where it is told what is left.
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// What is told of one kind of quotas. Each is named by its kind and its window: `"number-60s"`.
pub(crate) struct Told {
    windows: Vec<Window>,
    policy: Option<HeaderValue>,
}

/// What is told when one quota is used up.
struct Window {
    span: Duration,
    /// What comes before the seconds.
    used_up: String,
    /// For all of its span, which is how long most have to wait: they have just used it up.
    whole: Option<HeaderValue>,
}

/// The headers of one answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct RateLimit {
    /// What is allowed; `None` if everything is.
    policy: Option<HeaderValue>,
    /// That nothing is left, and for how long; `None` if something is.
    limit: Option<HeaderValue>,
}

impl RateLimit {
    /// Adds them to an answer.
    pub(crate) fn tell(&self, response: &mut HttpResponseBuilder) {
        for (name, value) in [(POLICY, &self.policy), (LIMIT, &self.limit)] {
            if let Some(value) = value {
                response.insert_header((name, value.clone()));
            }
        }
    }
}

impl Told {
    /// What is told of `quotas` of this kind.
    pub(crate) fn new(kind: &'static str, quotas: &Quotas) -> Self {
        let mut policy = String::new();
        for quota in quotas.iter() {
            let comma = if policy.is_empty() { "" } else { ", " };
            let (limit, window) = (quota.limit(), quota.window().as_secs());
            write!(policy, "{comma}\"{kind}-{window}s\";q={limit};w={window}")
                .expect("a string takes everything");
        }
        Self {
            windows: quotas
                .iter()
                .map(|quota| Window::new(kind, quota))
                .collect(),
            policy: HeaderValue::try_from(policy)
                .ok()
                .filter(|policy| !policy.is_empty()),
        }
    }

    /// The headers of an answer after which there is a slot again in `wait`. Zero tells nothing of what
    /// is left.
    pub(crate) fn after(&self, wait: Duration) -> RateLimit {
        RateLimit {
            policy: self.policy.clone(),
            limit: self.used_up(wait),
        }
    }

    /// The quota that is used up is taken to be the one with the shortest window of those that can make
    /// anybody wait for so long.
    fn used_up(&self, wait: Duration) -> Option<HeaderValue> {
        if wait.is_zero() {
            return None;
        }
        let windows = self.windows.iter().filter(|window| window.span >= wait);
        let window = windows.min_by_key(|window| window.span)?;
        match wait == window.span {
            true => window.whole.clone(),
            false => window.after(wait),
        }
    }
}

impl Window {
    fn new(kind: &str, quota: Quota) -> Self {
        let span = quota.window();
        let mut window = Self {
            span,
            used_up: format!("\"{kind}-{}s\";r=0;t=", span.as_secs()),
            whole: None,
        };
        window.whole = window.after(span);
        window
    }

    fn after(&self, wait: Duration) -> Option<HeaderValue> {
        HeaderValue::try_from(format!("{}{}", self.used_up, whole_seconds(wait))).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(quotas: &[&str]) -> Told {
        Told::new("number", &Quotas::parse(quotas).unwrap())
    }

    fn text(value: Option<HeaderValue>) -> Option<String> {
        Some(value?.to_str().unwrap().to_owned())
    }

    #[test]
    fn every_quota_is_told_with_its_window() {
        let policy = told(&["1/60s", "5/1h"]).after(Duration::ZERO).policy;
        let expected = "\"number-60s\";q=1;w=60, \"number-3600s\";q=5;w=3600";
        assert_eq!(text(policy).as_deref(), Some(expected));
        assert!(told(&[]).after(Duration::ZERO).policy.is_none());
    }

    #[test]
    fn what_is_used_up_is_the_shortest_window_that_can_be() {
        let rows = [
            (0, None),
            (60, Some("\"number-60s\";r=0;t=60")),
            (61, Some("\"number-3600s\";r=0;t=61")),
            (3601, None),
        ];
        for (seconds, expected) in rows {
            let told = told(&["1/60s", "5/1h"]).after(Duration::from_secs(seconds));
            assert_eq!(text(told.limit).as_deref(), expected, "{seconds}");
        }
    }
}
