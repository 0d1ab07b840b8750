use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, ETag, Header, IfNoneMatch, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::component::Component;
use crate::face::Face;

/// How long a page may do without asking whether the script has changed.
const FRESH: &str = "public, max-age=300";

/// `GET /sms-code.js`: the web component. A page of any origin may run it; what it may ask for
/// afterwards is another matter.
pub(crate) async fn component(request: HttpRequest, face: web::Data<Face>) -> HttpResponse {
    let component = &face.component;
    let is_known = is_known(&request, component);
    let mut response = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header(ETag(component.tag.clone()))
        .insert_header((CACHE_CONTROL, FRESH))
        // Scripts that are modules are fetched as any other data of another origin is.
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if is_known {
        return response.finish();
    }
    response
        .content_type("text/javascript; charset=utf-8")
        .body(component.script.clone())
}

/// Whether the client has this very script.
fn is_known(request: &HttpRequest, component: &Component) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|tag| tag.weak_eq(&component.tag)),
        Err(_) => false,
    }
}
