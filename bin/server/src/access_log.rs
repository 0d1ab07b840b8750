use actix_web::HttpMessage;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;

use crate::face::Face;
use crate::metrics::{Answered, RouteMeter, UnderWay};
use crate::request_id::{RequestId, X_REQUEST_ID};
use crate::trace::Trace;

/// A request that is named, and will be counted and have its one line.
///
/// The line has the pattern of the route, never the path: that holds a number.
pub(crate) struct Entry<'a> {
    under_way: UnderWay<'a>,
    id: RequestId,
}

impl<'a> Entry<'a> {
    /// A request came in.
    pub(crate) fn begin(face: &'a Face, request: &ServiceRequest) -> Self {
        let under_way = face.metrics.http.begin();
        let is_trusted = face.proxies.trust(request.peer_addr());
        let id = RequestId::choose(request.headers(), is_trusted);
        request.extensions_mut().insert(Trace::new(id.clone()));
        Self { under_way, id }
    }

    /// Its answer is ready.
    pub(crate) fn end<B>(self, response: &mut ServiceResponse<B>) {
        let Self { under_way, id } = self;
        response.headers_mut().insert(X_REQUEST_ID, id.header());
        let request = response.request();
        let extensions = request.extensions();
        let trace = extensions.get::<Trace>();
        let status = response.status();
        let answered = match trace.and_then(Trace::answered) {
            Some(answered) => answered,
            None if status.is_success() => Answered::Ok,
            None => Answered::Error,
        };
        let outcome = answered.name();
        let ms = under_way.started().elapsed().as_micros() as f64 / 1000.0;
        let meter = request.app_data::<RouteMeter>();
        let pattern = meter.is_none().then(|| request.match_pattern()).flatten();
        let route = match (meter, pattern.as_deref()) {
            (Some(meter), _) => meter.route(),
            (None, Some(pattern)) => plain_pattern(pattern),
            (None, None) => "unmatched",
        };
        match meter {
            Some(meter) => under_way.answered(meter, answered),
            None => under_way.answered_elsewhere(route, answered),
        }
        let (method, status) = (known_method(request.method()), status.as_u16());
        match trace.and_then(Trace::failure) {
            None => {
                log::info!(request_id = id.as_str(), method, route, status, outcome, ms; "request");
            }
            Some(error) => log::error!(
                request_id = id.as_str(), method, route, status, outcome, ms,
                error = error.as_str();
                "request could not be carried out"
            ),
        }
    }
}

/// A route is the same with and without its last slash.
fn plain_pattern(pattern: &str) -> &str {
    match pattern.trim_end_matches('/') {
        "" => "/",
        trimmed => trimmed,
    }
}

/// A method that HTTP knows. Any other is the client's own text, which may be a number.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
