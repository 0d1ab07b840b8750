use actix_web::dev::ServiceRequest;

use crate::excess::Excess;

/// No path that is meant comes near this, in bytes.
const PATH_LIMIT: usize = 1024;
/// Nor a query near this.
const QUERY_LIMIT: usize = 8 * 1024;
/// All headers together: names and values. Shops have large cookies.
const HEADERS_LIMIT: usize = 16 * 1024;

/// What of the head of a request is larger than of any that is meant.
pub(crate) fn excess(request: &ServiceRequest) -> Option<Excess> {
    let uri = request.uri();
    if uri.path().len() > PATH_LIMIT || uri.query().is_some_and(|query| query.len() > QUERY_LIMIT) {
        return Some(Excess::LongUri);
    }
    let headers = request.headers().iter();
    let size: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    (size > HEADERS_LIMIT).then_some(Excess::LargeHeaders)
}
