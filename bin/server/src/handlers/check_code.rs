use actix_web::{HttpRequest, web};
use sms_service::CheckCode;

use crate::body;
use crate::face::Face;
use crate::reply::Reply;
use crate::trace::Trace;

/// `POST /sms_codes/{mobile}/verify/` with `sms_code` in a JSON object or a form.
pub(crate) async fn check_code(
    request: HttpRequest,
    face: web::Data<Face>,
    mobile: web::Path<String>,
    payload: web::Payload,
) -> Reply {
    let body = match body::read(request.headers(), payload).await {
        Ok(body) => body,
        Err(excess) => return face.reply(excess.into()),
    };
    let asked = CheckCode {
        mobile: mobile.into_inner(),
        sms_code: body::member(&body, "sms_code"),
        address: face.client(&request),
        trace: Trace::name_of(&request),
    };
    match face.service.check_code(asked).await {
        Ok(checked) => face
            .reply(checked.message())
            .attempts_left(checked.attempts_left()),
        Err(error) => face.failed(&error),
    }
}
