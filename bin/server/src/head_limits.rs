use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, Responder, web};
use sms_core::Message;

use crate::face::Face;

/// No path that is meant comes near this, in bytes.
const PATH_LIMIT: usize = 1024;
/// Nor a query near this.
const QUERY_LIMIT: usize = 8 * 1024;
/// All headers together: names and values. Shops have large cookies.
const HEADERS_LIMIT: usize = 16 * 1024;

/// Refuses a request whose head is larger than any that is meant, before anything reads it.
pub(crate) async fn head_limits(
    face: web::Data<Face>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    match excess(&request) {
        None => Ok(next.call(request).await?.map_into_left_body()),
        Some(message) => {
            let answer = face.reply(message).respond_to(request.request());
            Ok(request.into_response(answer).map_into_right_body())
        }
    }
}

/// What of the head is too large.
fn excess(request: &ServiceRequest) -> Option<Message> {
    let uri = request.uri();
    if uri.path().len() > PATH_LIMIT || uri.query().is_some_and(|query| query.len() > QUERY_LIMIT) {
        return Some(Message::UriTooLong);
    }
    let headers = request.headers().iter();
    let size: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    (size > HEADERS_LIMIT).then_some(Message::HeadersTooLarge)
}
