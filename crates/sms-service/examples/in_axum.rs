//! The service in an application of Axum: three routes beside those that the application has.
//!
//! `cargo run -p sms-service --example in_axum`, then, with what the picture shows:
//!
//! ```sh
//! curl -o picture.png http://127.0.0.1:3000/pictures/my-first
//! curl --json '{"mobile": "13800138000", "picture": "my-first", "shows": "K7XW"}' http://127.0.0.1:3000/codes
//! curl --json '{"mobile": "13800138000", "code": "246810"}' http://127.0.0.1:3000/checks
//! ```

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use sms_captcha::Size;
use sms_core::{CodeLength, Countries, ImageId, Locale, Message, Quotas, TestNumbers};
use sms_gateway::{Message as Sms, Receipt, SendError, SmsSender};
use sms_service::{
    CheckCode, CodePolicy, DeliveryPolicy, ImagePolicy, Limits, Picture, Policy, SendCode,
    ServiceError, VerificationService,
};
use sms_store::{Clock, MemoryStore};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = Arc::new(MemoryStore::new(Clock::system()));
    let service = VerificationService::new(store, Arc::new(Terminal), policy()?);
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("http://{}/", listener.local_addr()?);
    let stop = async {
        let _ = tokio::signal::ctrl_c().await;
    };
    serve(listener, service, stop).await
}

/// Answers until `stop`, and ends when every send is through that was begun.
async fn serve(
    listener: TcpListener,
    service: VerificationService,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/", get(|| async { "what the application does besides" }))
        .merge(routes(service.clone()))
        .into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app)
        .with_graceful_shutdown(stop)
        .await?;
    service.abandoned_sends().await;
    Ok(())
}

fn routes(service: VerificationService) -> Router {
    Router::new()
        .route("/pictures/{id}", get(picture))
        .route("/codes", post(send))
        .route("/checks", post(check))
        .with_state(service)
}

/// The page makes up the name of its picture, and shows it before it asks for a code.
async fn picture(
    State(service): State<VerificationService>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    Path(id): Path<String>,
) -> Result<Response, Failed> {
    let Some(id) = ImageId::parse(&id) else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    Ok(match service.give_picture(&id, client.ip().into()).await? {
        Picture::Drawn(png) => ([(header::CONTENT_TYPE, "image/png")], png).into_response(),
        Picture::Spoken(wav) => ([(header::CONTENT_TYPE, "audio/wav")], wav).into_response(),
        Picture::AddressTooOften { retry_after } => {
            answer(Message::AddressTooOften, Some(retry_after))
        }
        Picture::Overloaded => answer(Message::Overloaded, None),
    })
}

#[derive(Deserialize)]
struct Wish {
    mobile: String,
    picture: Option<String>,
    shows: Option<String>,
}

async fn send(
    State(service): State<VerificationService>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    Json(wish): Json<Wish>,
) -> Result<Response, Failed> {
    let request = SendCode {
        mobile: wish.mobile,
        image_code: wish.shows,
        image_code_id: wish.picture,
        // Behind a proxy that is the proxy, and all the world has one quota: take the address from
        // a header that the proxy sets.
        address: client.ip().into(),
        trace: None,
    };
    let sent = service.send_code(request).await?;
    Ok(answer(sent.message(), sent.retry_after()))
}

#[derive(Deserialize)]
struct Attempt {
    mobile: String,
    code: Option<String>,
}

async fn check(
    State(service): State<VerificationService>,
    ConnectInfo(client): ConnectInfo<SocketAddr>,
    Json(attempt): Json<Attempt>,
) -> Result<Response, Failed> {
    let request = CheckCode {
        mobile: attempt.mobile,
        sms_code: attempt.code,
        address: client.ip().into(),
        trace: None,
    };
    let checked = service.check_code(request).await?;
    // Here the application would note that the number belongs to whoever is logged in.
    Ok(answer(checked.message(), None))
}

