use std::str::FromStr;

use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;

use super::problem::Problem;
use super::problem_reply::ProblemReply;
use crate::rate_limit::RateLimit;

/// What a handler of this face gives.
pub(crate) type Answer = Result<HttpResponse, ProblemReply>;

/// The answer that has what was asked for, or what was changed.
pub(crate) fn ok(resource: &impl Serialize) -> Answer {
    Ok(not_stored(HttpResponse::Ok()).json(resource))
}

/// The answer that has what was made.
pub(crate) fn created(resource: &impl Serialize) -> Answer {
    Ok(not_stored(HttpResponse::Created()).json(resource))
}

/// The answer that has what was made, in JSON, and what may be told of the limits that it met.
pub(crate) fn created_within(json: Vec<u8>, limits: &RateLimit) -> Answer {
    let mut response = not_stored(HttpResponse::Created());
    limits.tell(&mut response);
    Ok(response.content_type(ContentType::json()).body(json))
}

/// The answer that has what was made when the same was asked for before.
pub(crate) fn created_before(resource: &impl Serialize) -> Answer {
    let mut response = not_stored(HttpResponse::Created());
    response.insert_header(("Idempotent-Replayed", "true"));
    Ok(response.json(resource))
}

/// The answer that something is gone.
pub(crate) fn no_content() -> Answer {
    Ok(not_stored(HttpResponse::NoContent()).finish())
}

fn not_stored(mut response: HttpResponseBuilder) -> HttpResponseBuilder {
    response.insert_header((CACHE_CONTROL, "no-store"));
    response
}

/// The name of something in a path or a form.
///
/// # Errors
///
/// It can be the name of nothing.
pub(crate) fn sid<T: FromStr>(text: &str) -> Result<T, ProblemReply> {
    text.parse().map_err(|_| Problem::NotFound.into())
}
