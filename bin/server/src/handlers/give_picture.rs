use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpRequest, HttpResponse, Responder, web};
use sms_captcha::Language;
use sms_core::{ImageId, Locale, Message};
use sms_service::Picture;

use crate::face::Face;
use crate::query::parameters;
use crate::reply::Said;

/// Draws a picture with a code, or speaks one, in place of an older one of the same name.
#[utoipa::path(
    get,
    path = "/image_codes/{uuid}/",
    tag = "django",
    params(
        ("uuid" = String, Path, description = "The name of the picture: 1 to 64 of A-Z a-z 0-9 _ -",
         example = "f47ac10b-58cc-4372-a567-0e02b2c3d479"),
        ("type" = Option<String>, Query, description = "audio, for digits to listen to"),
        ("lang" = Option<String>, Query, description = "The language of the digits: zh or en"),
    ),
    responses(
        (status = 200, description = "The picture or the recording, or that there were too many", content(
            (Vec<u8> = "image/png"),
            (Vec<u8> = "audio/wav"),
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
    let client = face.client(&request);
    let [form, tag] = parameters(request.query_string(), ["type", "lang"]);
    let picture = if form.as_deref() == Some("audio") {
        let language = language(tag.as_deref().unwrap_or_default(), face.locale);
        face.service.speak_picture(&id, language, client).await
    } else {
        face.service.give_picture(&id, client).await
    };
    match picture {
        Ok(Picture::Drawn(png)) => file("image/png", png),
        Ok(Picture::Spoken(wav)) => file("audio/wav", wav),
        Ok(Picture::AddressTooOften { retry_after }) => face
            .reply(Message::AddressTooOften)
            .retry_after(Some(retry_after))
            .rate_limit(face.limits.pictures.after(retry_after))
            .respond_to(&request),
        Ok(Picture::Overloaded) => face.reply(Message::Overloaded).respond_to(&request),
        Err(error) => face.failed(&error).respond_to(&request),
    }
}

fn file(content_type: &'static str, content: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(content)
}

/// What a BCP 47 tag asks for, as far as its first part goes; else the language of messages.
fn language(tag: &str, locale: Locale) -> Language {
    let primary = tag.split('-').next().unwrap_or_default();
    match (primary.to_ascii_lowercase().as_str(), locale) {
        ("en", _) => Language::English,
        ("zh", _) => Language::Mandarin,
        (_, Locale::En) => Language::English,
        (_, Locale::ZhCn) => Language::Mandarin,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_part_of_a_tag_is_the_language() {
        let (english, mandarin) = (Language::English, Language::Mandarin);
        let rows = [
            ("en", Locale::ZhCn, english),
            ("EN-gb", Locale::ZhCn, english),
            ("zh", Locale::En, mandarin),
            ("zh-Hans-CN", Locale::En, mandarin),
            ("", Locale::ZhCn, mandarin),
            ("", Locale::En, english),
            ("fr", Locale::En, english),
            ("eng", Locale::ZhCn, mandarin),
        ];
        for (tag, locale, spoken) in rows {
            assert_eq!(language(tag, locale), spoken, "{tag} {locale:?}");
        }
    }
}
