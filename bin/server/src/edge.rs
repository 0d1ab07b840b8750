use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, Responder, web};
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
    // The Verify face has a guard of its own, which asks for credentials before.
    let is_guarded = face.verify.is_some() && verify::is_below(request.path());
    let excess = excess(&request).filter(|_| !is_guarded);
    let mut response = if let Some(excess) = excess {
        let answer = face.reply(excess.into()).respond_to(request.request());
        request.into_response(answer).map_into_right_body()
    } else {
        let response = next.call(request).await?;
        if is_refusal(&response) {
            // In the shape of all answers.
            let (request, _) = response.into_parts();
            let answer = face.reply(Message::CrossOriginRefused);
            let answer = answer.respond_to(&request);
            ServiceResponse::new(request, answer).map_into_right_body()
        } else {
            response.map_into_left_body()
        }
    };
    entry.end(&mut response);
    Ok(response)
}
