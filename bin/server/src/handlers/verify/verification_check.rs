use actix_web::web;
use serde::Serialize;
use sms_core::{Mobile, ServiceSid, Verification};
use sms_service::{CheckVerification, CheckedVerification, Target};

use super::told::Told;
use crate::config::Right;
use crate::verify::{Answer, Call, Parameters, Problem, ProblemReply, ok, sid};

/// A check as clients read it.
#[derive(Serialize)]
struct Resource<'a> {
    #[serde(flatten)]
    told: Told<'a>,
    sna_attempts_error_codes: [(); 0],
}

impl<'a> Resource<'a> {
    fn new(call: &Call, service: ServiceSid, to: &'a Mobile, verification: &Verification) -> Self {
        Self {
            told: Told::new(call, service, to, verification),
            sna_attempts_error_codes: [],
        }
    }
}

/// `POST /v2/Services/{service}/VerificationCheck`. A wrong code is no problem: the verification is
/// still pending.
pub(crate) async fn check_verification(
    call: Call,
    service: web::Path<String>,
    payload: web::Payload,
) -> Answer {
    let service = call.service(&service, &[Right::Check])?.sid;
    let form = call.form(payload).await?;
    let code = form.required("Code")?;
    if !(4..=10).contains(&code.chars().count()) {
        return Err(ProblemReply::parameter("Code"));
    }
    let request = CheckVerification {
        service,
        target: target(&form)?,
        code: code.to_owned(),
        address: call.address(),
        trace: call.trace(),
    };
    match call.engine().check(request).await? {
        CheckedVerification::Wrong { to, verification }
        | CheckedVerification::Approved {
            to, verification, ..
        } => ok(&Resource::new(&call, service, &to, &verification)),
        CheckedVerification::TooMany { retry_after } => {
            Err(ProblemReply::from(Problem::MaxChecks).retry_after(Some(retry_after)))
        }
        CheckedVerification::BadNumber => {
            Err(ProblemReply::number(form.get("To").unwrap_or_default()))
        }
        CheckedVerification::UnknownService | CheckedVerification::Missing => {
            Err(Problem::NotFound.into())
        }
    }
}

/// Whose code it is.
fn target(form: &Parameters) -> Result<Target, ProblemReply> {
    match (form.get("VerificationSid"), form.get("To")) {
        (Some(name), _) => Ok(Target::Sid(sid(name)?)),
        (None, Some(number)) => Ok(Target::Number(number.to_owned())),
        (None, None) => Err(Problem::NoTarget.into()),
    }
}
