use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};

use super::call::{face, verify};
use super::caller::Caller;
use super::problem::Problem;
use super::problem_reply::ProblemReply;
use crate::head_limits::excess;

/// What every request to this face passes on its way in: nothing else is looked at before the
/// caller has shown who it is. On their way out all problems get the shape of this face.
pub(super) async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let response = match admit(&request) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.call(request).await?.map_into_boxed_body()
        }
        Err(problem) => request.error_response(problem).map_into_boxed_body(),
    };
    let error = response.response().error();
    let problem = error.and_then(Error::as_error::<ProblemReply>);
    let Some(answer) = problem.map(|problem| problem.answer(response.request())) else {
        return Ok(response);
    };
    let (request, _) = response.into_parts();
    Ok(ServiceResponse::new(request, answer))
}

fn admit(request: &ServiceRequest) -> Result<Arc<Caller>, ProblemReply> {
    let shown = request.headers().get(AUTHORIZATION);
    let caller = verify(face(request.request())).credentials.find(shown);
    let caller = caller.ok_or(Problem::Unauthenticated)?;
    match excess(request) {
        None => Ok(caller),
        Some(excess) => Err(excess.into()),
    }
}
