use actix_web::Resource;
use actix_web::web::{self, ServiceConfig, delete, get, post};

use super::answer::Answer;
use super::problem::Problem;
use super::problem_reply::ProblemReply;
use crate::face::Face;
use crate::handlers::verify::{
    add_bucket, add_rate_limit, add_safe_number, change_bucket, change_rate_limit,
    check_verification, end_verification, fetch_attempt, fetch_bucket, fetch_rate_limit,
    fetch_safe_number, fetch_service, fetch_verification, list_attempts, list_buckets,
    list_rate_limits, list_services, remove_bucket, remove_rate_limit, remove_safe_number,
    start_verification, summarize_attempts,
};

/// What all paths of this face begin with.
const ROOT: &str = "/v2";

/// Whether a path is one of this face, if there is such a face.
pub(crate) fn is_below(path: &str) -> bool {
    let rest = path.strip_prefix(ROOT);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Every path of this face, if there is one.
pub(crate) fn routes(app: &mut ServiceConfig, face: &Face) {
    if face.verify.is_none() {
        return;
    }
    // Asked for most: a scope would look at the path once more.
    let mut at = |name: &'static str, with: fn(Resource) -> Resource| {
        for resource in resources(name, name, face, "POST", with) {
            app.service(resource);
        }
    };
    at("/v2/Services/{service}/Verifications", |at| {
        at.route(post().to(start_verification))
    });
    at("/v2/Services/{service}/VerificationCheck", |at| {
        at.route(post().to(check_verification))
    });
    let scope = web::scope(ROOT)
        .configure(|scope| others(scope, face))
        .default_service(web::to(not_found));
    app.service(scope);
}

/// A path with and without a slash at its end, and what it does `with` the methods that it allows. It goes
/// by `name` in metrics.
fn resources(
    path: &str,
    name: &'static str,
    face: &Face,
    allow: &'static str,
    with: fn(Resource) -> Resource,
) -> [Resource; 2] {
    [path.to_owned(), format!("{path}/")].map(|path| {
        let resource = web::resource(path).app_data(face.metrics.http.of_route(name));
        with(resource).default_service(web::to(move || not_allowed(allow)))
    })
}

fn others(scope: &mut ServiceConfig, face: &Face) {
    let mut at = |name: &'static str, allow: &'static str, with: fn(Resource) -> Resource| {
        let path = name.strip_prefix(ROOT).unwrap_or(name);
        for resource in resources(path, name, face, allow, with) {
            scope.service(resource);
        }
    };
    at(
        "/v2/Services/{service}/Verifications/{verification}",
        "GET, POST",
        |at| {
            at.route(get().to(fetch_verification))
                .route(post().to(end_verification))
        },
    );
    at("/v2/Services", "GET", |at| {
        at.route(get().to(list_services))
    });
    at("/v2/Services/{service}", "GET", |at| {
        at.route(get().to(fetch_service))
    });
    at("/v2/Attempts", "GET", |at| {
        at.route(get().to(list_attempts))
    });
    at("/v2/Attempts/Summary", "GET", |at| {
        at.route(get().to(summarize_attempts))
    });
    at("/v2/Attempts/{attempt}", "GET", |at| {
        at.route(get().to(fetch_attempt))
    });
    at("/v2/SafeList/Numbers", "POST", |at| {
        at.route(post().to(add_safe_number))
    });
    at("/v2/SafeList/Numbers/{number}", "GET, DELETE", |at| {
        at.route(get().to(fetch_safe_number))
            .route(delete().to(remove_safe_number))
    });
    at("/v2/Services/{service}/RateLimits", "GET, POST", |at| {
        at.route(get().to(list_rate_limits))
            .route(post().to(add_rate_limit))
    });
    at(
        "/v2/Services/{service}/RateLimits/{limit}",
        "GET, POST, DELETE",
        |at| {
            at.route(get().to(fetch_rate_limit))
                .route(post().to(change_rate_limit))
                .route(delete().to(remove_rate_limit))
        },
    );
    at(
        "/v2/Services/{service}/RateLimits/{limit}/Buckets",
        "GET, POST",
        |at| {
            at.route(get().to(list_buckets))
                .route(post().to(add_bucket))
        },
    );
    at(
        "/v2/Services/{service}/RateLimits/{limit}/Buckets/{bucket}",
        "GET, POST, DELETE",
        |at| {
            at.route(get().to(fetch_bucket))
                .route(post().to(change_bucket))
                .route(delete().to(remove_bucket))
        },
    );
}

/// There is nothing at this path.
async fn not_found() -> Answer {
    Err(Problem::NotFound.into())
}

/// The path is known, but takes no other methods than these.
async fn not_allowed(methods: &'static str) -> Answer {
    Err(ProblemReply::from(Problem::MethodNotAllowed).allow(methods))
}
