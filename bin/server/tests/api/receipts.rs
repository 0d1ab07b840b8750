//! Providers tell what became of messages, and nobody else does.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Response;
use serde_json::{Value, json};
use sha1::Sha1;
use sms_gateway::{Message, MockSender, Receipt, SendError, SmsSender};
use sms_store::{Clock, MemoryStore};
use sms_testkit::{HttpReply, HttpStub, RedisServer};
use tokio::sync::Semaphore;

use crate::app::{App, MOBILE, UNLIMITED};
use crate::exposition::Exposition;

pub(crate) const TOKEN: &str = "a_token_that_nobody_guesses";

/// Settings of a CCP sender that is told what became of its messages.
pub(crate) fn settings(more: &str) -> String {
    format!(
        "[gateway.senders.ccp]\nkind = 'ccp'\naccount_sid = 'a'\nauth_token = 't'\napp_id = 'b'\n\
         [receipts.senders.ccp]\ntoken = '{TOKEN}'\n{more}"
    )
}

pub(crate) const TWILIO_TOKEN: &str = "the_secret_of_the_account";

/// Settings of a sender by Twilio that is told what became of its messages.
pub(crate) fn twilio_settings() -> String {
    format!(
        "{UNLIMITED}[gateway]\norder = ['twilio']\n[gateway.senders.twilio]\nkind = 'twilio'\n\
         account_sid = 'AC1'\nauth_token = '{TWILIO_TOKEN}'\nfrom = '+15005550006'\n\
         [receipts]\npublic_url = 'https://sms.example/'\n\
         [receipts.senders.twilio]\ntoken = '{TOKEN}'"
    )
}

/// What Twilio puts into `X-Twilio-Signature`, by its documents: the URL, then the parameters in
/// the order of their names.
pub(crate) fn twilio_signature(secret: &str, url: &str, parameters: &[(&str, &str)]) -> String {
    let mut sorted = parameters.to_vec();
    sorted.sort_unstable();
    let mut hmac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).unwrap();
    hmac.update(url.as_bytes());
    for (name, value) in sorted {
        hmac.update(name.as_bytes());
        hmac.update(value.as_bytes());
    }
    STANDARD.encode(hmac.finalize().into_bytes())
}

/// Accepts messages as `id-1`, `id-2` and so on, when it is let.
struct Provider {
    name: &'static str,
    sent: AtomicUsize,
    answers: Semaphore,
}

#[async_trait]
impl SmsSender for Provider {
    fn name(&self) -> &str {
        self.name
    }

    async fn send(&self, _: &Message) -> Result<Receipt, SendError> {
        let number = self.sent.fetch_add(1, Ordering::SeqCst) + 1;
        let permit = self.answers.acquire().await;
        permit.unwrap().forget();
        Ok(Receipt {
            sender: self.name.into(),
            provider_id: Some(format!("id-{number}")),
        })
    }
}

/// A server that sends by a provider which tells.
struct Told {
    app: App,
    provider: Arc<Provider>,
}

impl Told {
    fn start(more: &str) -> Self {
        let limits = "per_mobile = []\n[gateway]\norder = ['ccp']\n";
        Self::start_with("ccp", &format!("{UNLIMITED}{limits}{}", settings(more)))
    }

    fn start_with(name: &'static str, toml: &str) -> Self {
        let store = Arc::new(MemoryStore::new(Clock::system()));
        let provider = Arc::new(Provider {
            name,
            sent: AtomicUsize::new(0),
            answers: Semaphore::new(100),
        });
        let mock = MockSender::new("mock");
        let app = App::start_by(provider.clone(), mock, store, toml);
        Self { app, provider }
    }

    async fn send(&self) {
        self.app.send(MOBILE).await.is_success("发送短信成功");
    }

    async fn tell(&self, body: impl Into<reqwest::Body>) -> u16 {
        let path = format!("ccp/{TOKEN}");
        tell(self.app.public, &path, body).await.status().as_u16()
    }

    async fn count(&self, series: &str) -> f64 {
        Exposition::of(&self.app).await.value(series)
    }

