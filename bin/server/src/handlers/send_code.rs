use actix_web::{HttpRequest, web};
use sms_service::{SendCode, SentCode};

use crate::face::Face;
use crate::query::parameters;
use crate::rate_limit::RateLimit;
use crate::reply::{Reply, Said};
use crate::trace::Trace;

/// Sends a code to a number, if the answer to the picture is right.
#[utoipa::path(
    get,
    path = "/sms_codes/{mobile}/",
    tag = "django",
    params(
        ("mobile" = String, Path, description = "The number, as people write it", example = "13800138000"),
        ("image_code" = Option<String>, Query, description = "What the picture shows, in letters of any size"),
        ("image_code_id" = Option<String>, Query, description = "The name of the picture"),
        ("uuid" = Option<String>, Query, description = "Another name for image_code_id, which wins"),
    ),
    responses(
        (status = 200, description = "What came of it", body = Said),
        (status = 405, description = "Only GET sends", body = Said),
        (status = 414, description = "The path or the query is too long", body = Said),
        (status = 431, description = "The headers are too large", body = Said),
        (status = 503, description = "The store is out of reach, or too much is under way", body = Said),
    ),
)]
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
        Ok(sent) => face
            .reply(sent.message())
            .retry_after(sent.retry_after())
            .rate_limit(told(&face, &sent)),
        Err(error) => face.failed(&error),
    }
}

/// What the client may know of the limits that its request met: those of the number and of its own address,
/// and neither what the service may spend nor what a provider allows.
fn told(face: &Face, sent: &SentCode) -> RateLimit {
    let limits = &face.limits;
    match sent {
        SentCode::Sent { next_slot_in, .. } => limits.number.after(*next_slot_in),
        SentCode::MobileTooOften { retry_after } => limits.number.after(*retry_after),
        SentCode::AddressTooOften { retry_after } => limits.address.after(*retry_after),
        _ => RateLimit::default(),
    }
}