/// A name for programs, a text for people.
fn answer(message: Message, retry_after: Option<Duration>) -> Response {
    let status = match message {
        _ if message.is_success() => StatusCode::OK,
        _ if retry_after.is_some() => StatusCode::TOO_MANY_REQUESTS,
        Message::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let body = Json(serde_json::json!({
        "outcome": message.name(),
        "text": message.text(Locale::En),
        "retry_after": retry_after.map(|span| span.as_secs()),
    }));
    (status, body).into_response()
}

/// The store is out of reach. What was wrong belongs into a log; it has no number and no code in it.
struct Failed(ServiceError);

impl From<ServiceError> for Failed {
    fn from(error: ServiceError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        eprintln!("{}", self.0);
        StatusCode::SERVICE_UNAVAILABLE.into_response()
    }
}

fn policy() -> Result<Policy, Box<dyn Error>> {
    let ttl = Duration::from_secs(300);
    Ok(Policy {
        image: ImagePolicy {
            ttl,
            length: 4,
            size: Size::default(),
        },
        code: CodePolicy {
            ttl,
            length: CodeLength::SIX,
            max_attempts: 5,
        },
        limits: Limits {
            per_mobile: Quotas::parse(&["1/60s", "5/1h", "10/24h"])?,
            per_test_number: Quotas::default(),
            per_ip: Quotas::parse(&["10/1m", "60/1h"])?,
            image_per_ip: Quotas::parse(&["60/1m"])?,
            global: Quotas::parse(&["1000/1h"])?,
            failures_per_mobile: Quotas::parse(&["20/24h"])?,
            countries: Countries::parse(&["CN"])?,
        },
        test_numbers: TestNumbers::default(),
        locale: Locale::En,
        deliveries: DeliveryPolicy::default(),
        max_in_flight: 1000,
    })
}

/// Shows what a phone would: a real sender of `sms-gateway` takes its place.
struct Terminal;

#[async_trait]
impl SmsSender for Terminal {
    fn name(&self) -> &str {
        "terminal"
    }

    async fn send(&self, sms: &Sms) -> Result<Receipt, SendError> {
        println!("[SMS to {}: {}]", sms.to, sms.code.expose());
        Ok(Receipt {
            sender: self.name().into(),
            provider_id: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use reqwest::Client;
    use sms_gateway::MockSender;
    use tokio::sync::oneshot;

    use super::*;

    /// Posts `json` and gives what comes back: the status, and the outcome in the body.
    async fn outcome(client: &Client, url: &str, json: String) -> (u16, String) {
        let request = client.post(url).header("content-type", "application/json");
        let response = request.body(json).send().await.unwrap();
        let status = response.status().as_u16();
        let body: serde_json::Value =
            serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        (status, body["outcome"].as_str().unwrap().to_owned())
    }

    #[tokio::test]
    async fn a_number_is_proven_over_http() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().build().unwrap();
        let store = Arc::new(MemoryStore::new(Clock::system()));
        let sender = MockSender::new("mock");
        let service =
            VerificationService::new(store.clone(), Arc::new(sender.clone()), policy().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let server = serve(listener, service, async {
            let _ = stopped.await;
        });

        let visitor = async {
            let picture = client
                .get(format!("{at}/pictures/p1"))
                .send()
                .await
                .unwrap();
            assert_eq!(picture.headers()["content-type"], "image/png");
            let png = picture.bytes().await.unwrap();
            assert!(png.starts_with(b"\x89PNG"));

            let shown = store.image_code(&ImageId::parse("p1").unwrap()).unwrap();
            let wish = |shows: &str| {
                format!(r#"{{"mobile": "13800138000", "picture": "p1", "shows": "{shows}"}}"#)
            };
            let codes = format!("{at}/codes");
            let sent = outcome(&client, &codes, wish(shown.expose())).await;
            assert_eq!(sent, (200, "sent".to_owned()));
            let again = outcome(&client, &codes, wish(shown.expose())).await;
            assert_eq!(again, (422, "image_missing".to_owned()));

            let attempt = |code: &str| format!(r#"{{"mobile": "13800138000", "code": "{code}"}}"#);
            let checks = format!("{at}/checks");
            let wrong = outcome(&client, &checks, attempt("no code")).await;
            assert_eq!(wrong, (422, "code_mismatch".to_owned()));
            let code = sender.sent().remove(0).code;
            let right = outcome(&client, &checks, attempt(code.expose())).await;
            assert_eq!(right, (200, "verified".to_owned()));
            stop.send(()).unwrap();
        };
        let (served, ()) = tokio::join!(server, visitor);
        served.unwrap();
    }
}
