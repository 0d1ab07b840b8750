use actix_web::{HttpRequest, web};

use crate::body;
use crate::face::Face;
use crate::reply::Reply;

/// `POST /sms_codes/{mobile}/verify/` with `sms_code` in a JSON object or a form.
pub(crate) async fn check_code(
    request: HttpRequest,
    face: web::Data<Face>,
    mobile: web::Path<String>,
    payload: web::Payload,
) -> Reply {
    let body = match body::read(request.headers(), payload).await {
        Ok(body) => body,
        Err(message) => return face.reply(message),
    };
    let sms_code = body::member(&body, "sms_code");
    match face.service.check_code(&mobile, sms_code.as_deref()).await {
        Ok(checked) => face
            .reply(checked.message())
            .attempts_left(checked.attempts_left()),
        Err(error) => face.failed(&error),
    }
}
