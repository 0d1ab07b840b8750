use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::{Error, HttpMessage, HttpResponse};

use super::call::{face, verify};
use super::problem::Problem;
use super::problem_reply::ProblemReply;
use crate::head_limits::excess;

/// What every request to this face passes on its way in: nothing else is looked at before the caller
/// has shown who it is, which is left with the request for [`super::Call`]. The answer to those that do
/// not pass.
pub(crate) fn refused(request: &ServiceRequest) -> Option<HttpResponse> {
    let problem = admit(request).err()?;
    Some(problem.answer(request.request()))
}

/// The answer to a problem that a handler had, in the shape of this face.
pub(crate) fn problem_answer(response: &ServiceResponse<impl MessageBody>) -> Option<HttpResponse> {
    let error = response.response().error()?;
    let problem = Error::as_error::<ProblemReply>(error)?;
    Some(problem.answer(response.request()))
}

fn admit(request: &ServiceRequest) -> Result<(), ProblemReply> {
    let shown = request.headers().get(AUTHORIZATION);
    let caller = verify(face(request.request())).credentials.find(shown);
    let caller = caller.ok_or(Problem::Unauthenticated)?;
    match excess(request) {
        None => {
            request.extensions_mut().insert(caller);
            Ok(())
        }
        Some(excess) => Err(excess.into()),
    }
}
