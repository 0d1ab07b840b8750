//! Verifications with a name.

mod attempts;
mod failing;
mod limits;
mod repeating;
mod starting;

use std::time::Duration;

use sms_core::{CodeLength, Countries, ServiceSid, Verification};
use sms_service::{
    AttemptFilter, Channel, CheckVerification, CheckedVerification, Policy, ServicePolicy,
    StartVerification, StartedVerification, Target, VerificationNames, Verifications, VerifyPolicy,
};
use sms_store::AttemptPolicy;

use crate::Harness;
use crate::harness::{address, policy};

const TO: &str = "+8613800138000";

fn service(digit: char) -> ServiceSid {
    ServiceSid::from_hex(&digit.to_string().repeat(32)).unwrap()
}

fn service_policy(digit: char) -> ServicePolicy {
    ServicePolicy {
        sid: service(digit),
        friendly_name: "Shop".to_owned(),
        code_length: CodeLength::SIX,
        ttl: Duration::from_secs(600),
        max_checks: 2,
        max_sends: 3,
        custom_code_enabled: digit == 'b',
        per_mobile: policy().limits.per_mobile,
        countries: Countries::parse(&["CN"]).unwrap(),
        locale: None,
        sender: None,
    }
}

/// A harness with verifications for the services `a`, and `b`, whose callers may choose codes.
struct Verify {
    harness: Harness,
    verifications: Verifications,
}

impl Verify {
    fn new() -> Self {
        Self::with(|_| {}, |_| {})
    }

    fn with(limits: impl FnOnce(&mut Policy), change: impl Fn(&mut ServicePolicy)) -> Self {
        let harness = Harness::with(limits);
        let mut services = ['a', 'b'].map(service_policy);
        services.iter_mut().for_each(change);
        let policy = VerifyPolicy {
            services: services.to_vec(),
            attempts: AttemptPolicy {
                ttl: Duration::from_secs(3600),
                most: 100,
            },
            names: VerificationNames::new("secret", None),
        };
        let store = harness.store.clone();
        let verifications = Verifications::new(&harness.service, store, policy);
        Self {
            harness,
            verifications,
        }
    }

    async fn start(&self) -> StartedVerification {
        self.start_by(|_| {}).await
    }

    async fn start_by(&self, change: impl FnOnce(&mut StartVerification)) -> StartedVerification {
        let mut request = wish();
        change(&mut request);
        self.verifications.start(request).await.unwrap()
    }

    async fn started(&self) -> Verification {
        verification(self.start().await)
    }

    /// Lets the number's quota have a slot again.
    fn wait(&self) {
        self.harness.clock.advance(Duration::from_secs(60));
    }

    async fn check(&self, code: &str) -> CheckedVerification {
        self.check_at(Target::Number(TO.into()), code).await
    }

    async fn check_at(&self, target: Target, code: &str) -> CheckedVerification {
        let request = CheckVerification {
            service: service('a'),
            target,
            code: code.into(),
            address: address(1),
            trace: None,
        };
        self.verifications.check(request).await.unwrap()
    }

    fn received(&self) -> String {
        self.harness.received_code().unwrap()
    }

    async fn attempts(&self) -> Vec<sms_core::Attempt> {
        let all = AttemptFilter::default();
        self.verifications.attempts(&all, None, 100).await.unwrap()
    }
}

/// A wish for a verification of [`TO`] for the service `a`.
fn wish() -> StartVerification {
    StartVerification {
        service: service('a'),
        to: TO.into(),
        channel: Channel::Sms,
        custom_code: None,
        rate_limits: Vec::new(),
        locale: None,
        repeatable: None,
        address: address(1),
        trace: None,
    }
}

fn verification(started: StartedVerification) -> Verification {
    match started {
        StartedVerification::Sent { verification, .. } => verification,
        other => panic!("{other:?}"),
    }
}
