use std::fmt;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError};
use sms_service::{RateLimitError, ServiceError};

use super::described::Told;
use super::masked::{is_number, masked};
use super::problem::Problem;
use super::shown_path::shown_path;
use crate::excess::Excess;
use crate::metrics::Answered;
use crate::rate_limit::RateLimit;
use crate::reply::{Failure, UNAVAILABLE_FOR, whole_seconds};
use crate::trace::Trace;

/// How the caller is asked to show who it is.
const CHALLENGE: &str = "Basic realm=\"sms-server\"";
/// Where Twilio explains its errors; clients show it.
const ERRORS: &str = "https://www.twilio.com/docs/errors";

/// The answer to a request that something is wrong with: always the same JSON shape.
///
/// Handlers give it as their error; it becomes an answer where all of them come out, in `guard`.
#[derive(Debug)]
pub(crate) struct ProblemReply {
    problem: Problem,
    about: String,
    retry_after: Option<Duration>,
    allow: Option<&'static str>,
    /// Apart, because most have none and every handler passes this on.
    rate_limit: Option<Box<RateLimit>>,
    failure: Option<Failure>,
}

impl ProblemReply {
    /// The answer to a parameter that is missing or bad.
    pub(crate) fn parameter(name: &str) -> Self {
        Self::from(Problem::BadParameter).about(name)
    }

    /// The answer to what should be a phone number and is none: repeated, masked, if it has the form of
    /// one.
    pub(crate) fn number(text: &str) -> Self {
        match is_number(text) {
            true => Self::from(Problem::BadMobile).about(masked(text)),
            false => Self::parameter("To"),
        }
    }

    /// Says what the problem is about, where its text has a place for that. It is told to the
    /// caller: no code, and no whole number.
    pub(crate) fn about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into();
        self
    }

    /// Says when to ask again.
    pub(crate) fn retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait.or(self.retry_after);
        self
    }

    /// Says what is allowed, and perhaps that it is used up.
    pub(crate) fn rate_limit(mut self, rate_limit: RateLimit) -> Self {
        self.rate_limit = Some(Box::new(rate_limit));
        self
    }

    /// Says which methods the path takes.
    pub(crate) fn allow(mut self, methods: &'static str) -> Self {
        self.allow = Some(methods);
        self
    }

    /// The answer to `request`, which is told to its trace too.
    pub(crate) fn answer(&self, request: &HttpRequest) -> HttpResponse {
        if let Some(trace) = request.extensions().get::<Trace>() {
            trace.tell(Answered::Refused(self.problem), self.failure.clone());
        }
        let entry = self.problem.entry();
        let mut response = HttpResponse::build(entry.status());
        response.insert_header((CACHE_CONTROL, "no-store"));
        if let Some(wait) = self.retry_after {
            response.insert_header((RETRY_AFTER, whole_seconds(wait)));
        }
        if let Some(methods) = self.allow {
            response.insert_header((ALLOW, methods));
        }
        if let Some(rate_limit) = &self.rate_limit {
            rate_limit.tell(&mut response);
        }
        if self.problem == Problem::Unauthenticated {
            response.insert_header((WWW_AUTHENTICATE, CHALLENGE));
        }
        response.json(Told {
            code: entry.code,
            message: match self.problem {
                Problem::NotFound => entry.message(&shown_path(request.path())),
                _ => entry.message(&self.about),
            },
            more_info: format!("{ERRORS}/{}", entry.code),
            status: entry.status().as_u16(),
        })
    }
}

impl From<Problem> for ProblemReply {
    fn from(problem: Problem) -> Self {
        let is_unavailable = problem.entry().status() == StatusCode::SERVICE_UNAVAILABLE;
        Self {
            problem,
            about: String::new(),
            retry_after: is_unavailable.then_some(UNAVAILABLE_FOR),
            allow: None,
            rate_limit: None,
            failure: None,
        }
    }
}

impl From<Excess> for ProblemReply {
    fn from(excess: Excess) -> Self {
        Problem::from(excess).into()
    }
}

/// The request could not be carried out. The reason goes to the log alone.
impl From<ServiceError> for ProblemReply {
    fn from(error: ServiceError) -> Self {
        let problem = match &error {
            ServiceError::Store(_) | ServiceError::Picture(_) | ServiceError::CutOff => {
                Problem::Unavailable
            }
        };
        Self {
            failure: Some(Failure(error.to_string())),
            ..Self::from(problem)
        }
    }
}

impl From<RateLimitError> for ProblemReply {
    fn from(error: RateLimitError) -> Self {
        let problem = match error {
            RateLimitError::Unknown => Problem::NotFound,
            RateLimitError::TooManyLimits => Problem::MaxRateLimits,
            RateLimitError::TooManyBuckets => Problem::MaxBuckets,
            RateLimitError::NameTaken => Problem::RateLimitExists,
            RateLimitError::BadName => Problem::BadUniqueName,
            RateLimitError::IntervalTaken => Problem::BucketExists,
            RateLimitError::BadMax => return Self::parameter("Max"),
            RateLimitError::BadInterval => return Self::parameter("Interval"),
        };
        problem.into()
    }
}

