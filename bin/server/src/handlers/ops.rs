use actix_web::{HttpResponse, web};
use serde_json::{Map, Value, json};

use crate::face::Face;

/// `GET /healthz`: the process lives.
pub(crate) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(json!({"status": "ok"}))
}

/// `GET /readyz`: requests may be sent here; else 503 with the reason. What state the senders are
/// in is told beside it: another instance would fare no better with them.
pub(crate) async fn readyz(face: web::Data<Face>) -> HttpResponse {
    let senders = states(&face);
    match face.ready().await {
        Ok(()) => HttpResponse::Ok().json(json!({"status": "ready", "senders": senders})),
        Err(reason) => HttpResponse::ServiceUnavailable()
            .json(json!({"status": "unavailable", "reason": reason, "senders": senders})),
    }
}

/// The state of each sender by its name.
fn states(face: &Face) -> Map<String, Value> {
    let states = face.healths.states().into_iter();
    states
        .map(|(sender, state)| (sender.to_string(), state.name().into()))
        .collect()
}

/// `GET /metrics`: the text format of Prometheus.
pub(crate) async fn metrics(face: web::Data<Face>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(face.metrics_text().await)
}
