use actix_web::{HttpRequest, web};
use sms_service::SendCode;

use crate::face::Face;
use crate::query::parameter;
use crate::reply::Reply;
use crate::request_id::RequestId;

/// `GET /sms_codes/{mobile}/?image_code=…&image_code_id=…`
pub(crate) async fn send_code(
    request: HttpRequest,
    face: web::Data<Face>,
    mobile: web::Path<String>,
) -> Reply {
    let query = request.query_string();
    let asked = SendCode {
        mobile: mobile.into_inner(),
        image_code: parameter(query, "image_code"),
        // Front ends that came before know the id as `uuid`.
        image_code_id: parameter(query, "image_code_id").or_else(|| parameter(query, "uuid")),
        address: face.client(&request),
        trace: RequestId::trace(&request),
    };
    match face.service.send_code(asked).await {
        Ok(sent) => face.reply(sent.message()).retry_after(sent.retry_after()),
        Err(error) => face.failed(&error),
    }
}
