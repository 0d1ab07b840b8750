use actix_web::web::{self, ServiceConfig, get, post};

use crate::config::{List, Origin};
use crate::cross_origin::cors;
use crate::demo::ASSETS;
use crate::face::Face;
use crate::handlers::{
    asset, check_code, demo_page, give_picture, healthz, metrics, not_allowed, not_found, outbox,
    readyz, send_code,
};

/// Every path of the public listener.
///
/// Paths are tried in this order, and one with two patterns is matched twice: so each has its own
/// resource, those first that are asked for most.
pub(crate) fn public(app: &mut ServiceConfig, face: &Face, origins: &List<Origin>) {
    for path in ["/sms_codes/{mobile}/", "/sms_codes/{mobile}"] {
        app.service(
            web::resource(path)
                .wrap(cors(origins))
                .route(get().to(send_code))
                .default_service(web::to(not_allowed::get)),
        );
    }
    for path in ["/image_codes/{uuid}/", "/image_codes/{uuid}"] {
        app.service(
            web::resource(path)
                .wrap(cors(origins))
                .route(get().to(give_picture))
                .default_service(web::to(not_allowed::get)),
        );
    }
    for path in ["/sms_codes/{mobile}/verify/", "/sms_codes/{mobile}/verify"] {
        app.service(
            web::resource(path)
                .wrap(cors(origins))
                .route(post().to(check_code))
                .default_service(web::to(not_allowed::post)),
        );
    }
    app.service(
        web::resource("/")
            .route(get().to(demo_page))
            .default_service(web::to(not_allowed::get)),
    );
    for file in &ASSETS {
        app.service(
            web::resource(file.path)
                .route(get().to(move || asset(file)))
                .default_service(web::to(not_allowed::get)),
        );
    }
    if face.outbox.is_some() {
        app.service(
            web::resource("/dev/outbox")
                .route(get().to(outbox))
                .default_service(web::to(not_allowed::get)),
        );
    }
    app.default_service(web::to(not_found));
}

/// Every path of the operator's listener.
pub(crate) fn ops(app: &mut ServiceConfig) {
    app.route("/healthz", get().to(healthz))
        .route("/readyz", get().to(readyz))
        .route("/metrics", get().to(metrics));
}
