use actix_web::Route;
use actix_web::web::{self, ServiceConfig, get, post};

use crate::config::{List, Origin};
use crate::cross_origin::cors;
use crate::demo::ASSETS;
use crate::face::Face;
use crate::handlers::{
    asset, check_code, component, demo_page, give_picture, healthz, metrics, not_allowed,
    not_found, outbox, readyz, send_code, take_reports,
};
use crate::openapi;
use crate::verify;

/// Every path of the public listener.
///
/// Paths are tried in this order, so those come first that are asked for most.
pub(crate) fn public(app: &mut ServiceConfig, face: &Face, origins: &List<Origin>) {
    let get_only = || web::to(not_allowed::get);
    let post_only = || web::to(not_allowed::post);
    let shop = |app: &mut ServiceConfig,
                name: &'static str,
                route: fn() -> Route,
                otherwise: fn() -> Route| {
        // One resource with both patterns would match a path twice.
        for path in [format!("{name}/"), name.to_owned()] {
            app.service(
                web::resource(path)
                    .app_data(face.metrics.http.of_route(name))
                    .wrap(cors(origins))
                    .route(route())
                    .default_service(otherwise()),
            );
        }
    };
    shop(app, "/sms_codes/{mobile}", || get().to(send_code), get_only);
    verify::routes(app, face);
    shop(
        app,
        "/image_codes/{uuid}",
        || get().to(give_picture),
        get_only,
    );
    shop(
        app,
        "/sms_codes/{mobile}/verify",
        || post().to(check_code),
        post_only,
    );
    for path in ["/receipts/{sender}/{token}", "/receipts/{sender}/{token}/"] {
        app.service(
            web::resource(path)
                .route(post().to(take_reports))
                .default_service(web::to(not_allowed::post)),
        );
    }
    app.service(
        web::resource("/")
            .route(get().to(demo_page))
            .default_service(web::to(not_allowed::get)),
    );
    app.service(
        web::resource("/sms-code.js")
            .route(get().to(component))
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
    openapi::routes(app);
    app.default_service(web::to(not_found));
}

/// Every path of the operator's listener.
pub(crate) fn ops(app: &mut ServiceConfig) {
    app.route("/healthz", get().to(healthz))
        .route("/readyz", get().to(readyz))
        .route("/metrics", get().to(metrics));
}
