use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, Responder, web};
use serde::Serialize;
use sms_core::{Message, Mobile};
use sms_gateway::SentMessage;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::face::Face;
use crate::query::parameter;

#[derive(Serialize)]
struct Entry {
    mobile: String,
    code: String,
    minutes: u32,
    text: String,
    sent_at: String,
}

impl From<SentMessage> for Entry {
    fn from(sent: SentMessage) -> Self {
        let sent_at = OffsetDateTime::from(sent.sent_at);
        Self {
            mobile: sent.mobile.key().to_owned(),
            code: sent.code.expose().to_owned(),
            minutes: sent.minutes,
            text: sent.text(),
            sent_at: sent_at.format(&Rfc3339).unwrap_or_default(),
        }
    }
}

/// `GET /dev/outbox?mobile=…`: what the mock sender sent, newest first; to all numbers if none is
/// named. The route is there in development alone.
pub(crate) async fn outbox(request: HttpRequest, face: web::Data<Face>) -> HttpResponse {
    let Some(mock) = &face.outbox else {
        return face.reply(Message::NotFound).respond_to(&request);
    };
    let sent = match parameter(request.query_string(), "mobile") {
        None => mock.sent(),
        Some(text) => match Mobile::parse(&text) {
            Ok(mobile) => mock.sent_to(&mobile),
            Err(_) => return face.reply(Message::BadMobile).respond_to(&request),
        },
    };
    let entries: Vec<_> = sent.into_iter().map(Entry::from).collect();
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(entries)
}
