use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::face::Face;

/// `GET /healthz`: the process lives.
pub(crate) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

/// `GET /readyz`: requests may be sent here; else 503 with the reason.
pub(crate) async fn readyz(face: web::Data<Face>) -> HttpResponse {
    match face.ready().await {
        Ok(()) => HttpResponse::Ok().json(json!({"status": "ready"})),
        Err(reason) => HttpResponse::ServiceUnavailable()
            .json(json!({"status": "unavailable", "reason": reason})),
    }
}

/// `GET /metrics`: the text format of Prometheus.
pub(crate) async fn metrics(face: web::Data<Face>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(face.metrics_text().await)
}