impl fmt::Display for ProblemReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem.entry().name)
    }
}

impl ResponseError for ProblemReply {
    fn status_code(&self) -> StatusCode {
        self.problem.entry().status()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::to_bytes;
    use actix_web::test::TestRequest;
    use serde_json::{Value, json};

    const PATH: &str =
        "/v2/Services/VA0123456789abcdef0123456789abcdef/Verifications/+8613800138000";

    /// The code, the status and the text of each problem about `CALL`, in their order.
    const TEXTS: &str = "
        20003 401: Authenticate
        20004 405: Method not allowed
        20403 403: Forbidden
        20404 404: The requested resource /Services/VA0123456789abcdef0123456789abcdef/Verifications/+86138****8000 was not found
        20413 413: Request Entity Too Large
        408 408: Request Timeout
        414 414: URI Too Long
        431 431: Request Header Fields Too Large
        20409 409: A request with this Idempotency-Key is under way
        20422 422: This Idempotency-Key was used for another request
        20007 400: Page size too large
        20429 429: Too many requests
        20429 429: Too many requests
        20503 503: Service is unavailable. Please try again
        20503 503: Service is unavailable. Please try again
        20503 503: Service is unavailable. Please try again
        60200 400: Invalid parameter `To`: CALL
        60200 400: Invalid parameter: CALL
        60202 429: Max check attempts reached
        60203 429: Max send attempts reached
        60204 403: Service does not support this feature
        60205 403: SMS is not supported by landline phone number
        60207 400: Max rate limits per service reached
        60208 400: Rate limit with that UniqueName already exists
        60209 400: UniqueName format is invalid
        60210 400: Max Buckets per Rate limit reached
        60211 400: Bucket with the given Interval already exists
        60212 429: Too many concurrent requests for phone number
        60221 400: No target verification specified
        60223 400: Delivery channel disabled: CALL
        60410 403: The destination phone number has been temporarily blocked due to suspicious activity
        60411 400: Phone Number already exists
        60605 403: The destination phone number has been blocked by Verify Geo-Permissions. CALL is blocked for sms channel for all services
    ";

    async fn told(reply: ProblemReply) -> (HttpResponse<()>, Value) {
        let answer = reply.answer(&TestRequest::with_uri(PATH).to_http_request());
        let (head, body) = answer.into_parts();
        let body = to_bytes(body).await.unwrap();
        (head, serde_json::from_slice(&body).unwrap())
    }

    #[actix_web::test]
    async fn the_texts_are_those_that_clients_match_on() {
        let rows = TEXTS.trim().lines();
        assert_eq!(rows.clone().count(), Problem::ALL.len());
        for (row, problem) in rows.zip(Problem::ALL) {
            let (numbers, message) = row.trim().split_once(": ").unwrap();
            let (code, status) = numbers.split_once(' ').unwrap();
            let (code, status): (u32, u16) = (code.parse().unwrap(), status.parse().unwrap());
            let (head, body) = told(ProblemReply::from(problem).about("CALL")).await;
            assert_eq!(head.status().as_u16(), status, "{problem:?}");
            let more_info = format!("https://www.twilio.com/docs/errors/{code}");
            let expected = json!({
                "code": code, "message": message, "more_info": more_info, "status": status,
            });
            assert_eq!(body, expected, "{problem:?}");
        }
    }

    #[actix_web::test]
    async fn headers_say_what_clients_act_on() {
        let header = |head: &HttpResponse<()>, name: &str| {
            let value = head.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        let wait = Some(Duration::from_millis(1001));
        let limited = ProblemReply::from(Problem::MobileTooOften).retry_after(wait);
        let (limited, _) = told(limited).await;
        assert_eq!(header(&limited, "retry-after").as_deref(), Some("2"));
        assert_eq!(
            header(&limited, "cache-control").as_deref(),
            Some("no-store")
        );
        let (unavailable, _) = told(Problem::Unavailable.into()).await;
        assert_eq!(header(&unavailable, "retry-after").as_deref(), Some("2"));
        let (unknown, _) = told(Problem::Unauthenticated.into()).await;
        let challenge = header(&unknown, "www-authenticate");
        assert_eq!(challenge.as_deref(), Some("Basic realm=\"sms-server\""));
        let method = ProblemReply::from(Problem::MethodNotAllowed).allow("GET, POST");
        let (method, _) = told(method).await;
        assert_eq!(header(&method, "allow").as_deref(), Some("GET, POST"));
    }
}
