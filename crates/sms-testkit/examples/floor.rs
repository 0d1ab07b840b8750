//! What `scripts/bench` holds the server against: the same HTTP stack and the same scripts in
//! Redis, and nothing else. No rules, no metrics, no log, no time limits.
//!
//! `floor REDIS_URL GATEWAY_URL` listens on a free port and prints it. Its paths are those of the
//! server, and two more: `/hello` asks nobody, `/plain/…` runs the least script that a shop could do
//! with.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{App, HttpResponse, HttpServer, web};
use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{AsyncConnectionConfig, Client, Cmd, Script, Value, cmd};
use serde::{Deserialize, Serialize};

/// One of the store's own scripts with what it begins with.
macro_rules! own_script {
    ($($file:literal),+) => {
        concat!($(include_str!(concat!("../../../crates/sms-store/src/redis/lua/", $file))),+)
    };
}

const ADMIT_SEND: &str = own_script!(
    "lib.lua",
    "logs.lua",
    "shown.lua",
    "codes.lua",
    "admit_send.lua"
);
const CHECK: &str = own_script!(
    "lib.lua",
    "logs.lua",
    "shown.lua",
    "comparing.lua",
    "codes.lua",
    "check.lua"
);
const ADMIT_PICTURE: &str = own_script!("lib.lua", "logs.lua", "admit_picture.lua");
/// Picture, code and a flag for a minute; no address, no hours and days, no deadline.
const PLAIN: &str = include_str!("floor.lua");

/// Later than any answer, in the time of Redis.
const NEVER_LATE: &str = "9999999999999";
/// The usual limits, as the scripts take them.
const PER_ADDRESS: &[&str] = &[
    "short", "2", "60", "3600000", "10", "60000", "60", "3600000",
];
const PER_NUMBER: &[&str] = &[
    "short", "3", "10", "86400000", "1", "60000", "5", "3600000", "10", "86400000",
];
const FAILURES: &[&str] = &["short", "1", "20", "86400000", "20", "86400000"];
const PICTURES: &[&str] = &["short", "1", "60", "60000", "60", "60000"];
/// As large as a picture of the usual size.
const PICTURE: &[u8] = &[0; 1150];
/// As large as what goes to the provider.
const MESSAGE: &str = r#"{"to":"13800138000","appId":"8aaf070800000000000000000000a002","templateId":"1","datas":["123456","5"],"reqId":"0123456789abcdef0123456789abcdef"}"#;

#[derive(Serialize)]
struct Answer {
    code: u16,
    errmsg: &'static str,
}

#[derive(Deserialize)]
struct Query {
    image_code: String,
    image_code_id: String,
}

/// What all workers share.
struct Floor {
    redis: Client,
    gateway: String,
    http: reqwest::Client,
    digests: Digests,
}

struct Digests {
    admit_send: String,
    check: String,
    admit_picture: String,
    plain: String,
}

/// What a worker keeps for itself: one connection, made on its thread.
type Lane = Rc<OnceCell<MultiplexedConnection>>;

impl Floor {
    async fn run(&self, lane: &Lane, command: &Cmd) -> Value {
        if lane.get().is_none() {
            let unhurried = AsyncConnectionConfig::new().set_response_timeout(None);
            let made = self
                .redis
                .get_multiplexed_async_connection_with_config(&unhurried);
            let _ = lane.set(made.await.expect("Redis answers"));
        }
        let mut connection = lane.get().expect("it was just made").clone();
        let answer = connection.send_packed_command(command).await;
        answer.expect("the script runs")
    }
}

fn call(digest: &str, keys: &[String], arguments: &[&str]) -> Cmd {
    let mut command = cmd("EVALSHA");
    command.arg(digest).arg(keys.len()).arg(keys).arg(arguments);
    command
}

fn answer(value: &Value) -> HttpResponse {
    let first = match value {
        Value::Array(parts) => &parts[0],
        other => other,
    };
    let is_success = *first == Value::Int(0);
    HttpResponse::Ok().json(Answer {
        code: if is_success { 0 } else { 400 },
        errmsg: "OK",
    })
}

async fn admit(floor: &Floor, lane: &Lane, mobile: &str, query: &Query) -> Value {
    let keys = [
        format!("ip:sms:{mobile}"),
        format!("img_{}", query.image_code_id),
        "global:sms".to_owned(),
        format!("sms_{mobile}"),
        format!("{{sms_{mobile}}}:attempts"),
        format!("{{sms_{mobile}}}:sends"),
        format!("{{sms_{mobile}}}:sender"),
    ];
    let answer = query.image_code.to_ascii_lowercase();
    let what = ["", &answer, "plain", "123456", "300000"];
    let quotas = [PER_ADDRESS, &["none"], PER_NUMBER].concat();
    let arguments = [&what[..], &quotas, &[NEVER_LATE]].concat();
    let command = call(&floor.digests.admit_send, &keys, &arguments);
    floor.run(lane, &command).await
}

