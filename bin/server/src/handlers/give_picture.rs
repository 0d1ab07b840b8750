use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::{HttpRequest, HttpResponse, Responder, web};
use sms_core::{ImageId, Message};
use sms_service::Picture;

use crate::face::Face;

/// `GET /image_codes/{uuid}/`
pub(crate) async fn give_picture(
    request: HttpRequest,
    face: web::Data<Face>,
    uuid: web::Path<String>,
) -> HttpResponse {
    let Some(id) = ImageId::parse(&uuid) else {
        return face.reply(Message::NotFound).respond_to(&request);
    };
    match face.service.give_picture(&id, face.client(&request)).await {
        Ok(Picture::Drawn(png)) => HttpResponse::Ok()
            .content_type(ContentType::png())
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(png),
        Ok(Picture::AddressTooOften { retry_after }) => face
            .reply(Message::AddressTooOften)
            .retry_after(Some(retry_after))
            .respond_to(&request),
        Ok(Picture::Overloaded) => face.reply(Message::Overloaded).respond_to(&request),
        Err(error) => face.failed(&error).respond_to(&request),
    }
}
