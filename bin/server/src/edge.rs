use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, Responder, web};
use sms_core::Message;

use crate::access_log::Entry;
use crate::cross_origin::is_refusal;
use crate::face::Face;
use crate::head_limits::excess;
use crate::{idle, verify};

/// What every request to the public listener passes on its way in, and every answer on its way out.
///
/// It is one layer because each costs a future of its own for every request.
pub(crate) async fn edge(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let face = request.app_data::<web::Data<Face>>();
    let face = face.expect("every worker has the face").clone();
    let _busy = idle::begin(&request);
    let entry = Entry::begin(&face, &request);
    // By the path that routes are found by, in which what was encoded without need is not any more.
    let is_verify = face.verify.is_some() && verify::is_below(request.match_info().as_str());
    let refused = match is_verify {
        true => verify::refused(&request),
        false => {
            excess(&request).map(|excess| face.reply(excess.into()).respond_to(request.request()))
        }
    };
    let mut response = if let Some(answer) = refused {
        request.into_response(answer).map_into_right_body()
    } else {
        let response = next.call(request).await?;
        match in_shape(&face, is_verify, &response) {
            None => response.map_into_left_body(),
            Some(answer) => {
                let (request, _) = response.into_parts();
                ServiceResponse::new(request, answer).map_into_right_body()
            }
        }
    };
    entry.end(&mut response);
    Ok(response)
}

/// What is answered in the place of a response that has not the shape of all others.
fn in_shape(
    face: &Face,
    is_verify: bool,
    response: &ServiceResponse<impl MessageBody>,
) -> Option<HttpResponse> {
    if is_verify {
        return verify::problem_answer(response);
    }
    is_refusal(response).then(|| {
        let answer = face.reply(Message::CrossOriginRefused);
        answer.respond_to(response.request())
    })
}
