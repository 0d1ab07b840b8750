use actix_web::{HttpRequest, web};
use sms_service::SendCode;

use crate::face::Face;
use crate::query::parameters;
use crate::reply::Reply;
use crate::trace::Trace;

/// `GET /sms_codes/{mobile}/?image_code=…&image_code_id=…`
pub(crate) async fn send_code(
    request: HttpRequest,
    face: web::Data<Face>,
    mobile: web::Path<String>,
) -> Reply {
    // Front ends that came before know the id as `uuid`.
    let names = ["image_code", "image_code_id", "uuid"];
    let [image_code, image_code_id, uuid] = parameters(request.query_string(), names);
    let asked = SendCode {
        mobile: mobile.into_inner(),
        image_code,
        image_code_id: image_code_id.or(uuid),
        address: face.client(&request),
        trace: Trace::name_of(&request),
    };
    match face.service.send_code(asked).await {
        Ok(sent) => face.reply(sent.message()).retry_after(sent.retry_after()),
        Err(error) => face.failed(&error),
    }
}
