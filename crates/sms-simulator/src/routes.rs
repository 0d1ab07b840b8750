use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data, Query, ServiceConfig, delete, get, put, resource, route};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use time::OffsetDateTime;
use tokio::time::sleep;

use crate::carrier::{Carrier, Outcome};
use crate::number::Number;
use crate::page;
use crate::postman::Postman;
use crate::request::{Provider, Request};
use crate::rules;
use crate::script::check_callbacks;

/// What clients, people and tests may ask for. Whatever has no path of the simulator's own is
/// meant for a provider.
pub(crate) fn configure(app: &mut ServiceConfig) {
    app.service(
        resource("/inbox")
            .route(get().to(inbox))
            .route(delete().to(clear_inbox)),
    )
    .service(resource("/requests").route(get().to(requests)))
    .service(
        resource("/control/rules")
            .route(get().to(rules))
            .route(put().to(set_rules)),
    )
    .service(
        resource("/control/callbacks")
            .route(get().to(callbacks))
            .route(put().to(set_callbacks)),
    )
    .service(resource("/page.css").route(get().to(page::style)))
    .service(resource("/page.js").route(get().to(page::script)))
    .default_service(route().to(ask));
}

/// A request to a provider, or for the page.
async fn ask(
    http: HttpRequest,
    body: Bytes,
    carrier: Data<Carrier>,
    postman: Data<Postman>,
) -> HttpResponse {
    let request = request(&http, &body);
    let Some(provider) = Provider::of(&request) else {
        let wants_page = http.method() == Method::GET && request.path == "/";
        return match wants_page {
            true => page::page(&carrier),
            false => HttpResponse::NotFound().body("no provider has anything at this path\n"),
        };
    };
    let outcome = carrier.take(provider, &request, OffsetDateTime::now_utc());
    carry_out(outcome, postman).await
}

fn request(http: &HttpRequest, body: &[u8]) -> Request {
    let headers = http.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        (name.as_str().to_owned(), value.into_owned())
    });
    Request {
        method: http.method().to_string(),
        path: http.uri().path().to_owned(),
        query: http.query_string().to_owned(),
        headers: headers.collect(),
        body: body.to_vec(),
    }
}

async fn carry_out(outcome: Outcome, postman: Data<Postman>) -> HttpResponse {
    for delivery in outcome.deliveries {
        if outcome.before_answer {
            postman.deliver(delivery).await;
        } else {
            let postman = postman.clone();
            actix_web::rt::spawn(async move { postman.deliver(delivery).await });
        }
    }
    sleep(outcome.stall).await;
    let Some(answer) = outcome.answer else {
        return HttpResponse::Ok().body(Cut);
    };
    // Every status comes from a list or was checked.
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status)
        .content_type(answer.content_type)
        .body(answer.body)
}

/// A body that fails before anything of its answer is written: the connection is closed.
struct Cut;

impl MessageBody for Cut {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Poll::Ready(Some(Err(io::Error::other("cut by the script"))))
    }
}

#[derive(Debug, Deserialize)]
struct Wanted {
    mobile: Option<String>,
}

async fn inbox(wanted: Query<Wanted>, carrier: Data<Carrier>) -> HttpResponse {
    let number = match &wanted.mobile {
        None => None,
        Some(mobile) => match Number::meant_by(mobile) {
            None => return bad_request("mobile: not a number"),
            number => number,
        },
    };
    HttpResponse::Ok().json(carrier.received(number.as_ref()))
}

async fn clear_inbox(carrier: Data<Carrier>) -> HttpResponse {
    carrier.clear_inbox();
    HttpResponse::NoContent().finish()
}

async fn requests(carrier: Data<Carrier>) -> HttpResponse {
    HttpResponse::Ok().json(carrier.requests())
}

async fn rules(carrier: Data<Carrier>) -> HttpResponse {
    HttpResponse::Ok().json(carrier.rules())
}

async fn set_rules(body: Bytes, carrier: Data<Carrier>) -> HttpResponse {
    set(
        &body,
        |rules: &Vec<_>| rules::check(rules),
        |rules| carrier.set_rules(rules),
    )
}

async fn callbacks(carrier: Data<Carrier>) -> HttpResponse {
    HttpResponse::Ok().json(carrier.callbacks())
}

async fn set_callbacks(body: Bytes, carrier: Data<Carrier>) -> HttpResponse {
    set(&body, check_callbacks, |callbacks| {
        carrier.set_callbacks(callbacks);
    })
}

/// Puts to use what a body says, if it can be meant.
fn set<T: DeserializeOwned>(
    body: &[u8],
    check: impl FnOnce(&T) -> Result<(), String>,
    put: impl FnOnce(T),
) -> HttpResponse {
    let read = serde_json::from_slice(body).map_err(|error| error.to_string());
    match read.and_then(|value| check(&value).map(|()| value)) {
        Ok(value) => {
            put(value);
            HttpResponse::NoContent().finish()
        }
        Err(problem) => bad_request(&problem),
    }
}

fn bad_request(problem: &str) -> HttpResponse {
    HttpResponse::BadRequest().body(format!("{problem}\n"))
}
