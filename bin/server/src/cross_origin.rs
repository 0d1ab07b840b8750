use actix_cors::{Cors, CorsError};
use actix_web::Error;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::RETRY_AFTER;
use actix_web::middleware::Condition;

use crate::config::{List, Origin};
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

/// Whether this answers a preflight that was refused.
pub(crate) fn is_refusal<B>(response: &ServiceResponse<B>) -> bool {
    let error = response.response().error();
    error.and_then(Error::as_error::<CorsError>).is_some()
}
