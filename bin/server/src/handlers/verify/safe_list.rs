use actix_web::web;
use serde::Serialize;
use sms_core::SafeNumberSid;
use sms_service::{SafeListError, SafeNumber};
use utoipa::ToSchema;

use crate::config::Right;
use crate::verify::described::{FormProblems, Problems};
use crate::verify::{Answer, Call, Links, Problem, ProblemReply, created, no_content, ok};

/// An entry as clients read it.
#[derive(Serialize, ToSchema)]
#[schema(as = SafeNumber)]
struct Resource<'a> {
    #[schema(value_type = String)]
    sid: SafeNumberSid,
    phone_number: &'a str,
    url: String,
}

impl<'a> Resource<'a> {
    fn new(entry: &'a SafeNumber, links: &Links) -> Self {
        let number = entry.mobile.e164();
        Self {
            sid: entry.sid,
            phone_number: number,
            url: links.to(&format!("/SafeList/Numbers/{number}")),
        }
    }
}

/// The form of a request.
#[derive(ToSchema)]
#[schema(as = AddSafeNumber)]
#[expect(dead_code, reason = "it describes what is read parameter by parameter")]
struct Add {
    /// The number in E.164.
    #[schema(rename = "PhoneNumber")]
    phone_number: String,
}

/// `POST /v2/SafeList/Numbers`: neither its region nor its failures block the number from now on.
#[utoipa::path(
    post,
    path = "/v2/SafeList/Numbers",
    tag = "verify",
    request_body(content = Add, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 201, description = "The entry", body = Resource<'static>),
        Problems,
        FormProblems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn add_safe_number(call: Call, payload: web::Payload) -> Answer {
    call.allow_for_all(&[Right::Manage])?;
    let form = call.form(payload).await?;
    let number = form.required("PhoneNumber")?;
    match call.engine().add_safe_number(number).await? {
        Ok(entry) => created(&Resource::new(&entry, &call.links())),
        Err(SafeListError::BadNumber) => Err(ProblemReply::parameter("PhoneNumber")),
        Err(SafeListError::Exists) => Err(Problem::SafeNumberExists.into()),
    }
}

/// `GET /v2/SafeList/Numbers/{number}`
#[utoipa::path(
    get,
    path = "/v2/SafeList/Numbers/{number}",
    tag = "verify",
    params(
        ("number" = String, Path, description = "The number in E.164", example = "+8613800138000"),
    ),
    responses(
        (status = 200, description = "The entry", body = Resource<'static>),
        Problems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn fetch_safe_number(call: Call, number: web::Path<String>) -> Answer {
    call.allow_for_all(&[Right::Read, Right::Manage])?;
    let entry = call.engine().safe_number(&number).await?;
    let entry = entry.ok_or(Problem::NotFound)?;
    ok(&Resource::new(&entry, &call.links()))
}

/// `DELETE /v2/SafeList/Numbers/{number}`
#[utoipa::path(
    delete,
    path = "/v2/SafeList/Numbers/{number}",
    tag = "verify",
    params(
        ("number" = String, Path, description = "The number in E.164", example = "+8613800138000"),
    ),
    responses(
        (status = 204, description = "It is gone"),
        Problems,
    ),
    security(("basic" = [])),
)]
pub(crate) async fn remove_safe_number(call: Call, number: web::Path<String>) -> Answer {
    call.allow_for_all(&[Right::Manage])?;
    match call.engine().remove_safe_number(&number).await? {
        true => no_content(),
        false => Err(Problem::NotFound.into()),
    }
}
