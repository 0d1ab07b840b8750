use actix_cors::{Cors, CorsError};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::RETRY_AFTER;
use actix_web::middleware::{Condition, Next};
use actix_web::{Error, Responder, web};
use sms_core::Message;

use crate::config::{List, Origin};
use crate::face::Face;
use crate::request_id::X_REQUEST_ID;

/// Lets pages of the configured origins call, with their cookies, as the pages of such shops do.
pub(crate) fn cors(origins: &List<Origin>) -> Condition<Cors> {
    let cors = Cors::default()
        .allowed_methods(["GET", "POST"])
        .allow_any_header()
        .expose_headers([RETRY_AFTER, X_REQUEST_ID])
        .supports_credentials()
        .max_age(3600);
    let cors = origins
        .iter()
        .fold(cors, |cors, origin| cors.allowed_origin(origin.as_str()));
    Condition::new(!origins.is_empty(), cors)
}

/// Answers a preflight that was refused in the shape of all answers.
pub(crate) async fn cors_refusals(
    face: web::Data<Face>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let response = next.call(request).await?;
    let error = response.response().error();
    if error.and_then(Error::as_error::<CorsError>).is_none() {
        return Ok(response.map_into_left_body());
    }
    let (request, _) = response.into_parts();
    let answer = face.reply(Message::CrossOriginRefused).respond_to(&request);
    Ok(ServiceResponse::new(request, answer).map_into_right_body())
}
