use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpResponse, web};

use crate::demo::{self, Asset};
use crate::face::Face;

/// `GET /`: the page that shows the service at work.
pub(crate) async fn demo_page(face: web::Data<Face>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, demo::CONTENT_SECURITY_POLICY))
        .insert_header((REFERRER_POLICY, "no-referrer"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(face.demo.0.clone())
}

/// `GET /static/…`: a file of that page.
pub(crate) async fn asset(file: &'static Asset) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(file.content_type)
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CACHE_CONTROL, "no-cache"))
        .body(file.content)
}
