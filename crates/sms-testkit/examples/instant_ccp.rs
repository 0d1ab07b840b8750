//! A provider for `scripts/bench` that speaks CCP and takes no time: it accepts everything.
//!
//! `instant_ccp` listens on a free port and prints it.

use actix_web::http::header::ContentType;
use actix_web::{App, HttpResponse, HttpServer, web};

const ACCEPTED: &str = r#"{"statusCode":"000000","templateSMS":{"smsMessageSid":"ff8080813c373cab013c94b0f0512345","dateCreated":"20261122120000"}}"#;

async fn accept(_body: web::Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .body(ACCEPTED)
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let app = || App::new().default_service(web::to(accept));
    let server = HttpServer::new(app).workers(1).bind("127.0.0.1:0")?;
    println!("{}", server.addrs()[0]);
    server.run().await
}
