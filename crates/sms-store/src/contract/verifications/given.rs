//! What the tests of verifications have in common.

use std::time::Duration;

use sms_core::{
    AttemptSid, BucketSid, ServiceSid, SmsCode, Start, StartRefusal, StartRules, Started,
    VerificationCheck, VerificationSid, VerificationStatus, Which,
};

use crate::contract::Candidate;
use crate::contract::given::{TTL, mobile, quotas, rules};
use crate::{
    AttemptPolicy, BucketUse, VerificationAdmission, VerificationRequest, VerificationStore,
};

pub(super) const POLICY: AttemptPolicy = AttemptPolicy {
    ttl: Duration::from_secs(3600),
    most: 3,
};

pub(super) fn service(digit: char) -> ServiceSid {
    ServiceSid::from_hex(&digit.to_string().repeat(32)).unwrap()
}

pub(super) fn verification(digit: char) -> VerificationSid {
    VerificationSid::from_hex(&digit.to_string().repeat(32)).unwrap()
}

pub(super) fn send(digit: char) -> AttemptSid {
    AttemptSid::from_hex(&digit.to_string().repeat(32)).unwrap()
}

/// The wish to begin the verification of that digit for the service `a`, by a message of the digit.
pub(super) fn start(digit: char, text: &str) -> Start<SmsCode> {
    Start {
        service: service('a'),
        sid: verification(digit),
        code: SmsCode::custom(text).unwrap(),
        send: send(digit),
    }
}

pub(super) fn start_rules(sends: &[&str], failures: &[&str]) -> StartRules {
    StartRules {
        ttl: TTL,
        max_sends: 3,
        quotas: quotas(sends),
        failures: quotas(failures),
    }
}

pub(super) async fn begin(
    candidate: &impl Candidate<Store: VerificationStore>,
    start: &Start<SmsCode>,
) -> Result<Started<SmsCode>, StartRefusal> {
    let rules = start_rules(&[], &["3/1h"]);
    candidate
        .store()
        .start_verification(&mobile(), start, &rules)
        .await
        .unwrap()
}

pub(super) async fn begun(
    candidate: &impl Candidate<Store: VerificationStore>,
    digit: char,
    text: &str,
) -> Started<SmsCode> {
    begin(candidate, &start(digit, text)).await.unwrap()
}

pub(super) fn current(service: ServiceSid) -> Which {
    Which { service, sid: None }
}

pub(super) async fn try_code(
    candidate: &impl Candidate<Store: VerificationStore>,
    which: Which,
    text: &str,
) -> VerificationCheck {
    let rules = rules(2, &["3/1h"]);
    candidate
        .store()
        .check_verification(&mobile(), which, text, &rules)
        .await
        .unwrap()
}

pub(super) async fn status(
    candidate: &impl Candidate<Store: VerificationStore>,
    sid: Option<VerificationSid>,
) -> Option<VerificationStatus> {
    let service = service('a');
    candidate
        .store()
        .verification(&mobile(), Which { service, sid })
        .await
        .unwrap()
        .map(|found| found.status)
}

/// An admission with one bucket, for the value `value`.
pub(super) async fn admit(
    candidate: &impl Candidate<Store: VerificationStore>,
    start: &Start<SmsCode>,
    rules: &StartRules,
    budget: &[&str],
    value: &str,
) -> VerificationAdmission {
    let bucket = BucketUse {
        sid: BucketSid::from_hex(&"b".repeat(32)).unwrap(),
        value,
        quotas: quotas(&["2/60s"]),
    };
    let request = VerificationRequest {
        mobile: &mobile(),
        start,
        rules,
        buckets: &[bucket],
        budget: &quotas(budget),
    };
    candidate
        .store()
        .admit_verification(&request)
        .await
        .unwrap()
}

pub(super) fn why(admission: &VerificationAdmission) -> &'static str {
    match admission {
        VerificationAdmission::Admitted { .. } => "admitted",
        VerificationAdmission::BucketFull { .. } => "bucket",
        VerificationAdmission::BudgetSpent { .. } => "budget",
        VerificationAdmission::Refused(refusal) => match refusal {
            StartRefusal::NumberBlocked { .. } => "blocked",
            StartRefusal::ChecksExhausted { .. } => "checks",
            StartRefusal::SendsExhausted { .. } => "sends",
            StartRefusal::TooOften { .. } => "often",
        },
    }
}