    async fn wait_for(&self, series: &str, value: f64) {
        wait_for(&self.app, series, value).await;
    }
}

/// Waits until a series has a value.
pub(crate) async fn wait_for(app: &App, series: &str, value: f64) {
    let count = async || Exposition::of(app).await.value(series);
    let wait = async {
        while count().await < value {
            tokio::task::yield_now().await;
        }
    };
    let limit = std::time::Duration::from_secs(20);
    let waited = tokio::time::timeout(limit, wait).await;
    assert!(waited.is_ok(), "{series} does not come to {value}");
    assert_eq!(count().await, value, "{series}");
}

pub(crate) async fn tell(
    public: SocketAddr,
    path: &str,
    body: impl Into<reqwest::Body>,
) -> Response {
    let url = format!("http://{public}/receipts/{path}");
    let request = crate::app::client().post(url).body(body);
    request.send().await.unwrap()
}

fn pushed(id: &str, status: &str) -> String {
    format!(
        r#"{{"Request":{{"action":"SMSArrived","smsType":"1","content":"{id}","fromNum":"{MOBILE}","deliverCode":"DELIVRD","status":"{status}"}}}}"#
    )
}

fn xml(id: &str, status: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><Request><action>SMSArrived</action><smsType>1</smsType>\
         <content>{id}</content><fromNum>{MOBILE}</fromNum><status>{status}</status></Request>"
    )
}

const DELIVERED: &str = "sms_deliveries_total{country=\"CN\",result=\"delivered\",sender=\"ccp\"}";
const FAILED: &str = "sms_deliveries_total{country=\"CN\",result=\"failed\",sender=\"ccp\"}";
const ARRIVED: &str = "sms_delivery_duration_seconds_count{sender=\"ccp\"}";
const NOTED: &str = "sms_store_step_duration_seconds_count{step=\"note_dispatch\"}";

fn reports(result: &str) -> String {
    format!("sms_delivery_reports_total{{result=\"{result}\",sender=\"ccp\"}}")
}

fn forged(reason: &str) -> String {
    format!("sms_delivery_reports_forged_total{{reason=\"{reason}\"}}")
}

#[tokio::test]
async fn reports_in_any_order_and_number_are_counted_once() {
    let told = Told::start("");
    for _ in 0..3 {
        told.send().await;
    }
    told.wait_for(NOTED, 3.0).await;
    let bodies = [
        pushed("id-2", "1"),
        xml("id-1", "0"),
        pushed("id-1", "0"),
        xml("id-2", "1"),
        pushed("id-2", "1"),
        pushed("id-1", "0"),
    ];
    for body in bodies {
        assert_eq!(told.tell(body).await, 200);
    }
    assert_eq!(told.count(DELIVERED).await, 1.0);
    assert_eq!(told.count(FAILED).await, 1.0);
    assert_eq!(told.count(ARRIVED).await, 1.0);
    assert_eq!(told.count(&reports("final")).await, 2.0);
    assert_eq!(told.count(&reports("repeated")).await, 4.0);
}

#[tokio::test]
async fn a_report_before_the_answer_of_the_provider_is_counted_with_it() {
    let told = Told::start("");
    told.provider.answers.forget_permits(100);
    let early = async {
        while told.provider.sent.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        for _ in 0..2 {
            assert_eq!(told.tell(pushed("id-1", "0")).await, 200);
        }
        assert_eq!(told.count(DELIVERED).await, 0.0);
        assert_eq!(told.count(&reports("early")).await, 2.0);
        told.provider.answers.add_permits(1);
    };
    tokio::join!(told.send(), early);
    told.wait_for(DELIVERED, 1.0).await;
    assert_eq!(told.tell(pushed("id-1", "0")).await, 200);
    assert_eq!(told.count(&reports("repeated")).await, 1.0);
    assert_eq!(told.count(DELIVERED).await, 1.0);
}

