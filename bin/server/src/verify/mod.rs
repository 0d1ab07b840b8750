//! The face for clients of Twilio Verify: who may call, how they ask and what they are told. Its
//! resources are in `handlers/verify`.

mod answer;
mod call;
mod caller;
mod credentials;
pub(crate) mod described;
mod guard;
mod links;
mod masked;
mod paging;
mod parameters;
mod problem;
mod problem_reply;
mod routes;
mod shown_path;
mod times;

use sms_core::{AccountSid, ServiceSid};
use sms_service::{ServicePolicy, Verifications};

use crate::config::VerifySettings;
use crate::rate_limit::Told;
use credentials::Credentials;

pub(crate) use answer::{Answer, created, created_before, created_within, no_content, ok, sid};
pub(crate) use call::Call;
pub(crate) use guard::{problem_answer, refused};
pub(crate) use links::Links;
pub(crate) use masked::is_number;
pub(crate) use paging::{List, Next, Page};
pub(crate) use parameters::Parameters;
pub(crate) use problem::Problem;
pub(crate) use problem_reply::ProblemReply;
pub(crate) use routes::{is_below, routes};
pub(crate) use times::{moment, stamp};

/// What the handlers of this face need.
pub(crate) struct VerifyFace {
    /// The account that callers speak for.
    account: AccountSid,
    credentials: Credentials,
    public_url: Option<String>,
    verifications: Verifications,
    /// What may be told of the limits of numbers, in the order of the services.
    limits: Vec<Told>,
}

impl VerifyFace {
    /// The face that `settings` ask for, if they do, over these use cases.
    pub(crate) fn new(settings: &VerifySettings, verifications: Verifications) -> Option<Self> {
        Some(Self {
            account: settings.account_sid.0?,
            credentials: Credentials::new(settings),
            public_url: Some(settings.public_url.clone()).filter(|url| !url.is_empty()),
            limits: told(&verifications),
            verifications,
        })
    }

    /// What may be told of the limits of numbers for a service.
    fn limits(&self, sid: ServiceSid) -> Option<&Told> {
        let mut services = self.verifications.policy().services.iter();
        let place = services.position(|service| service.sid == sid)?;
        self.limits.get(place)
    }

    /// The service of that name, if there is one.
    fn service(&self, sid: ServiceSid) -> Option<&ServicePolicy> {
        let mut services = self.verifications.policy().services.iter();
        services.find(|service| service.sid == sid)
    }
}

fn told(verifications: &Verifications) -> Vec<Told> {
    let services = verifications.policy().services.iter();
    let told = services.map(|service| Told::new("number", &service.per_mobile));
    told.collect()
}
