//! The description of the whole public interface in OpenAPI, made from the handlers.

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, http::header::ContentType, http::header::LOCATION};
use utoipa::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::handlers::{self, verify};
use crate::verify::described::{Credentials, Told};

/// Everything that is described.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "sms-server",
        description = "Phone verification by SMS on your own machine: the face of the Django views that \
                       it replaces, and a face that clients of Twilio Verify v2 know.",
        license(name = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "django", description = "Pictures and codes, as the views of a Django shop had them."),
        (name = "verify", description = "Verifications with a name, as clients of Twilio Verify v2 know them; \
                                         if `verify.account_sid` is set."),
    ),
    paths(
        handlers::give_picture::give_picture,
        handlers::send_code::send_code,
        handlers::check_code::check_code,
        verify::verifications::start_verification,
        verify::verifications::fetch_verification,
        verify::verifications::end_verification,
        verify::verification_check::check_verification,
        verify::services::list_services,
        verify::services::fetch_service,
        verify::attempts::list_attempts,
        verify::attempts::fetch_attempt,
        verify::attempts_summary::summarize_attempts,
        verify::safe_list::add_safe_number,
        verify::safe_list::fetch_safe_number,
        verify::safe_list::remove_safe_number,
        verify::rate_limits::list_rate_limits,
        verify::rate_limits::add_rate_limit,
        verify::rate_limits::fetch_rate_limit,
        verify::rate_limits::change_rate_limit,
        verify::rate_limits::remove_rate_limit,
        verify::buckets::list_buckets,
        verify::buckets::add_bucket,
        verify::buckets::fetch_bucket,
        verify::buckets::change_bucket,
        verify::buckets::remove_bucket,
    ),
    components(schemas(Told)),
    modifiers(&Credentials),
)]
struct Description;

/// The description as it is served: a megabyte of each thread would go into making it there.
const WRITTEN: &str = include_str!("../../../docs/openapi.json");
/// Where that is.
const PATH: &str = "/openapi.json";

/// The description as it is written to `docs/openapi.json`.
#[must_use]
pub fn openapi() -> String {
    let mut json = Description::openapi()
        .to_pretty_json()
        .expect("a description is JSON");
    json.push('\n');
    json
}

/// The description, and a page to try it.
pub(crate) fn routes(app: &mut ServiceConfig) {
    let page = SwaggerUi::new("/docs/{_:.*}").config(Config::from(PATH));
    app.route(PATH, web::get().to(description))
        .route("/docs", web::get().to(to_page))
        .service(page);
}

async fn description() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(ContentType::json())
        .body(WRITTEN)
}

async fn to_page() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, "/docs/"))
        .finish()
}