#[tokio::test]
async fn a_report_is_answered_as_the_provider_wants_it() {
    let told = Told::start("");
    let path = format!("ccp/{TOKEN}");
    for path in [format!("{path}/"), path] {
        let answer = tell(told.app.public, &path, pushed("id-1", "0")).await;
        assert_eq!(answer.headers()["content-type"], "application/json");
        assert_eq!(answer.text().await.unwrap(), r#"{"statusCode":"000000"}"#);
    }
    let uplink = r#"{"Request":{"smsType":"0","content":"TD","fromNum":"13800138000"}}"#;
    assert_eq!(told.tell(uplink).await, 200);
    assert_eq!(told.count(&reports("ignored")).await, 1.0);
}

#[tokio::test]
async fn a_forged_report_changes_nothing() {
    let told = Told::start("from = ['127.0.0.0/8']");
    told.send().await;
    told.wait_for(NOTED, 1.0).await;
    let nothing = told.app.get("/nothing").await.text().await.unwrap();
    let paths = [
        format!("ccp/{TOKEN}x"),
        format!("ccp/{}", &TOKEN[1..]),
        format!("ccp/{}", TOKEN.to_uppercase()),
        format!("mock/{TOKEN}"),
        format!("nobody/{TOKEN}"),
        "ccp".to_owned(),
        format!("ccp/{TOKEN}/more"),
    ];
    for path in &paths {
        let answer = tell(told.app.public, path, pushed("id-1", "0")).await;
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(answer.text().await.unwrap(), nothing, "{path}");
    }
    assert_eq!(told.count(&forged("token")).await, 3.0);
    assert_eq!(told.count(&forged("sender")).await, 2.0);
    // The right provider about a message that nobody sent.
    assert_eq!(told.tell(pushed("id-99", "0")).await, 200);
    assert_eq!(told.count(DELIVERED).await, 0.0);
    assert_eq!(told.count(&reports("final")).await, 0.0);

    assert_eq!(told.tell(pushed("id-1", "0")).await, 200);
    assert_eq!(told.count(DELIVERED).await, 1.0);
}

#[tokio::test]
async fn a_report_from_another_address_changes_nothing() {
    let told = Told::start("from = ['203.0.113.0/24', '2001:db8::/32']");
    told.send().await;
    told.wait_for(NOTED, 1.0).await;
    assert_eq!(told.tell(pushed("id-1", "0")).await, 404);
    assert_eq!(told.count(&forged("address")).await, 1.0);
    assert_eq!(told.count(DELIVERED).await, 0.0);
}

#[tokio::test]
async fn what_is_no_report_is_refused_and_counted() {
    let told = Told::start("");
    let huge = format!("{}{}", pushed("id-1", "0"), " ".repeat(512 * 1024));
    let bodies = ["", "nonsense", "{}", "<Request>", "<!DOCTYPE x>", &huge];
    for body in bodies {
        assert_eq!(told.tell(body.to_owned()).await, 400, "{body:.20}");
    }
    assert_eq!(
        told.count(&reports("unreadable")).await,
        bodies.len() as f64
    );
}

#[tokio::test]
async fn reports_that_ccp_is_asked_for_are_counted() {
    let report =
        json!({"content": "id-1", "fromNum": MOBILE, "status": "0", "recvTime": "20240229123456"});
    let answer = json!({"statusCode": "000000", "reports": [report]}).to_string();
    let ccp = HttpStub::start(HttpReply::Answer(200, answer)).unwrap();
    let settings = format!(
        "{UNLIMITED}[gateway]\norder = ['ccp']\n[gateway.senders.ccp]\nkind = 'ccp'\n\
         base_url = '{}'\naccount_sid = 'a1'\nauth_token = 't'\napp_id = 'b1'\n\
         [receipts.senders.ccp]\npull_interval_s = 1",
        ccp.base_url()
    );
    let told = Told::start_with("ccp", &settings);
    told.send().await;
    told.wait_for(DELIVERED, 1.0).await;
    let request = ccp.requests().remove(0);
    assert_eq!(request.path(), "/2013-12-26/Accounts/a1/SMS/GetArrived");
    let asked: Value = serde_json::from_slice(&request.body).unwrap();
    let expected = json!({"appId": "b1", "smsType": "1", "count": "100"});
    assert_eq!(asked, expected);
    // Nobody may tell where CCP is asked.
    assert_eq!(told.tell(pushed("id-1", "0")).await, 404);
}

#[tokio::test]
async fn as_long_as_ccp_has_more_to_tell_it_is_asked_at_once() {
    let hundred = vec![json!({"content": "id-1", "status": "0"}); 100];
    let many = json!({"statusCode": "000000", "reports": hundred}).to_string();
    let ccp = HttpStub::start(HttpReply::Answer(200, many)).unwrap();
    let settings = format!(
        "[gateway]\norder = ['ccp']\n[gateway.senders.ccp]\nkind = 'ccp'\n\
         base_url = '{}'\naccount_sid = 'a1'\nauth_token = 't'\napp_id = 'b1'\n\
         [receipts.senders.ccp]\npull_interval_s = 60",
        ccp.base_url()
    );
    let told = Told::start_with("ccp", &settings);
    // Not for ever: it may be that CCP tells the same again and again.
    told.wait_for(&reports("early"), 1000.0).await;
    assert_eq!(ccp.requests().len(), 10);
}

#[tokio::test]
async fn a_report_of_twilio_without_its_signature_changes_nothing() {
    let told = Told::start_with("twilio", &twilio_settings());
    told.send().await;
    told.wait_for(NOTED, 1.0).await;
    let parameters = [
        ("MessageSid", "id-1"),
        ("MessageStatus", "delivered"),
        ("AccountSid", "AC1"),
        ("Empty", ""),
    ];
    let url = format!("https://sms.example/receipts/twilio/{TOKEN}");
    let right = twilio_signature(TWILIO_TOKEN, &url, &parameters);
    let forged_ones = [
        None,
        Some(String::new()),
        Some(twilio_signature("another secret", &url, &parameters)),
        Some(twilio_signature(TWILIO_TOKEN, &url, &parameters[..2])),
        Some(twilio_signature(
            TWILIO_TOKEN,
            "https://sms.example/",
            &parameters,
        )),
    ];
    let here = format!("http://{}/receipts/twilio/{TOKEN}", told.app.public);
    let push = async |signature: Option<String>| {
        let mut body = form_urlencoded::Serializer::new(String::new());
        let body = body.extend_pairs(parameters).finish();
        let request = told.app.client.post(&here).body(body);
        let request = match signature {
            Some(signature) => request.header("X-Twilio-Signature", signature),
            None => request,
        };
        request.send().await.unwrap()
    };
    let delivered = DELIVERED.replace("ccp", "twilio");
    for signature in forged_ones {
        assert_eq!(push(signature).await.status(), 404);
    }
    assert_eq!(told.count(&forged("signature")).await, 5.0);
    assert_eq!(told.count(&delivered).await, 0.0);

    let taken = push(Some(right)).await;
    assert_eq!(taken.status(), 204);
    assert!(!taken.headers().contains_key("content-type"));
    assert_eq!(taken.text().await.unwrap(), "");
    assert_eq!(told.count(&delivered).await, 1.0);
}

#[tokio::test]
async fn other_methods_are_refused() {
    let told = Told::start("");
    let answer = told.app.get(&format!("/receipts/ccp/{TOKEN}")).await;
    assert_eq!(answer.status(), 405);
    assert_eq!(answer.headers()["allow"], "POST");
}

#[tokio::test]
async fn while_the_store_is_out_of_reach_reports_are_to_come_again() {
    let mut redis = RedisServer::start();
    let app = App::start_on_url(&redis.url(), &format!("{UNLIMITED}{}", settings("")));
    let path = format!("ccp/{TOKEN}");
    let answer = tell(app.public, &path, pushed("id-1", "0")).await;
    assert_eq!(answer.status(), 200);
    redis.stop();
    let answer = tell(app.public, &path, pushed("id-1", "0")).await;
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
}
