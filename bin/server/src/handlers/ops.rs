use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::face::Face;

/// `GET /healthz`: the process lives.
pub(crate) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

/// `GET /readyz`: requests may be sent here; else 503 with the reason.
pub(crate) async fn readyz(face: web::Data<Face>) -> HttpResponse {
    if face.is_draining() {
        return not_ready("the server is stopping");
    }
    match face.service.ready().await {
        Ok(()) => HttpResponse::Ok().json(json!({"status": "ready"})),
        Err(error) => not_ready(&error.to_string()),
    }
}

/// `GET /metrics`: the text format of Prometheus.
pub(crate) async fn metrics(face: web::Data<Face>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(face.metrics.text())
}

fn not_ready(reason: &str) -> HttpResponse {
    HttpResponse::ServiceUnavailable().json(json!({"status": "unavailable", "reason": reason}))
}