async fn send(
    floor: web::Data<Floor>,
    lane: web::ThinData<Lane>,
    mobile: web::Path<String>,
    query: web::Query<Query>,
) -> HttpResponse {
    answer(&admit(&floor, &lane, &mobile, &query).await)
}

async fn send_and_post(
    floor: web::Data<Floor>,
    lane: web::ThinData<Lane>,
    mobile: web::Path<String>,
    query: web::Query<Query>,
) -> HttpResponse {
    let admitted = admit(&floor, &lane, &mobile, &query).await;
    let request = floor.http.post(&floor.gateway);
    let request = request.header(CONTENT_TYPE.as_str(), "application/json;charset=utf-8");
    let response = request.body(MESSAGE).send().await.expect("an answer");
    response.bytes().await.expect("a body");
    answer(&admitted)
}

async fn plain(
    floor: web::Data<Floor>,
    lane: web::ThinData<Lane>,
    mobile: web::Path<String>,
    query: web::Query<Query>,
) -> HttpResponse {
    let keys = [
        format!("img_{}", query.image_code_id),
        format!("sms_{mobile}"),
        format!("send_flag_{mobile}"),
    ];
    let text = query.image_code.to_ascii_lowercase();
    let command = call(&floor.digests.plain, &keys, &[&text, "123456"]);
    answer(&floor.run(&lane, &command).await)
}

async fn check(
    floor: web::Data<Floor>,
    lane: web::ThinData<Lane>,
    mobile: web::Path<String>,
    body: web::Bytes,
) -> HttpResponse {
    let given = body.strip_prefix(b"sms_code=").unwrap_or_default();
    let given = str::from_utf8(given).unwrap_or_default();
    let keys = [
        format!("sms_{mobile}"),
        format!("{{sms_{mobile}}}:attempts"),
        format!("{{sms_{mobile}}}:failures"),
        format!("{{sms_{mobile}}}:sender"),
    ];
    let shown = ["plain", given, NEVER_LATE];
    let arguments = [&["", "5"][..], FAILURES, &shown].concat();
    let command = call(&floor.digests.check, &keys, &arguments);
    answer(&floor.run(&lane, &command).await)
}

async fn picture(
    floor: web::Data<Floor>,
    lane: web::ThinData<Lane>,
    id: web::Path<String>,
) -> HttpResponse {
    let keys = [format!("ip:img:{id}"), format!("img_{id}")];
    let arguments = [&["", "abcd", "300000"][..], PICTURES, &[NEVER_LATE]].concat();
    let command = call(&floor.digests.admit_picture, &keys, &arguments);
    floor.run(&lane, &command).await;
    HttpResponse::Ok().content_type("image/png").body(PICTURE)
}

async fn hello() -> HttpResponse {
    HttpResponse::Ok().json(Answer {
        code: 0,
        errmsg: "OK",
    })
}

/// Lets Redis know all scripts; gives their digests.
async fn load(redis: &Client) -> Digests {
    let mut connection = redis
        .get_multiplexed_async_connection()
        .await
        .expect("Redis");
    let mut digests = Vec::new();
    for source in [ADMIT_SEND, CHECK, ADMIT_PICTURE, PLAIN] {
        let script = Script::new(source);
        let loaded = script.load_async(&mut connection).await;
        digests.push(loaded.expect("Redis takes the script"));
    }
    let [admit_send, check, admit_picture, plain] = digests.try_into().expect("four scripts");
    Digests {
        admit_send,
        check,
        admit_picture,
        plain,
    }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut argument = || {
        arguments
            .next()
            .expect("usage: floor REDIS_URL GATEWAY_URL")
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let redis = Client::open(argument()).expect("the URL of a Redis");
    let floor = web::Data::from(Arc::new(Floor {
        digests: load(&redis).await,
        redis,
        gateway: argument(),
        http: reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client"),
    }));
    let app = move || {
        App::new()
            .app_data(floor.clone())
            .app_data(web::ThinData(Lane::default()))
            .route("/hello", web::get().to(hello))
            .route("/sms_codes/{mobile}/", web::get().to(send))
            .route("/sms_codes/{mobile}/verify/", web::post().to(check))
            .route("/image_codes/{uuid}/", web::get().to(picture))
            .route("/posted/sms_codes/{mobile}/", web::get().to(send_and_post))
            .route("/plain/sms_codes/{mobile}/", web::get().to(plain))
    };
    let server = HttpServer::new(app).bind("127.0.0.1:0")?;
    println!("{}", server.addrs()[0]);
    server.run().await
}
