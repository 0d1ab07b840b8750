use actix_web::web;
use serde::Serialize;
use sms_core::{Mobile, ServiceSid, Verification};
use sms_service::{CheckVerification, CheckedVerification, Target};
use utoipa::ToSchema;

use super::told::Told;
use crate::config::Right;
use crate::verify::described::Told as ToldProblem;
use crate::verify::described::{FormProblems, Problems};
use crate::verify::{Answer, Call, Parameters, Problem, ProblemReply, ok, sid};

/// A check as clients read it.
#[derive(Serialize, ToSchema)]
#[schema(as = VerificationCheck)]
struct Resource<'a> {
    #[serde(flatten)]
    told: Told<'a>,
    #[schema(value_type = Vec<i64>)]
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

/// The form of a request.
#[derive(ToSchema)]
#[schema(as = CheckVerification)]
#[expect(dead_code, reason = "it describes what is read parameter by parameter")]
struct Check {
    /// The code, 4 to 10 characters.
    #[schema(rename = "Code")]
    code: String,
    /// The number in E.164.
    #[schema(rename = "To")]
    to: Option<String>,
    /// The name of the verification; it wins.
    #[schema(rename = "VerificationSid")]
    verification_sid: Option<String>,
}

/// `POST /v2/Services/{service}/VerificationCheck`. A wrong code is no problem: the verification is
/// still pending.
#[utoipa::path(
    post,
    path = "/v2/Services/{service}/VerificationCheck",
    tag = "verify",
    params(
        ("service" = String, Path, description = "The name of the service, VA…", example = "VA0123456789abcdef0123456789abcdef"),
    ),
    request_body(content = Check, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The verification: approved, or still pending if the code was wrong", body = Resource<'static>),
        (status = 429, description = "Checks or failures are used up; Retry-After says how long", body = ToldProblem),
        Problems,
        FormProblems,
    ),
    security(("basic" = [])),
)]
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
