use actix_web::web;
use serde::Serialize;
use sms_core::SafeNumberSid;
use sms_service::{SafeListError, SafeNumber};

use crate::config::Right;
use crate::verify::{Answer, Call, Links, Problem, ProblemReply, created, no_content, ok};

/// An entry as clients read it.
#[derive(Serialize)]
struct Resource<'a> {
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

/// `POST /v2/SafeList/Numbers`: neither its region nor its failures block the number from now on.
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
pub(crate) async fn fetch_safe_number(call: Call, number: web::Path<String>) -> Answer {
    call.allow_for_all(&[Right::Read, Right::Manage])?;
    let entry = call.engine().safe_number(&number).await?;
    let entry = entry.ok_or(Problem::NotFound)?;
    ok(&Resource::new(&entry, &call.links()))
}

/// `DELETE /v2/SafeList/Numbers/{number}`
pub(crate) async fn remove_safe_number(call: Call, number: web::Path<String>) -> Answer {
    call.allow_for_all(&[Right::Manage])?;
    match call.engine().remove_safe_number(&number).await? {
        true => no_content(),
        false => Err(Problem::NotFound.into()),
    }
}
