use actix_web::http::header::{CACHE_CONTROL, ContentType};
use actix_web::{HttpRequest, HttpResponse, Responder, web};
use sms_core::{ImageId, Message};
use sms_service::Picture;

use crate::face::Face;
use crate::reply::Said;

/// Draws a picture with a code, in place of an older one of the same name.
#[utoipa::path(
    get,
    path = "/image_codes/{uuid}/",
    tag = "django",
    params(
        ("uuid" = String, Path, description = "The name of the picture: 1 to 64 of A-Z a-z 0-9 _ -",
         example = "f47ac10b-58cc-4372-a567-0e02b2c3d479"),
    ),
    responses(
        (status = 200, description = "The picture, or that there were too many", content(
            (Vec<u8> = "image/png"),
            (Said = "application/json"),
        )),
        (status = 404, description = "There is no picture of such a name", body = Said),
        (status = 405, description = "Only GET draws", body = Said),
        (status = 414, description = "The path or the query is too long", body = Said),
        (status = 431, description = "The headers are too large", body = Said),
        (status = 503, description = "The store is out of reach, or too much is under way", body = Said),
    ),
)]
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
            .rate_limit(face.limits.pictures.after(retry_after))
            .respond_to(&request),
        Ok(Picture::Overloaded) => face.reply(Message::Overloaded).respond_to(&request),
        Err(error) => face.failed(&error).respond_to(&request),
    }
}
