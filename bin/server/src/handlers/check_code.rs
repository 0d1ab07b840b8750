use actix_web::{HttpRequest, web};
use sms_service::CheckCode;

use crate::body;
use crate::face::Face;
use crate::reply::{Reply, Said};
use crate::trace::Trace;

/// A code that somebody gave, in a JSON object or a form.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it describes what is read member by member")]
struct Given {
    /// The code.
    #[schema(example = "246810")]
    sms_code: String,
}

/// Checks the code that was sent to a number.
#[utoipa::path(
    post,
    path = "/sms_codes/{mobile}/verify/",
    tag = "django",
    params(
        ("mobile" = String, Path, description = "The number, as people write it", example = "13800138000"),
    ),
    request_body(content(
        (Given = "application/json"),
        (Given = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 200, description = "What came of it", body = Said),
        (status = 405, description = "Only POST checks", body = Said),
        (status = 408, description = "The body did not come in time", body = Said),
        (status = 413, description = "The body is too large", body = Said),
        (status = 414, description = "The path or the query is too long", body = Said),
        (status = 431, description = "The headers are too large", body = Said),
        (status = 503, description = "The store is out of reach", body = Said),
    ),
)]
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
