use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{Either, HttpRequest, HttpResponse, web};
use sms_core::Message;
use sms_gateway::ReportFormat;

use crate::body;
use crate::face::Face;
use crate::reply::Reply;

/// The most that a provider tells at once, in bytes: a thousand reports, which is as many as are
/// read, are up to 350 KiB.
const LIMIT: usize = 512 * 1024;

/// `POST /receipts/{sender}/{token}`: the provider of a sender tells what became of messages.
///
/// Whoever may not is told what anybody is told of a path that is not there.
pub(crate) async fn take_reports(
    request: HttpRequest,
    face: web::Data<Face>,
    path: web::Path<(String, String)>,
    payload: web::Payload,
) -> Either<HttpResponse, Reply> {
    let (sender, token) = path.into_inner();
    let address = face.proxies.client(request.peer_addr(), request.headers());
    let receiver = match face.receivers.find(&sender, &token, address) {
        Ok(receiver) => receiver,
        Err(forged) => {
            face.metrics.deliveries.forged(forged);
            return Either::Right(face.reply(Message::NotFound));
        }
    };
    let Ok(body) = body::read_up_to(LIMIT, request.headers(), payload).await else {
        face.metrics.deliveries.unreadable(&receiver.sender);
        return Either::Right(face.reply(Message::BodyUnreadable));
    };
    let signature = request.headers().get("X-Twilio-Signature");
    let signature = signature.and_then(|value| value.to_str().ok());
    if let Err(forged) = receiver.check(signature, &body) {
        face.metrics.deliveries.forged(forged);
        return Either::Right(face.reply(Message::NotFound));
    }
    let Ok(read) = receiver.format.read(&body) else {
        face.metrics.deliveries.unreadable(&receiver.sender);
        return Either::Right(face.reply(Message::BodyUnreadable));
    };
    face.metrics
        .deliveries
        .ignored(&receiver.sender, read.ignored);
    let taken = face.service.take_reports(&receiver.sender, &read.reports);
    match taken.await {
        Ok(()) => Either::Left(thanks(receiver.format)),
        // It is told again, until the store takes it.
        Err(error) => Either::Right(face.failed(&error)),
    }
}

/// What the provider hears when its reports were taken.
fn thanks(format: ReportFormat) -> HttpResponse {
    let no_store = (CACHE_CONTROL, "no-store");
    match format.thanks() {
        "" => HttpResponse::NoContent().insert_header(no_store).finish(),
        body => HttpResponse::Ok()
            .insert_header(no_store)
            .insert_header((CONTENT_TYPE, "application/json"))
            .body(body),
    }
}
